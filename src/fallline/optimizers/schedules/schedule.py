"""What a learning-rate schedule is, and the table of their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Int

from fallline._custom_objects import custom_object_scope
from fallline._registry import Registry, from_config, to_config
from fallline._schedule import Schedule
from fallline._tree import tree
from fallline._types import Number, Scalar
from fallline.errors import SavedFileError


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


def serialize(schedule: Any) -> Any:
    """A schedule as a dictionary for JSON, from which `deserialize` makes an equal one.

    Raises:
        UsageError: it holds a function without a name.

    Source: Keras 3.
    """
    return to_config(schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> LearningRateSchedule:
    """The schedule that `serialize` described, Keras's own included.

    Args:
        config: The dictionary, or a name.
        custom_objects: What the names of your own functions and classes stand for.

    Raises:
        SavedFileError: the dictionary names something that is not there.

    Source: Keras 3.
    """
    with custom_object_scope(custom_objects):
        described = from_config(config) if isinstance(config, dict) else schedules.get(config)
    if not isinstance(described, LearningRateSchedule):
        raise SavedFileError(
            f"learning-rate schedule: the configuration describes a {type(described).__name__}."
        )
    return described
