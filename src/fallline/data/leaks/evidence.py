"""How well one column tells the target, beyond what chance and the number of its values explain.

Everything is judged on other rows than it was learned from: categories on the other half of the rows, numbers on
the neighbours of a row in the column's order. So a column of ids, whose values never come twice, tells nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int64

Codes = Int64[np.ndarray, " rows"]
Numbers = Float[np.ndarray, " rows"]

_SPACINGS = 5
_ROWS_OF_TWO_STRETCHES = 8
"""Fewer in all stretches but one may lie at one end of the target by chance."""


def base_errors(codes: Codes) -> float:
    """Share of the rows that the most frequent class gets wrong."""
    return 1 - float(np.bincount(codes).max()) / codes.size


def errors_by_order(values: Numbers, codes: Codes, generator: np.random.Generator) -> float:
    """Share of rows of another class than the stretch they lie in, when the rows are sorted by a number.

    With c changes of class from row to row and k classes, which need k - 1 changes, these are (c - k + 1) / 2 rows.
    Rows of one value come in random order.
    """
    shuffled = generator.permutation(values.size)
    ordered = codes[shuffled[np.argsort(values[shuffled], kind="stable")]]
    changes = int((ordered[1:] != ordered[:-1]).sum())
    needed = np.unique(codes).size - 1
    return max(changes - needed, 0) / 2 / values.size


def errors_by_value(values: Codes, codes: Codes, generator: np.random.Generator) -> float:
    """Share of the rows of one half that are of another class than the most frequent one of their value in the other half."""
    first, second = _halves(values.size, generator)
    classes = int(codes.max()) + 1
    pairs, counts = np.unique(values[first] * classes + codes[first], return_counts=True)
    # A value that is not in the other half says nothing: the most frequent class then.
    told = np.full(int(values.max()) + 1, np.bincount(codes[first]).argmax())
    by_count = np.argsort(counts, kind="stable")
    told[pairs[by_count] // classes] = pairs[by_count] % classes  # the last one written has most rows
    return float((told[values[second]] != codes[second]).mean())


def area_under_curve(ranks: Numbers, codes: Codes) -> float:
    """How often a row of the one of two classes stands behind a row of the other: area under the ROC curve, at least 0.5."""
    later = codes == codes.max()
    count = int(later.sum())
    area = (float(ranks[later].sum()) - count * (count - 1) / 2) / (count * (codes.size - count))
    return max(area, 1 - area)


def one_to_one(values: Codes, codes: Codes) -> bool:
    """Whether each value stands for one class and each class for one value."""
    pairs = np.unique(values * (codes.max() + 1) + codes).size
    return bool(pairs == np.unique(values).size == np.unique(codes).size)


def ranks(values: Numbers) -> Numbers:
    """Ranks from 0; equal values have their mean rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return mean_ranks(places, counts)


def mean_ranks(places: Codes, counts: Codes) -> Numbers:
    """Ranks of rows of which the places among the different values are known, and the rows of each value."""
    mean: Numbers = (np.cumsum(counts) - (counts + 1) / 2)[places]
    return mean


def correlation(a: Numbers, b: Numbers) -> float:
    """Pearson's; 0 where one of them is constant."""
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def fit_by_order(values: Numbers, target: Numbers, generator: np.random.Generator) -> float:
    """R2 of the target of every second row, in order of a number, told from the rows before and behind it."""
    shuffled = generator.permutation(values.size)
    order = shuffled[np.argsort(values[shuffled], kind="stable")]
    x, y = values[order], target[order]
    before, middle, behind = slice(0, -2, 2), slice(1, -1, 2), slice(2, None, 2)
    gap = x[behind] - x[before]
    share = np.divide(x[middle] - x[before], gap, out=np.full(gap.size, 0.5), where=gap > 0)
    return _r2(y[middle], y[before] + share * (y[behind] - y[before]))


def fit_by_value(values: Codes, target: Numbers, generator: np.random.Generator) -> float:
    """R2 of the target of one half of the rows, told by the mean of their value in the other half."""
    first, second = _halves(values.size, generator)
    size = int(values.max()) + 1
    counts = np.bincount(values[first], minlength=size)
    sums = np.bincount(values[first], weights=target[first], minlength=size)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), target[first].mean())
    return _r2(target[second], means[values[second]])


def stretches(values: Codes, target: Numbers) -> bool:
    """Whether each value stands for a stretch of the target of its own, and most limits cut through its rows.

    So do the values of a rounding, a grade or a limit. A value that merely moves the target far leaves a valley of
    few rows between the stretches.
    """
    order = np.lexsort((target, values))
    sorted_values, sorted_target = values[order], target[order]
    begins = np.flatnonzero(np.concatenate(([True], sorted_values[1:] != sorted_values[:-1])))
    ends = np.append(begins[1:], values.size) - 1
    sizes = ends - begins + 1
    if begins.size < 2 or values.size - sizes.max() < _ROWS_OF_TWO_STRETCHES:
        return False
    by_target = np.argsort(sorted_target[begins], kind="stable")
    lows, highs = sorted_target[begins][by_target], sorted_target[ends][by_target]
    if (highs[:-1] >= lows[1:]).any():
        return False
    distinct = np.unique(target)
    if distinct.size < 2 * begins.size:
        return False  # nearly one value of the target each: no stretches
    limits = np.searchsorted(distinct, highs[:-1])
    return bool(np.mean([_in_valley(distinct, int(limit)) for limit in limits]) < 0.5)


def _in_valley(distinct: Numbers, limit: int) -> bool:
    """Whether the values around a limit (behind place `limit`) lie sparser than those further away on both sides."""
    spacing = np.diff(distinct)
    low, high = max(0, limit - _SPACINGS), limit + _SPACINGS + 1
    below, above = spacing[max(0, low - 2 * _SPACINGS) : low], spacing[high : high + 2 * _SPACINGS]
    if not below.size or not above.size:
        return False
    return bool(spacing[low:high].mean() > 2 * max(below.mean(), above.mean()))


def _halves(rows: int, generator: np.random.Generator) -> tuple[Codes, Codes]:
    shuffled = generator.permutation(rows)
    return shuffled[: rows // 2], shuffled[rows // 2 :]


def _r2(true: Numbers, told: Numbers) -> float:
    spread = float(((true - true.mean()) ** 2).sum())
    return 1 - float(((true - told) ** 2).sum()) / spread if spread > 0 else 0.0
