"""Learning rates that change at given steps."""

from __future__ import annotations

from typing import Any, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int

from fallline._ranges import NOT_NEGATIVE, checked_number
from fallline._tree import assign, static, tree
from fallline._types import Scalar
from fallline.errors import UsageError
from fallline.optimizers.schedules.schedule import LearningRateSchedule, schedules


@schedules.register()
@final
@tree
class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to and including each boundary, another one after it.

    rate(t) = values[0] for t <= boundaries[0], values[i] for boundaries[i-1] < t <= boundaries[i],
    values[-1] after the last boundary

    Attributes:
        boundaries: Steps, strictly rising; stored as an integer array (boundaries,).
        values: Rates, one more than boundaries; stored as an array (boundaries + 1,).
        name: A name of your own.

    Raises:
        UsageError: the lengths do not fit, the boundaries do not rise, or a value is negative.

    Source: Keras 3 for names and defaults.
    """

    boundaries: Any
    values: Any
    name: str = static(default="PiecewiseConstant")

    def __post_init__(self) -> None:
        if isinstance(self.boundaries, list | tuple) or _is_row(self.boundaries):
            assign(self, boundaries=_rising("PiecewiseConstantDecay: boundaries", self.boundaries))
        if isinstance(self.values, list | tuple) or _is_row(self.values):
            where = "PiecewiseConstantDecay: every one of values"
            values = [checked_number(where, value, NOT_NEGATIVE) for value in self.values]
            assign(self, values=np.asarray(values, np.float64))
        boundaries, values = np.shape(self.boundaries), np.shape(self.values)
        if not boundaries or not values or values[-1] != boundaries[-1] + 1:
            raise UsageError(
                "PiecewiseConstantDecay: expected one more value than boundaries, "
                f"got boundaries {boundaries} and values {values}."
            )

    def __call__(self, step: Int[Array, ""]) -> Scalar:
        """The learning rate of a step, counted from 0."""
        step = jnp.asarray(step)
        boundaries = jnp.asarray(self.boundaries, step.dtype)
        passed = jnp.sum(step > boundaries, dtype=step.dtype)
        return jnp.take(jnp.asarray(self.values), passed, mode="clip")


def _is_row(given: Any) -> bool:
    """Whether it is an array as a user gives one; not stacked or traced, as in a population."""
    return (
        isinstance(given, np.ndarray | jax.Array)
        and not isinstance(given, jax.core.Tracer)
        and given.ndim == 1
    )


def _rising(where: str, steps: Any) -> np.ndarray[Any, Any]:
    if any(isinstance(step, jax.Array | np.ndarray) and np.ndim(step) for step in steps):
        raise UsageError(f"{where} must be a list of step numbers, got {steps!r:.60}.")
    numbers = np.floor([float(checked_number(where, step, NOT_NEGATIVE)) for step in steps])
    if np.any(np.diff(numbers) <= 0):
        raise UsageError(f"{where} must rise strictly, got {list(steps)!r:.60}.")
    # Whole steps compare exactly beyond 2^24, where float32 no longer counts by one.
    return numbers.astype(np.int64)
