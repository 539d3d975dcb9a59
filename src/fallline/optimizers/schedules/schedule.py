"""What a learning-rate schedule is, and the table of their names."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._schedule import Schedule
from fallline._tree import tree
from fallline._types import Number, Scalar
from fallline.registry.table import Registry


@tree
class LearningRateSchedule(Schedule):
    """A learning rate, or any other number of a run, that depends on the step.

    Its own numbers are leaves: new ones never recompile.

    Source: Keras 3 for names and arguments.
    """


schedules: Registry[LearningRateSchedule] = Registry("learning-rate schedule", "schedules")


def in_one_type(step: Int[Array, ""], rate: Number, *numbers: Number) -> tuple[Scalar, ...]:
    """The step and the numbers of a schedule as scalars of the learning rate's floating type."""
    rate = jnp.asarray(rate)
    return tuple(jnp.asarray(number, rate.dtype) for number in (step, rate, *numbers))


serialize, deserialize = schedules.serializers(LearningRateSchedule, schedules.get)  # type: ignore[type-abstract]
