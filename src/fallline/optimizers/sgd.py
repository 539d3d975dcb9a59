"""Stochastic gradient descent, with momentum and Nesterov's momentum."""

from __future__ import annotations

from typing import final

import jax
from jaxtyping import Array, Int

from fallline._ranges import FRACTION, check_optional_numbers
from fallline._tree import assign, static, tree
from fallline._types import Number, Params, Scalar, as_dtype_of, none_if_zero
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Slots, zeros_like
from fallline.optimizers.optimizer import optimizers


@optimizers.register("sgd")
@final
@tree
class SGD(FirstOrderOptimizer):
    """Gradient descent.

    without momentum    p <- p - rate * g
    with momentum       v <- momentum * v - rate * g,  p <- p + v
    Nesterov            v <- momentum * v - rate * g,  p <- p + momentum * v - rate * g

    Attributes:
        learning_rate: A number, or a schedule.
        momentum: Between 0 and 1. The number 0 is stored as None, which means the same: no velocity is
            kept, and the step does not pay for one.
        nesterov: Whether to look ahead along the velocity; without momentum it changes nothing.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Polyak: Some methods of speeding up the convergence of iteration methods, 1964. Sutskever, Martens,
        Dahl, Hinton: On the importance of initialization and momentum in deep learning, 2013, equations 1-4.
    """

    learning_rate: LearningRate = 0.01
    momentum: Number | None = 0.0
    nesterov: bool = static(default=False)

    def __post_init__(self) -> None:
        FirstOrderOptimizer.__post_init__(self)
        check_optional_numbers(self, momentum=FRACTION)
        assign(self, momentum=none_if_zero(self.momentum))

    def init_slots(self, params: Params) -> Slots:
        """The velocity, where there is momentum."""
        return {} if self.momentum is None else {"momentum": zeros_like(params)}

    def rule(
        self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Params, Slots]:
        """The equations of the class."""
        if self.momentum is None:
            return jax.tree.map(lambda p, g: p - g * rate, params, gradients), {}
        momentum = as_dtype_of(self.momentum, rate)
        velocity = jax.tree.map(lambda v, g: v * momentum - g * rate, slots["momentum"], gradients)
        if self.nesterov:
            new = jax.tree.map(lambda p, v, g: p + (v * momentum - g * rate), params, velocity, gradients)
        else:
            new = jax.tree.map(lambda p, v: p + v, params, velocity)
        return new, {"momentum": velocity}
