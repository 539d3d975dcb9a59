"""Ftrl: follow the (proximally) regularised leader."""

from __future__ import annotations

from typing import final

import jax
import jax.numpy as jnp

from fallline._ranges import NOT_NEGATIVE, Range, number
from fallline._tree import tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers

_NOT_POSITIVE = Range("at most 0", high=0.0)


@optimizers.register("ftrl")
@final
@tree
class Ftrl(FirstOrderOptimizer):
    """The parameters that are best for all gradients so far together, with exact zeros under l1.

    g' = g + 2 * l2_shrinkage * p
    z <- z + g' - ((n + g^2)^-power - n^-power) / rate * p
    n <- n + g^2
    p <- (clip(z, -l1, l1) - z) / (n^-power / rate + 2 * l2 + beta / rate)

    with power = learning_rate_power, so that the rate falls with the root of n where it is -0.5.

    Attributes:
        learning_rate: A number above 0, or a schedule.
        learning_rate_power: At most 0; 0 keeps the rate.
        initial_accumulator_value: n before the first step, at least 0.
        l1_regularization_strength: l1, at least 0; parameters with |z| below it are 0.
        l2_regularization_strength: l2, at least 0: it holds the parameters near 0 at each step.
        l2_shrinkage_regularization_strength: A penalty on their size that works like one in the loss.
        beta: The beta of the paper, at least 0.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        McMahan et al.: Ad click prediction: a view from the trenches, 2013, algorithm 1.
    """

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    learning_rate_power: Number = number(-0.5, _NOT_POSITIVE)
    initial_accumulator_value: Number = number(0.1, NOT_NEGATIVE)
    l1_regularization_strength: Number = number(0.0, NOT_NEGATIVE)
    l2_regularization_strength: Number = number(0.0, NOT_NEGATIVE)
    l2_shrinkage_regularization_strength: Number = number(0.0, NOT_NEGATIVE)
    beta: Number = number(0.0, NOT_NEGATIVE)

    def init_slots(self, params: Params) -> Slots:
        """n, filled with its initial value, and z."""

        def filled(param: jax.Array) -> jax.Array:
            return jnp.full_like(param, as_dtype_of(self.initial_accumulator_value, param))

        return {"accumulator": jax.tree.map(filled, params), "linear": zeros_like(params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        power, l1 = (
            as_dtype_of(number, rate)
            for number in (self.learning_rate_power, self.l1_regularization_strength)
        )
        shrinkage = as_dtype_of(self.l2_shrinkage_regularization_strength, rate)
        l2 = as_dtype_of(self.l2_regularization_strength, rate) + as_dtype_of(self.beta, rate) / (2 * rate)
        old = slots["accumulator"]
        squares = jax.tree.map(lambda n, g: n + jnp.square(g), old, gradients)

        def added(z: jax.Array, g: jax.Array, p: jax.Array, before: jax.Array, n: jax.Array) -> jax.Array:
            return z + (g + 2 * shrinkage * p - (n**-power - before**-power) / rate * p)

        linear = jax.tree.map(added, slots["linear"], gradients, params, old, squares)
        new = jax.tree.map(
            lambda z, n: (jnp.clip(z, -l1, l1) - z) / (n**-power / rate + 2 * l2), linear, squares
        )
        return new, {"accumulator": squares, "linear": linear}
