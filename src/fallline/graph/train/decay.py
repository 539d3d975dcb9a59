"""Learning rates that depend on the step, as tensors: each one node of the rate, the step and the numbers of its equation.

The step and the numbers are taken in the type of the rate, float32 for a Python number: beyond 2^24 single steps are lost.

Source: TensorFlow 2.21.0, python/keras/optimizer_v2/legacy_learning_rate_decay.py, for names, arguments and numerics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.random import random_normal
from fallline.graph.train.optimizer import flat


def _exponential(rate: Any, t: Any, steps: Any, decay: Any, *, staircase: bool) -> Any:
    return rate * jnp.power(decay, _periods(t, steps, staircase))


def _natural_exponential(rate: Any, t: Any, steps: Any, decay: Any, *, staircase: bool) -> Any:
    return rate * jnp.power(jnp.exp(-decay), _periods(t, steps, staircase))


NATURAL = _natural_exponential
"""The equation of `natural_exp_decay`, which tells it from `exponential_decay`: both nodes have one type."""


def _inverse_time(rate: Any, t: Any, steps: Any, decay: Any, *, staircase: bool) -> Any:
    return rate / (1 + decay * _periods(t, steps, staircase))


def _periods(t: Any, steps: Any, staircase: bool) -> Any:
    return jnp.floor(t / steps) if staircase else t / steps


def _polynomial(rate: Any, t: Any, steps: Any, end: Any, power: Any, *, cycle: bool) -> Any:
    if cycle:
        steps = steps * jnp.where(t == 0, jnp.ones_like(t), jnp.ceil(t / steps))
    else:
        t = jnp.minimum(t, steps)
    return (rate - end) * jnp.power(1 - t / steps, power) + end


def _cosine(rate: Any, t: Any, steps: Any, alpha: Any) -> Any:
    return rate * ((1 - alpha) * _half_wave(jnp.minimum(t, steps) / steps) + alpha)


def _half_wave(fraction: Any) -> Any:
    return 0.5 * (1 + jnp.cos(math.pi * fraction))


def _cosine_restarts(rate: Any, t: Any, steps: Any, growth: Any, factor: Any, alpha: Any) -> Any:
    done = t / steps
    even = jnp.floor(done)
    # Periods whose lengths grow by a factor: the sum of a geometric series says how many are over.
    grown = growth != 1
    by = jnp.where(grown, growth, 2 * jnp.ones_like(growth))
    number = jnp.where(grown, jnp.floor(jnp.log(1 - done * (1 - by)) / jnp.log(by)), even)
    before = (1 - jnp.power(by, number)) / (1 - by)
    fraction = jnp.where(grown, (done - before) / jnp.power(by, number), done - even)
    return rate * ((1 - alpha) * jnp.power(factor, number) * _half_wave(fraction) + alpha)


def _linear_cosine(rate: Any, t: Any, steps: Any, periods: Any, alpha: Any, beta: Any) -> Any:
    done = jnp.minimum(t, steps) / steps
    return rate * ((alpha + (steps - jnp.minimum(t, steps)) / steps) * _half_wave(2 * periods * done) + beta)


def _noisy_linear_cosine(
    rate: Any, t: Any, steps: Any, variance: Any, decay: Any, periods: Any, alpha: Any, beta: Any, noise: Any
) -> Any:
    t = jnp.minimum(t, steps)
    linear = (steps - t) / steps + noise * jnp.sqrt(variance / jnp.power(1 + t, decay))
    return rate * ((alpha + linear) * _half_wave(2 * periods * t / steps) + beta)


def _piecewise(x: Any, *rest: Any) -> Any:
    number = len(rest) // 2
    boundaries, values = rest[:number], rest[number:]
    found = jnp.where(x > boundaries[-1], values[-1], values[0])
    for low, high, value in zip(boundaries[:-1], boundaries[1:], values[1:-1], strict=True):
        found = jnp.where((x > low) & (x <= high), value, found)
    return found


def _decayed(
    type: str,
    name: str | None,
    formula: Callable[..., Any],
    learning_rate: Any,
    global_step: Any,
    numbers: Sequence[Any],
    where: str,
    **attributes: Any,
) -> Tensor:
    if global_step is None:
        raise GraphError(f"global_step is required for {where}: the variable that counts the steps.")
    with scope(name, type) as entered:
        rate = convert(learning_rate, name="initial_learning_rate")
        if not rate.dtype.is_floating:
            raise GraphTypeError(
                f"{where}: the learning rate {learning_rate!r:.40} is of type {rate.dtype.base_dtype.name}; write it with a "
                "point, as 1.0."
            )
        inputs = [rate, *(cast(convert(each), rate.dtype.base_dtype) for each in (global_step, *numbers))]
        return node(type, inputs, Formula(formula, differentiable=False), (), name=entered, **attributes)


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """The rate `learning_rate * decay_rate ** (global_step / decay_steps)`; in a staircase the exponent is rounded down.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.
    """
    return _decayed(
        "ExponentialDecay", name, _exponential, learning_rate, global_step, [decay_steps, decay_rate],
        "exponential_decay", staircase=bool(staircase),
    )  # fmt: skip


def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """The rate `learning_rate * exp(-decay_rate * global_step / decay_steps)`.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate or the decay rate is a whole number.
    """
    if not convert(decay_rate).dtype.is_floating:
        raise GraphTypeError(
            f"natural_exp_decay: decay_rate {decay_rate!r:.40} must be a float: write it with a point, as 1.0."
        )
    return _decayed(
        "ExponentialDecay", name, _natural_exponential, learning_rate, global_step, [decay_steps, decay_rate],
        "natural_exp_decay", staircase=bool(staircase),
    )  # fmt: skip


def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """The rate `learning_rate / (1 + decay_rate * global_step / decay_steps)`.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.
    """
    return _decayed(
        "InverseTimeDecay", name, _inverse_time, learning_rate, global_step, [decay_steps, decay_rate],
        "inverse_time_decay", staircase=bool(staircase),
    )  # fmt: skip


def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """The rate falls to `end_learning_rate` as `(1 - t / decay_steps) ** power`, and stays there.

    With `cycle` the period is lengthened to the next multiple, again and again.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.
    """
    numbers = [decay_steps, end_learning_rate, power]
    return _decayed(
        "PolynomialDecay", name, _polynomial, learning_rate, global_step, numbers, "polynomial_decay", cycle=bool(cycle)
    )  # fmt: skip


def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = None
) -> Tensor:
    """The rate falls by half a wave of the cosine to `alpha * learning_rate`, and stays there.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.

    Source: Loshchilov, Hutter: SGDR: Stochastic gradient descent with warm restarts, 2017.
    """
    return _decayed(
        "CosineDecay", name, _cosine, learning_rate, global_step, [decay_steps, alpha], "cosine decay"
    )


def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: Any = 2.0,
    m_mul: Any = 1.0,
    alpha: Any = 0.0,
    name: str | None = None,
) -> Tensor:
    """As `cosine_decay`, again and again: each period is `t_mul` times as long and starts `m_mul` times as high.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.

    Source: Loshchilov, Hutter: SGDR: Stochastic gradient descent with warm restarts, 2017.
    """
    numbers = [first_decay_steps, t_mul, m_mul, alpha]
    return _decayed(
        "SGDRDecay", name, _cosine_restarts, learning_rate, global_step, numbers, "cosine decay restarts"
    )


def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """The rate `learning_rate * ((alpha + linear) * cosine + beta)`: it starts above the start rate.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.
    """
    numbers = [decay_steps, num_periods, alpha, beta]
    return _decayed(
        "LinearCosineDecay", name, _linear_cosine, learning_rate, global_step, numbers, "linear cosine decay"
    )


def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: Any = 1.0,
    variance_decay: Any = 0.55,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """As `linear_cosine_decay`, with normal noise of the variance `initial_variance / (1 + t) ** variance_decay` on the line.

    Raises:
        GraphError: there is no global step.
        GraphTypeError: the rate is a whole number.
    """
    noise = random_normal([])
    numbers = [decay_steps, initial_variance, variance_decay, num_periods, alpha, beta, noise]
    return _decayed(
        "NoisyLinearCosineDecay", name, _noisy_linear_cosine, learning_rate, global_step, numbers,
        "noisy linear cosine decay",
    )  # fmt: skip


def piecewise_constant(x: Any, boundaries: Any, values: Any, name: str | None = None) -> Tensor:
    """One value up to each boundary, that one included, and the last behind all.

    Args:
        x: The step.
        boundaries: Increasing numbers of the type of x; int32 ones may stand beside an int64 step.
        values: One more than boundaries, of one type, which is that of the result.
        name: Of the node.

    Raises:
        GraphError: types or numbers do not fit.
    """
    with scope(name, "PiecewiseConstant") as entered:
        step = convert(x)
        kind = step.dtype.base_dtype
        ends, levels = [convert(each) for each in flat(boundaries)], [convert(each) for each in flat(values)]
        if not ends or len(levels) != len(ends) + 1:
            raise GraphError(
                "The length of boundaries should be 1 less than the length of values: got "
                f"{len(ends)} boundaries and {len(levels)} values."
            )
        for place, each in enumerate(ends):
            own = each.dtype.base_dtype
            if own is not kind and (own.name, kind.name) != ("int32", "int64"):
                raise GraphError(
                    f"Boundaries ({own.name}) must have the same dtype as x ({kind.name}): write them as x counts."
                )
            ends[place] = cast(each, kind)
        kinds = sorted({each.dtype.base_dtype.name for each in levels})
        if len(kinds) > 1:
            raise GraphError(
                f"Values must have elements all with the same dtype ({' vs '.join(kinds)}): write all with a point, as 1.0."
            )
        inputs = [step, *ends, *levels]
        kind = levels[0].dtype.base_dtype
        formula = Formula(_piecewise, differentiable=False)
        return node("PiecewiseConstant", inputs, formula, (), kind, entered)
