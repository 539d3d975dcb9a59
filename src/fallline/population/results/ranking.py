"""All candidates against the best: who is better beyond chance, and who cannot be told from it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fallline.errors import UsageError
from fallline.own.shown import fields_shown
from fallline.population.results.labels import candidate_names
from fallline.population.results.paired import PairedTest, holm, mean_interval, paired_test
from fallline.population.results.record import MemberLike, by_candidate, diverged, finished

LEVEL = 0.05
"""Differences of a smaller adjusted p are held for real."""

Run = int
"""What candidates have in common: the number of a fold, or of a seed where there are no folds."""


@dataclass(frozen=True)
class Standing:
    """A candidate in the ranking.

    Args:
        candidate: Its number.
        name: What tells it from the others: `adam, learning_rate=0.001`.
        values: The same without the names of the axes, which are the ranking's `heading`.
        place: From 1.
        mean: Mean score over its runs; NaN where all of them diverged.
        standard_error: Of that mean; NaN of a single run.
        low: Lower end of the 95 % interval of the mean.
        high: Upper end.
        scores: Score of each run: by fold (a mean over its seeds), or by seed without folds; NaN where one diverged.
        members: How many of its members are done.
        diverged: The numbers of its members that diverged.
        against: The best candidate minus this one over the runs in common, above 0 where the best is better; None of
            the best itself.
        p: That test's p, adjusted for how many candidates are compared with the best; NaN where there is no test.
        with_best: Whether it cannot be told from the best; also true of the best.
    """

    __repr__ = fields_shown

    candidate: int
    name: str
    values: str
    place: int
    mean: float
    standard_error: float
    low: float
    high: float
    scores: Mapping[Run, float]
    members: int
    diverged: tuple[int, ...]
    against: PairedTest | None
    p: float
    with_best: bool


@dataclass(frozen=True)
class Ranking:
    """Candidates, the best first; those of which a run diverged stand below all others.

    Args:
        standings: The candidates that ran to their end.
        unranked: Candidates without a run that did: pruned, interrupted, waiting.
        minimise: Whether a lower score is better.
        runs: What the runs are: `seeds`, `folds`, or `single` where each candidate has one.
        unfinished: Whether no member ran to its end, so that those are ranked which were on their way.
        overlap: Test rows / training rows of a fold, for which the tests are corrected; 0 over seeds.
        heading: The axes of the standings' `values`; empty where one varies, or they have names.
        level: Differences of a smaller adjusted p are held for real.
    """

    __repr__ = fields_shown

    standings: tuple[Standing, ...]
    unranked: tuple[int, ...]
    minimise: bool
    runs: str
    unfinished: bool
    overlap: float
    heading: str = ""
    level: float = LEVEL

    @property
    def best(self) -> Standing:
        """The first; it may have diverged as all others.

        Raises:
            UsageError: no candidate has a score yet.
        """
        if not self.standings:
            raise UsageError("rank: no member has a score yet. Fit the population first.")
        return self.standings[0]

    @property
    def with_best(self) -> tuple[Standing, ...]:
        """The candidates that cannot be told from the best, and itself.

        The truly best is among them in 95 of 100 populations: it would have to be beaten, with a p adjusted for all
        comparisons, by one of the others.
        """
        return tuple(standing for standing in self.standings if standing.with_best)

    @property
    def caveat(self) -> str:
        """What the tests do not speak of, a sentence."""
        if self.runs == "single":
            return "Each candidate ran once: luck cannot be told from skill. Give seeds= or folds=."
        if self.runs == "seeds":
            return "The tests speak of other seeds on this split of the rows, not of other rows: folds= does."
        return "The tests speak of other rows: they are corrected for training rows that folds share."


def rank(
    members: Sequence[MemberLike],
    minimise: bool,
    *,
    overlap: float | None = None,
    names: Mapping[int, str] | None = None,
    level: float = LEVEL,
) -> Ranking:
    """Compares candidates over the seeds or folds that they have in common.

    The best is tested against each of the others with a paired t test, over folds corrected by Nadeau and Bengio
    (`paired_test`); p values are adjusted by Holm. Seeds within a fold are averaged first: they do not make new rows.
    Over seeds alone the test is the plain one. Members that diverged enter no mean: a candidate that has one stands
    below those that have none, and cannot be one that is not told from the best.

    Args:
        members: The members.
        minimise: Whether a lower score is better.
        overlap: Test rows / training rows of a fold; None for those of a k-fold split, `1 / (folds - 1)`.
        names: Names of candidates.
        level: Differences of a smaller adjusted p are held for real.
    """
    groups = by_candidate(members)
    unfinished = not any(finished(member) or diverged(member) for member in members)
    done = {
        candidate: [member for member in group if _counts(member, unfinished)]
        for candidate, group in groups.items()
    }
    folded = any(member.fold is not None for group in done.values() for member in group)
    scores = {candidate: _run_scores(group, folded) for candidate, group in done.items() if group}
    most = max(map(len, scores.values()), default=0)
    overlap = _overlap(overlap, folded, most)
    order = sorted(scores, key=lambda candidate: _key(scores[candidate], minimise))
    tests = [_against(scores[order[0]], scores[other], minimise, overlap) for other in order[1:]]
    adjusted = [math.nan, *holm(np.array([test.p for test in tests], np.float64)).tolist()]
    told = candidate_names(members, names)
    standings = []
    for place, candidate in enumerate(order):
        finite = [score for score in scores[candidate].values() if math.isfinite(score)]
        bad = tuple(member.number for member in done[candidate] if diverged(member))
        p = adjusted[place]
        # Without a test nothing tells them apart but having diverged.
        near = bool(finite) and (place == 0 or (not bad and not p < level))
        standings.append(
            Standing(
                candidate,
                told.whole[candidate],
                told.values[candidate],
                place + 1,
                *mean_interval(np.array(finite, np.float64), overlap),
                scores[candidate],
                len(done[candidate]),
                bad,
                None if place == 0 else tests[place - 1],
                p,
                near,
            )
        )
    unranked = tuple(candidate for candidate in groups if candidate not in scores)
    runs = "single" if most <= 1 else "folds" if folded else "seeds"
    return Ranking(tuple(standings), unranked, minimise, runs, unfinished, overlap, told.heading, level)


def compare_pair(ranking: Ranking, first: int, second: int) -> PairedTest:
    """Two candidates of a ranking over their runs in common, above 0 where the first is better; p is not adjusted.

    Args:
        ranking: The ranking.
        first: The number of a candidate.
        second: The number of another.

    Raises:
        UsageError: one of them is not ranked.
    """
    scores = {standing.candidate: standing.scores for standing in ranking.standings}
    for candidate in (first, second):
        if candidate not in scores:
            raise UsageError(f"compare: candidate {candidate} is not ranked; ranked: {sorted(scores)}.")
    return _against(scores[first], scores[second], ranking.minimise, ranking.overlap)


def _counts(member: MemberLike, unfinished: bool) -> bool:
    return finished(member) or diverged(member) or (unfinished and math.isfinite(member.score))


def _run_scores(group: Sequence[MemberLike], folded: bool) -> dict[Run, float]:
    """Run -> score; of a fold the mean over its seeds, NaN where one of them diverged."""
    found: dict[Run, list[float]] = {}
    for member in group:
        run = (-1 if member.fold is None else member.fold) if folded else member.seed
        found.setdefault(run, []).append(math.nan if diverged(member) else float(member.score))
    return {run: float(np.mean(scores)) for run, scores in sorted(found.items())}


def _overlap(overlap: float | None, folded: bool, folds: int) -> float:
    if not folded:
        return 0.0
    if overlap is None:
        return 1 / (folds - 1) if folds > 1 else 0.0
    if not (math.isfinite(overlap) and overlap >= 0):
        raise UsageError(f"rank(overlap=...): expected test rows / training rows, at least 0; got {overlap}.")
    return float(overlap)


def _key(scores: Mapping[Run, float], minimise: bool) -> tuple[int, float]:
    """What candidates are ordered by: whether all, some or no run has a score, then their mean."""
    finite = [score for score in scores.values() if math.isfinite(score)]
    if not finite:
        return 2, 0.0
    mean = float(np.mean(finite))
    return int(len(finite) < len(scores)), mean if minimise else -mean


def _against(
    best: Mapping[Run, float], other: Mapping[Run, float], minimise: bool, overlap: float
) -> PairedTest:
    """The test of the best against another, in runs of which both have a score; where one diverged, the other wins."""
    runs = [run for run in best if run in other]
    sign = -1.0 if minimise else 1.0
    differences = np.array([sign * (best[run] - other[run]) for run in runs], np.float64)
    finite = np.isfinite(differences)
    test = paired_test(differences[finite], overlap)
    lost = sum(math.isfinite(best[run]) and not math.isfinite(other[run]) for run in runs)
    both = sum(not math.isfinite(best[run]) and not math.isfinite(other[run]) for run in runs)
    return dataclasses.replace(test, runs=len(runs), wins=test.wins + lost + both / 2)
