"""The ranges that the numbers of layers, optimizers and rules must keep, checked when they are written down.

A number may come as an array without axes. Arrays with axes are the stacked numbers of a population, each of which
is checked. The traced numbers of a compiled program, and schedules, pass: their values are not known here.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple, SupportsIndex

import jax
import jax.numpy as jnp
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


def check_flags(node: Any, *names: str) -> None:
    """Checks that the named fields of a run object are True or False: a text such as "False" would count as true.

    Args:
        node: The object, inside its `__post_init__`.
        *names: The fields.

    Raises:
        UsageError: a field is neither.
    """
    for name in names:
        value = getattr(node, name)
        if not isinstance(value, bool | np.bool_):
            raise UsageError(f"{type(node).__name__}: {name} must be True or False, got {value!r:.60}.")
        assign(node, **{name: bool(value)})


def checked_number(where: str, value: Any, allowed: Range) -> Any:
    """The number as the tree keeps it: a Python float, or the stacked numbers that were given.

    Raises:
        UsageError: the value is no number, or is out of its range.
    """
    if isinstance(value, Schedule) and jax.tree_util.all_leaves([value]):
        kind = type(value).__name__
        raise UsageError(
            f"{where}: the schedule {kind} is no tree, so that its numbers cannot enter the compiled program. Write "
            f"@fl.tree above class {kind}, with its numbers as fields."
        )
    if isinstance(value, jax.core.Tracer | Schedule):
        return value
    if isinstance(value, jax.Array | np.ndarray):
        return _checked_array(where, value, allowed)
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise UsageError(
            f"{where} must be a number {allowed.words}, got {type(value).__name__} {value!r:.60}."
        )
    if isinstance(value, np.complexfloating):
        raise UsageError(f"{where} must be a real number {allowed.words}, got {value!r}.")
    number = float(value)
    if number not in allowed:
        raise UsageError(f"{where} must be a finite number {allowed.words}, got {number:g}.")
    return number


def _checked_array(where: str, array: jax.Array | np.ndarray[Any, Any], allowed: Range) -> Any:
    """One number as a float; stacked numbers as an array of floats."""
    # Asked of JAX, which knows the narrow floating types that NumPy does not.
    whole_numbers = jnp.issubdtype(array.dtype, np.integer)
    if not whole_numbers and not jnp.issubdtype(array.dtype, np.floating):
        raise UsageError(f"{where} must be a number {allowed.words}, got an array of {array.dtype}.")
    if array.ndim == 0:
        return checked_number(where, float(array), allowed)
    numbers = np.asarray(array).astype(np.float64)
    if outside := [number for number in numbers.ravel().tolist() if number not in allowed]:
        raise UsageError(
            f"{where} must be finite numbers {allowed.words}, got {outside[0]:g} among {numbers.size}."
        )
    return numbers if whole_numbers else array


def as_whole(value: object) -> int | None:
    """A whole number, from any type that counts; None for what is no such number."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:  # arrays have the method whatever they hold
        return None


def whole(where: str, value: object, least: int) -> int:
    """A whole number of at least `least`, from any integer type.

    Raises:
        UsageError: it is none.
    """
    number = as_whole(value)
    if number is None or number < least:
        raise UsageError(f"{where} must be a whole number of at least {least}, got {value!r:.60}.")
    return number
