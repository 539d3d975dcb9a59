"""Rows that follow each other in time, or belong together: of these, parts drawn at random know too much."""

from __future__ import annotations

import re
import shlex

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float

from fallline.data.leaks.answers import Answers, as_numbers
from fallline.data.leaks.evidence import Codes, Numbers, correlation, ranks
from fallline.data.leaks.leak import Leak

_IN_ORDER = 0.9
"""Share of the steps from row to row that lead one way; so are stores one after the other, each in order of time."""
_LEAST_MOMENTS = 20
_ALIKE = 0.3
"""Correlation of the target from one moment to the next, or within a group."""
_ERRORS = 5
"""Standard errors by which it must differ from none."""
_SHUFFLES, _FEW_ROWS = 50, 5000
"""Of more rows, chance makes none alike."""
_LEAST_RARER = 8
_LEAST_GROUPS = 5
_MOST_ROWS = 200_000
_MANY_GROUPS = 1000
_MANY_TEXTS = 20
_TIME_WORDS = frozenset({"year", "yr", "date", "time", "timestamp", "datetime"})
_WORDS_OF_CYCLES = frozenset({"day", "week", "month", "quarter", "period"})
"""As numbers these may begin anew: then they are no order."""
_PERSONS = frozenset((
    "patient", "subject", "person", "participant", "respondent", "donor", "volunteer", "worker", "employee",
    "customer", "client", "user", "player", "driver", "speaker", "writer", "author", "pupil", "student",
))  # fmt: skip
_THINGS = frozenset((
    "account", "contract", "loan", "session", "household", "family", "child", "member", "teacher", "doctor", "animal",
    "mouse", "rat", "dog", "cow", "horse", "litter", "herd", "tree", "plant", "plot", "field", "farm", "store", "shop",
    "branch", "company", "firm", "site", "station", "well", "school", "hospital", "clinic", "machine", "device",
    "sensor", "engine", "vehicle", "car", "batch", "lot",
))  # fmt: skip
"""Words that as a number may also be an amount: `loan`, `family`."""
_ID_WORDS = frozenset({"id", "ids", "uid"})
_NUMBERED = r"^(\D{1,12})\d{2,}$"
"""P001, cust_17: letters and a number."""


def in_time(series: pl.Series, answers: Answers) -> Leak | None:
    """Whether the rows are in order of this time, and the target is alike from one moment to the next."""
    whole = series.dtype.is_integer()
    words = _words(series.name) if whole else set()
    if series.null_count() or not (
        words & (_TIME_WORDS | _WORDS_OF_CYCLES) or series.dtype in (pl.Date, pl.Datetime)
    ):
        return None
    times = as_numbers(series.to_physical())
    steps = np.sign(np.diff(times))
    in_order = 1.0 if whole and not words & _TIME_WORDS else _IN_ORDER
    if max((steps >= 0).mean(), (steps <= 0).mean()) < in_order:
        return None
    times = times[:_MOST_ROWS]
    moments = (
        pl.DataFrame({"time": times, "target": _as_number(answers)[:_MOST_ROWS]})
        .group_by("time")
        .agg(pl.col("target").mean())
        .sort("time")
    )["target"].to_numpy()
    if moments.size < _LEAST_MOMENTS:
        return None
    alike = correlation(moments[1:], moments[:-1])
    if alike < max(_ALIKE, _ERRORS / np.sqrt(moments.size)):
        return None
    sentence = (
        f'The rows are in order of "{series.name}", and "{answers.name}" is alike from one moment to the next '
        f"(correlation {alike:.2f}, {moments.size:,} moments): with parts drawn at random, test rows lie between training "
        f"rows that all but tell them. If later rows are to be predicted, divide by time: --time {shlex.quote(series.name)}."
    )
    return Leak((series.name,), "time", sentence, alike)


