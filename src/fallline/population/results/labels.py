"""What candidates and values are called: short, and such that different ones look different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

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


def candidate_names(members: Sequence[MemberLike], given: Mapping[int, str] | None = None) -> dict[int, str]:
    """Candidate -> what tells it from the others: `adam` where one axis varies, else `adam, learning_rate=0.001`.

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
    tried = [{number: _name(each, varying, digits) for number, each in settings.items()} for digits in DIGITS]
    # The fewest digits by which as many differ as can.
    names = max(tried, key=lambda names: len(set(names.values())))
    counts = Counter(names.values())
    told = {
        number: name if counts[name] == 1 and name else f"{name} #{number}".strip()
        for number, name in names.items()
    }
    return told | {number: name for number, name in (given or {}).items() if number in told}


class _Absent:
    """Stands for an axis that does not apply."""


def _name(settings: Mapping[str, Any], axes: Sequence[str], digits: int) -> str:
    if len(axes) == 1:
        return value_text(settings[axes[0]], digits) if axes[0] in settings else f"no {axes[0]}"
    # Words speak for themselves, numbers do not.
    return ", ".join(
        text if isinstance(settings[axis], str) else f"{axis}={text}"
        for axis in axes
        if axis in settings
        for text in [value_text(settings[axis], digits)]
    )
