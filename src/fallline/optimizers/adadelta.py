"""Adadelta: Adagrad with a memory that fades, and steps in the units of the parameters."""

from __future__ import annotations

from typing import final

import jax
import jax.numpy as jnp

from fallline._ranges import FRACTION, NOT_NEGATIVE, number
from fallline._tree import tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step, zeros_like
from fallline.optimizers.optimizer import optimizers


@optimizers.register("adadelta")
@final
@tree
class Adadelta(FirstOrderOptimizer):
    """Scales each step by the size of the recent steps over the size of the recent gradients.

    a <- rho * a + (1 - rho) * g^2
    d = -sqrt(b + epsilon) / sqrt(a + epsilon) * g
    b <- rho * b + (1 - rho) * d^2
    p <- p + rate * d

    Attributes:
        learning_rate: A number, or a schedule. 1 is the paper's form; Keras's default is a thousandth of it.
        rho: Keeping rate of both averages, between 0 and 1.
        epsilon: Small number inside both roots, at least 0; it also sets the length of the first steps.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Zeiler: ADADELTA: an adaptive learning rate method, 2012, algorithm 1.
    """

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    rho: Number = number(0.95, FRACTION)
    epsilon: Number = number(1e-7, NOT_NEGATIVE)

    def init_slots(self, params: Params) -> Slots:
        """The average square of the gradients and that of the steps."""
        return {"accumulated_grad": zeros_like(params), "accumulated_delta_var": zeros_like(params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        rho, epsilon = as_dtype_of(self.rho, rate), as_dtype_of(self.epsilon, rate)
        rest, steps = 1 - rho, slots["accumulated_delta_var"]
        squares = jax.tree.map(
            lambda a, g: rho * a + rest * jnp.square(g), slots["accumulated_grad"], gradients
        )
        delta = jax.tree.map(
            lambda g, a, b: -(jnp.sqrt(b + epsilon) / jnp.sqrt(a + epsilon)) * g, gradients, squares, steps
        )
        steps = jax.tree.map(lambda b, d: rho * b + rest * jnp.square(d), steps, delta)
        new = jax.tree.map(lambda p, d: p + rate * d, params, delta)
        return new, {"accumulated_grad": squares, "accumulated_delta_var": steps}
