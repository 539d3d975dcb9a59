"""Newton's method with the whole Hessian."""

from __future__ import annotations

from typing import final

from fallline._ranges import NOT_NEGATIVE, count, flag, number
from fallline._tree import PyTree, static, tree
from fallline._types import Number, Params, as_dtype_of
from fallline.errors import UnknownNameError
from fallline.optimizers.first_order import LearningRate
from fallline.optimizers.optimizer import optimizers
from fallline.optimizers.second_order.curvature import LocalModel, hessian_model
from fallline.optimizers.second_order.dense import (
    absolute_step,
    check_size,
    matrix_of,
    plain_step,
    shifted_step,
)
from fallline.optimizers.second_order.flat import FlatProblem, Vector
from fallline.optimizers.second_order.newton_method import NewtonMethod

STEPS = {"abs": absolute_step, "shift": shifted_step, "none": plain_step}
"""What is done about negative eigenvalues of the Hessian."""


@optimizers.register("newton")
@final
@tree
class Newton(NewtonMethod):
    """Goes to the minimum of the loss's quadratic model: at damping 0, one step where the loss is quadratic.

    (H + damping I) d = -g,  p <- p + t d

    with H the Hessian of the loss, and t the learning rate, halved until the loss falls enough.

    H is the Hessian of the loss in all k parameters: O(k^2) memory, k curvature products and O(k^3) operations a
    step. Far from a minimum H has negative eigenvalues, and the equation then leads to saddle points; what is done
    about it is a choice:

    - "abs": |H| stands for H, with the eigenvalues' magnitudes (saddle-free Newton). The step descends, and leaves
      a saddle the faster the more it curves down. Directions without curvature are not moved along at damping 0.
    - "shift": the damping is raised until H + damping I is positive definite.
    - "none": the equation as it stands. With the search, a step that does not descend is refused.

    Attributes:
        learning_rate: t, or the first t that the search tries; a number, or a schedule.
        damping: At least 0.
        line_search: Whether t is halved until the loss falls enough.
        negative_curvature: "abs", "shift" or "none".
        max_parameters: The largest k that is accepted. More would be a matter of hours and gigabytes.

    Raises:
        UsageError: a number is out of its range; the choice is unknown; in `init`, there are more parameters.

    Source:
        Nocedal, Wright: Numerical optimization, 2006, section 3.4 and algorithm 3.3 (shift). Dauphin et al.:
        Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, 2014 (abs).
    """

    learning_rate: LearningRate = number(1.0, NOT_NEGATIVE)
    damping: Number = number(1e-4, NOT_NEGATIVE)
    line_search: bool = flag(True)
    negative_curvature: str = static(default="abs")
    max_parameters: int = count(2000, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.negative_curvature, str) or self.negative_curvature not in STEPS:
            raise UnknownNameError("negative_curvature of Newton", self.negative_curvature, STEPS)

    def init_slots(self, params: Params) -> PyTree:
        """The count of passes, once the size is accepted."""
        check_size("Newton", params, self.max_parameters)
        return NewtonMethod.init_slots(self, params)

    def local_model(self, problem: FlatProblem) -> LocalModel:
        """The model with the Hessian."""
        return hessian_model(problem)

    def direction(self, model: LocalModel) -> tuple[Vector, int]:
        """The solution of the equation, by the chosen way."""
        solve = STEPS[self.negative_curvature]
        hessian, damping = matrix_of(model.product, model.gradient), as_dtype_of(self.damping, model.gradient)
        return solve(hessian, model.gradient, damping), model.gradient.size