def belonging(series: pl.Series, answers: Answers) -> Leak | None:
    """Whether a column names persons, places or things of several rows each, and their rows are alike in the target."""
    words = _words(series.name)
    if not (
        series.dtype == pl.String or (series.dtype.is_integer() and words & (_PERSONS | _THINGS | _ID_WORDS))
    ):
        return None
    groups, rows = series.drop_nulls().n_unique(), series.len() - series.null_count()
    if groups < _LEAST_GROUPS or rows < 2 * groups:
        return None
    if not words & (_PERSONS | _THINGS | _ID_WORDS) and (groups < _MANY_TEXTS or not _numbered(series)):
        return None
    table = pl.DataFrame({"group": series, "target": answers.values})
    if (parts := -(-rows // _MOST_ROWS)) > 1:
        # Whole groups where there are many: of five rows of a group one alone says nothing.
        many = groups > _MANY_GROUPS
        table = table.filter(pl.col("group").hash(0) % parts == 0) if many else table.gather_every(parts)
    table = table.filter(pl.col("group").is_not_null())
    members, values = (table["group"].rank("dense") - 1).cast(pl.Int64).to_numpy(), table["target"].to_numpy()
    measure = agreement if answers.labels else intraclass
    alike = measure(members, values)
    if alike < _ALIKE or (answers.labels and values.size - np.bincount(values).max() < _LEAST_RARER):
        return None
    if values.size <= _FEW_ROWS:
        generator = np.random.default_rng(0)
        shuffled = [measure(members, generator.permutation(values)) for _ in range(_SHUFFLES)]
        if alike < np.mean(shuffled) + _ERRORS * np.std(shuffled):
            return None
    if series.dtype.is_integer() and not words & (_PERSONS | _ID_WORDS):
        order = correlation(ranks(members), ranks(values))
        if order**2 > alike / 2:
            return None  # an amount
    name, target = series.name, answers.name
    measured = "agreement beyond chance" if answers.labels else "intraclass correlation"
    sentence = (
        f'"{name}" has {groups:,} values of {rows / groups:.3g} rows each, and rows of one value are alike in "{target}" '
        f"({measured} {alike:.2f}): drawn at random, the same ones stand in training and test part, and are "
        f"recognised. If new rows are of others, divide by it: --group {shlex.quote(name)}."
    )
    return Leak((name,), "group", sentence, alike)


def _as_number(answers: Answers) -> Float[np.ndarray, " rows"]:
    if not answers.labels:
        return np.asarray(answers.values, np.float64)
    return (answers.values == np.bincount(answers.values).argmax()).astype(np.float64)


def agreement(groups: Codes, classes: Codes) -> float:
    """How often two rows of a group are of one class, where 0 is as often as any two rows and 1 is always (Cohen's kappa)."""

    def pairs(codes: Codes) -> float:
        counts = np.unique(codes, return_counts=True)[1]
        return float((counts * (counts - 1)).sum())

    chance = pairs(classes) / (classes.size * (classes.size - 1))
    same = pairs(groups * (classes.max() + 1) + classes) / pairs(groups)
    return (same - chance) / (1 - chance) if chance < 1 else 0.0


def intraclass(groups: Codes, values: Numbers) -> float:
    """Share of the variance that lies between groups: the intraclass correlation of one-way analysis of variance.

    Source: Shrout and Fleiss, Intraclass correlations (1979), ICC(1, 1).
    """
    sizes = np.bincount(groups)
    rows, means = values.size, np.bincount(groups, weights=values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (sizes.size - 1)
    within = ((values - means[groups]) ** 2).sum() / (rows - sizes.size)
    size = (rows - (sizes**2).sum() / rows) / (sizes.size - 1)
    scale = between + (size - 1) * within
    return float((between - within) / scale) if scale > 0 else 0.0


def _numbered(series: pl.Series) -> bool:
    heads = series.drop_nulls().unique().str.extract(_NUMBERED, 1)
    return heads.null_count() == 0 and heads.n_unique() == 1


def _words(name: str) -> set[str]:
    """`customerId`, `customer_id`, `Customer ID` -> customer, id."""
    return {word.casefold() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
