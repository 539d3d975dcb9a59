"""What Newton, Gauss-Newton and Newton-CG share: a quadratic model, a step to its minimum, a search along it."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import NOT_NEGATIVE, flag, number
from fallline._schedule import at_step
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar
from fallline.optimizers.first_order import LearningRate, accept_functions
from fallline.optimizers.optimizer import Optimizer, OptimizerState, Problem
from fallline.optimizers.second_order.curvature import LocalModel
from fallline.optimizers.second_order.flat import FlatProblem, Vector, flatten
from fallline.optimizers.second_order.line_search import Length, backtracking


@tree
class NewtonMethod(Optimizer, abc.ABC):
    """A step towards the minimum of the quadratic model of the loss.

    d minimises g . d + 1/2 d . (B + damping I) d,  p <- p + t d

    t is the learning rate, halved until the loss falls enough (Armijo's condition); where no t lowers it, the
    parameters stay. Each step is taken on one batch, so that mini-batches are allowed; but the curvature of few
    rows is noisy and has a low rank, and without damping the step trusts it. The lectures use all rows.

    The state counts in `passes` how often the step went through the batch: one for loss and gradient, one for
    each product of the curvature with a vector, one for each loss of the search.

    Attributes:
        learning_rate: t, or the first t that the search tries; a number above 0, or a schedule.
        damping: At least 0; the larger, the shorter the step and the nearer to the gradient's direction.
        line_search: Whether to search; without it t is the learning rate, as in the textbook's pure form.

    Raises:
        UsageError: a number is out of its range.
    """

    renamed: ClassVar[dict[str, str]] = {"lr": "learning_rate"}

    has_one_rate = True
    takes_constraints = False

    learning_rate: LearningRate = number(1.0, NOT_NEGATIVE)
    damping: Number = number(0.0, NOT_NEGATIVE)
    line_search: bool = flag(True)

    def __post_init__(self) -> None:
        accept_functions(self)
        super().__post_init__()

    def init_slots(self, params: Params) -> PyTree:
        """The count of passes."""
        return {"passes": jnp.zeros((), jnp.int32)}

    @abc.abstractmethod
    def local_model(self, problem: FlatProblem) -> LocalModel:
        """The loss around the point, with the curvature of this method."""

    @abc.abstractmethod
    def direction(self, model: LocalModel) -> tuple[Vector, Int[Array, ""] | int]:
        """d, and how many curvature products it took."""

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """Model, direction, search."""
        now, flat = at_step(self, state.step), flatten(problem, params)
        model = now.local_model(flat)
        direction, products = now.direction(model)
        length = now.length(flat, model, direction)
        # Not 0 * direction: a direction that is not finite must not reach parameters that stay.
        point = jnp.where(length.step == 0, flat.point, flat.point + length.step * direction)
        passes = state.slots["passes"] + 1 + products + length.evaluations
        return flat.restore(point), OptimizerState(state.step + 1, {"passes": passes}), *model.kept

    def length(self, problem: FlatProblem, model: LocalModel, direction: Vector) -> Length:
        """How far to go along the direction."""
        first = jnp.asarray(self.learning_rate).astype(direction.dtype)
        if not self.line_search:
            return Length(first, jnp.zeros((), jnp.int32))
        return backtracking(
            lambda step: problem.value(problem.point + step * direction),
            model.value,
            model.gradient @ direction,
            first,
        )
