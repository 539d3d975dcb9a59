"""Adafactor: Adam's scaling with the memory of a row and a column for each matrix."""

from __future__ import annotations

from typing import Any, final

import jax
import jax.numpy as jnp

from fallline._ranges import NOT_NEGATIVE, POSITIVE, Range, flag, number
from fallline._tree import tree
from fallline._types import Number, Params, Scalar, as_dtype_of
from fallline.optimizers.first_order import FirstOrderOptimizer, LearningRate, Moved, Slots, Step
from fallline.optimizers.optimizer import optimizers

_NOT_POSITIVE = Range("at most 0", high=0.0)


@optimizers.register("adafactor")
@final
@tree
class Adafactor(FirstOrderOptimizer):
    """Divides the gradient by the root of its average square, kept for rows and columns alone.

    b = 1 - t^beta_2_decay,  s = g^2 + epsilon_1
    matrices    r <- b * r + (1 - b) * mean of s over columns,  c <- b * c + (1 - b) * mean of s over rows,
                v = r c / mean(r)
    vectors     v <- b * v + (1 - b) * s
    u = g / sqrt(v),  u <- u / max(1, rms(u) / clip_threshold)
    p <- p - max(epsilon_2, rms(p)) * rho * u,  rho = min(rate, 1 / sqrt(t))

    with t the number of the step, from 1, and rms the root of the mean square of an array.

    Attributes:
        learning_rate: A number, or a schedule; relative to the size of the parameters.
        beta_2_decay: At most 0: how fast the memory grows.
        epsilon_1: Added to the squared gradient, at least 0.
        epsilon_2: Smallest size that a parameter array is taken to have, at least 0.
        clip_threshold: Largest rms of a step before it is scaled, above 0.
        relative_step: Whether the rate is at most 1 / sqrt(t); otherwise rho = rate.

    The other arguments are those of every first-order optimizer.

    Raises:
        UsageError: a number is out of its range, or more than one clipping limit is given.

    Source:
        Shazeer, Stern: Adafactor: adaptive learning rates with sublinear memory cost, 2018, algorithms 4 and 5.

    Differs from Keras: there `relative_step=False` changes nothing, as rho is the minimum anyway; here it does
        what its description says.
    """

    learning_rate: LearningRate = number(0.001, NOT_NEGATIVE)
    beta_2_decay: Number = number(-0.8, _NOT_POSITIVE)
    epsilon_1: Number = number(1e-30, NOT_NEGATIVE)
    epsilon_2: Number = number(1e-3, NOT_NEGATIVE)
    clip_threshold: Number = number(1.0, POSITIVE)
    relative_step: bool = flag(True)

    def init_slots(self, params: Params) -> Slots:
        """For each array the averages over its last axis and over the one before, or the average square."""

        def empty(param: jax.Array) -> dict[str, jax.Array]:
            if param.ndim < 2:
                return {"square": jnp.zeros_like(param)}
            rows, columns = param.shape[:-1], (*param.shape[:-2], param.shape[-1])
            return {"rows": jnp.zeros(rows, param.dtype), "columns": jnp.zeros(columns, param.dtype)}

        return {"velocity": jax.tree.map(empty, params)}

    def rule(self, gradients: Params, slots: Slots, params: Params, rate: Scalar, step: Step) -> Moved:
        """The equations of the class."""
        t, small = step.astype(rate.dtype), as_dtype_of(self.epsilon_2, rate)
        floor, threshold = as_dtype_of(self.epsilon_1, rate), as_dtype_of(self.clip_threshold, rate)
        kept = 1 - t ** as_dtype_of(self.beta_2_decay, rate)
        rho = jnp.minimum(rate, 1 / jnp.sqrt(t)) if self.relative_step else rate

        def averaged(gradient: jax.Array, memory: dict[str, jax.Array]) -> dict[str, jax.Array]:
            square = jnp.square(gradient) + floor
            parts = {"square": square} if "square" in memory else _means(square)
            return {name: kept * memory[name] + (1 - kept) * part for name, part in parts.items()}

        def moved(param: jax.Array, gradient: jax.Array, memory: dict[str, jax.Array]) -> jax.Array:
            update = gradient / jnp.sqrt(_square(memory))
            update = update / jnp.maximum(1, _rms(update) / threshold)
            return param - jnp.maximum(small, _rms(param)) * rho * update

        memory = jax.tree.map(averaged, gradients, slots["velocity"])
        return jax.tree.map(moved, params, gradients, memory), {"velocity": memory}


def _means(square: Any) -> dict[str, jax.Array]:
    return {"rows": jnp.mean(square, axis=-1), "columns": jnp.mean(square, axis=-2)}


def _square(memory: dict[str, jax.Array]) -> jax.Array:
    """The average square of each component, put together again from rows and columns."""
    if "square" in memory:
        return memory["square"]
    rows, columns = memory["rows"], memory["columns"]
    share = rows / jnp.mean(rows, axis=-1, keepdims=True)
    return share[..., None] * columns[..., None, :]


def _rms(array: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.mean(jnp.square(array)))
