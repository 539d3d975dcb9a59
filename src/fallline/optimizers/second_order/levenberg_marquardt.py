"""Gauss-Newton steps whose damping adapts to how well the last step was foretold."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, final

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from fallline._ranges import POSITIVE, count, number
from fallline._schedule import at_step
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.optimizer import Optimizer, OptimizerState, Problem, optimizers
from fallline.optimizers.second_order.curvature import LocalModel, gauss_newton_model
from fallline.optimizers.second_order.dense import check_size, matrix_of
from fallline.optimizers.second_order.flat import FlatProblem, Vector, flatten, vector_type

TRIALS = 6
"""Dampings tried in one step; the last is 2^15 times the first. Each costs one evaluation of the loss."""


class Attempt(NamedTuple):
    """One damping: the point it leads to, the damping that follows, its factor, and whether the loss fell."""

    point: Vector
    damping: Scalar
    growth: Scalar
    accepted: Bool[Array, ""]
    trials: Int[Array, ""]


@optimizers.register("levenberg_marquardt")
@final
@tree
class LevenbergMarquardt(Optimizer):
    """Between Gauss-Newton and short gradient steps: the damping falls where the model foretells the loss well.

    (G + mu I) d = -g,  G = J^T H_L J
    rho = (f(p) - f(p + d)) / (m(0) - m(d)),  m(d) = f + g . d + 1/2 d . G d
    f fell      p <- p + d,  mu <- mu max(1/3, 1 - (2 rho - 1)^3)
    otherwise   mu <- nu mu,  nu <- 2 nu, and d again

    nu is 2 at the start of a step. A step tries up to six dampings; the loss never rises. G is factorised once a
    step: O(k^2) memory, k curvature products and O(k^3) operations for k parameters. Penalties on the parameters
    add their own Hessian to G. Of G's eigenvalues, negative ones (a loss not convex in the outputs) count as 0.

    The state holds mu in `damping`, and in `passes` how often the steps went through the batch: gradient, curvature
    products and losses.

    Attributes:
        initial_damping: tau > 0; the first mu is tau times the largest diagonal entry of G, or times the length of the
            gradient where G is 0, as of the absolute error.
        max_parameters: The largest k that is accepted.

    Raises:
        UsageError: a number is out of its range; in `init`, there are more parameters; in `step`, the loss is not
            known as a function of outputs.

    Source:
        Levenberg: A method for the solution of certain non-linear problems in least squares, 1944. Marquardt: An
        algorithm for least-squares estimation of nonlinear parameters, 1963. Nielsen: Damping parameter in
        Marquardt's method, 1999 (the rule for mu). Schraudolph 2002 (losses other than the squared error).
    """

    takes_constraints: ClassVar[bool] = False

    initial_damping: Number = number(1e-3, POSITIVE)
    max_parameters: int = count(2000, 1)

    def init_slots(self, params: Params) -> PyTree:
        """The damping, which the first step sets, and the count of passes."""
        check_size("LevenbergMarquardt", params, self.max_parameters)
        return {"damping": jnp.zeros((), vector_type(params)), "passes": jnp.zeros((), jnp.int32)}

    def step(
        self, problem: Problem, state: OptimizerState, params: Params
    ) -> tuple[Params, OptimizerState, Scalar, Any]:
        """The first damping that lowers the loss."""
        now, flat = at_step(self, state.step), flatten(problem, params)
        model = gauss_newton_model(flat, "LevenbergMarquardt")
        matrix = matrix_of(model.product, flat.point)
        tau = as_dtype_of(now.initial_damping, model.gradient)
        scale = _scale(jnp.diagonal(matrix).max(), model.gradient)
        damping = jnp.where(state.step == 0, tau * scale, state.slots["damping"])
        attempt = _descend(flat, model, matrix, damping)
        slots = {
            "damping": attempt.damping,
            "passes": state.slots["passes"] + 1 + flat.point.size + attempt.trials,
        }
        return flat.restore(attempt.point), OptimizerState(state.step + 1, slots), *model.kept


def _scale(curvature: Scalar, gradient: Float[Array, "parameters"]) -> Scalar:
    """The size that dampings are measured by: of the curvature, or of the gradient where a loss has none (mae, hinge)."""
    return jnp.where(curvature > 0, curvature, jnp.linalg.norm(gradient))


def _descend(
    problem: FlatProblem, model: LocalModel, matrix: Float[Array, "parameters parameters"], damping: Scalar
) -> Attempt:
    """Raises the damping until the loss falls. In the basis of G's eigenvectors another damping costs O(k^2)."""
    eigenvalues, vectors = jnp.linalg.eigh(matrix)
    eigenvalues, slope = jnp.maximum(eigenvalues, 0), vectors.T @ model.gradient
    numbers = np.finfo(slope.dtype)
    # Far below the smallest eigenvalue that is not rounding, and far above the largest: neither bound is felt,
    # but a run that stands at its minimum would otherwise drive the damping to infinity.
    lowest = numbers.eps * _scale(eigenvalues.max(), slope) + numbers.tiny
    highest = lowest / numbers.eps**2

    def attempt(last: Attempt) -> Attempt:
        mu = last.damping
        step = -slope / (eigenvalues + mu)
        foretold = jnp.sum(jnp.square(step) * (eigenvalues / 2 + mu))
        point = problem.point + vectors @ step
        # As the parameters will hold it, so that no rounding to a shorter type undoes the decrease.
        fall = model.value - problem.value(point)
        accepted = fall > 0
        ratio = fall / foretold
        eased = mu * jnp.maximum(1 / 3, 1 - (2 * ratio - 1) ** 3)
        following = jnp.clip(jnp.where(accepted, eased, mu * last.growth), lowest, highest)
        return Attempt(
            jnp.where(accepted, point, problem.point), following, last.growth * 2, accepted, last.trials + 1
        )

    start = Attempt(
        problem.point,
        jnp.clip(damping, lowest, highest),
        jnp.full_like(damping, 2),
        jnp.asarray(False),
        jnp.zeros((), jnp.int32),
    )
    return lax.while_loop(lambda last: ~last.accepted & (last.trials < TRIALS), attempt, start)
