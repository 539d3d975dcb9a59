"""Lamb: Adam whose step has the length of the layer's weights."""

from __future__ import annotations

from typing import final

import jax
import jax.numpy as jnp

from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, number
from fallline._tree import tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers


@optimizers.register("lamb")
@final
@tree
class Lamb(FirstOrderOptimizer):
    """Adam with each array's step as long as the array itself, times the rate; for very large batches.

    m <- m + (1 - beta_1) * (g - m)
    v <- v + (1 - beta_2) * (g^2 - v)
    u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon)
    p <- p - rate * |p| / |u| * u

    with t the number of the step, from 1, and |.| the norm of one array; the quotient is 1 where a norm is 0.

    Attributes:
        learning_rate: A number, or a schedule.
        beta_1: Keeping rate of the average gradient, at least 0 and below 1.
        beta_2: Keeping rate of the average squared gradient, at least 0 and below 1.
        epsilon: Small number beside the corrected root, at least 0.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        You et al.: Large batch optimization for deep learning: training BERT in 76 minutes, 2020, algorithm 2.
    """

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    beta_1: Number = number(0.9, BELOW_ONE)
    beta_2: Number = number(0.999, BELOW_ONE)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)

    def init_slots(self, params: Params) -> Slots:
        """The first and second moment."""
        return {"momentum": zeros_like(params), "velocity": zeros_like(params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        beta_1, beta_2 = as_dtype_of(self.beta_1, rate), as_dtype_of(self.beta_2, rate)
        epsilon, t = as_dtype_of(self.epsilon, rate), step.astype(rate.dtype)
        rest_1, rest_2 = 1 - beta_1, 1 - beta_2
        correction_1, correction_2 = 1 - beta_1**t, 1 - beta_2**t
        momentum = jax.tree.map(lambda m, g: m + (g - m) * rest_1, slots["momentum"], gradients)
        velocity = jax.tree.map(lambda v, g: v + (jnp.square(g) - v) * rest_2, slots["velocity"], gradients)

        def moved(p: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
            update = m / correction_1 / (jnp.sqrt(v / correction_2) + epsilon)
            length, size = jnp.sqrt(jnp.sum(jnp.square(update))), jnp.sqrt(jnp.sum(jnp.square(p)))
            both = (length > 0) & (size > 0)
            ratio = jnp.where(both, size / jnp.where(both, length, 1), 1)
            return p - ratio * rate * update

        new = jax.tree.map(moved, params, momentum, velocity)
        return new, {"momentum": momentum, "velocity": velocity}
