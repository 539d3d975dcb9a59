"""What kind of column is it: numbers, categories, dates, texts, or nothing a network could learn from.

The decision is made on the training rows alone, and every one that is not plain comes with a sentence (a
note) for the run's summary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.errors import DataError, suggestion

Kind = Literal["numeric", "categorical", "ordered", "date", "text", "presence", "dropped"]

NAMED_KINDS: dict[str, Kind] = {
    "number": "numeric",
    "decimal-point": "numeric",
    "decimal-comma": "numeric",
    "span": "numeric",
    "boolean": "categorical",
    "category": "categorical",
    "ordered": "ordered",
    "date": "date",
    "date-dmy": "date",
    "date-mdy": "date",
    "date-ymd": "date",
    "text": "text",
    "id": "dropped",
}
"""What a person may call a column (`--type column=kind`), and what it is to a network."""

MOST_CATEGORIES = 64
"""Categories of one column that get a feature of their own; the rest is "other"."""

MANY_CATEGORIES = 512
"""The same, of a column with more categories, if each has rows enough."""

# The words of a text are worth more than the text as a whole unless it recurs often; a code has none.
_ROWS_OF_A_TEXT = 20
_ROWS_OF_A_CODE = 5

# Fewer rows than this prove nothing about a column whose values are all different.
_ROWS_FOR_IDENTIFIER = 20
_MOSTLY_UNIQUE = 0.9
_KEY_NAMES = re.compile(
    r"^(?i:id|index|idx|row|row_?id|row_?n(umber|r|um|o)|key|uuid|guid|unnamed.*|.*_?uuid|.*[_ .-](id|guid|key))$"
    r"|[a-z]I[dD]$"
)
_CODE_NAMES = re.compile(
    r"(?i)(^|[_ .-])(id|key|code|zip|zip_?code|plz|postcode|postal_?code)$|[a-z](?-i:I[dD]|Code)$"
)
_EXACT = 2**53  # whole numbers from here on are no different ones as floats
_MEANINGFUL_COUNTERS = re.compile(
    r"(?i)(year|month|week|day|hour|minute|second|time|date|instant|period|quarter|step|epoch|age|dose|^.$)"
)
_POSTAL = re.compile(r"(?i)zip|post|plz")  # their first digits are a region
_RANDOM = r"^(\{?[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?|(0x)?[0-9a-fA-F]{16,}|\d{19,})$"
_SHARE_OF_STRUCTURE = 0.22


@dataclass(frozen=True)
class ColumnKind:
    """What was decided about one column.

    Args:
        name: The column.
        kind: `numeric`, `categorical`, `ordered`, `date`, `text`, `presence` or `dropped`.
        note: A sentence for the run's summary; empty where there is nothing to say.
        doing: For a column left out, why, in few words: `a key`; else empty.
        most: Categories that get a feature of their own.
    """

    name: str
    kind: Kind
    note: str = ""
    doing: str = ""
    most: int = MOST_CATEGORIES


def column_kind(column: pl.Series, named: str | None = None) -> ColumnKind:
    """Decides what a column of training rows is.

    - no value, or one value in every row: dropped; one value and gaps: whether there is a value;
    - whole numbers that are all different, under the name of a key (`id`, `index`, an unnamed column), or that
      count the rows: dropped;
    - dates and times: a date;
    - text that differs in (nearly) every row: dropped where it is a number of its own or random, else text;
    - text of so many values that the 64 most frequent make up less than half of the rows, and few recur: text;
    - whole numbers that recur, under the name of a code or too long to be told apart as floats: categorical;
    - categories whose order is known: ordered; other text and booleans: categorical;
    - other numbers: numeric.

    Args:
        column: The training rows of the column.
        named: What a person says that it is, one of `NAMED_KINDS`; then only a column of one value is not that.

    Raises:
        DataError: there is no such kind, or the column cannot be of it.
    """
    name = column.name
    if named is not None and named not in NAMED_KINDS:
        raise DataError(f'column "{name}": unknown kind "{named}". {suggestion(named, NAMED_KINDS)}')
    if NAMED_KINDS.get(named or "") == "dropped":
        return _dropped(name, "an id", "is an id, as the settings say")
    gaps = column.null_count()
    if gaps == column.len():
        return _dropped(name, "no values", "has no values")
    if _is_constant(column):
        value = column.drop_nulls()[0]
        if not gaps:
            return _dropped(name, "one value", f"has the same value in every row ({value})")
        note = f'"{name}": has one value ({value}) and gaps; only whether there is a value is used.'
        return ColumnKind(name, "presence", note=note)
    if named is not None:
        return _as_named(column, named)
    if column.dtype in (pl.Date, pl.Datetime):
        return ColumnKind(name, "date")
    if column.dtype == pl.String:
        return _text_kind(column.drop_nulls())
    if isinstance(column.dtype, pl.Enum):
        return ColumnKind(name, "ordered")
    if column.dtype == pl.Boolean:
        return ColumnKind(name, "categorical")
    if column.dtype == pl.Int64:
        return _whole_kind(name, column.drop_nulls() if gaps else column)
    return ColumnKind(name, "numeric")


def _as_named(column: pl.Series, named: str) -> ColumnKind:
    name, kind = column.name, NAMED_KINDS[named]
    temporal = column.dtype in (pl.Date, pl.Datetime)
    if kind == "date" and not temporal:
        raise DataError(
            f'column "{name}" is to be a date, but holds {column.dtype} such as "{column.drop_nulls()[0]}". '
            "Write it as 2024-03-01, or name another kind."
        )
    if kind == "ordered" and not isinstance(column.dtype, pl.Enum):
        # Numbers have their order; of words nobody knows it.
        kind = "numeric" if column.dtype.is_numeric() else "categorical"
    if kind == "numeric" and temporal:
        raise DataError(
            f'column "{name}" is to be a {named}, but holds dates. Name another kind, such as date.'
        )
    return ColumnKind(name, kind)


def _is_constant(column: pl.Series) -> bool:
    """Whether all values are one, numbers up to rounding."""
    if column.dtype == pl.Float64:
        least, most = float(column.min() or 0.0), float(column.max() or 0.0)  # type: ignore[arg-type]
        largest = max(abs(least), abs(most))
        return bool(np.isfinite(largest)) and most - least <= 8 * float(np.finfo(float).eps) * largest
    if column.dtype == pl.Int64:
        return bool(column.min() == column.max())
    value = column[int(column.is_not_null().arg_max() or 0)]
    return not bool((column != value).any())


def _whole_kind(name: str, present: pl.Series) -> ColumnKind:
    if why := _key(present):
        return _dropped(name, "a key", why, otherwise="number")
    if note := _are_codes(present):
        return ColumnKind(name, "categorical", note=note, most=MANY_CATEGORIES)
    return ColumnKind(name, "numeric")


def _key(column: pl.Series) -> str:
    """Why whole numbers are a key; empty where they are none."""
    rows = column.len()
    by_name = bool(_KEY_NAMES.search(column.name))
    if not by_name and (rows < _ROWS_FOR_IDENTIFIER or _MEANINGFUL_COUNTERS.search(column.name)):
        return ""
    numbers = column.to_numpy()
    if len(set(numbers[:100].tolist())) < min(100, rows):
        return ""
    if by_name and column.n_unique() == rows:
        return "is a key: whole numbers, all different"
    # The training rows are some of the file's, in its order: what counts those has steps of 1, and some of 2 and 3.
    counts = bool(np.all(np.diff(numbers) > 0)) and numbers[-1] - numbers[0] < 2 * rows + 10
    return "counts the rows" if counts and numbers[0] < 10 + rows / 10 else ""


def _are_codes(numbers: pl.Series) -> str:
    """Why whole numbers that recur are names of something, in a sentence; empty where they count."""
    name, rows = numbers.name, numbers.len()
    named = _CODE_NAMES.search(name) is not None
    if not named and not bool((numbers >= _EXACT).all()):
        return ""
    distinct = numbers.n_unique()
    if not 3 <= distinct <= min(MANY_CATEGORIES, rows / _ROWS_OF_A_CODE):
        return ""
    why = "as their column is called so" if named else "too long to count with"
    return (
        f'"{name}": whole numbers taken for codes, {why} (--type "{name}=number" for the numbers themselves).'
    )


def _text_kind(present: pl.Series) -> ColumnKind:
    name, rows = present.name, present.len()
    counts = present.alias("text").value_counts(name="rows", sort=True)
    distinct = counts.height
    if rows < _ROWS_FOR_IDENTIFIER:
        return ColumnKind(name, "categorical")
    if distinct > _MOSTLY_UNIQUE * rows and (why := _identity(present)):
        return _dropped(
            name, "an id", f"is an id: {why} ({distinct} values in {rows} rows)", otherwise="text"
        )
    repeated = counts.head(MOST_CATEGORIES).filter(pl.col("rows") > 1)["rows"].sum()
    of_words = present.str.contains(r"\s").any()
    each = _ROWS_OF_A_TEXT if of_words else _ROWS_OF_A_CODE
    if MOST_CATEGORIES < distinct <= min(MANY_CATEGORIES, rows / each):
        return ColumnKind(name, "categorical", most=MANY_CATEGORIES)
    if repeated < rows / 2:
        note = f'"{name}": read as text ({distinct} different in {rows} rows): the words and pieces of words that recur.'
        return ColumnKind(name, "text", note=note)
    return ColumnKind(name, "categorical")


def _identity(texts: pl.Series) -> str:
    """Why texts that are nearly all different say nothing but which row they stand in; empty where they may."""
    if texts.str.contains(_RANDOM).all():
        return "random or long numbers, which recur in no other row"
    if texts.str.contains(r"\s\S").any():
        skeleton = texts.str.replace_all(r"\d+", "0")
        return (
            "texts that differ by a number alone" if skeleton.n_unique() == 1 and _numbers_once(texts) else ""
        )
    if not texts.str.contains(r"\d").all():
        return ""
    if texts.str.replace_all(r"\d+", "0").n_unique() == 1 and _numbers_once(texts):
        return "" if _POSTAL.search(texts.name) else "codes that differ by a number alone"
    lengths = texts.str.len_chars()
    if lengths.min() != lengths.max() or int(lengths[0]) < 6:
        return ""
    # A code with structure has a place where few signs stand; random ones have none but those always the same.
    for place in range(int(lengths[0])):
        signs = texts.str.slice(place, 1).alias("sign").value_counts(name="rows", sort=True)
        if _SHARE_OF_STRUCTURE < signs["rows"][0] / texts.len() < 1:
            return ""
    return "codes without a place that recurs"


def _numbers_once(texts: pl.Series) -> bool:
    """Whether each text holds one number."""
    return bool((texts.str.count_matches(r"\d+") == 1).all())


def _dropped(name: str, doing: str, why: str, *, otherwise: str = "") -> ColumnKind:
    remedy = f' If it means something, say so: --type "{name}={otherwise}".' if otherwise else ""
    return ColumnKind(name, "dropped", note=f'"{name}": left out; it {why}.{remedy}', doing=doing)
