"""What the members that diverged have in common and no other has."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fallline.engine.endings import ADVICE
from fallline.population.results.labels import value_text
from fallline.population.results.record import MemberLike, diverged, is_number

NUMBERS_SHOWN = 6


def divergence_text(members: Sequence[MemberLike], axes: Sequence[str] | None = None) -> str | None:
    """How many members diverged, which, and what they share; None where none did.

    `9 of 64 members diverged (3, 7, 12, 20, 31, 40, ...): all 9 have learning_rate at least 0.05, as no other has.`

    Args:
        members: The members.
        axes: The axes to look at; None for all.
    """
    bad = [member for member in members if diverged(member)]
    if not bad:
        return None
    numbers = ", ".join(str(member.number) for member in bad[:NUMBERS_SHOWN])
    numbers += ", ..." if len(bad) > NUMBERS_SHOWN else ""
    noun = "member" if len(bad) == 1 else "members"
    if len(bad) == len(members):
        everybody = f"All {len(members)} members" if len(members) > 1 else "The member"
        return f"{everybody} diverged{shared(bad)}. {ADVICE}"
    said = f"{len(bad)} of {len(members)} members diverged ({noun} {numbers})"
    reasons = separating(members, axes)
    if not reasons:
        alike = shared(bad, members)
        return (
            f"{said}{alike}, as others that did not."
            if alike
            else f"{said}; no axis tells them from the others."
        )
    every = "it has" if len(bad) == 1 else f"all {len(bad)} have"
    return f"{said}: {every} {' and '.join(reasons)}, as no other has."


def shared(members: Sequence[MemberLike], everybody: Sequence[MemberLike] = ()) -> str:
    """What the settings of some members have in common: ", all with learning_rate from 1 to 30".

    Args:
        members: They.
        everybody: All members: what these have in common too is left out.
    """
    parts = []
    for name in dict.fromkeys(name for member in members for name in member.settings):
        values, all_values = (_values(some, name) for some in (members, everybody))
        if everybody and {repr(value) for value in values} == {repr(value) for value in all_values}:
            continue
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            low, high = min(values), max(values)
            if everybody and (low, high) == (min(all_values), max(all_values)):
                continue
            parts.append(f"{name} {low:.3g}" if low == high else f"{name} from {low:.3g} to {high:.3g}")
        elif len(set(map(repr, values))) == 1:
            parts.append(f"{name} {values[0]}")
    return f", all with {', '.join(parts)}" if parts else ""


def _values(members: Sequence[MemberLike], name: str) -> list[Any]:
    return [member.settings.get(name) for member in members]


def separating(members: Sequence[MemberLike], axes: Sequence[str] | None = None) -> list[str]:
    """What the members that diverged have, and no other: each axis that tells by itself, else two that do together.

    `["learning_rate at least 0.05"]`, `["learning_rate at least 0.7", "optimizer sgd"]`; empty where none do.
    """
    bad = [member.settings for member in members if diverged(member)]
    good = [member.settings for member in members if not diverged(member)]
    names = axes or list(dict.fromkeys(axis for of in bad for axis in of))
    conditions = [each for axis in names if all(axis in of for of in bad) for each in _conditions(axis, bad)]
    alone = [each.text for each in conditions if not any(map(each.holds, good))]
    if alone:
        return alone
    for one, other in itertools.combinations(conditions, 2):
        if one.axis != other.axis and not any(one.holds(of) and other.holds(of) for of in good):
            return [one.text, other.text]
    return []


@dataclass(frozen=True)
class _Condition:
    axis: str
    text: str
    holds: Callable[[Mapping[str, Any]], bool]


def _conditions(axis: str, bad: Sequence[Mapping[str, Any]]) -> list[_Condition]:
    """What all of some settings fulfil: bounds of numbers, or values."""
    values = [of[axis] for of in bad]
    if all(map(is_number, values)):
        low, high = min(values), max(values)
        return [
            _Condition(
                axis,
                f"{axis} at least {value_text(low)}",
                lambda of: is_number(of.get(axis)) and of[axis] >= low,
            ),
            _Condition(
                axis,
                f"{axis} at most {value_text(high)}",
                lambda of: is_number(of.get(axis)) and of[axis] <= high,
            ),
        ]
    kinds = {repr(value) for value in values}
    told = " or ".join(dict.fromkeys(map(value_text, values)))
    return [_Condition(axis, f"{axis} {told}", lambda of: axis in of and repr(of[axis]) in kinds)]
