"""The quadratic model of a loss around a point: value, gradient, and products of the curvature with vectors.

m(d) = f + g . d + 1/2 d . B d

B is never formed here. Its product with a vector is one linearised pass through the loss, as exact as the
gradient and about as dear.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax

from fallline._tree import PyTree
from fallline._types import Scalar
from fallline.errors import UsageError
from fallline.optimizers.second_order.flat import FlatProblem, Vector


@dataclasses.dataclass(frozen=True)
class LocalModel:
    """The loss around the point of a step, to second order.

    Attributes:
        value: f, the loss.
        gradient: g.
        product: v -> B v, a linear function.
        kept: The loss in its own type, and what else it left.
    """

    value: Scalar
    gradient: Vector
    product: Callable[[Vector], Vector]
    kept: tuple[Scalar, Any]


def hessian_model(problem: FlatProblem) -> LocalModel:
    """The model with the Hessian of the loss, B = H.

    H v = d/dt grad f(p + t v) at t = 0: the derivative of the gradient along v, forward over reverse.

    Source:
        Pearlmutter: Fast exact multiplication by the Hessian, 1994.
    """

    def gradient_at(point: Vector) -> tuple[Vector, tuple[Scalar, tuple[Scalar, Any]]]:
        (value, kept), gradient = jax.value_and_grad(problem.loss, has_aux=True)(point)
        return gradient, (value, kept)

    # Linearised once: the many products of a step share one pass at the point itself.
    gradient, product, (value, kept) = jax.linearize(gradient_at, problem.point, has_aux=True)
    return LocalModel(value, gradient, product, kept)


def gauss_newton_model(problem: FlatProblem, optimizer: str) -> LocalModel:
    """The model with the generalised Gauss-Newton matrix, B = G: the network is linearised, its loss is not.

    With outputs z(p) and the loss L(z, p), whose second argument is for the penalties on the parameters,

    G = [J; I]^T L'' [J; I],  J = dz/dp,  L'' the Hessian of L in (z, p)

    Without penalties this is J^T H_L J. An l2 penalty adds its own 2 l2 I exactly. G has no negative eigenvalue
    where L is convex, as for the squared error and the cross-entropies.

    Args:
        problem: The problem of the step.
        optimizer: Who asks, for the message.

    Raises:
        UsageError: the loss is not known as a function of outputs.

    Source:
        Schraudolph: Fast curvature matrix-vector products for second-order gradient descent, 2002.
    """
    outputs, outer = problem.outputs, problem.loss_of_outputs
    if outputs is None or outer is None:
        raise UsageError(
            f"{optimizer}: this loss is not known as a function of outputs, so that it has no Gauss-Newton matrix. "
            "Train a Model with a loss, give fl.train a loss by name with predict=, or use Newton, NewtonCG or LBFGS."
        )
    # The value comes from the loss itself: only there are the model's state and the statistics kept.
    (value, kept), gradient = jax.value_and_grad(problem.loss, has_aux=True)(problem.point)
    inner = _with_the_point(outputs)
    at, push = jax.linearize(inner, problem.point)
    pull = jax.linear_transpose(push, problem.point)
    _, curve = jax.linearize(jax.grad(lambda pair: outer(*pair)), at)
    return LocalModel(value, gradient, lambda vector: pull(curve(push(vector)))[0], kept)


def _with_the_point(outputs: Callable[[Vector], PyTree]) -> Callable[[Vector], tuple[PyTree, Vector]]:
    return lambda point: (outputs(point), point)
