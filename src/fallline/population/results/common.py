"""Scores that can be compared: those of members that ran to their end, or all at one epoch where some were pruned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fallline.own.shown import fields_shown
from fallline.population.results.record import MemberLike, by_candidate, diverged, finished


@dataclass(frozen=True)
class Scored:
    """Scores of candidates that were made by the same training.

    Args:
        settings: Candidate -> its settings.
        runs: Candidate -> the score of each of its members; NaN where one diverged. Candidates without any are missing.
        epochs: The epoch of the scores, counted from 1; None where they are those of the members' weights.
    """

    __repr__ = fields_shown

    settings: Mapping[int, Mapping[str, Any]]
    runs: Mapping[int, list[float]]
    epochs: int | None


def comparable_scores(members: Sequence[MemberLike], monitor: str | None) -> Scored:
    """The scores to compare candidates by.

    Those that a search ended early were picked for their scores, so that leaving them out would say that what is left of a
    bad value is good. Where there are such, all are compared at the last epoch that each of them reached.

    Args:
        members: The members.
        monitor: Name of the recorded values that are the score; None: the scores of those that ran to their end.
    """
    groups = by_candidate(members)
    settings = {candidate: group[0].settings for candidate, group in groups.items()}
    begun = [member for member in members if member.epochs and not diverged(member)]
    done = [member for member in begun if finished(member)]
    picked = [member for member in begun if member.status == "pruned"]
    compared = [*done, *picked] if done else begun
    recorded = monitor is not None and all(monitor in member.values for member in compared)
    if monitor is None or not recorded or len(compared) == len(done):
        epochs, counted = None, done
    else:
        epochs, counted = min(member.epochs for member in compared), compared
    numbers = {member.number for member in counted}
    runs = {
        candidate: [
            _score(member, monitor, epochs)
            for member in group
            if member.number in numbers or diverged(member)
        ]
        for candidate, group in groups.items()
    }
    return Scored(settings, {candidate: of for candidate, of in runs.items() if of}, epochs)


def _score(member: MemberLike, monitor: str | None, epochs: int | None) -> float:
    """The score of a member, at an epoch where one is given: the last value up to it; NaN where it diverged."""
    if diverged(member):
        return math.nan
    if epochs is None or monitor is None:
        return float(member.score)
    values = np.asarray(member.values[monitor], np.float64)
    first = values.reshape(len(values), -1)[:epochs, 0]
    known = first[np.isfinite(first)]
    return float(known[-1]) if len(known) else math.nan
