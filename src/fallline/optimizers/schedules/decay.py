"""Learning rates that fall along a simple curve: exponential, inverse time, polynomial."""

from __future__ import annotations

import abc
import dataclasses
from typing import final

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import NOT_NEGATIVE, POSITIVE, flag, number, within
from fallline._tree import static, tree
from fallline._types import Number, Scalar
from fallline.optimizers.schedules.schedule import LearningRateSchedule, in_one_type, schedules


@tree
class _Decay(LearningRateSchedule):
    """What falls with the time that has passed, in units of `decay_steps` or whole ones of them."""

    initial_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    decay_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    decay_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    staircase: bool = flag(False)

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, rate, decay_steps, decay_rate = in_one_type(
            step, self.initial_learning_rate, self.decay_steps, self.decay_rate
        )
        passed = t / decay_steps
        return self.fallen(rate, decay_rate, jnp.floor(passed) if self.staircase else passed)

    @abc.abstractmethod
    def fallen(self, rate: Scalar, decay_rate: Scalar, passed: Scalar) -> Scalar:
        """The rate after the time that has passed."""


@schedules.register()
@final
@tree
class ExponentialDecay(_Decay):
    """Multiplies the rate by a factor every so many steps.

    rate(t) = initial_learning_rate * decay_rate ^ (t / decay_steps)

    Attributes:
        initial_learning_rate: The rate at step 0.
        decay_steps: Steps in which the rate falls by the factor, above 0.
        decay_rate: The factor.
        staircase: Whether t / decay_steps is rounded down.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source: Keras 3 for names and defaults.
    """

    name: str = static(default="ExponentialDecay")

    def fallen(self, rate: Scalar, decay_rate: Scalar, passed: Scalar) -> Scalar:
        """The equation of the class."""
        return rate * decay_rate**passed


@schedules.register()
@final
@tree
class InverseTimeDecay(_Decay):
    """Divides the rate by a number that grows evenly with the steps.

    rate(t) = initial_learning_rate / (1 + decay_rate * t / decay_steps)

    Attributes:
        initial_learning_rate: The rate at step 0.
        decay_steps: Steps in which the divisor grows by `decay_rate`, above 0.
        decay_rate: Growth of the divisor.
        staircase: Whether t / decay_steps is rounded down.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source: Keras 3 for names and defaults.
    """

    name: str = static(default="InverseTimeDecay")

    def fallen(self, rate: Scalar, decay_rate: Scalar, passed: Scalar) -> Scalar:
        """The equation of the class."""
        return rate / (1 + decay_rate * passed)


@schedules.register()
@final
@tree
class PolynomialDecay(LearningRateSchedule):
    """Falls from one rate to another along a power of the remaining time, and stays there.

    rate(t) = (initial - end) * (1 - min(t, T) / T) ^ power + end,  T = decay_steps

    With `cycle`, T grows to the next multiple of `decay_steps` instead, so the rate rises again after each
    period and falls to its end anew.

    Attributes:
        initial_learning_rate: The rate at step 0.
        decay_steps: Steps until the end rate is reached, above 0.
        end_learning_rate: The rate at the end.
        power: 1 is a straight line.
        cycle: Whether to start again after each period.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source: Keras 3 for names and defaults.
    """

    initial_learning_rate: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    decay_steps: Number = dataclasses.field(metadata=within(POSITIVE))
    end_learning_rate: Number = number(0.0001, NOT_NEGATIVE)
    power: Number = number(1.0, NOT_NEGATIVE)
    cycle: bool = flag(False)
    name: str = static(default="PolynomialDecay")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        t, initial, decay_steps, end, power = in_one_type(
            step, self.initial_learning_rate, self.decay_steps, self.end_learning_rate, self.power
        )
        if self.cycle:
            decay_steps = decay_steps * jnp.maximum(jnp.ceil(t / decay_steps), 1)
        else:
            t = jnp.minimum(t, decay_steps)
        # Rounding may take t / decay_steps above 1, of which a broken power is NaN.
        return (initial - end) * jnp.maximum(1 - t / decay_steps, 0) ** power + end
