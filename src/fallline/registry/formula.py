"""Classes that stand for a function of arrays: their fields are its further arguments."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from jaxtyping import Array

Formula: TypeAlias = Callable[..., Array]
"""A function of arrays and of numbers, such as `huber(y_true, y_pred, delta)`."""


def computed(node: Any, formula: Formula, *arrays: Any) -> Array:
    """What a function gives for arrays, with the fields of an object for its further arguments.

    Args:
        node: An object with a field for each further argument, under its name.
        formula: The function.
        *arrays: Its first arguments.
    """
    return formula(*arrays, **{name: getattr(node, name) for name in _names(formula)[len(arrays) :]})


@functools.cache
def _names(formula: Formula) -> tuple[str, ...]:
    return tuple(inspect.signature(formula).parameters)
