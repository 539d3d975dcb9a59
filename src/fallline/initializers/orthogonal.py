"""Initial kernels with orthonormal rows or columns."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from fallline._random import Key
from fallline._ranges import FINITE, number
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import ShapeError
from fallline.initializers.initializer import RandomInitializer, Samples, initializers


@initializers.register("orthogonal", "orthogonal_initializer")
@tree
class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns, or orthonormal rows where it is wider than high.

    kernel = gain * Q, from the QR decomposition of a normal matrix, with the signs that make R's diagonal
    positive: Q is then uniform over all orthogonal matrices. A shape of more than two axes is cut into
    (product of all but the last, last).

    Args:
        gain: The factor; signals keep their length through linear layers at 1.
        seed: Its own seed; None draws from the run's.

    Raises:
        UsageError: the gain is no finite number.
        ShapeError: (when sampled) the parameter has less than two axes.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks" (2014); Mezzadri, "How to generate random matrices from the classical compact groups"
    (2007) for the signs.
    """

    gain: Number = number(1.0, FINITE)
    seed: int | None = static(default=None)

    def draw(self, key: Key, shape: tuple[int, ...], dtype: jnp.dtype[Any]) -> Samples:
        """The gain times a random matrix with orthonormal rows or columns."""
        if len(shape) < 2:
            raise ShapeError(f"Orthogonal: the parameter must have at least two axes; its shape is {shape}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        # The decomposition has no 16-bit form.
        exact = dtype if dtype.itemsize >= 4 else jnp.dtype(jnp.float32)
        normal = jax.random.normal(key, (max(rows, columns), min(rows, columns)), exact)
        Q, R = jnp.linalg.qr(normal)
        Q = jnp.where(jnp.diagonal(R) < 0, -Q, Q)
        kernel = (Q.T if rows < columns else Q).reshape(shape)
        return kernel.astype(dtype) * jnp.asarray(self.gain, dtype)
