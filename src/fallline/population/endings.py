"""What is said where a population has nothing to show: not trained yet, or every member diverged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from fallline.engine.endings import ADVICE
from fallline.errors import NotReadyError, TrainingWarning, warn
from fallline.population.member import Member


def require_best(members: Sequence[Member], *, minimise: bool) -> Member:
    """The member with the best score, the first of equal ones.

    Raises:
        NotReadyError: nothing is trained yet, or every member diverged.
    """
    scored = [member for member in members if math.isfinite(member.score)]
    if scored:
        return min(scored, key=lambda member: member.score if minimise else -member.score)
    if not any(member.epochs for member in members):
        raise NotReadyError("Population: nothing is trained yet. Call fit(x, y, epochs=...) first.")
    raise NotReadyError(
        f"Population: all {len(members)} members diverged{shared(members)}. {ADVICE} Then narrow the axes and fit again."
    )


def warn_of_divergence(members: Sequence[Member]) -> None:
    """Warns, once, of members that diverged, with what they share."""
    lost = [member for member in members if member.diverged]
    if lost:
        others = () if len(lost) == len(members) else members
        some = f"{len(lost)} of {len(members)} members" if len(members) > 1 else "The member"
        warn(f"Population: {some} diverged{shared(lost, others)}. {ADVICE}", TrainingWarning)


def shared(members: Sequence[Member], everybody: Sequence[Member] = ()) -> str:
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


def _values(members: Sequence[Member], name: str) -> list[Any]:
    return [member.settings.get(name) for member in members]
