"""Lion: steps of one size, in the direction of the sign of an average."""

from __future__ import annotations

from typing import final

import jax
import jax.numpy as jnp

from fallline._ranges import FRACTION, NOT_NEGATIVE, Range, number
from fallline._tree import tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers

_ABOVE_ZERO_TO_ONE = Range("above 0 and at most 1", low=0.0, high=1.0, low_open=True)


@optimizers.register("lion")
@final
@tree
class Lion(FirstOrderOptimizer):
    """Moves every parameter by the rate, against the sign of the average gradient.

    p <- p - rate * sign(beta_1 * m + (1 - beta_1) * g)
    m <- beta_2 * m + (1 - beta_2) * g

    Every step is as long as the rate, so the rate is three to ten times smaller than Adam's, and the weight
    decay larger by the same factor.

    Attributes:
        learning_rate: A number, or a schedule.
        beta_1: Share of the average in the step, above 0 and at most 1.
        beta_2: Keeping rate of the average gradient, between 0 and 1.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Chen et al.: Symbolic discovery of optimization algorithms, 2023, program 1.
    """

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    beta_1: Number = number(0.9, _ABOVE_ZERO_TO_ONE)
    beta_2: Number = number(0.99, FRACTION)

    def init_slots(self, params: Params) -> Slots:
        """The average gradient."""
        return {"momentum": zeros_like(params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        beta_1, beta_2 = as_dtype_of(self.beta_1, rate), as_dtype_of(self.beta_2, rate)
        rest_1, rest_2, momentum = 1 - beta_1, 1 - beta_2, slots["momentum"]
        new = jax.tree.map(
            lambda p, m, g: p - rate * jnp.sign(m * beta_1 + g * rest_1), params, momentum, gradients
        )
        momentum = jax.tree.map(lambda m, g: m * beta_2 + g * rest_2, momentum, gradients)
        return new, {"momentum": momentum}
