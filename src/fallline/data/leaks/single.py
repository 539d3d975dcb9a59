"""One column that tells the target: under another name, by its gaps, by a number or a part of an id, or alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Bool, Float

from fallline.data.leaks import evidence
from fallline.data.leaks.answers import LARGEST, Answers, as_numbers
from fallline.data.leaks.leak import Leak, drop
from fallline.own.shown import fields_shown

LEAST_ROWS = 20
_UNEXPLAINED = 0.001
"""Of a number's variance: what a column may leave open that tells it."""
_ROUNDING = 1e-5
"""Of a number's variance: what rounding leaves open."""
_WRONG = 0.01
"""Of the errors that always the most frequent class makes: what a column may make that tells the class."""
_WRONG_OF_GAPS = 0.1
_OPEN_OF_A_KEY = 0.1
"""Gaps and running numbers have no business to tell anything: a tenth may stay open."""
_BASE_ERRORS = 8
"""With fewer rows of the rarer classes, a column may tell them by chance."""
_TELLING = 30
"""Likewise, of a column that is no copy: a good input may be right by chance in all of a few rows."""
_AREA_LEFT = 0.005
"""Above the ROC curve of a number that tells which of two classes."""
_ROWS_PER_CLASS = 5
"""With fewer, a class is nearly a name of its row, and everything tells it."""
_PURE, _PURE_ROWS, _SHARE_OF_CLASS, _CHANCE = 0.995, 20, 0.1, 1e-6
_MANY_VALUES = 20
_RANKS_AS_WELL = 0.98
"""R2 of the ranks, beside that of the values, which one far value can make."""


@dataclass(frozen=True)
class Column:
    """A column on the rows looked at.

    Args:
        series: Its cells.
        filled: Which rows have a value.
        numbers: The values of these as numbers; None where they are none.
        places: The place of each of these among the different values, in their order; none for times.
        counts: Rows of each different value.
    """

    __repr__ = fields_shown

    series: pl.Series
    filled: Bool[np.ndarray, " rows"]
    numbers: Float[np.ndarray, " filled"] | None
    places: evidence.Codes
    counts: evidence.Codes

    @classmethod
    def of(cls, series: pl.Series) -> Column:
        """The column, sorted once for all tests."""
        if series.dtype.is_numeric() or series.dtype == pl.Boolean:
            # NumPy's: a call of polars costs half a millisecond, and a table may have thousands of columns.
            cells = as_numbers(series)
            filled = ~np.isnan(cells)
            numbers = cells[filled]
            _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
            usable = not numbers.size or np.abs(numbers).max() < LARGEST
            return cls(series, filled, numbers if usable else None, places, counts)
        filled = series.is_not_null().to_numpy()
        if series.dtype.is_temporal() or series.dtype.is_nested():
            return cls(series, filled, None, np.zeros(0, np.int64), np.zeros(0, np.int64))
        present = series.drop_nulls()
        present = present.to_physical() if present.dtype == pl.Enum else present
        places = (present.rank("dense") - 1).cast(pl.Int64).to_numpy()
        return cls(series, filled, None, places, np.bincount(places))

    @property
    def name(self) -> str:
        """Its name."""
        return self.series.name

    @property
    def codes(self) -> evidence.Codes | None:
        """The values as whole numbers 0, 1, ...; None where (nearly) each row has its own."""
        return self.places if 0 < self.counts.size <= self.places.size // 2 else None

    @property
    def line(self) -> Float[np.ndarray, " filled"] | None:
        """The numbers, where so many are different that their order says more than each for itself."""
        return self.numbers if self.counts.size > _MANY_VALUES else None


Test = Callable[[Column, Answers, float], Leak | None]


