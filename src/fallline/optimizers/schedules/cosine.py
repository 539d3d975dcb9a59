"""Learning rates that fall along a cosine: once, after a warm-up or a flat part, or again and again."""

from __future__ import annotations

import dataclasses
from typing import final

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import (
    AT_LEAST_ONE,
    BELOW_ONE,
    FRACTION,
    NOT_NEGATIVE,
    POSITIVE,
    counting,
    number,
    within,
)
from fallline._tree import static, tree
from fallline._types import Number, Scalar, as_dtype_of
from fallline.optimizers.schedules.schedule import LearningRateSchedule, in_one_type, schedules


@schedules.register()
@final
@tree
class CosineDecay(LearningRateSchedule):
    """Rises in a straight line to a target (the warm-up, if there is one), then falls along half a cosine.

    warm-up, t < W      rate(t) = initial + (target - initial) * t / W
    decay               rate(t) = top * ((1 - alpha) * (1 + cos(pi * min(t - W, T) / T)) / 2 + alpha)

    with T = decay_steps, W = warmup_steps and top = target; without a target, W = 0 and top = initial.

    Attributes:
        initial_learning_rate: The rate at step 0.
        decay_steps: Steps of the fall, above 0, not counting the warm-up.
        alpha: The rate at the end, as a fraction of the rate at the top.
        name: A name of your own.
        warmup_target: The rate after the warm-up; None for no warm-up.
        warmup_steps: Steps of the warm-up; ignored without a target.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, 2017, equation 5.
    """

    initial_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    decay_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    alpha: Number = number(0.0, FRACTION)
    name: str = static(default="CosineDecay")
    warmup_target: Number | None = number(None, NOT_NEGATIVE)
    warmup_steps: Number = number(0, NOT_NEGATIVE)

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, initial, decay_steps, alpha, warmup_steps = in_one_type(
            step, self.initial_learning_rate, self.decay_steps, self.alpha, self.warmup_steps
        )
        if self.warmup_target is None:
            return initial * _half_cosine(jnp.minimum(t, decay_steps) / decay_steps, alpha)
        target = as_dtype_of(self.warmup_target, initial)
        # Both branches are computed; the division must stay finite when there are no warm-up steps.
        rising = (target - initial) * (t / jnp.maximum(warmup_steps, 1)) + initial
        falling = target * _half_cosine(jnp.minimum(t - warmup_steps, decay_steps) / decay_steps, alpha)
        return jnp.where(t < warmup_steps, rising, falling)


@schedules.register()
@final
@tree
class FlatCosineDecay(LearningRateSchedule):
    """Stays as it is for the first part of the run, then falls along half a cosine.

    rate(t) = initial_learning_rate * ((1 - alpha) * (1 + cos(pi * f)) / 2 + alpha)

    with f = max(0, min(t, T) / T - flat) / (1 - flat) the passed fraction of the fall, and T = decay_steps. For a rate of
    dropout or a weight decay that should be gone at the end of a run, too.

    Attributes:
        initial_learning_rate: The rate of the flat part.
        decay_steps: Steps to the end of the fall, the flat part included, above 0.
        flat: The flat part, as a fraction of the steps, below 1.
        alpha: The rate at the end, as a fraction of the rate at the start.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Holzmüller, Grinsztajn, Steinwart: Better by default: strong pre-tuned MLPs and boosted trees on tabular data,
        2024, "flat_cos".
    """

    initial_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    decay_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    flat: Number = number(0.5, BELOW_ONE)
    alpha: Number = number(0.0, FRACTION)
    name: str = static(default="FlatCosineDecay")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, initial, decay_steps, flat, alpha = in_one_type(
            step, self.initial_learning_rate, self.decay_steps, self.flat, self.alpha
        )
        passed = jnp.maximum(0, jnp.minimum(t, decay_steps) / decay_steps - flat) / (1 - flat)
        return initial * _half_cosine(passed, alpha)


