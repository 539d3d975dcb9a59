"""Data frames and series of any library as NumPy arrays of numbers; what is none is refused by its column's name.

A conversion as a whole would find some number for nearly anything: beside numbers the days since 1970 for a date, the
last category for a missing one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import numbers
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import DataError

Values = NDArray[Any]

REMEDIES = {
    "dates": "Turn dates into numbers first, such as the days since a first day.",
    "times of day": "Turn times into numbers first, such as the seconds since midnight.",
    "time differences": "Turn time differences into numbers first: .dt.total_seconds().",
    **dict.fromkeys(["categories", "text"], "Give each category a column of 0 and 1."),
}
"""What a column may hold instead of numbers -> what to do about it."""


LABELS = (
    "Number the classes: classes, y = numpy.unique(y, return_inverse=True), and y of further rows by "
    "numpy.searchsorted(classes, y). classes[numbers] are the words of predicted numbers again."
)
"""What to do about words as targets."""


def frame_values(values: Any, what: str, *, categories: bool = False) -> tuple[Any, Sequence[str]]:
    """A data frame or series of any library as an array of numbers, missing ones NaN; anything else unchanged.

    Args:
        values: What the user gave.
        what: What it stands for; begins messages.
        categories: Whether numbers that are called categories may stand for themselves, as in targets. Text that holds
            numbers may always.

    Returns:
        The array and the names of its columns; of a series, and of what is no frame, none.

    Raises:
        DataError: a column holds no numbers, or two have one name; says which, what came, and the remedy.
    """
    import narwhals.stable.v1 as nw

    try:
        frame: Any = nw.from_native(_table(values), pass_through=True, allow_series=True, eager_only=True)
        columns = _columns(frame)
    except nw.exceptions.DuplicateError as error:
        told = " ".join(str(error).split())
        raise DataError(f"{what}: two columns have one name. Give each its own. ({told:.200})") from None
    if columns is None:
        return values, ()
    names = frame.columns if isinstance(frame, nw.DataFrame) else ()
    if columns and all(_plain(column) for column in columns):
        array = frame.to_numpy()  # in one go, and shared where the library can
        if array.dtype.kind in "biuf":
            return array, names
    single = not isinstance(frame, nw.DataFrame)
    read = [_read(column, categories=categories, nested=single) for column in columns]
    refused = [found for found in read if isinstance(found, str)]
    if refused:
        came = f"{', '.join(refused[:4])}{', ...' if refused[4:] else ''}"
        raise DataError(f"{what} must hold numbers; got {came}. {_remedy(refused, targets=categories)}")
    if single:
        return read[0], ()
    return (np.stack(read, axis=1) if read else np.empty(frame.shape)), names


def _remedy(refused: Sequence[str], *, targets: bool) -> str:
    if targets and all(found.startswith(("categories", "text")) for found in refused):
        return f"{LABELS} `fallline train` takes words as they are."
    remedies = [text for kind, text in REMEDIES.items() if any(found.startswith(kind) for found in refused)]
    if not remedies:
        return "Make columns of numbers of it, or leave it out."
    return " ".join([*dict.fromkeys(remedies), "`fallline train` reads such columns as they are."])


def kind_of(item: object) -> str | None:
    """What one object is, in a word, where it is no real number: "dates", "text", ...; None for numbers and what is missing."""
    if isinstance(item, str | bytes):
        return "text" if isinstance(item, str) else "bytes"
    # Before the numbers: a timedelta64 is an integer to NumPy.
    if isinstance(item, np.timedelta64 | dt.timedelta):
        return None if _is_missing(item) else "time differences"
    if isinstance(item, np.datetime64 | dt.date) or type(item).__name__ == "Period":
        return None if _is_missing(item) else "dates"
    if isinstance(item, dt.time):
        return "times of day"
    if isinstance(item, numbers.Real | decimal.Decimal | np.bool_) or _is_missing(item):
        return None
    return f"objects ({type(item).__name__})"


def no_numbers(items: Iterable[Any]) -> str | None:
    """What the first of many objects that is no number is, in a word; None where all are numbers or missing."""
    # One item of each type is asked: the types of a column are few.
    first = {type(item): item for item in items if not _is_missing(item)}
    return next((kind for item in first.values() if (kind := kind_of(item))), None)


def objects_as_floats(items: Sequence[Any]) -> Values:
    """Numbers of any kind as floats; what is missing is NaN."""
    return np.array([np.nan if _is_missing(item) else float(item) for item in items], np.float64)


def _is_missing(item: object) -> bool:
    # pandas' NA and NaT, told without pandas; NumPy's NaT is a number that is not equal to itself.
    if item is None or type(item).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(item, np.datetime64 | np.timedelta64) and bool(np.isnat(item))


def _table(values: Any) -> Any:
    """Arrow's batches and arrays as the tables and columns that narwhals knows."""
    if not type(values).__module__.startswith("pyarrow"):
        return values
    import pyarrow as pa  # type: ignore[import-untyped]

    if isinstance(values, pa.RecordBatch):
        return pa.Table.from_batches([values])
    return pa.chunked_array([values]) if isinstance(values, pa.Array) else values


def _columns(frame: Any) -> list[Any] | None:
    import narwhals.stable.v1 as nw

    if isinstance(frame, nw.DataFrame):
        return list(frame.iter_columns())
    return [frame] if isinstance(frame, nw.Series) else None


def _plain(column: Any) -> bool:
    """Whether NumPy has the type of a column."""
    dtype = column.dtype
    return bool(dtype.is_float() or dtype.is_integer()) and "128" not in str(dtype)


def _read(column: Any, *, categories: bool, nested: bool) -> Values | str:
    """The numbers of a column, or rows of them where they may be `nested`; else what it holds instead, in words."""
    import narwhals.stable.v1 as nw

    dtype = column.dtype
    words = {
        nw.Datetime: "dates",
        nw.Date: "dates",
        nw.Time: "times of day",
        nw.Duration: "time differences",
        nw.String: "text",
        nw.Categorical: "categories",
        nw.Enum: "categories",
        nw.Binary: "bytes",
        nw.Struct: "records",
    } | ({} if nested else dict.fromkeys([nw.List, nw.Array], "lists"))
    word = next((word for kind, word in words.items() if isinstance(dtype, kind)), None)
    if word == "text" or (word == "categories" and categories):
        with contextlib.suppress(TypeError, ValueError):
            return objects_as_floats(column.to_list())
    if word is not None:
        if column.null_count() == len(column):
            return np.full(len(column), np.nan)
        return _described(word, column, next(item for item in column.to_list() if item is not None))
    if dtype.is_numeric() or dtype == nw.Boolean:
        if dtype == nw.Boolean and not column.null_count():
            return np.asarray(column.to_numpy()).astype(bool)
        array = (column if _plain(column) else column.cast(nw.Float64)).to_numpy()
        return array if array.dtype.kind in "biuf" else objects_as_floats(array.tolist())
    array = np.asarray(column.to_numpy())
    if array.dtype != object:
        return array
    if (word := no_numbers(array.flat)) is None:
        return objects_as_floats(array.tolist())
    return _described(word, column, next(item for item in array.flat if kind_of(item) == word))


def _described(word: str, column: Any, example: Any) -> str:
    named = f' in column "{column.name}"' if column.name not in (None, "") else ""
    return f"{word}{named} (such as {example!s:.30})"