def look(series: pl.Series, answers: Answers, tolerance: float = 1.0) -> Leak | None:
    """The first of the tests by which a column tells the target, the most harmful first.

    Args:
        series: The column.
        answers: The target of the same rows.
        tolerance: Times what may stay open: above 1 for a first look at few of the rows.
    """
    column = Column.of(series)
    present = answers.take(column.filled)
    tests: list[tuple[Test, Answers]] = [(_gaps, answers)]
    if len(present) >= LEAST_ROWS and len(present) >= 0.05 * len(answers) and column.counts.size > 1:
        tests = [(_copy, present), (_gaps, answers), (_alone, present), (_part_of_text, present)]
    for test, of_rows in tests:
        if found := test(column, of_rows, tolerance):
            return found
    return None


def running_number(series: pl.Series, answers: Answers, tolerance: float = 1.0) -> Leak | None:
    """Whether numbers that are all different, as those of rows, tell the target by their order."""
    numbers = as_numbers(series)
    if np.isnan(numbers).any() or np.unique(numbers).size < numbers.size or not enough(answers):
        return None
    strength = _strength_of_order(numbers, answers)
    if strength < 1 - _OPEN_OF_A_KEY * tolerance:
        return None
    if not answers.labels and evidence.correlation(numbers, answers.values) ** 2 >= 1 - _UNEXPLAINED:
        return None  # more than an order: the target in another unit
    name, target = series.name, answers.name
    sentence = (
        f'"{name}" numbers rows that are sorted by "{target}", so that the number alone tells it '
        f"({_measured(strength, answers)}). New rows go on with other numbers: "
        f"leave it out with {drop([name])}."
    )
    return Leak((name,), "key", sentence, strength)


def enough(answers: Answers, least: int = _BASE_ERRORS) -> bool:
    """Whether there are so many rows (of the rarer classes) that chance tells nothing."""
    if len(answers) < LEAST_ROWS:
        return False
    if not answers.labels:
        return True
    counts = np.bincount(answers.values)
    return bool(
        np.count_nonzero(counts) * _ROWS_PER_CLASS <= counts.sum() and counts.sum() - counts.max() >= least
    )


def _strength_of_order(numbers: evidence.Numbers, answers: Answers) -> float:
    if not answers.labels:
        return evidence.correlation(evidence.ranks(numbers), answers.ranks) ** 2
    wrong = evidence.errors_by_order(numbers, answers.values, np.random.default_rng(0))
    return 1 - wrong / evidence.base_errors(answers.values)


def _copy(column: Column, answers: Answers, tolerance: float) -> Leak | None:
    """The target under another name."""
    said = _as_classes(column, answers) if answers.labels else _as_numbers(column, answers, tolerance)
    if said is None:
        return None
    strength, how = said
    name, target = column.name, answers.name
    where = "" if column.filled.all() else ", where it has a value"
    nearly = "the target under another name" if strength == 1 else "all but the target under another name"
    sentence = (
        f'"{name}" is {nearly}: {how}{where} ({len(answers):,} rows looked at). '
        f'If new rows do not have it before "{target}" is known, leave it out with {drop([name])}.'
    )
    return Leak((name,), "copy", sentence, strength)


def _as_classes(column: Column, answers: Answers) -> tuple[float, str] | None:
    if column.codes is None or not enough(answers) or not evidence.one_to_one(column.codes, answers.values):
        return None
    if column.numbers is not None and answers.numbers is not None:
        same = np.array_equal(column.numbers, answers.numbers)
    else:
        same = column.series.drop_nulls().cast(pl.String).to_list() == [
            answers.labels[code] for code in answers.values
        ]
    if same:
        return 1.0, f'equal to "{answers.name}" in every row'
    return (
        1.0,
        f"each of its {column.counts.size} values stands for one class, and each class for one value",
    )


