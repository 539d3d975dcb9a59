"""Adamax: Adam with the largest gradient in place of the root of the average square."""

from __future__ import annotations

from typing import ClassVar, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, number
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers


@optimizers.register("adamax")
@final
@tree
class Adamax(FirstOrderOptimizer):
    """Adam in the infinity norm: divides by the largest recent gradient.

    m <- m + (1 - beta_1) * (g - m)
    u <- max(beta_2 * u, |g|)
    p <- p - rate / (1 - beta_1^t) * m / (u + epsilon)

    Attributes:
        learning_rate: A number, or a schedule.
        beta_1: Keeping rate of the average gradient, at least 0 and below 1.
        beta_2: Keeping rate of the largest gradient, at least 0 and below 1.
        epsilon: Small number beside u, at least 0 (PyTorch has it inside the maximum, the paper has none).

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Kingma, Ba: Adam: a method for stochastic optimization, 2015, algorithm 2.
    """

    no_lengths: ClassVar[str | None] = None

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    beta_1: Number = number(0.9, BELOW_ONE)
    beta_2: Number = number(0.999, BELOW_ONE)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)

    def init_slots(self, params: Params) -> Slots:
        """The average gradient and the largest one."""
        return {"momentum": zeros_like(params), "norm": zeros_like(params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        beta_1, beta_2 = as_dtype_of(self.beta_1, rate), as_dtype_of(self.beta_2, rate)
        epsilon, t = as_dtype_of(self.epsilon, rate), step.astype(rate.dtype)
        rest, alpha = 1 - beta_1, rate / (1 - beta_1**t)
        momentum = jax.tree.map(lambda m, g: m + (g - m) * rest, slots["momentum"], gradients)
        norm = jax.tree.map(lambda u, g: jnp.maximum(beta_2 * u, jnp.abs(g)), slots["norm"], gradients)
        new = jax.tree.map(lambda p, m, u: p - alpha * m / (u + epsilon), params, momentum, norm)
        return new, {"momentum": momentum, "norm": norm}

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """Rate / (u + epsilon): the average gradient comes to a steady one."""
        return jax.tree.map(lambda u: rate / (u + as_dtype_of(self.epsilon, rate)), slots["norm"])
