"""Averages of the parameters over the steps of a run, which a run may end with instead of the last ones.

Late steps of a stochastic method wander about the minimum; their mean is nearer to it than each of them.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int

from fallline._tree import select
from fallline._types import Number, Params, as_dtype_of


def moving_average(average: Params, params: Params, momentum: Number, step: Int[Array, ""]) -> Params:
    """The exponential moving average of the parameters, started at the first ones.

    a <- c * a + (1 - c) * p,  c = 0 at the first step, then ema_momentum

    Args:
        average: The average so far, a tree like `params`.
        params: Parameters after the step.
        momentum: Share of the average so far.
        step: Number of the step, counted from 0.

    Returns:
        The new average.

    Source:
        Keras 3 for names and numerics.
    """

    def mix(average: jax.Array, param: jax.Array) -> jax.Array:
        kept = as_dtype_of(momentum, param) * (step > 0).astype(param.dtype)
        return kept * average + (1 - kept) * param

    new: Params = jax.tree.map(mix, average, params)
    return new


def running_mean(average: Params, params: Params, count: Int[Array, ""], counts: Bool[Array, ""]) -> Params:
    """The even mean of the parameters over the steps, from a given step on.

    a <- a + (p - a) / n,  with n the number of parameters in the mean, the present ones included

    Args:
        average: The mean so far, a tree like `params`.
        params: Parameters after the step.
        count: n; below 1 the mean has not begun, and the parameters themselves stand for it.
        counts: Whether the step moved the parameters at all.

    Returns:
        The new mean.

    Source:
        Polyak, Juditsky: Acceleration of stochastic approximation by averaging, 1992, equation 2.
    """
    number = jnp.maximum(count, 1)
    new = jax.tree.map(lambda a, p: a + (p - a) / number.astype(p.dtype), average, params)
    return select(counts, new, average)
