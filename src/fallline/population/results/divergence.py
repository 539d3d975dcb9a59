"""What the members that diverged have in common and no other has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
        said = f"All {len(members)} members diverged"
        same = shared_settings(bad)
        if same:
            told = ", ".join(f"{axis}={value_text(value)}" for axis, value in same.items())
            return f"{said}; all have {told}. Lower the learning rate, or clip the gradients (clipnorm=1.0)."
        return f"{said}, whatever their settings. Lower the learning rate, or look at the data."
    said = f"{len(bad)} of {len(members)} members diverged ({noun} {numbers})"
    reasons = separating(members, axes)
    if not reasons:
        return f"{said}; no single axis tells them from the others."
    every = "it has" if len(bad) == 1 else f"all {len(bad)} have"
    return f"{said}: {every} {' and '.join(reasons)}, as no other has."


def shared_settings(members: Sequence[MemberLike]) -> dict[str, Any]:
    """Settings that all members have alike."""
    first: Mapping[str, Any] = members[0].settings
    return {
        axis: value
        for axis, value in first.items()
        if all(axis in each.settings and repr(each.settings[axis]) == repr(value) for each in members)
    }


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
