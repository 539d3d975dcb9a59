"""Newton's method without a matrix: the equation solved by conjugate gradients (Hessian-free optimisation)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple, final

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Int

from fallline._ranges import NOT_NEGATIVE, POSITIVE, counting, flag, number
from fallline._tree import static, tree
from fallline._types import Number, Scalar, as_dtype_of
from fallline.errors import UnknownNameError
from fallline.optimizers.first_order import LearningRate
from fallline.optimizers.optimizer import optimizers
from fallline.optimizers.second_order.curvature import LocalModel, gauss_newton_model, hessian_model
from fallline.optimizers.second_order.flat import FlatProblem, Vector
from fallline.optimizers.second_order.newton_method import NewtonMethod

CURVATURES = ("hessian", "gauss_newton")


@optimizers.register("newton_cg")
@final
@tree
class NewtonCG(NewtonMethod):
    """Newton's method for many parameters: curvature products in the place of the matrix.

    (B + damping I) d = -g by conjugate gradients,  p <- p + t d

    with B the Hessian H or the Gauss-Newton matrix G, and t the learning rate, halved until the loss falls enough.

    B is the Hessian H or the Gauss-Newton matrix G. No matrix is formed: memory is O(k) for k parameters, and each
    iteration costs one curvature product, about two gradients. The iterations end when |r| <= eta |g| for the
    residual r, at `max_iterations`, or at the first direction v with v . (B + damping I) v <= 0: then d is what the
    iterations have reached, and -g if this is the first. So d always descends, and saddle points repel.

    Attributes:
        learning_rate: t, or the first t that the search tries; a number, or a schedule.
        damping: At least 0.
        line_search: Whether t is halved until the loss falls enough.
        max_iterations: Of the conjugate gradients in one step. k of them solve the equation, up to rounding.
        tolerance: eta > 0, or None for min(1/2, sqrt(|g|)): few iterations far from the minimum, and faster than
            linear convergence near it.
        curvature: "hessian" or "gauss_newton" (see `GaussNewton`: never negative for the usual losses).

    Raises:
        UsageError: a number is out of its range; the curvature is unknown; in `step`, "gauss_newton" is asked of a
            loss that is not known as a function of outputs.

    Source:
        Nocedal, Wright: Numerical optimization, 2006, algorithm 7.1 and equation 7.3. Martens: Deep learning via
        Hessian-free optimization, 2010. Pearlmutter: Fast exact multiplication by the Hessian, 1994.
    """

    learning_rate: LearningRate = number(1.0, NOT_NEGATIVE)
    damping: Number = number(1e-4, NOT_NEGATIVE)
    line_search: bool = flag(True)
    max_iterations: Any = dataclasses.field(default=50, metadata=counting(1))
    tolerance: Number | None = number(None, POSITIVE)
    curvature: str = static(default="hessian")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.curvature, str) or self.curvature not in CURVATURES:
            raise UnknownNameError("curvature of NewtonCG", self.curvature, CURVATURES)

    def local_model(self, problem: FlatProblem) -> LocalModel:
        """The model with the chosen curvature."""
        if self.curvature == "gauss_newton":
            return gauss_newton_model(problem, 'NewtonCG(curvature="gauss_newton")')
        return hessian_model(problem)

    def direction(self, model: LocalModel) -> tuple[Vector, Int[Array, ""]]:
        """Where the conjugate gradients end."""
        gradient = model.gradient
        damping, norm = as_dtype_of(self.damping, gradient), jnp.linalg.norm(gradient)
        relative = (
            jnp.minimum(0.5, jnp.sqrt(norm))
            if self.tolerance is None
            else as_dtype_of(self.tolerance, gradient)
        )
        return conjugate_gradients(
            lambda vector: model.product(vector) + damping * vector,
            gradient,
            relative * norm,
            self.max_iterations,
        )


class Iteration(NamedTuple):
    """Where the conjugate gradients stand."""

    solution: Vector
    residual: Vector
    direction: Vector
    square: Scalar
    products: Int[Array, ""]
    curves_down: Bool[Array, ""]


def conjugate_gradients(
    product: Callable[[Vector], Vector], gradient: Vector, tolerance: Scalar, max_iterations: Array | int
) -> tuple[Vector, Int[Array, ""]]:
    """Minimises g . d + 1/2 d . A d from d = 0, until the residual is small or A curves down.

    Args:
        product: v -> A v.
        gradient: g.
        tolerance: The largest norm of the residual A d + g.
        max_iterations: The most products.

    Returns:
        d, and the number of products.
    """

    def iterate(last: Iteration) -> Iteration:
        image = product(last.direction)
        bend = last.direction @ image
        # Written so that a NaN ends the iterations, too.
        curves_down = ~(bend > 0)
        length = last.square / jnp.where(curves_down, 1, bend)
        solution = last.solution + length * last.direction
        residual = last.residual + length * image
        square = residual @ residual
        direction = (square / last.square) * last.direction - residual
        fallback = jnp.where(last.products == 0, -gradient, last.solution)
        return Iteration(
            jnp.where(curves_down, fallback, solution),
            residual,
            direction,
            square,
            last.products + 1,
            curves_down,
        )

    def unfinished(last: Iteration) -> Bool[Array, ""]:
        return ~last.curves_down & (jnp.sqrt(last.square) > tolerance) & (last.products < max_iterations)

    square = gradient @ gradient
    start = Iteration(
        jnp.zeros_like(gradient),
        gradient,
        -gradient,
        square,
        jnp.zeros((), jnp.int32),
        jnp.asarray(False),
    )
    end = lax.while_loop(unfinished, iterate, start)
    return end.solution, end.products
