"""What the members that diverged have in common and no other has."""

from __future__ import annotations

from collections.abc import Sequence
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
        return f"{said}; no single axis tells them from the others."
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
    """Axes by which the members that diverged differ from all others: `learning_rate at least 0.05`, `optimizer sgd`."""
    names = axes or list(dict.fromkeys(axis for member in members for axis in member.settings))
    found = []
    for axis in names:
        bad = [m.settings[axis] for m in members if diverged(m) and axis in m.settings]
        good = [m.settings[axis] for m in members if not diverged(m) and axis in m.settings]
        complete = len(bad) == sum(map(diverged, members))
        if complete and good and (said := _apart(bad, good)):
            found.append(f"{axis} {said}")
    return found


def _apart(bad: Sequence[Any], good: Sequence[Any]) -> str | None:
    if all(map(is_number, [*bad, *good])):
        if min(bad) > max(good):
            return f"at least {value_text(min(bad))}"
        return f"at most {value_text(max(bad))}" if max(bad) < min(good) else None
    kinds = {repr(value) for value in bad}
    if kinds & {repr(value) for value in good}:
        return None
    return " or ".join(dict.fromkeys(value_text(value) for value in bad))
