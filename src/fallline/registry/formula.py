"""Classes that stand for a function of arrays: their fields are its further arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

Formula: TypeAlias = Callable[..., Any]
"""A function of arrays and of numbers, such as `huber(y_true, y_pred, delta)`."""


def computed(node: Any, formula: Formula, *arrays: Any) -> Any:
    """What a function gives for arrays, with the fields of an object for its further arguments.

    Args:
        node: An object; a further argument of which it has no field keeps its default.
        formula: The function.
        *arrays: Its first arguments.
    """
    fields, names = vars(node), list(inspect.signature(formula).parameters)[len(arrays) :]
    return formula(*arrays, **{name: fields[name] for name in names if name in fields})
