"""What is said where a population has nothing to show: not trained yet, or every member diverged."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fallline.engine.endings import ADVICE
from fallline.errors import NotReadyError, TrainingWarning, warn
from fallline.population.member import Member
from fallline.population.results.divergence import shared


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
