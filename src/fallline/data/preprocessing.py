"""From a table to the matrix of a network's inputs, learned from the training rows alone."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float32

from fallline.data.columns import ColumnKind, column_kind
from fallline.data.encoders import CategoricalColumn, DateColumn, NumericColumn, to_texts
from fallline.data.tables import find_column, infer_types
from fallline.errors import DataError, SavedFileError

Encoder = NumericColumn | CategoricalColumn | DateColumn

MOST_CATEGORIES = 64
"""Categories of one column that get a feature of their own; the rest is "other"."""

MOST_CATEGORY_FEATURES = 4096
"""Features of all categorical columns together."""

MOST_BIN_FEATURES = 512
"""Piecewise-linear bins of all columns of numbers together."""

_BINS = 12
_FEWEST_BINS = 4
_ROWS_PER_BIN = 20
_MOST_VALUES = 32
_ENCODERS: dict[str, type[Encoder]] = {
    "numeric": NumericColumn,
    "categorical": CategoricalColumn,
    "date": DateColumn,
}


@dataclass(frozen=True)
class TablePreprocessor:
    """Turns rows of a table into a network's inputs, the same way for training, test and new rows.

    Args:
        encoders: What becomes of each column that is used, in the order of the features.
        target: The column to be predicted; never an input.
        table_columns: All columns of the training table, in its order.
        notes: What was decided about the columns, in sentences.
    """

    encoders: tuple[Encoder, ...]
    target: str
    table_columns: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, frame: pl.DataFrame, *, target: str, drop: Sequence[str] = ()) -> TablePreprocessor:
        """Learns from the training rows.

        Args:
            frame: The training rows, as `read_table` or `from_frame` gives them.
            target: Name of the target column.
            drop: Names or positions of columns to leave out.

        Raises:
            DataError: no such column, no column left to learn from, too many categories, an infinity.
        """
        left_out = {find_column(frame, name) for name in (target, *drop)}
        names = [name for name in frame.columns if name not in left_out]
        if (texts := frame.select(names).dtypes.count(pl.String())) > MOST_CATEGORY_FEATURES:
            raise _too_many_categories(texts)
        kinds = [column_kind(frame[name]) for name in names]
        used = [kind for kind in kinds if kind.kind != "dropped"]
        notes = [kind.note for kind in kinds if kind.note]
        if not used:
            raise DataError(
                f'no column is left to learn from besides the target "{target}". {" ".join(notes[:3])}'.rstrip()
            )
        most = _categories_each(frame, [kind.name for kind in used if kind.kind == "categorical"])
        numeric = [kind.name for kind in used if kind.kind == "numeric"]
        share = MOST_BIN_FEATURES // max(1, sum(frame[name].n_unique() > 2 for name in numeric))
        bins = min(share, frame.height // _ROWS_PER_BIN)
        encoders = tuple(_encoder(frame[kind.name], kind, most, bins) for kind in used)
        notes += [note for encoder in encoders if (note := _note(encoder, frame[encoder.name]))]
        return cls(encoders, find_column(frame, target), tuple(frame.columns), tuple(notes))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each input, such as `age`, `sex = MALE`, `income is missing`, `when hour sin`."""
        return tuple(name for encoder in self.encoders for name in encoder.feature_names)

    def typed(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Columns of text with the types they had in training: its categories stay text, as `01` beside `1`.

        Args:
            texts: The cells of a file, as `read_delimited` gives them.
        """
        categorical = {encoder.name for encoder in self.encoders if isinstance(encoder, CategoricalColumn)}
        return infer_types(self._named_as_in_training(texts), categorical)

    def transform(self, frame: pl.DataFrame) -> Float32[np.ndarray, "rows features"]:
        """The inputs of some rows; columns may come in any order, with others and with or without the target.

        Raises:
            DataError: a column is missing, or holds something else than in training.
        """
        frame = self._named_as_in_training(frame)
        self._check_columns(frame)
        widths = [len(encoder.feature_names) for encoder in self.encoders]
        inputs = np.empty((frame.height, sum(widths)), np.float32)
        start = 0
        for encoder, width in zip(self.encoders, widths, strict=True):
            inputs[:, start : start + width] = encoder.encode(frame[encoder.name])
            start += width
        return inputs

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal preprocessor."""
        names = {cls: kind for kind, cls in _ENCODERS.items()}
        return {
            "encoders": [{"kind": names[type(item)], **dataclasses.asdict(item)} for item in self.encoders],
            "target": self.target,
            "table_columns": list(self.table_columns),
            "notes": list(self.notes),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> TablePreprocessor:
        """The preprocessor that `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            encoders = []
            for saved in config["encoders"]:
                fields: dict[str, Any] = {
                    name: tuple(v) if isinstance(v, list) else v
                    for name, v in saved.items()
                    if name != "kind"
                }
                encoders.append(_ENCODERS[saved["kind"]](**fields))
            columns, notes = tuple(config["table_columns"]), tuple(config["notes"])
            return cls(tuple(encoders), config["target"], columns, notes)
        except (KeyError, TypeError) as error:
            raise SavedFileError(f"the saved preprocessing cannot be read: {error!r}.") from error

    def _named_as_in_training(self, frame: pl.DataFrame) -> pl.DataFrame:
        # A file without header names its columns by position. Without the target, all those after it would
        # silently move up by one.
        by_position = tuple(f"column_{k + 1}" for k in range(len(self.table_columns)))
        shorter = self.table_columns == by_position and tuple(frame.columns) == by_position[:-1]
        if not shorter:
            return frame
        return frame.rename(
            dict(zip(frame.columns, [name for name in by_position if name != self.target], strict=True))
        )

    def _check_columns(self, frame: pl.DataFrame) -> None:
        here = set(frame.columns)
        missing = [encoder.name for encoder in self.encoders if encoder.name not in here]
        if not missing:
            return
        spare = sorted(here - set(self.table_columns))
        near = difflib.get_close_matches(missing[0], spare, n=1)
        if near:
            hint = f'Is it "{near[0]}"? Rename it.'
        else:
            hint = f"The table has: {', '.join(frame.columns[:12])}{', ...' if frame.width > 12 else ''}."
        names = ", ".join(f'"{name}"' for name in missing[:5]) + (", ..." if len(missing) > 5 else "")
        noun = "column" if len(missing) == 1 else f"{len(missing)} columns"
        raise DataError(f"the table lacks the {noun} {names}, which the model was trained with. {hint}")


def _encoder(column: pl.Series, kind: ColumnKind, most_categories: int, bins: int) -> Encoder:
    if kind.kind == "categorical":
        return CategoricalColumn.fit(column, most=most_categories)
    if kind.kind == "date":
        return DateColumn.fit(column, kind.date_format)
    if bins < _FEWEST_BINS:
        return NumericColumn.fit(column)
    return NumericColumn.fit(column, bins=min(bins, _BINS), most_values=min(bins, _MOST_VALUES))


def _categories_each(frame: pl.DataFrame, names: Sequence[str]) -> int:
    """How many categories each column may have so that all together stay within the limit."""
    if not names:
        return MOST_CATEGORIES
    counts = np.array([to_texts(frame[name]).n_unique() for name in names])
    for most in range(MOST_CATEGORIES, 0, -1):
        if np.minimum(counts, most).sum() <= MOST_CATEGORY_FEATURES:
            return most
    raise _too_many_categories(len(names))


def _too_many_categories(columns: int) -> DataError:
    return DataError(
        f"{columns} columns of text make more than {MOST_CATEGORY_FEATURES} features. "
        "Leave most of them out (--drop), or turn them into numbers first."
    )


def _note(encoder: Encoder, column: pl.Series) -> str:
    notes = []
    if isinstance(encoder, CategoricalColumn) and encoder.other:
        notes.append(
            f"the {len(encoder.categories)} most frequent of {column.n_unique()} categories are kept"
        )
    if encoder.missing:
        share = column.null_count() / column.len()
        notes.append(f"{share:.1%} of the training rows have no value; a feature says so")
    return f'"{encoder.name}": {"; ".join(notes)}.' if notes else ""
