"""What the values of an axis change, the other axes averaged; and whether that is more than chance.

A main effect: the mean score of the candidates that have a value, whatever else they have. Of a grid the other axes are
balanced; of random or Sobol candidates they are so on average.

How much an axis matters is a share of variance, of ranks: a single loss of 10^6 would be all the variance of the scores
themselves, and a candidate that diverged has no score but a rank, the last.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from fallline.errors import UnknownNameError
from fallline.own.shown import fields_shown
from fallline.population.results.common import Scored, comparable_scores
from fallline.population.results.labels import value_text
from fallline.population.results.paired import holm, mean_interval
from fallline.population.results.record import MemberLike, SpaceLike, is_number

MOST_VALUES = 6
"""Numbers up to which each value is shown by itself; more are put in bins."""
MOST_BINS = 5
LEAST_IN_BIN = 4
LEVEL = 0.05


@dataclass(frozen=True)
class Level:
    """A value of an axis, or a bin of them.

    Args:
        name: `0.2`, `relu`, `0.001 to 0.01`.
        low_edge: The least value in it, of numbers; else NaN.
        high_edge: The greatest.
        units: How many candidates (or runs) have it.
        diverged: How many of them diverged; they enter no mean.
        mean: Mean score of the others; NaN without.
        standard_error: Of that mean; NaN of a single one.
        low: Lower end of the 95 % interval of the mean.
        high: Upper end.
        median: Their median.
        scores: Their scores, ascending.
    """

    __repr__ = fields_shown

    name: str
    low_edge: float
    high_edge: float
    units: int
    diverged: int
    mean: float
    standard_error: float
    low: float
    high: float
    median: float
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Effect:
    """What an axis changes.

    Args:
        axis: Its name.
        levels: Its values, numbers ascending, those of a choice in the order of its options.
        log: Whether it was drawn evenly in its logarithm.
        numeric: Whether its values are numbers.
        units: `candidates`, or `runs` where a value is one candidate alone.
        share: Share of the variance of the scores' ranks that lies between the levels (eta squared), 0 to 1; NaN where
            there is one level, or no more units than levels.
        chance: What that share is on average where the axis does nothing: `(levels - 1) / (units - 1)`.
        p: How often the share is at least so large by chance; NaN as above.
        adjusted: That p, adjusted for how many axes are looked at.
        epochs: The epoch at which scores are compared where some members were not to go on; None at the end of all.
    """

    __repr__ = fields_shown

    axis: str
    levels: tuple[Level, ...]
    log: bool
    numeric: bool
    units: str
    share: float
    chance: float
    p: float
    adjusted: float
    epochs: int | None

    @property
    def is_real(self) -> bool:
        """Whether it is more than chance would show."""
        return self.adjusted < LEVEL

    def best(self, minimise: bool) -> Level:
        """The level with the best mean; the first where none has one."""
        known = [level for level in self.levels if math.isfinite(level.mean)] or list(self.levels)
        return min(known, key=lambda level: level.mean if minimise else -level.mean)


def effect(
    members: Sequence[MemberLike],
    axis: str,
    minimise: bool,
    *,
    axes: Mapping[str, SpaceLike] | None = None,
    monitor: str | None = None,
) -> Effect:
    """What one axis changes. Continuous axes are put in bins of equally many candidates.

    Args:
        members: The members.
        axis: Its name.
        minimise: Whether a lower score is better.
        axes: Axis -> its kind and options.
        monitor: Name of the recorded values that are the score; where it is given and some members were pruned, scores are
            compared at the last epoch that all candidates reached.

    Raises:
        UnknownNameError: no such axis.
    """
    known = _axis_names(members, axes)
    if axis not in known:
        raise UnknownNameError("axis", axis, known)
    return _effect(axis, comparable_scores(members, monitor), minimise, axes)


def effects(
    members: Sequence[MemberLike],
    minimise: bool,
    *,
    axes: Mapping[str, SpaceLike] | None = None,
    monitor: str | None = None,
) -> tuple[Effect, ...]:
    """What each axis of more than one value changes, the one that matters most first; see `effect`."""
    scored = comparable_scores(members, monitor)
    found = [_effect(axis, scored, minimise, axes) for axis in _axis_names(members, axes)]
    found = [each for each in found if len(each.levels) > 1]
    adjusted = holm(np.array([each.p for each in found], np.float64))
    found = [replace(each, adjusted=float(p)) for each, p in zip(found, adjusted, strict=True)]
    return tuple(sorted(found, key=lambda each: (_or_one(each.adjusted), _or_one(each.p), -_beyond(each))))


def _or_one(p: float) -> float:
    return 1.0 if math.isnan(p) else p


def _beyond(found: Effect) -> float:
    return 0.0 if math.isnan(found.share) else found.share - found.chance


def _axis_names(members: Sequence[MemberLike], axes: Mapping[str, SpaceLike] | None) -> list[str]:
    return list(dict.fromkeys([*(axes or {}), *(axis for member in members for axis in member.settings)]))


def _effect(axis: str, scored: Scored, minimise: bool, axes: Mapping[str, SpaceLike] | None) -> Effect:
    space = (axes or {}).get(axis)
    settings = {candidate: of for candidate, of in scored.settings.items() if axis in of}
    candidates = [candidate for candidate in settings if candidate in scored.runs]
    values = [settings[candidate][axis] for candidate in candidates]
    numeric = bool(values) and all(map(is_number, values))
    alone = _varies_alone(axis, scored)
    names, codes, edges = levels_of(values, space, alone=alone)
    # Where other axes vary too, runs of one candidate would show what these change.
    by_runs = alone and len(candidates) == len(names)
    scores, which = [], []
    for candidate, level in zip(candidates, codes, strict=True):
        runs = scored.runs[candidate]
        # A candidate of which a run diverged is as one that diverged.
        units = runs if by_runs else [float(np.mean(runs))]
        scores += units
        which += [level] * len(units)
    score, code = np.array(scores, np.float64), np.array(which, np.int64)
    levels = [
        _level(name, edge, score[code == k]) for k, (name, edge) in enumerate(zip(names, edges, strict=True))
    ]
    share, chance, p = ranks_explained(
        np.where(np.isfinite(score), score if minimise else -score, np.inf), code
    )
    return Effect(
        axis,
        tuple(levels),
        space is not None and space.log,
        numeric,
        "runs" if by_runs else "candidates",
        share,
        chance,
        p,
        p,
        scored.epochs,
    )


def ranks_explained(
    scores: Float[np.ndarray, " units"], groups: Int[np.ndarray, " units"]
) -> tuple[float, float, float]:
    """Share of the variance of the ranks that lies between groups, what it is by chance, and how often by chance.

        eta^2 = sum_g n_g (mean rank of g - mean rank)^2 / sum_i (rank_i - mean rank)^2

    It is the statistic of Kruskal and Wallis over `units - 1`; by chance `(groups - 1) / (units - 1)` on average, for any
    distribution of the scores. p is of the F test on ranks, which for few units keeps its level better than the chi
    square (Iman and Davenport, New approximations of the exact distribution of the Kruskal-Wallis test statistic, 1976).

    Args:
        scores: A score of each unit; infinities are last, sharing a rank.
        groups: The group of each.

    Returns:
        NaN three times where there are fewer than two groups, or no unit more than groups; a share of 0 and p of 1
        where all scores are equal.
    """
    from scipy.special import fdtrc
    from scipy.stats import rankdata

    count, kinds = len(scores), len(np.unique(groups))
    if kinds < 2 or count <= kinds:
        return math.nan, math.nan, math.nan
    chance = (kinds - 1) / (count - 1)
    ranks = rankdata(scores)
    centred = ranks - ranks.mean()
    total = float(centred @ centred)
    if total == 0:
        return 0.0, chance, 1.0
    sizes = np.bincount(groups)
    sums = np.bincount(groups, weights=centred)[sizes > 0]
    share = min(float(np.sum(sums**2 / sizes[sizes > 0])) / total, 1.0)
    if share > 1 - 1e-12:
        return share, chance, 0.0
    ratio = (share / (kinds - 1)) / ((1 - share) / (count - kinds))
    return share, chance, float(fdtrc(kinds - 1, count - kinds, ratio))


def _varies_alone(axis: str, scored: Scored) -> bool:
    """Whether no other axis has two values, or is there for some alone."""
    first = next(iter(scored.settings.values()), {})
    others = [name for name in first if name != axis]
    told = [repr(first[name]) for name in others]
    return all(
        len(of) - (axis in of) == len(others)
        and all(name in of and repr(of[name]) == text for name, text in zip(others, told, strict=True))
        for of in scored.settings.values()
    )


def levels_of(
    values: Sequence[Any], space: SpaceLike | None, *, alone: bool = False
) -> tuple[list[str], list[int], list[tuple[float, float]]]:
    """Names of the levels, the level of each value, and the least and greatest value of each level.

    Args:
        values: The value of each candidate.
        space: The axis.
        alone: Whether no other axis varies.
    """
    if values and all(map(is_number, values)):
        numbers = np.array([float(value) for value in values])
        distinct = np.unique(numbers)
        drawn = space is None or space.kind != "choice"
        # One candidate a value says nothing of the value, unless it is all that it has.
        sparse = not alone and len(distinct) == len(numbers) >= LEAST_IN_BIN
        if drawn and (len(distinct) > MOST_VALUES or sparse):
            return _bins(numbers)
        names = [value_text(values[int(np.flatnonzero(numbers == each)[0])]) for each in distinct]
        return names, np.searchsorted(distinct, numbers).tolist(), [(v, v) for v in distinct.tolist()]
    keys = [_key(value) for value in values]
    options = [] if space is None or space.options is None else [_key(option) for option in space.options]
    present = [key for key in dict.fromkeys([*options, *keys]) if key in set(keys)]
    shown = {key: value_text(value) for key, value in zip(keys, values, strict=True)}
    codes = [present.index(key) for key in keys]
    return [shown[key] for key in present], codes, [(math.nan, math.nan)] * len(present)


def _bins(
    numbers: Float[np.ndarray, " candidates"],
) -> tuple[list[str], list[int], list[tuple[float, float]]]:
    """Bins of nearly equally many candidates, equal numbers in one bin."""
    count = max(2, min(MOST_BINS, len(numbers) // LEAST_IN_BIN))
    inner = np.quantile(numbers, np.arange(1, count) / count, method="higher")
    codes = np.searchsorted(np.unique(inner), numbers, side="right")
    present, codes = np.unique(codes, return_inverse=True)
    edges = [
        (float(numbers[codes == k].min()), float(numbers[codes == k].max())) for k in range(len(present))
    ]
    names = [f"{_short(low)} to {_short(high)}" if low < high else value_text(low) for low, high in edges]
    return names, codes.tolist(), edges


def _short(number: float) -> str:
    """Two digits; whole numbers as they are."""
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e6 else f"{float(f'{number:.2g}'):g}"


def _key(value: Any) -> Hashable:
    return type(value).__name__, repr(value) if not is_number(value) else float(value)


def _level(name: str, edges: tuple[float, float], scores: Float[np.ndarray, " units"]) -> Level:
    finite = np.sort(scores[np.isfinite(scores)])
    median = float(np.median(finite)) if len(finite) else math.nan
    return Level(
        name,
        *edges,
        len(scores),
        len(scores) - len(finite),
        *mean_interval(finite),
        median,
        tuple(finite.tolist()),
    )
