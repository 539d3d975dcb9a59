"""The curvature as a matrix, for few parameters, and the ways to solve with it.

With k parameters a matrix takes k^2 numbers, its factors as much again, and a step k curvature products and
O(k^3) operations. The limit on k stands before a run begins, not where memory ends.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from fallline._types import Params, Scalar
from fallline.errors import UsageError
from fallline.optimizers.second_order.flat import Vector, parameter_count, vector_type

Matrix = Float[Array, "parameters parameters"]

COLUMNS_AT_ONCE = 128
"""Products in one pass. All k at once would hold k copies of every activation."""

DOUBLINGS = 60
"""Of a shift, from the smallest to the largest that floating point has a use for."""


def check_size(optimizer: str, params: Params, max_parameters: int) -> None:
    """Refuses parameters whose curvature matrix passes the limit.

    Raises:
        UsageError: there are more than `max_parameters`.
    """
    count = parameter_count(params)
    if count > max_parameters:
        # The matrix, its eigenvectors, and what the factorisation works in.
        gigabytes = 3 * count**2 * vector_type(params).itemsize / 1e9
        raise UsageError(
            f"{optimizer}: {count} parameters are more than max_parameters={max_parameters}. Each step would "
            f"factorise a matrix of {count} x {count} ({gigabytes:.2g} GB, {float(count) ** 3:.0e} operations). "
            "Use NewtonCG or LBFGS, which need no matrix, or raise max_parameters."
        )


def matrix_of(product: Callable[[Vector], Vector], like: Vector) -> Matrix:
    """The symmetric matrix behind a product: its columns are the products with the unit vectors."""
    unit_vectors = jnp.eye(like.size, dtype=like.dtype)
    columns = lax.map(product, unit_vectors, batch_size=min(like.size, COLUMNS_AT_ONCE))
    return (columns + columns.T) / 2


def plain_step(matrix: Matrix, gradient: Vector, damping: Scalar) -> Vector:
    """The d of (B + damping I) d = -g, whatever the signs of the eigenvalues."""
    return -jnp.linalg.solve(_shifted(matrix, damping), gradient)


def absolute_step(matrix: Matrix, gradient: Vector, damping: Scalar) -> Vector:
    """The step -(|B| + damping I)^-1 g; |B| has the magnitudes of B's eigenvalues for its own.

    Eigenvalues that are zero to rounding (k eps times the largest) are left out, as in a pseudo-inverse: of all
    solutions this is the shortest, and a direction without curvature is not moved along.

    Source:
        Dauphin et al.: Identifying and attacking the saddle point problem in high-dimensional non-convex
        optimization, 2014, algorithm 1.
    """
    eigenvalues, vectors = jnp.linalg.eigh(matrix)
    size = jnp.abs(eigenvalues) + damping
    kept = size > gradient.size * np.finfo(size.dtype).eps * size.max()
    inverse = jnp.where(kept, 1 / jnp.where(kept, size, 1), 0)
    return -vectors @ (inverse * (vectors.T @ gradient))


def shifted_step(matrix: Matrix, gradient: Vector, damping: Scalar) -> Vector:
    """The d of (B + tau I) d = -g with the first tau >= damping that makes the matrix positive definite.

    tau is doubled until a Cholesky factorisation succeeds.

    Source:
        Nocedal, Wright: Numerical optimization, 2006, algorithm 3.3.
    """
    diagonal = jnp.diagonal(matrix)
    # The book's beta is 0.001 for matrices near 1; in proportion to the diagonal, the units do not matter.
    beta = 1e-3 * jnp.maximum(jnp.abs(diagonal).max(), np.finfo(matrix.dtype).tiny)
    lowest = diagonal.min() + damping
    first = jnp.where(lowest > 0, damping, damping - lowest + beta)

    def failed(carry: tuple[Matrix, Scalar, Array]) -> Array:
        return ~jnp.isfinite(carry[0]).all() & (carry[2] < DOUBLINGS)

    def raise_shift(carry: tuple[Matrix, Scalar, Array]) -> tuple[Matrix, Scalar, Array]:
        shift = jnp.maximum(2 * carry[1], beta)
        return jnp.linalg.cholesky(_shifted(matrix, shift)), shift, carry[2] + 1

    start = (jnp.linalg.cholesky(_shifted(matrix, first)), first, jnp.asarray(0, jnp.int32))
    factor, _, _ = lax.while_loop(failed, raise_shift, start)
    return -jax.scipy.linalg.cho_solve((factor, True), gradient)


def _shifted(matrix: Matrix, shift: Scalar) -> Matrix:
    return matrix + shift * jnp.eye(matrix.shape[0], dtype=matrix.dtype)
