"""Delta-bar-delta: a learning rate for every parameter, from whether its gradient keeps its sign."""

from __future__ import annotations

from typing import ClassVar, final

import jax
import jax.numpy as jnp

from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, number
from fallline._tree import tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers


@optimizers.register("delta_bar_delta")
@final
@tree
class DeltaBarDelta(FirstOrderOptimizer):
    """Raises a parameter's learning rate by a sum while its gradient keeps its sign, and cuts it by a factor when not.

    e <- e + kappa        where g * a > 0
    e <- (1 - phi) * e    where g * a < 0
    a <- (1 - theta) * g + theta * a
    p <- p - e * g

    with e the rates, g the gradient ("delta") and a the average of the gradients before ("delta bar"), 0 at first.
    The rates rise slowly and fall fast, so that none of them runs away. Every step needs all rows: in a
    mini-batch the sign is noise.

    Attributes:
        learning_rate: e before the first step; a schedule gives its first value.
        kappa: What is added, at least 0.
        phi: What share is taken away, at least 0 and below 1.
        theta: Keeping rate of the average gradient, at least 0 and below 1.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Jacobs: Increased rates of convergence through learning rate adaptation, 1988, section 4.
    """

    # Each weight has a step of its own.
    has_one_rate: ClassVar[bool] = False
    full_batch: ClassVar[str | None] = (
        "DeltaBarDelta compares the signs of successive gradients, which a mini-batch's noise flips"
    )

    learning_rate: LearningRate = number(0.01, NOT_NEGATIVE)
    kappa: Number = number(0.01, NOT_NEGATIVE)
    phi: Number = number(0.1, BELOW_ONE)
    theta: Number = number(0.7, BELOW_ONE)

    def init_slots(self, params: Params) -> Slots:
        """No gradient before, and the first rate everywhere."""
        first = self.learning_rate_at(jnp.zeros((), jnp.int32))
        rates = jax.tree.map(lambda p: jnp.full_like(p, as_dtype_of(first, p)), params)
        return {"average_gradient": zeros_like(params), "learning_rate": rates}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        kappa, kept = as_dtype_of(self.kappa, rate), 1 - as_dtype_of(self.phi, rate)
        theta, before = as_dtype_of(self.theta, rate), slots["average_gradient"]

        def adapted(e: jax.Array, g: jax.Array, a: jax.Array) -> jax.Array:
            # The product of two small gradients would underflow; that of their signs cannot.
            agrees = jnp.sign(g) * jnp.sign(a)
            return jnp.where(agrees > 0, e + kappa, jnp.where(agrees < 0, kept * e, e))

        rates = jax.tree.map(adapted, slots["learning_rate"], gradients, before)
        average = jax.tree.map(lambda a, g: (1 - theta) * g + theta * a, before, gradients)
        new = jax.tree.map(lambda p, e, g: p - e * g, params, rates, gradients)
        return new, {"average_gradient": average, "learning_rate": rates}
