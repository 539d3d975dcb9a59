"""pandas of before 1.0 to 3.0: `.ix`, `.as_matrix()`, arguments by position, text as objects, arrays that may be written."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from fallline.old.companions.changes import Changes
from fallline.old.notices import say_once

BY_POSITION: Mapping[str, tuple[str, ...]] = {
    "drop": ("labels", "axis", "index", "columns", "level", "inplace"),
    "dropna": ("axis", "how", "thresh", "subset", "inplace"),
    "sort_values": ("by", "axis", "ascending", "inplace"),
    "fillna": ("value", "method", "axis", "inplace"),
    "any": ("axis",),
    "all": ("axis",),
    "set_axis": ("labels", "axis"),
    "reset_index": ("level", "drop", "inplace"),
    "drop_duplicates": ("subset", "keep", "inplace"),
}
"""Methods of frames whose arguments were given by position."""

NUMBERS_ONLY = ("mean", "median", "std", "var", "corr", "cov", "skew", "kurt", "quantile", "sem")
"""Methods of frames that left columns of text out."""

NO_LONGER_TAKEN = (
    "warn_bad_lines", "infer_datetime_format", "mangle_dupe_cols", "tupleize_cols", "compact_ints", "buffer_lines",
    "as_recarray", "skip_footer", "verbose", "date_parser", "keep_date_col",
)  # fmt: skip


def give_back(pandas: ModuleType, changes: Changes) -> None:
    """Adds the old names and arguments."""
    frame, series = pandas.DataFrame, pandas.Series
    _reading(pandas, changes)
    _methods(pandas, changes)
    for kind in (frame, series):
        changes.put(kind, "ix", property(_ix))
        changes.put(kind, "values", property(_writable(kind.values.fget)))
        changes.put(kind, "to_numpy", _writable(kind.to_numpy))
        changes.put(kind, "__array__", _writable(kind.__array__))
        changes.put(kind, "fillna", _filled(kind.fillna))
    for name, order in BY_POSITION.items():
        changes.put(frame, name, _positional(getattr(frame, name), order))
        if name in ("dropna", "drop", "fillna", "reset_index"):
            changes.put(series, name, _positional(getattr(series, name), order))
    for name in NUMBERS_ONLY:
        if hasattr(frame, name):
            changes.put(frame, name, _of_numbers(getattr(frame, name)))
    changes.put(pandas, "concat", _positional(pandas.concat, ("objs", "axis", "join"), bound=False))
    changes.put(pandas, "get_dummies", _dummies(pandas.get_dummies))
    changes.names(
        pandas,
        {
            "datetime": (lambda: __import__("datetime").datetime, "import datetime"),
            "np": (lambda: __import__("numpy"), "import numpy as np"),
            "scatter_matrix": (lambda: pandas.plotting.scatter_matrix, "pd.plotting.scatter_matrix"),
            "value_counts": (lambda: lambda values: series(values).value_counts(), "Series.value_counts()"),
            "Int64Index": (lambda: pandas.Index, "pd.Index"),
            "rolling_mean": (lambda: lambda x, window: x.rolling(window).mean(), "x.rolling(window).mean()"),
            "rolling_std": (lambda: lambda x, window: x.rolling(window).std(), "x.rolling(window).std()"),
        },
    )
    _text_as_objects(pandas, changes)


def _text_as_objects(pandas: ModuleType, changes: Changes) -> None:
    name = "future.infer_string"

    def put(value: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas 3 says that it will go
            before = pandas.get_option(name)
            pandas.set_option(name, value)
            return before

    try:
        before = put(False)
    except KeyError:  # pandas of before 2.1, or of after it went
        return
    changes.after(lambda: put(before))


def _reading(pandas: ModuleType, changes: Changes) -> None:
    for name in ("read_csv", "read_table"):
        changes.put(pandas, name, _reader(getattr(pandas, name), f"pd.{name}"))


def _reader(read: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(read)
    def reader(file: Any, *rest: Any, **named: Any) -> Any:
        if rest:  # `read_csv(file, ";")`
            named = dict(zip(("sep", "delimiter", "header", "names"), rest, strict=False)) | named
        if "error_bad_lines" in named:
            say_once(f'{name}(error_bad_lines=) is gone; now: on_bad_lines="skip".')
            if not named.pop("error_bad_lines"):
                named["on_bad_lines"] = "skip"
        if named.pop("delim_whitespace", False):
            say_once(rf'{name}(delim_whitespace=True) is gone; now: sep=r"\s+".')
            named["sep"] = r"\s+"
        squeeze, prefix = named.pop("squeeze", False), named.pop("prefix", None)
        for each in NO_LONGER_TAKEN:
            named.pop(each, None)
        found = read(file, **named)
        if prefix is not None:
            say_once(f"{name}(prefix=) is gone; now: frame.add_prefix({prefix!r}).")
            found = found.add_prefix(prefix)
        return found.squeeze("columns") if squeeze else found

    return reader


def _methods(pandas: ModuleType, changes: Changes) -> None:
    frame, series = pandas.DataFrame, pandas.Series
    for kind in (frame, series):
        changes.add(kind, "as_matrix", _as_matrix, ".to_numpy()")
        changes.add(kind, "get_values", lambda self: self.to_numpy(), ".to_numpy()")
        changes.add(kind, "iteritems", lambda self: self.items(), ".items()")
        changes.add(kind, "append", functools.partial(_append, pandas), "pd.concat([a, b])")
        changes.add(kind, "convert_objects", lambda self, **_: self.infer_objects(), ".infer_objects()")
    changes.add(frame, "applymap", lambda self, function: self.map(function), ".map(function)")
    changes.add(
        frame, "sort", lambda self, columns=None, **named: _sort(self, columns, **named), ".sort_values(by)"
    )
    changes.add(series, "order", lambda self, **named: self.sort_values(**named), ".sort_values()")
    changes.add(
        series, "reshape", lambda self, *shape: self.to_numpy().reshape(*shape), ".to_numpy().reshape(...)"
    )
    changes.add(series, "ravel", lambda self: self.to_numpy(), ".to_numpy()")
    changes.add(series, "nonzero", lambda self: self.to_numpy().nonzero(), ".to_numpy().nonzero()")


def _ix(self: Any) -> Any:
    say_once(".ix is gone; now: .loc by labels, .iloc by position.")
    return _Ix(self)


class _Ix:
    """Rows and columns by label, and where those are no whole numbers by position, too."""

    def __init__(self, of: Any) -> None:
        self._of = of

    def __getitem__(self, key: Any) -> Any:
        labels = tuple(self._label(axis, each) for axis, each in enumerate(self._parts(key)))
        return self._of.loc[labels if len(labels) > 1 else labels[0]]

    def __setitem__(self, key: Any, value: Any) -> None:
        labels = tuple(self._label(axis, each) for axis, each in enumerate(self._parts(key)))
        self._of.loc[labels if len(labels) > 1 else labels[0]] = value

    def _parts(self, key: Any) -> tuple[Any, ...]:
        return key if isinstance(key, tuple) else (key,)

    def _label(self, axis: int, part: Any) -> Any:
        """What of the axis is meant: a place becomes the labels that stand there."""
        labels = self._of.axes[axis]
        if labels.inferred_type in ("integer", "boolean"):
            return part
        if isinstance(part, slice):
            ends = (part.start, part.stop)
            return labels[part] if all(each is None or isinstance(each, int) for each in ends) else part
        if isinstance(part, int):
            return labels[part]
        if isinstance(part, list) and part and all(type(each) is int for each in part):
            return labels[part]
        return part


def _as_matrix(self: Any, columns: Any = None) -> Any:
    return (self if columns is None else self[columns]).to_numpy()


def _append(pandas: ModuleType, self: Any, other: Any, ignore_index: bool = False, **_: Any) -> Any:
    if isinstance(other, dict):
        other = pandas.DataFrame([other])
    elif isinstance(other, pandas.Series) and isinstance(self, pandas.DataFrame):
        other = other.to_frame().T
    others = other if isinstance(other, list) else [other]
    return pandas.concat([self, *others], ignore_index=ignore_index)


def _sort(self: Any, columns: Any, **named: Any) -> Any:
    return self.sort_index(**named) if columns is None else self.sort_values(columns, **named)


def _writable(function: Callable[..., Any]) -> Callable[..., Any]:
    """An array that the program may write, as it could before pandas 3."""

    @functools.wraps(function)
    def values(self: Any, *positional: Any, **named: Any) -> Any:
        found = function(self, *positional, **named)
        return found.copy() if getattr(getattr(found, "flags", None), "writeable", True) is False else found

    return values


def _positional(
    function: Callable[..., Any], order: tuple[str, ...], bound: bool = True
) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*positional: Any, **named: Any) -> Any:
        kept, rest = positional[: bound + 1], positional[bound + 1 :]
        named = dict(zip(order[1:], rest, strict=False)) | named
        if bound and order[0] in ("axis", "level", "subset") and len(kept) > 1:
            kept, named = kept[:1], {order[0]: kept[1]} | named
        return function(*kept, **named)

    return call


def _filled(fill: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(fill)
    def call(
        self: Any, value: Any = None, method: str | None = None, inplace: bool = False, **named: Any
    ) -> Any:
        if method is None:
            return fill(self, value, inplace=inplace, **named)
        say_once(f'.fillna(method="{method}") is gone; now: .ffill() or .bfill().')
        along = self.ffill if method in ("ffill", "pad") else self.bfill
        return along(inplace=inplace, **named)

    return call


def _of_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(self: Any, *positional: Any, **named: Any) -> Any:
        try:
            return function(self, *positional, **named)
        except (TypeError, ValueError):
            if "numeric_only" in named:
                raise
            say_once(
                f".{function.__name__}() no longer leaves text out; now: .{function.__name__}(numeric_only=True)."
            )
            return function(self, *positional, **named, numeric_only=True)

    return call


def _dummies(function: Callable[..., Any]) -> Callable[..., Any]:
    """0 and 1, as before pandas 2, where it is true and false: beside a column of fractions those make an array of objects."""

    @functools.wraps(function)
    def call(*positional: Any, dtype: Any = None, **named: Any) -> Any:
        return function(*positional, **named, dtype="uint8" if dtype is None else dtype)

    return call
