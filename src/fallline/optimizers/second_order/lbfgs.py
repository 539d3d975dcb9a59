"""L-BFGS: the curvature learned from the last few gradients."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, final

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import POSITIVE, Range, count, counting, number
from fallline._schedule import at_step
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar
from fallline.optimizers.first_order import LearningRate, accept_functions
from fallline.optimizers.optimizer import Optimizer, OptimizerState, Problem, optimizers
from fallline.optimizers.second_order.flat import Vector, flatten, parameter_count, vector_type
from fallline.optimizers.second_order.line_search import SUFFICIENT_DECREASE, strong_wolfe

Memory = Float[Array, "pairs parameters"]

FLATNESS = Range(
    f"above {SUFFICIENT_DECREASE} and below 1", SUFFICIENT_DECREASE, 1.0, low_open=True, high_open=True
)


@optimizers.register("lbfgs")
@final
@tree
class LBFGS(Optimizer):
    """A quasi-Newton method for many parameters: curvature from the differences of the last gradients.

    s = p - p_last,  y = g - g_last,  rho = 1 / (y . s)
    K <- (I - rho s y^T) K (I - rho y s^T) + rho s s^T   over the last m pairs, from K = (s . y / y . y) I
    p <- p - t K g

    with K g the inverse Hessian times g, as the pairs know it, and t the length that the line search accepts.

    K, which stands for the inverse Hessian, is never formed: two passes over the pairs give K g in 4 m k operations
    for k parameters, and memory is 2 m k. t satisfies the strong Wolfe conditions, so that y . s > 0 and K stays
    positive definite; a pair without y . s > 0 (weights that a constraint moved) is not kept. Where the search finds
    no lower loss the pairs are forgotten, and the next step follows the gradient.

    It needs all rows in each step, and a loss that is the same function in each step: not dropout.

    The state counts in `passes` how often the steps went through the data: one gradient a step, and one loss with
    its slope for each trial of the search.

    Attributes:
        learning_rate: The first t that the search tries; a number above 0, or a schedule. Before there are pairs, it
            is divided by |g| where that is above 1.
        history_size: m, the number of pairs.
        flatness: c_2 of the Wolfe conditions, |slope at t| <= c_2 |slope at 0|: 0.9 is a loose search, 0.01 a
            nearly exact one.
        max_evaluations: The most trials of one search.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Liu, Nocedal: On the limited memory BFGS method for large scale optimization, 1989. Nocedal, Wright: Numerical
        optimization, 2006, algorithms 7.4 and 7.5. The names `history_size` and "strong Wolfe" are PyTorch's.
    """

    renamed: ClassVar[dict[str, str]] = {"lr": "learning_rate"}

    has_one_rate: ClassVar[bool] = True
    takes_constraints: ClassVar[bool] = False
    full_batch: ClassVar[str | None] = (
        "the differences of two batches' gradients are not curvature but noise, and the search compares losses"
    )

    learning_rate: LearningRate = number(1.0, POSITIVE)
    history_size: int = count(10, 1)
    flatness: Number = number(0.9, FLATNESS)
    max_evaluations: Any = dataclasses.field(default=20, metadata=counting(1))

    def __post_init__(self) -> None:
        accept_functions(self)
        super().__post_init__()

    def init_slots(self, params: Params) -> PyTree:
        """The pairs, the last parameters and gradient, all as vectors, and the count of passes."""
        count, dtype = parameter_count(params), vector_type(params)
        memory = jnp.zeros((self.history_size, count), dtype)
        return {
            "moves": memory,
            "changes": memory,
            "point": jnp.zeros(count, dtype),
            "gradient": jnp.zeros(count, dtype),
            "passes": jnp.zeros((), jnp.int32),
        }

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """Gradient, pair, direction, search."""
        now, flat, slots = at_step(self, state.step), flatten(problem, params), state.slots
        (value, kept), gradient = jax.value_and_grad(flat.loss, has_aux=True)(flat.point)
        moves, changes = _remembered(
            slots["moves"], slots["changes"], flat.point - slots["point"], gradient - slots["gradient"], state
        )
        direction = _quasi_newton(moves, changes, gradient)
        # Rounding may turn a direction of tiny components uphill.
        direction = jnp.where(direction @ gradient < 0, direction, -gradient)
        first = jnp.asarray(now.learning_rate).astype(gradient.dtype)
        unscaled = ~(moves[-1] != 0).any()
        first = jnp.where(unscaled, first / jnp.maximum(jnp.linalg.norm(gradient), 1), first)
        length = strong_wolfe(
            lambda step: flat.value(flat.point + step * direction),
            value,
            direction @ gradient,
            first,
            now.flatness,
            now.max_evaluations,
        )
        stays = length.step == 0
        slots = {
            "moves": jnp.where(stays, 0, moves),
            "changes": jnp.where(stays, 0, changes),
            "point": flat.point,
            "gradient": gradient,
            "passes": slots["passes"] + 1 + length.evaluations,
        }
        # Not 0 * direction: a direction that is not finite must not reach parameters that stay.
        point = jnp.where(stays, flat.point, flat.point + length.step * direction)
        return flat.restore(point), OptimizerState(state.step + 1, slots), *kept


def _remembered(
    moves: Memory, changes: Memory, move: Vector, change: Vector, state: OptimizerState
) -> tuple[Memory, Memory]:
    """The pairs with the newest in the last place, if it shows curvature; there is none before the first step."""
    norms = jnp.linalg.norm(move) * jnp.linalg.norm(change)
    kept = (state.step > 0) & (move @ change > np.finfo(move.dtype).eps * norms)

    def with_newest(memory: Memory, newest: Vector) -> Memory:
        return jnp.where(kept, jnp.concatenate([memory[1:], newest[None]]), memory)

    return with_newest(moves, move), with_newest(changes, change)


def _quasi_newton(moves: Memory, changes: Memory, gradient: Vector) -> Vector:
    """-K g by the two loops. A place without a pair holds zeros, and does nothing."""
    products = jnp.sum(moves * changes, axis=1)
    filled = products > 0
    rho = jnp.where(filled, 1 / jnp.where(filled, products, 1), 0)

    def backwards(q: Vector, pair: tuple[Vector, Vector, Scalar]) -> tuple[Vector, Scalar]:
        s, y, rho_i = pair
        alpha = rho_i * (s @ q)
        return q - alpha * y, alpha

    def forwards(r: Vector, pair: tuple[Vector, Vector, Scalar, Scalar]) -> tuple[Vector, None]:
        s, y, rho_i, alpha = pair
        return r + (alpha - rho_i * (y @ r)) * s, None

    q, alphas = lax.scan(backwards, gradient, (moves, changes, rho), reverse=True)
    newest = changes[-1] @ changes[-1]
    scale = jnp.where(filled[-1], products[-1] / jnp.where(filled[-1], newest, 1), 1)
    r, _ = lax.scan(forwards, scale * q, (moves, changes, rho, alphas))
    return -r
