"""The ranges that the numbers of layers, optimizers and rules must keep, checked when they are written down.

A number may come as an array without axes. Arrays with axes are the stacked numbers of a population, each of which
is checked. The traced numbers of a compiled program, and schedules, pass: their values are not known here.
"""

from __future__ import annotations

import dataclasses
import json
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, SupportsIndex

import jax
import jax.numpy as jnp
import numpy as np

from fallline._schedule import Schedule
from fallline._tree import assign
from fallline._types import none_if_zero
from fallline.errors import UsageError, nearest, suggestion


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

Check = Callable[[str, Any], Any]
"""What looks at an argument when it is written down: where it stands and what came -> what is kept."""


def checked(check: Check, default: Any, *, is_static: bool = False) -> Any:
    """A field whose value a check turns into what is kept; see `Described.__post_init__`.

    Args:
        check: The check.
        default: The field's default.
        is_static: Whether it belongs to the structure, as with `static`.
    """
    return dataclasses.field(default=default, metadata={"check": check, "static": is_static})


def within(allowed: Range, *, optional: bool = False, zero_is_none: bool = False) -> dict[str, Any]:
    """The metadata of a field that is a number of the run: `dataclasses.field(metadata=within(POSITIVE))`.

    Args:
        allowed: The range that it keeps.
        optional: Whether it may be None.
        zero_is_none: Whether a plain 0 is kept as None, the absence of the term; None may then be given too.
    """

    def check(where: str, value: Any) -> Any:
        if value is None and (optional or zero_is_none):
            return None
        checked = checked_number(where, value, allowed)
        return none_if_zero(checked) if zero_is_none else checked

    return {"check": check}


def number(default: Any, allowed: Range, *, zero_is_none: bool = False) -> Any:
    """A field that is a number of the run, and may be None where that is the default; see `within`."""
    metadata = within(allowed, optional=default is None, zero_is_none=zero_is_none)
    return dataclasses.field(default=default, metadata=metadata)


def numbers(default: Any, allowed: Range) -> Any:
    """A field that is a number of the run, or a sequence of them, kept as a tuple; None where that is the default."""

    def check(where: str, value: Any) -> Any:
        if value is None and default is None:
            return None
        if not isinstance(value, Sequence) or isinstance(value, str):
            return checked_number(where, value, allowed)
        if not value:
            raise UsageError(f"{where} is empty; give a number {allowed.words}, or several.")
        return tuple(checked_number(where, each, allowed) for each in value)

    return checked(check, default)


def flag(default: bool) -> Any:
    """A field that is True or False, and structure."""
    return checked(truth, default, is_static=True)


def count(default: Any, least: int) -> Any:
    """A field that is a whole number of at least `least`, and structure; None where that is the default.

    The default `dataclasses.MISSING`, here and above, is none: the argument must be given.
    """

    def check(where: str, value: Any) -> Any:
        return None if value is None and default is None else whole(where, value, least)

    return checked(check, default, is_static=True)


def one_of(*known: Any, fold: Callable[[str], str] | None = None) -> dict[str, Any]:
    """The metadata of a field that is one of some words (or None, True, False), and structure.

    Args:
        *known: The words.
        fold: Turns what came into a word as it is known, such as `str.upper`.
    """
    shown = [json.dumps(word) if isinstance(word, str) else str(word) for word in known]

    def check(where: str, value: Any) -> Any:
        word = fold(value) if fold is not None and isinstance(value, str) else value
        if not any(word is each or (isinstance(word, str) and word == each) for each in known):
            near = (
                nearest(value, [each for each in known if isinstance(each, str)])
                if isinstance(value, str)
                else ""
            )
            raise UsageError(
                f"{where} must be {', '.join(shown[:-1])} or {shown[-1]}, got {value!r:.60}.{near}"
            )
        return word

    return {"check": check, "static": True}


def choice(default: Any, *known: Any, fold: Callable[[str], str] | None = None) -> Any:
    """A field that is one of some words, and structure; see `one_of`."""
    return dataclasses.field(default=default, metadata=one_of(*known, fold=fold))


def named(default: str, known: Iterable[str], **older: str) -> Any:
    """A field that is one of some names, and structure; for an unknown one the message has the nearest.

    Args:
        default: The field's default.
        known: The names.
        **older: Names that are taken too -> the name of today.
    """

    def check(where: str, value: Any) -> Any:
        # Not compared with what is no text, such as an array, which answers with an array.
        if isinstance(value, str):
            value = older.get(value, value)
        if not isinstance(value, str) or value not in known:
            kind, _, name = where.partition(": ")
            raise UsageError(f'{kind}: unknown {name} "{value}". {suggestion(str(value), known)}')
        return value

    return checked(check, default, is_static=True)


def counting(least: int, *, optional: bool = False) -> dict[str, Any]:
    """The metadata of a field that is a whole number of at least `least`, and a leaf.

    NumPy's type says that it counts, so that it stays whole in the compiled program.
    """

    def check(where: str, value: Any) -> Any:
        return None if value is None and optional else np.int32(whole(where, value, least))

    return {"check": check}


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


def check_flags(node: Any, *names: str) -> None:
    """Checks that the named fields of a run object are True or False: a text such as "False" would count as true.

    Args:
        node: The object, inside its `__post_init__`.
        *names: The fields.

    Raises:
        UsageError: a field is neither.
    """
    for name in names:
        assign(node, **{name: truth(f"{type(node).__name__}: {name}", getattr(node, name))})


def truth(where: str, value: object) -> bool:
    """A truth value, Python's or NumPy's.

    Raises:
        UsageError: it is none; a text or a number is not taken for one.
    """
    if not isinstance(value, bool | np.bool_):
        raise UsageError(f"{where} must be True or False, got {value!r:.60}.")
    return bool(value)


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


def whole(where: str, value: object, least: int | None = None) -> int:
    """A whole number (of at least `least`), from any integer type.

    Raises:
        UsageError: it is none.
    """
    number = as_whole(value)
    if number is None or (least is not None and number < least):
        bound = "" if least is None else f" of at least {least}"
        raise UsageError(f"{where} must be a whole number{bound}, got {value!r:.60}.")
    return number


def axes(where: str, value: Any) -> int | tuple[int, ...]:
    """An axis, or several.

    Raises:
        UsageError: it is no whole number, or one of them is none.
    """
    return (
        tuple(whole(where, axis) for axis in value)
        if isinstance(value, list | tuple)
        else whole(where, value)
    )
