"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

import abc
import dataclasses
from typing import ClassVar, final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, flag, number, one_of, within
from fallline._tree import PyTree, tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.errors import UsageError
from fallline.optimizers.epsilon import root
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers


@tree
class AdamFamily(FirstOrderOptimizer, abc.ABC):
    """The rule that Adam and AdamW share; their numbers differ.

    m <- m + (1 - beta_1) * (g - m)
    v <- v + (1 - beta_2) * (g^2 - v)
    p <- p - alpha * m / (sqrt(v) + epsilon),  alpha = rate * sqrt(1 - beta_2^t) / (1 - beta_1^t)

    with t the number of the step, from 1. With amsgrad, the largest v so far stands for v in the last line. In
    the other places of epsilon the divisor is

    "corrected"    sqrt(v) + epsilon * sqrt(1 - beta_2^t), which is sqrt(v_hat) + epsilon of the corrected v_hat
    "inside"       sqrt(v + epsilon * (1 - beta_2^t)), which is sqrt(v_hat + epsilon)
    """

    no_lengths: ClassVar[str | None] = None

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    beta_1: Number = number(0.9, BELOW_ONE)
    beta_2: Number = number(0.999, BELOW_ONE)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)
    amsgrad: bool = flag(False)
    epsilon_place: str = dataclasses.field(
        default="outside", kw_only=True, metadata=one_of("outside", "corrected", "inside")
    )

    def init_slots(self, params: Params) -> Slots:
        """The first and second moment, and with amsgrad the largest second moment."""
        names = ["momentum", "velocity"] + (["velocity_hat"] if self.amsgrad else [])
        return {name: zeros_like(params) for name in names}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        beta_1, beta_2 = as_dtype_of(self.beta_1, rate), as_dtype_of(self.beta_2, rate)
        epsilon, t = as_dtype_of(self.epsilon, rate), step.astype(rate.dtype)
        rest_1, rest_2 = 1 - beta_1, 1 - beta_2
        correction = jnp.sqrt(1 - beta_2**t)
        alpha = rate * correction / (1 - beta_1**t)
        momentum = jax.tree.map(lambda m, g: m + (g - m) * rest_1, slots["momentum"], gradients)
        velocity = jax.tree.map(lambda v, g: v + (jnp.square(g) - v) * rest_2, slots["velocity"], gradients)
        new_slots, scale = {"momentum": momentum, "velocity": velocity}, velocity
        if self.amsgrad:
            scale = new_slots["velocity_hat"] = jax.tree.map(jnp.maximum, slots["velocity_hat"], velocity)

        def moved(p: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
            return p - m * alpha / self._divisor(v, epsilon, correction)

        new = jax.tree.map(moved, params, momentum, scale)
        return new, new_slots

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """Rate * sqrt(1 - beta_2^t) / (sqrt(v) + epsilon): the average gradient comes to a steady one."""
        scale = slots["velocity_hat" if self.amsgrad else "velocity"]
        beta_2, epsilon = as_dtype_of(self.beta_2, rate), as_dtype_of(self.epsilon, rate)
        correction = jnp.sqrt(1 - beta_2 ** step.astype(rate.dtype))
        return jax.tree.map(lambda v: rate * correction / self._divisor(v, epsilon, correction), scale)

    def _divisor(self, square: jax.Array, epsilon: Scalar, correction: Scalar) -> jax.Array:
        """The root of an average square, with epsilon in its place."""
        if self.epsilon_place == "corrected":
            epsilon = epsilon * correction
        elif self.epsilon_place == "inside":
            epsilon = epsilon * jnp.square(correction)
        return root(square, epsilon, self.epsilon_place == "inside")


@optimizers.register("adam")
@final
@tree
class Adam(AdamFamily):
    """Moves by the average gradient over the root of the average squared gradient, both freed of their start.

    m <- m + (1 - beta_1) * (g - m)
    v <- v + (1 - beta_2) * (g^2 - v)
    p <- p - rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)

    with t the number of the step, from 1. As in Keras, epsilon is the paper's epsilon-hat: it is added before the
    bias correction; `epsilon_place="corrected"` adds it after, as PyTorch and the paper's algorithm 1 do.

    Attributes:
        learning_rate: A number, or a schedule.
        beta_1: Keeping rate of the average gradient, at least 0 and below 1.
        beta_2: Keeping rate of the average squared gradient, at least 0 and below 1.
        epsilon: Small number beside the root, at least 0.
        amsgrad: Whether to divide by the largest average so far.
        epsilon_place: "outside" (Keras), "corrected" (PyTorch) or "inside" the root; see `optimizers.epsilon`.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Kingma, Ba: Adam: a method for stochastic optimization, 2015, section 2 (the reordered form).
        Reddi, Kale, Kumar: On the convergence of Adam and beyond, 2018, algorithm 2 (amsgrad).
    """


@optimizers.register("adamw")
@final
@tree
class AdamW(AdamFamily):
    """Adam with weight decay beside the gradient step, not inside the gradient.

    p <- p - p * weight_decay * rate, then Adam's equations.

    Attributes:
        learning_rate: A number, or a schedule.
        weight_decay: Factor of the decay, at least 0.
        beta_1: Keeping rate of the average gradient, at least 0 and below 1.
        beta_2: Keeping rate of the average squared gradient, at least 0 and below 1.
        epsilon: Small number beside the root, at least 0.
        amsgrad: Whether to divide by the largest average so far.
        epsilon_place: "outside" (Keras), "corrected" (PyTorch) or "inside" the root; see `optimizers.epsilon`.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Loshchilov, Hutter: Decoupled weight decay regularization, 2019, algorithm 2.
    """

    weight_decay: Number | None = dataclasses.field(
        default=0.004, metadata=within(NOT_NEGATIVE, optional=True)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weight_decay is None:
            raise UsageError(
                "AdamW: weight_decay must be a number at least 0, got None. Without decay, use Adam."
            )
