"""Adagrad: a learning rate for every parameter, from the sum of its squared gradients."""

from __future__ import annotations

from typing import ClassVar, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import NOT_NEGATIVE, check_numbers
from fallline._tree import PyTree, static, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.epsilon import check_place, root
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Slots
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

    learning_rate: LearningRate = 0.001
    initial_accumulator_value: Number = 0.1
    epsilon: Number = 1e-7
    epsilon_place: str = static(default="inside", kw_only=True)

    def __post_init__(self) -> None:
        FirstOrderOptimizer.__post_init__(self)
        check_numbers(self, initial_accumulator_value=NOT_NEGATIVE, epsilon=NOT_NEGATIVE)
        check_place("Adagrad", self.epsilon_place, ("inside", "outside"))

    def init_slots(self, params: Params) -> Slots:
        """The accumulator, filled with its initial value."""

        def filled(param: jax.Array) -> jax.Array:
            return jnp.full_like(param, as_dtype_of(self.initial_accumulator_value, param))

        return {"accumulator": jax.tree.map(filled, params)}

    def rule(
        self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Int[Array, ""]
    ) -> tuple[Params, Slots]:
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