@schedules.register()
@final
@tree
class CoslogDecay(LearningRateSchedule):
    """Rises from 0 to a top and falls back to 0 again and again, each time about twice as long.

    rate(t) = maximal_learning_rate * (1 - cos(2 pi log2(1 + (2^cycles - 1) * min(t, T) / T))) / 2

    with T = decay_steps. Each cycle ends at 0, so that the last steps of the run are small ones, and the long cycles come
    when the network is good: of 4 cycles they take 1/15, 2/15, 4/15 and 8/15 of the steps.

    Attributes:
        maximal_learning_rate: The rate at each top.
        decay_steps: Steps of the run (epochs times steps per epoch), above 0; from then on the rate is 0.
        cycles: How often it rises and falls.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Holzmüller, Grinsztajn, Steinwart: Better by default: strong pre-tuned MLPs and boosted trees on tabular data,
        2024, "coslog4".
    """

    maximal_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    decay_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    cycles: Number = dataclasses.field(default=4, metadata=counting(1))
    name: str = static(default="CoslogDecay")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, top, decay_steps, cycles = in_one_type(
            step, self.maximal_learning_rate, self.decay_steps, self.cycles
        )
        passed = jnp.log2(1 + (2**cycles - 1) * (jnp.minimum(t, decay_steps) / decay_steps))
        # (1 - cos 2a) / 2 as sin(a)^2, which does not cancel near 0.
        return top * jnp.sin(jnp.pi * passed) ** 2


@schedules.register()
@final
@tree
class CosineDecayRestarts(LearningRateSchedule):
    """Falls along half a cosine, starts again at the top, in longer periods from lower tops.

    rate(t) = initial_learning_rate * ((1 - alpha) * m_mul^i * (1 + cos(pi * f)) / 2 + alpha)

    with i the number of restarts so far and f the passed fraction of the period. Period i has
    first_decay_steps * t_mul^i steps.

    Attributes:
        initial_learning_rate: The rate at step 0.
        first_decay_steps: Steps of the first period, above 0.
        t_mul: Factor from one period's length to the next, at least 1.
        m_mul: Factor from one period's top to the next.
        alpha: The rate at the end of a period, as a fraction of the initial rate.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts, 2017, equation 5.
    """

    initial_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    first_decay_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    t_mul: Number = number(2.0, AT_LEAST_ONE)
    m_mul: Number = number(1.0, NOT_NEGATIVE)
    alpha: Number = number(0.0, FRACTION)
    name: str = static(default="SGDRDecay")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, initial, first, t_mul, m_mul, alpha = in_one_type(
            step, self.initial_learning_rate, self.first_decay_steps, self.t_mul, self.m_mul, self.alpha
        )
        restarts, fraction = _period(t / first, t_mul)
        return initial * _half_cosine(fraction, alpha, m_mul**restarts)


def _half_cosine(fraction: Scalar, alpha: Scalar, top: Scalar | float = 1.0) -> Scalar:
    return (1 - alpha) * (0.5 * top * (1 + jnp.cos(jnp.pi * fraction))) + alpha


def _period(passed: Scalar, t_mul: Scalar) -> tuple[Scalar, Scalar]:
    """The number of restarts after `passed` first periods, and the fraction of the present period."""
    grows = t_mul != 1
    ratio = jnp.where(grows, t_mul, 2)  # keeps the unused branch finite

    def fraction_after(restarts: Scalar) -> Scalar:
        length = ratio**restarts
        return (passed - (length - 1) / (ratio - 1)) / length

    restarts = jnp.floor(jnp.log(1 + passed * (ratio - 1)) / jnp.log(ratio))
    # At a restart the quotient of logarithms can round to just below the whole number.
    restarts = restarts + (fraction_after(restarts) >= 1).astype(passed.dtype)
    whole = jnp.floor(passed)
    return jnp.where(grows, restarts, whole), jnp.where(grows, fraction_after(restarts), passed - whole)
