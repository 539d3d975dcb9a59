"""The ranges that the numbers of layers, optimizers and rules must keep, checked when they are written down.

Only numbers that stand alone are checked. Arrays pass: they are the stacked numbers of a population, or
the traced numbers of a compiled program, whose values are not known here. Schedules pass for the same reason.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple, SupportsIndex

import jax
import numpy as np

from fallline._schedule import Schedule
from fallline._tree import assign
from fallline.errors import UsageError


class Range(NamedTuple):
    """An interval of real numbers, with the words that describe it in a message."""

    words: str
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, float) or not math.isfinite(value):
            return False
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below


NOT_NEGATIVE = Range("at least 0", low=0.0)
POSITIVE = Range("above 0", low=0.0, low_open=True)
FRACTION = Range("between 0 and 1", low=0.0, high=1.0)
BELOW_ONE = Range("at least 0 and below 1", low=0.0, high=1.0, high_open=True)
AT_LEAST_ONE = Range("at least 1", low=1.0)
FINITE = Range("of any size")


def check_numbers(node: Any, **ranges: Range) -> None:
    """Checks the named fields of a run object and stores plain numbers as Python floats.

    An integer becomes a float, so that `learning_rate=1` and `learning_rate=1.0` are one program.

    Args:
        node: The object, inside its `__post_init__`.
        **ranges: Field name -> allowed range.

    Raises:
        UsageError: a field is no number, or is out of its range.
    """
    for name, allowed in ranges.items():
        number = checked_number(f"{type(node).__name__}: {name}", getattr(node, name), allowed)
        assign(node, **{name: number})


def check_optional_numbers(node: Any, **ranges: Range) -> None:
    """Like `check_numbers`, for fields that may be None.

    Raises:
        UsageError: a field is neither None nor a number, or is out of its range.
    """
    check_numbers(
        node, **{name: allowed for name, allowed in ranges.items() if getattr(node, name) is not None}
    )


def checked_number(where: str, value: Any, allowed: Range) -> Any:
    """The number as the tree keeps it: a Python float, or the array that was given.

    Raises:
        UsageError: the value is no number, or is out of its range.
    """
    if isinstance(value, jax.Array | np.ndarray | Schedule):
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise UsageError(
            f"{where} must be a number {allowed.words}, got {type(value).__name__} {value!r:.60}."
        )
    number = float(value)
    if number not in allowed:
        raise UsageError(f"{where} must be a finite number {allowed.words}, got {number:g}.")
    return number


def whole(where: str, value: object, least: int) -> int:
    """A whole number of at least `least`, from any integer type.

    Raises:
        UsageError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, SupportsIndex) or operator.index(value) < least:
        raise UsageError(f"{where} must be a whole number of at least {least}, got {value!r}.")
    return operator.index(value)
