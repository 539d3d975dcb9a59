"""Numbers that rise at the beginning of a run: a warm-up before any schedule, a momentum that grows."""

from __future__ import annotations

import dataclasses
from typing import final

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, POSITIVE, number, within
from fallline._schedule import Schedule, at_step
from fallline._tree import assign, static, tree
from fallline._types import Number, Scalar
from fallline.optimizers.schedules.function import as_number
from fallline.optimizers.schedules.schedule import LearningRateSchedule, in_one_type, schedules


@schedules.register()
@final
@tree
class Warmup(LearningRateSchedule):
    """Rises in a straight line to the beginning of another schedule, then follows it.

    rate(t) = initial + (schedule(0) - initial) * t / W for t < W, schedule(t - W) from then on,
    W = warmup_steps

    Attributes:
        schedule: What follows: a schedule, or a number that stays.
        warmup_steps: Steps of the rise; 0 for none.
        initial_learning_rate: The rate at step 0.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Goyal et al.: Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2 (gradual
        warm-up).
    """

    schedule: Number | Schedule = dataclasses.field(metadata=within(NOT_NEGATIVE))
    warmup_steps: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    initial_learning_rate: Number = number(0.0, NOT_NEGATIVE)
    name: str = static(default="Warmup")

    def __post_init__(self) -> None:
        assign(self, schedule=as_number("Warmup: schedule", self.schedule))
        super().__post_init__()

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        step = jnp.asarray(step)
        t, initial, steps = in_one_type(step, self.initial_learning_rate, self.warmup_steps)
        # Whole steps, so that a schedule that compares them exactly still can.
        after = jnp.maximum(step - jnp.ceil(steps).astype(step.dtype), 0)
        top = jnp.asarray(at_step(self.schedule, 0), initial.dtype)
        rest = jnp.asarray(at_step(self.schedule, after), initial.dtype)
        return jnp.where(t < steps, initial + (top - initial) * t / jnp.maximum(steps, 1), rest)


@schedules.register()
@final
@tree
class RisingMomentum(LearningRateSchedule):
    """A momentum that rises in stairs towards its largest value.

    mu(t) = min(1 - 1 / (2 (floor(t / steps) + 1)), max_momentum)

    so 0.5 in the first `steps` steps, then 0.75, 0.833, 0.875, ... It is made for
    `SGD(momentum=RisingMomentum(0.99), nesterov="lookahead")`.

    Attributes:
        max_momentum: The largest value, at least 0 and below 1.
        steps: Steps of each stair, above 0.
        name: A name of your own.

    Raises:
        UsageError: a number is out of its range.

    Source:
        Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning,
        2013, equation 5: 1 - 2^(-1 - log2(floor(t / 250) + 1)).
    """

    max_momentum: Number = dataclasses.field(metadata=within(BELOW_ONE))
    steps: Number = number(250, POSITIVE)
    name: str = static(default="RisingMomentum")

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The momentum of a step, counted from 0."""
        t, largest, steps = in_one_type(step, self.max_momentum, self.steps)
        return jnp.minimum(1 - 0.5 / (jnp.floor(t / steps) + 1), largest)
