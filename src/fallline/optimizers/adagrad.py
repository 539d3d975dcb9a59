"""Adagrad: a learning rate for every parameter, from the sum of its squared gradients."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import NOT_NEGATIVE, number, one_of
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.epsilon import root
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step
from fallline.optimizers.optimizer import optimizers


@optimizers.register("adagrad")
@final
@tree
class Adagrad(FirstOrderOptimizer):
    """Divides the gradient by the root of the sum of all its squares so far.

    a <- a + g^2,  p <- p - rate * g / sqrt(a + epsilon)

    Attributes:
        learning_rate: A number, or a schedule.
        initial_accumulator_value: a before the first step, at least 0.
        epsilon: Small number inside the root, as in Keras, at least 0.
        epsilon_place: "inside" the root (Keras) or "outside" (PyTorch); see `optimizers.epsilon`.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization,
        2011, equation 1 in its diagonal form.
    """

    no_lengths: ClassVar[str | None] = None

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    initial_accumulator_value: Number = number(0.1, NOT_NEGATIVE)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)
    epsilon_place: str = dataclasses.field(
        default="inside", kw_only=True, metadata=one_of("inside", "outside")
    )

    def init_slots(self, params: Params) -> Slots:
        """The accumulator, filled with its initial value."""

        def filled(param: jax.Array) -> jax.Array:
            return jnp.full_like(param, as_dtype_of(self.initial_accumulator_value, param))

        return {"accumulator": jax.tree.map(filled, params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        epsilon = as_dtype_of(self.epsilon, rate)
        accumulator = jax.tree.map(lambda a, g: a + jnp.square(g), slots["accumulator"], gradients)
        inside = self.epsilon_place == "inside"
        new = jax.tree.map(
            lambda p, g, a: p - rate * g / root(a, epsilon, inside), params, gradients, accumulator
        )
        return new, {"accumulator": accumulator}

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """Rate / sqrt(a + epsilon)."""
        epsilon, inside = as_dtype_of(self.epsilon, rate), self.epsilon_place == "inside"
        return jax.tree.map(lambda a: rate / root(a, epsilon, inside), slots["accumulator"])
