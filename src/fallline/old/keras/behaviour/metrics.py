"""Metrics of the room: alone they take tensors of TensorFlow 2, and what they give has `numpy()`."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from fallline import metrics
from fallline.metrics.table import metrics as table
from fallline.old.keras.behaviour.classes import OfTheYears, of_the_room
from fallline.old.keras.behaviour.eagerly import as_tensors
from fallline.own.symbolic import Symbolic

NAMES = tuple(sorted({*(name for name in table.classes() if hasattr(metrics, name)), "Mean", "Sum"}))
"""The names of the metrics that the room has a class of its own for."""


class OldMetric(OfTheYears):
    """What a metric of the room has."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names."""
        if given.get("dtype") is not None:
            given["dtype"] = getattr(given["dtype"], "name", given["dtype"])
        return super().of_the_years(given)

    def reset_states(self) -> None:
        """Forgets all rows, under its name before Keras 2.5."""
        self.reset_state()  # type: ignore[attr-defined]

    @property
    def variables(self) -> list[Any]:
        """None: what a metric has seen is no variable here."""
        return []

    weights = variables


class Metric(metrics.Metric):
    """A measure of predictions, for classes of one's own; see `fallline.metrics.Metric`."""

    def reset_states(self) -> None:
        """Forgets all rows, under its name before Keras 2.5."""
        self.reset_state()


@functools.cache
def metric(name: str) -> Any:
    """The room's class for a metric of Fallline's, made when it is first asked for.

    Args:
        name: One of `NAMES`.
    """
    kind: Any = getattr(metrics, name)
    made = of_the_room(kind, OldMetric)
    # Not as methods of the mixin: by these a class would count as written as in Keras.
    made.update_state, made.result = _taking(kind.update_state), _giving(kind.result)
    if issubclass(kind, metrics.Metric):
        Metric.register(made)
    return made


def _taking(function: Any) -> Any:
    """`update_state` with arrays in the place of tensors."""

    @functools.wraps(function)
    def update_state(self: Any, *args: Any, **kwargs: Any) -> None:
        function(self, *map(_array, args), **{name: _array(value) for name, value in kwargs.items()})

    return update_state


def _array(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, Symbolic) else value


def _giving(function: Any) -> Any:
    """`result` as a tensor."""

    @functools.wraps(function)
    def result(self: Any) -> Any:
        return as_tensors(function(self))

    return result
