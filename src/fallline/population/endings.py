"""What is said where a population has nothing to show: not trained yet, or every member diverged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from fallline.engine.endings import ADVICE
from fallline.errors import NotReadyError
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


def shared(members: Sequence[Member]) -> str:
    """What the settings of all members have in common: ", all with learning_rate from 1 to 30"."""
    parts = []
    for name in dict.fromkeys(name for member in members for name in member.settings):
        values: list[Any] = [member.settings.get(name) for member in members]
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            low, high = min(values), max(values)
            parts.append(f"{name} {low:.3g}" if low == high else f"{name} from {low:.3g} to {high:.3g}")
        elif len(set(map(repr, values))) == 1:
            parts.append(f"{name} {values[0]}")
    return f", all with {', '.join(parts)}" if parts else ""
