"""What candidates and values are called: short, and such that different ones look different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fallline.own.shown import fields_shown
from fallline.population.results.record import MemberLike, by_candidate, is_number

DIGITS = (3, 5, 8, 17)
"""Of numbers: as few as tell candidates apart."""


def value_text(value: Any, digits: int = 3) -> str:
    """A value of an axis as people write it: `0.001`, `64-32`, `relu`, the name of a function."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if is_number(value):
        return str(value) if isinstance(value, int) else f"{float(value):.{digits}g}"
    if isinstance(value, tuple | list):
        return "-".join(value_text(each, digits) for each in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={value_text(each, digits)}" for key, each in value.items())
    return value if isinstance(value, str) else plain_text(value)


def plain_text(value: Any) -> str:
    """Anything else by its name, where it has one, else as it is shown in Python."""
    name = getattr(value, "__name__", None)
    if isinstance(name, str):
        return name
    told = repr(value)
    # The address of an object is no name.
    return type(value).__name__ if " object at 0x" in told else told


@dataclass(frozen=True)
class Names:
    """What candidates are called.

    Args:
        whole: Candidate -> what tells it from the others: `adam` where one axis varies, else `adam, learning_rate=0.001`.
        values: Candidate -> the values alone, for a table or figure under `heading`: `adam, 0.001`.
        heading: The axes that the values are of: `optimizer, learning_rate`; empty where one varies.
    """

    __repr__ = fields_shown

    whole: Mapping[int, str]
    values: Mapping[int, str]
    heading: str


def candidate_names(members: Sequence[MemberLike], given: Mapping[int, str] | None = None) -> Names:
    """What tells each candidate from the others: the axes that vary.

    Args:
        members: The members.
        given: Names that were given to candidates.
    """
    settings = {candidate: group[0].settings for candidate, group in by_candidate(members).items()}
    axes = list(dict.fromkeys(axis for each in settings.values() for axis in each))
    varying = [
        axis for axis in axes if len({repr(each.get(axis, _Absent)) for each in settings.values()}) > 1
    ]
    varying = varying or axes
    own = {number: name for number, name in (given or {}).items() if number in settings}
    whole = _apart(settings, varying, _name) | own
    if len(varying) < 2 or len(own) == len(settings):
        return Names(whole, whole, "")
    return Names(whole, _apart(settings, varying, _values) | own, ", ".join(varying))


class _Absent:
    """Stands for an axis that does not apply."""


def _apart(
    settings: Mapping[int, Mapping[str, Any]],
    axes: Sequence[str],
    name: Callable[[Mapping[str, Any], Sequence[str], int], str],
) -> dict[int, str]:
    """Names with as few digits as tell candidates apart; those of equal settings have their number."""
    names = {number: name(each, axes, DIGITS[0]) for number, each in settings.items()}
    for digits in DIGITS[1:]:
        counts = Counter(names.values())
        tried = {
            number: name(settings[number], axes, digits) for number, told in names.items() if counts[told] > 1
        }
        # Digits that part nobody only make names longer.
        if len(set(tried.values())) > len({names[number] for number in tried}):
            names |= tried
    counts = Counter(names.values())
    return {
        number: told if counts[told] == 1 and told else f"{told} #{number}".strip()
        for number, told in names.items()
    }


def _name(settings: Mapping[str, Any], axes: Sequence[str], digits: int) -> str:
    if len(axes) == 1:
        return value_text(settings[axes[0]], digits) if axes[0] in settings else f"no {axes[0]}"
    # Words speak for themselves, numbers and what is made of them (256x128) do not.
    return ", ".join(
        text if isinstance(settings[axis], str) and not text[:1].isdigit() else f"{axis}={text}"
        for axis in axes
        if axis in settings
        for text in [value_text(settings[axis], digits)]
    )


def _values(settings: Mapping[str, Any], axes: Sequence[str], digits: int) -> str:
    return ", ".join(value_text(settings[axis], digits) if axis in settings else "-" for axis in axes)