def _as_numbers(column: Column, answers: Answers, tolerance: float) -> tuple[float, str] | None:
    y, name, target = answers.values, column.name, answers.name
    if column.numbers is not None:
        x, least = column.numbers, 1 - _UNEXPLAINED * tolerance
        if np.array_equal(x, y):
            return 1.0, f'equal to "{target}" in every row'
        straight = evidence.correlation(x, y)
        in_ranks = evidence.correlation(evidence.mean_ranks(column.places, column.counts), answers.ranks) ** 2
        if straight**2 >= least and in_ranks >= _RANKS_AS_WELL:
            slope = straight * y.std() / x.std()
            line = _line(slope, float(y.mean() - slope * x.mean()), name)
            strength = 1.0 if straight**2 > 1 - _ROUNDING else straight**2
            return strength, f'"{target}" is {line}, R2 {_cut(straight**2)}'
        if column.codes is None and _never_turns(x, y):
            return 1.0, f'sorted by it, "{target}" never turns (so are a logarithm, a square, a rank)'
        if in_ranks >= least:
            return min(
                in_ranks, straight**2
            ), f"both put the rows in the same order (R2 of their ranks {_cut(in_ranks)})"
    if column.codes is not None and evidence.stretches(column.codes, y):
        return 1.0, f'each of its {column.counts.size:,} values stands for a stretch of "{target}" of its own'
    return None


def _never_turns(x: evidence.Numbers, y: evidence.Numbers) -> bool:
    steps = np.diff(y[np.argsort(x, kind="stable")])
    return np.unique(y).size > 2 and bool((steps >= 0).all() or (steps <= 0).all())


def _gaps(column: Column, answers: Answers, tolerance: float) -> Leak | None:
    """Whether a row has a value tells the target, or the values are of one class alone."""
    filled = column.filled
    if min(filled.sum(), (~filled).sum()) < _PURE_ROWS or not enough(answers):
        return None
    name, target, rows = column.name, answers.name, len(answers)
    if not answers.labels:
        if not evidence.stretches(filled.astype(np.int64), answers.values):
            return None
        side = "above" if answers.values[filled].mean() > answers.values[~filled].mean() else "below"
        what, strength = f'it has a value exactly where "{target}" is {side} a limit', 1.0
    else:
        y, base = answers.values, evidence.base_errors(answers.values)
        counts = np.stack([np.bincount(y[part], minlength=len(answers.labels)) for part in (~filled, filled)])
        strength = 1 - float((counts.sum(axis=1) - counts.max(axis=1)).sum()) / rows / base
        if strength < 1 - _WRONG_OF_GAPS * tolerance:
            return _one_class_alone(column, answers, counts)
        most, shares = counts.argmax(axis=1), counts.max(axis=1) / counts.sum(axis=1)
        what = (
            f'{shares[1]:.1%} of the {filled.sum():,} rows with a value are of class "{answers.labels[most[1]]}", '
            f'{shares[0]:.1%} of the {(~filled).sum():,} without are of class "{answers.labels[most[0]]}"'
        )
    return Leak((name,), "gaps", _gaps_sentence(column, answers, what), strength)


def _one_class_alone(column: Column, answers: Answers, counts: evidence.Codes) -> Leak | None:
    totals = counts.sum(axis=0)
    for side, words in ((1, "with a value"), (0, "without a value")):
        rows, label = int(counts[side].sum()), int(counts[side].argmax())
        found, share = int(counts[side, label]), totals[label] / totals.sum()
        pure = found >= _PURE * rows and found >= _SHARE_OF_CLASS * totals[label]
        if pure and share <= 0.9 and share**rows < _CHANCE:
            what = f'{found:,} of the {rows:,} rows {words} are of class "{answers.labels[label]}"'
            return Leak((column.name,), "gaps", _gaps_sentence(column, answers, what), found / totals[label])
    return None


def _gaps_sentence(column: Column, answers: Answers, what: str) -> str:
    return (
        f'The gaps of "{column.name}" tell "{answers.name}": {what}. A value that is written down only with or after '
        f"the answer is not there for new rows: leave it out with {drop([column.name])}."
    )


