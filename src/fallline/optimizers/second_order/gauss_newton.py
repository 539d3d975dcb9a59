"""The Gauss-Newton method with the whole matrix."""

from __future__ import annotations

from typing import final

from fallline._ranges import NOT_NEGATIVE, count, flag, number
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, as_dtype_of
from fallline.optimizers.first_order import LearningRate
from fallline.optimizers.optimizer import optimizers
from fallline.optimizers.second_order.curvature import LocalModel, gauss_newton_model
from fallline.optimizers.second_order.dense import absolute_step, check_size, matrix_of
from fallline.optimizers.second_order.flat import FlatProblem, Vector
from fallline.optimizers.second_order.newton_method import NewtonMethod


@optimizers.register("gauss_newton")
@final
@tree
class GaussNewton(NewtonMethod):
    """Newton's method with the network linearised: at damping 0, one step for a linear model and squared error.

    (G + damping I) d = -g,  G = J^T H_L J,  p <- p + t d

    with J the Jacobian of the outputs in the parameters, H_L the Hessian of the loss in the outputs, and t the learning
    rate, halved until the loss falls enough.

    J is the Jacobian of the outputs in the k parameters, H_L the Hessian of the loss in the outputs; penalties on the
    parameters add their own Hessian. No second derivative of the network is needed, and G has no negative
    eigenvalue where the loss is convex in the outputs, so that d descends. For the cross-entropy of a softmax or
    sigmoid, G is Fisher's matrix and this is natural gradient descent. O(k^2) memory, k curvature products and
    O(k^3) operations a step.

    With fewer rows times outputs than parameters G is singular: at damping 0 the shortest d is taken.

    Attributes:
        learning_rate: t, or the first t that the search tries; a number, or a schedule.
        damping: At least 0.
        line_search: Whether t is halved until the loss falls enough.
        max_parameters: The largest k that is accepted.

    Raises:
        UsageError: a number is out of its range; in `init`, there are more parameters; in `step`, the loss is not
            known as a function of outputs.

    Source:
        Nocedal, Wright: Numerical optimization, 2006, section 10.3. Schraudolph: Fast curvature matrix-vector
        products for second-order gradient descent, 2002 (losses other than the squared error).
    """

    learning_rate: LearningRate = number(1.0, NOT_NEGATIVE)
    damping: Number = number(1e-4, NOT_NEGATIVE)
    line_search: bool = flag(True)
    max_parameters: int = count(2000, 1)

    def init_slots(self, params: Params) -> PyTree:
        """The count of passes, once the size is accepted."""
        check_size("GaussNewton", params, self.max_parameters)
        return NewtonMethod.init_slots(self, params)

    def local_model(self, problem: FlatProblem) -> LocalModel:
        """The model with the Gauss-Newton matrix."""
        return gauss_newton_model(problem, "GaussNewton")

    def direction(self, model: LocalModel) -> tuple[Vector, int]:
        """The solution of the equation."""
        matrix, damping = matrix_of(model.product, model.gradient), as_dtype_of(self.damping, model.gradient)
        return absolute_step(matrix, model.gradient, damping), model.gradient.size
