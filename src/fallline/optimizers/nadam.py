"""Nadam: Adam with Nesterov's momentum."""

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


@optimizers.register("nadam")
@final
@tree
class Nadam(FirstOrderOptimizer):
    """Adam that looks ahead along its average gradient, with a momentum that rises to beta_1.

    mu_t = beta_1 * (1 - 0.96^(momentum_decay * t) / 2),  M_t = mu_1 ... mu_t
    m <- m + (1 - beta_1) * (g - m)
    v <- v + (1 - beta_2) * (g^2 - v)
    p <- p - rate * (mu_{t+1} m / (1 - M_{t+1}) + (1 - mu_t) g / (1 - M_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)

    with t the number of the step, from 1.

    Attributes:
        learning_rate: A number, or a schedule.
        beta_1: Keeping rate of the average gradient, at least 0 and below 1.
        beta_2: Keeping rate of the average squared gradient, at least 0 and below 1.
        epsilon: Small number beside the corrected root, at least 0.
        momentum_decay: How fast the momentum rises. 1 is Keras 3's; 0.004 is the paper's, PyTorch's and that of
            older Keras, where it is called `schedule_decay`.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Dozat: Incorporating Nesterov momentum into Adam, 2016.
    """

    renamed: ClassVar[dict[str, str]] = {
        **FirstOrderOptimizer.renamed,
        "schedule_decay": "momentum_decay",
    }

    no_lengths: ClassVar[str | None] = None

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    beta_1: Number = number(0.9, BELOW_ONE)
    beta_2: Number = number(0.999, BELOW_ONE)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)
    momentum_decay: Number = number(1.0, NOT_NEGATIVE)

    def init_slots(self, params: Params) -> Slots:
        """The first and second moment, and the product of all momenta so far, a scalar."""
        types = [leaf.dtype for leaf in jax.tree.leaves(params)]
        product = jnp.ones((), types[0] if types else jnp.result_type(float))
        return {"momentum": zeros_like(params), "velocity": zeros_like(params), "u_product": product}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        beta_1, beta_2 = as_dtype_of(self.beta_1, rate), as_dtype_of(self.beta_2, rate)
        epsilon, decay = as_dtype_of(self.epsilon, rate), as_dtype_of(self.momentum_decay, rate)
        t, rest_1, rest_2 = step.astype(rate.dtype), 1 - beta_1, 1 - beta_2
        here, next_ = (beta_1 * (1 - 0.5 * 0.96 ** (decay * at)) for at in (t, t + 1))
        product = slots["u_product"] * here
        of_momentum, of_gradient = next_ / (1 - product * next_), (1 - here) / (1 - product)
        correction = 1 - beta_2**t
        momentum = jax.tree.map(lambda m, g: m + (g - m) * rest_1, slots["momentum"], gradients)
        velocity = jax.tree.map(lambda v, g: v + (jnp.square(g) - v) * rest_2, slots["velocity"], gradients)

        def moved(p: jax.Array, g: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
            ahead: jax.Array = of_momentum * m + of_gradient * g
            return p - ahead * rate / (jnp.sqrt(v / correction) + epsilon)

        new = jax.tree.map(moved, params, gradients, momentum, velocity)
        return new, {"momentum": momentum, "velocity": velocity, "u_product": product}

    def lengths(self, slots: Slots, rate: Scalar, step: Int[Array, ""]) -> PyTree:
        """Rate / (sqrt(v / (1 - beta_2^t)) + epsilon): the shares of average and gradient come to 1 together."""
        beta_2, epsilon = as_dtype_of(self.beta_2, rate), as_dtype_of(self.epsilon, rate)
        correction = 1 - beta_2 ** step.astype(rate.dtype)
        return jax.tree.map(lambda v: rate / (jnp.sqrt(v / correction) + epsilon), slots["velocity"])