def _alone(column: Column, answers: Answers, tolerance: float) -> Leak | None:
    """One column alone tells the target."""
    name = column.name
    if strengths := list(_strengths(column, answers, tolerance)):
        strength = max(strengths)
        return Leak(
            (name,), "tells", _alone_sentence(column, answers, _measured(strength, answers)), strength
        )
    if column.line is None or len(answers.labels) != 2 or not enough(answers, _TELLING):
        return None
    area = evidence.area_under_curve(evidence.mean_ranks(column.places, column.counts), answers.values)
    if area < 1 - _AREA_LEFT * tolerance:
        return None
    said = f"area under the ROC curve {_cut(area)} on {len(answers):,} rows"
    return Leak((name,), "tells", _alone_sentence(column, answers, said), 2 * area - 1)


def _strengths(column: Column, answers: Answers, tolerance: float) -> Iterator[float]:
    """The share of the target that a column tells, where it tells it."""
    y, line, codes, generator = answers.values, column.line, column.codes, np.random.default_rng(0)
    if not answers.labels:
        least = 1 - _UNEXPLAINED * tolerance
        if line is not None and (fit := evidence.fit_by_order(line, answers.ranks, generator)) >= least:
            yield fit
        if codes is not None and (fit := evidence.fit_by_value(codes, y, generator)) >= least:
            yield fit
        return
    if not enough(answers, _TELLING):
        return
    base = evidence.base_errors(y)
    allowed = _WRONG * tolerance * base
    if line is not None and (wrong := evidence.errors_by_order(line, y, generator)) <= allowed:
        yield 1 - wrong / base
    if codes is not None and (wrong := evidence.errors_by_value(codes, y, generator)) <= allowed:
        yield 1 - wrong / base


def _alone_sentence(column: Column, answers: Answers, measured: str, what: str = "") -> str:
    name, target = column.name, answers.name
    where = "" if column.filled.all() else ", where it has a value"
    return (
        f'{what}"{name}" alone tells "{target}": {measured}{where}. If it is known only with or after "{target}", '
        f"the network will fail on new rows: leave it out with {drop([name])}. If new rows have it, no network is needed."
    )


def _part_of_text(column: Column, answers: Answers, tolerance: float) -> Leak | None:
    """What stands before the number of an id, its number, or the name of a class within a text tells the target."""
    if column.codes is not None or column.series.dtype != pl.String:
        return None
    texts = column.series.drop_nulls().alias(column.name)
    parts = {"What stands before the number": texts.str.extract(r"^(\D*)\d", 1)}
    if answers.labels and all(len(label) > 2 for label in answers.labels[:20]):
        words = "|".join(re.escape(label) for label in answers.labels[:20])
        parts["The name of a class"] = texts.str.extract(rf"(?i)\b({words})\b", 1).str.to_lowercase()
    for what, part in parts.items():
        found = Column.of(part)
        if found.codes is None or found.counts.size < 2 or not found.filled.all():
            continue
        if strengths := list(_strengths(found, answers, tolerance)):
            said = _alone_sentence(column, answers, _measured(max(strengths), answers), f"{what} in ")
            return Leak((column.name,), "key", said, max(strengths))
    return running_number(texts.str.extract(r"(\d{1,15})\D*$", 1).cast(pl.Float64), answers, tolerance)


def _measured(strength: float, answers: Answers) -> str:
    if not answers.labels:
        return f"R2 {_cut(strength)} on {len(answers):,} rows"
    base = evidence.base_errors(answers.values)
    return (
        f"right in {_cut(1 - (1 - strength) * base, percent=True)} of {len(answers):,} rows, "
        f"where one class for all is in {1 - base:.1%}"
    )


def _line(slope: float, intercept: float, name: str) -> str:
    factor = f'"{name}"' if f"{slope:.4g}" == "1" else f'{slope:.4g} x "{name}"'
    if abs(intercept) < 1e-6 * max(1.0, abs(slope)):
        return f"about {factor}"
    return f"about {factor} {'+' if intercept > 0 else '-'} {abs(intercept):.4g}"


def _cut(share: float, percent: bool = False) -> str:
    """A share in four digits, cut: 1 only where it is 1."""
    shown = np.floor(share * 1e4 + 1e-6) / 1e4
    return f"{shown:.2%}" if percent else f"{shown:.4f}"
