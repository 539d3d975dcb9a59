"""RMSprop: a learning rate for every parameter, from the moving average of its squared gradients."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import FRACTION, NOT_NEGATIVE, flag, number, one_of
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.epsilon import root
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers


@optimizers.register("rmsprop")
@final
@tree
class RMSprop(FirstOrderOptimizer):
    """Divides the gradient by the root of the moving average of its square.

    v <- rho * v + (1 - rho) * g^2
    p <- p - rate * g / sqrt(v + epsilon)

    Centered, the root is of the variance: a <- rho * a + (1 - rho) * g, and v - a^2 stands for v. With
    momentum, u <- momentum * u + rate * g / sqrt(v + epsilon), and p <- p - u.

    Attributes:
        learning_rate: A number, or a schedule.
        rho: Keeping rate of the averages, between 0 and 1.
        momentum: Between 0 and 1. The number 0 is stored as None, which means the same: no momentum is
            kept, and the step does not pay for one.
        epsilon: Small number inside the root, as in Keras, at least 0.
        centered: Whether to divide by the estimated standard deviation.
        epsilon_place: "inside" the root (Keras) or "outside" (PyTorch); see `optimizers.epsilon`.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Tieleman, Hinton: Lecture 6.5 - rmsprop, Coursera, 2012. Centered: Graves: Generating sequences with
        recurrent neural networks, 2013, equations 38-41.
    """

    no_lengths: ClassVar[str | None] = None

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    rho: Number = number(0.9, FRACTION)
    momentum: Number | None = number(0.0, FRACTION, zero_is_none=True)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)
    centered: bool = flag(False)
    epsilon_place: str = dataclasses.field(
        default="inside", kw_only=True, metadata=one_of("inside", "outside")
    )

    def init_slots(self, params: Params) -> Slots:
        """The velocity; the average gradient and the momentum where they are used."""
        slots = {"velocity": zeros_like(params)}
        if self.centered:
            slots["average_gradient"] = zeros_like(params)
        if self.momentum is not None:
            slots["momentum"] = zeros_like(params)
        return slots

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        rho, epsilon = as_dtype_of(self.rho, rate), as_dtype_of(self.epsilon, rate)
        rest = 1 - rho
        velocity = jax.tree.map(lambda v, g: rho * v + rest * jnp.square(g), slots["velocity"], gradients)
        new_slots, variance = {"velocity": velocity}, velocity
        if self.centered:
            average = jax.tree.map(lambda a, g: rho * a + rest * g, slots["average_gradient"], gradients)
            new_slots["average_gradient"] = average
            # Under a constant gradient v - a^2 cancels to rounding noise that can be below -epsilon.
            variance = jax.tree.map(lambda v, a: jnp.maximum(v - jnp.square(a), 0), velocity, average)
        inside = self.epsilon_place == "inside"
        increment = jax.tree.map(lambda g, v: rate * g / root(v, epsilon, inside), gradients, variance)
        if self.momentum is not None:
            momentum = as_dtype_of(self.momentum, rate)
            increment = jax.tree.map(lambda u, i: momentum * u + i, slots["momentum"], increment)
            new_slots["momentum"] = increment
        return jax.tree.map(lambda p, u: p - u, params, increment), new_slots

    @property
    def refuses_proximal(self) -> str | None:
        """Centered, its steps have no bound under a steady gradient."""
        if self.centered:
            return "with centered=True a steady gradient has the variance 0, by which its steps are divided"
        return super().refuses_proximal

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """Rate / sqrt(v + epsilon), with momentum over 1 - momentum, as in `SGD`."""
        epsilon, inside = as_dtype_of(self.epsilon, rate), self.epsilon_place == "inside"
        if self.momentum is not None:
            rate = rate / (1 - as_dtype_of(self.momentum, rate))
        return jax.tree.map(lambda v: rate / root(v, epsilon, inside), slots["velocity"])
