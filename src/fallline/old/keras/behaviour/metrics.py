"""Metrics of the room: as objects of a loop that the program writes itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from fallline import metrics
from fallline.metrics.base import Running
from fallline.old.keras.behaviour.classes import OfTheYears, of_the_room
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.evaluation import is_plain
from fallline.old.tensorflow.second.core.tensors import EagerTensor


class OldMetric(OfTheYears):
    """What a metric of the room has."""

    reset_state: Callable[[], None]

    def reset_states(self) -> None:
        """Forgets all rows: the name of before Keras 2.5."""
        self.reset_state()

    def __getattribute__(self, name: str) -> Any:
        found = object.__getattribute__(self, name)
        # Not a method of the class: that would say that it computes otherwise than the class it stands for.
        return _given(found) if name == "result" else found


def _given(result: Callable[[], Any]) -> Callable[[], Any]:
    """`result`, whose arrays have `numpy()`."""

    def call() -> Any:
        value = result()
        return EagerTensor(Cell(value)) if isinstance(value, jax.Array) and not is_plain([value]) else value

    return call


ROOM: dict[str, Any] = {
    name: of_the_room(kind, OldMetric)
    for name, kind in vars(metrics).items()
    if isinstance(kind, type)
    and issubclass(kind, Running)
    and kind.__name__ == name
    and (name in metrics.metrics.classes() or name in ("Mean", "Sum"))
}
"""Name -> the room's class."""
