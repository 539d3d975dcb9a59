"""Objects of the room that are functions of arrays: called on tensors they give tensors, which tapes follow."""

from __future__ import annotations

from typing import Any

import jax

from fallline.old.keras.behaviour.classes import OfTheYears
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.evaluation import is_plain
from fallline.old.tensorflow.second.core.functions import of_trees
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.own.symbolic import Recorded


def _called(thing: Any, x: Any) -> Any:
    return thing(x)


class OldRegularizer(OfTheYears):
    """What a regularizer of the room has."""

    def __call__(self, x: Any) -> Any:
        """The penalty."""
        if isinstance(x, Recorded) and not is_plain([x]):
            return of_trees(_called, self, x)
        return super().__call__(x)  # type: ignore[misc]


class OldSchedule(OfTheYears):
    """What a schedule of the room has."""

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        rate = super().__call__(step)  # type: ignore[misc]
        return EagerTensor(Cell(rate)) if isinstance(rate, jax.Array) and not is_plain([step, rate]) else rate
