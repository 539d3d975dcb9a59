"""From a table to the matrix of a network's inputs, learned from the training rows alone."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float32

from fallline.data.columns import MANY_CATEGORIES, ColumnKind, column_kind
from fallline.data.encoders import (
    CategoricalColumn,
    DateColumn,
    Encoder,
    NumericColumn,
    OrderedColumn,
    PresenceColumn,
    Surprise,
    TextColumn,
    to_texts,
)
from fallline.data.saved import from_saved
from fallline.data.tables import find_column
from fallline.data.tables.values import is_foreign, no_cell
from fallline.errors import DataError, SavedFileError
from fallline.own.shown import fields_shown

MOST_CATEGORY_FEATURES = 4096
"""Features of all categorical columns together."""

MOST_TEXT_FEATURES = 1024
"""Words and pieces of words of all columns of text together, and at most a quarter of them for one."""

MOST_BIN_FEATURES = 512
"""Piecewise-linear bins of all columns of numbers together."""

# Rows are filled a stretch at a time, all features of it: in 64 bits only a stretch is held, and it stays in the cache.
_CELLS_AT_ONCE = 2**20
_FEWEST_ROWS_AT_ONCE = 2048

_FEWEST_PARTS = 16
_BINS = 12
_FEWEST_BINS = 4
_ROWS_PER_BIN = 20
_MOST_VALUES = 32
_GAPS_NAMED = 5
_ENCODERS: dict[str, type[Encoder]] = {
    "numeric": NumericColumn,
    "categorical": CategoricalColumn,
    "ordered": OrderedColumn,
    "date": DateColumn,
    "text": TextColumn,
    "presence": PresenceColumn,
}


@dataclass(frozen=True)
class TablePreprocessor:
    """Turns rows of a table into a network's inputs, the same way for training, test and new rows.

    Args:
        encoders: What becomes of each column that is used, in the order of the features.
        target: The column to be predicted; never an input.
        table_columns: All columns of the training table, in its order.
        notes: What was decided about the columns, in sentences.
        left_out: The columns that are no inputs, and why, in few words.
    """

    __repr__ = fields_shown

    encoders: tuple[Encoder, ...]
    target: str
    table_columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    @classmethod
    def fit(
        cls,
        frame: pl.DataFrame,
        *,
        target: str | None,
        drop: Sequence[str] = (),
        kinds: Mapping[str, str] | None = None,
    ) -> TablePreprocessor:
        """Learns from the training rows.

        Args:
            frame: The training rows, typed.
            target: Name of the target column; None where none is to be predicted yet.
            drop: Names or positions of columns to leave out.
            kinds: Columns of which a person says what they are, one of `columns.NAMED_KINDS` each.

        Raises:
            DataError: no such column or kind, no column left to learn from, too many categories, an infinity.
        """
        target = "" if target is None else find_column(frame, target)
        asked = {find_column(frame, name) for name in drop}
        named = {find_column(frame, name): kind for name, kind in (kinds or {}).items()}
        names = [name for name in frame.columns if name not in {target, *asked}]
        if (texts := frame[names].dtypes.count(pl.String())) > MOST_CATEGORY_FEATURES:
            raise _too_many_categories(texts)
        decided = [column_kind(frame[name], named.get(name)) for name in names]
        notes = [kind.note for kind in decided if kind.note]
        encoders = _fit_all(frame, [kind for kind in decided if kind.kind != "dropped"])
        silent = [encoder.name for encoder in encoders if not encoder.width]
        notes += [f'"{name}": left out; it holds no word that recurs.' for name in silent]
        encoders = [encoder for encoder in encoders if encoder.width]
        if not encoders:
            raise DataError(
                f'no column is left to learn from besides the target "{target}". {" ".join(notes[:3])}'.rstrip()
            )
        notes += [note for encoder in encoders if (note := _kept_note(encoder, frame[encoder.name]))]
        notes += _gaps_note(encoders, frame)
        left_out = {
            **{name: "as asked" for name in frame.columns if name in asked},
            **{kind.name: kind.doing for kind in decided if kind.kind == "dropped"},
            **dict.fromkeys(silent, "no word that recurs"),
        }
        return cls(tuple(encoders), target, tuple(frame.columns), tuple(notes), tuple(left_out.items()))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each input, such as `age`, `sex = MALE`, `income is missing`, `when hour sin`."""
        return tuple(name for encoder in self.encoders for name in encoder.feature_names)

    @property
    def doing(self) -> dict[str, str]:
        """What is done with each column of the training table, in words: `one-hot, 5 categories`."""
        done = {encoder.name: encoder.doing for encoder in self.encoders}
        done |= {name: f"left out: {why}" for name, why in self.left_out}
        if self.target:
            done[self.target] = "to be predicted"
        return {name: done[name] for name in self.table_columns if name in done}

    @property
    def feature_groups(self) -> dict[str, dict[str, int]]:
        """How many features of which sort each column becomes: `{"age": {"scaled value": 1, "bin": 12}}`."""
        return {encoder.name: encoder.groups for encoder in self.encoders}

    @property
    def feature_words(self) -> str:
        """Of what the features consist: `8 columns become 89 features: 8 scaled values, 81 bins`."""
        sums: dict[str, int] = {}
        for groups in self.feature_groups.values():
            for sort, count in groups.items():
                sums[sort] = sums.get(sort, 0) + count
        parts = ", ".join(f"{count:,} {_plural(sort, count)}" for sort, count in sums.items())
        columns, features = len(self.encoders), sum(sums.values())
        verb = "column becomes" if columns == 1 else "columns become"
        return f"{columns:,} {verb} {features:,} {_plural('feature', features)}: {parts}"

    def transform(self, frame: pl.DataFrame, *, fill: bool = False) -> Float32[np.ndarray, "rows features"]:
        """The inputs of some rows; columns may come in any order, with others and with or without the target.

        Args:
            frame: The rows, typed as in training.
            fill: Whether a column that is not there counts as one without values; else it is an error.

        Raises:
            DataError: a column is missing, or holds something else than in training.
        """
        frame = self.with_all_columns(frame, fill=fill)
        values = [encoder.read(frame[encoder.name]) for encoder in self.encoders]
        ends = np.cumsum([0] + [encoder.width for encoder in self.encoders])
        inputs = np.empty((frame.height, ends[-1]), np.float32)
        step = max(_FEWEST_ROWS_AT_ONCE, _CELLS_AT_ONCE // int(ends[-1]))

        def fill_rows(first: int) -> None:
            rows = slice(first, first + step)
            for k, encoder in enumerate(self.encoders):
                inputs[rows, ends[k] : ends[k + 1]] = encoder.features(values[k][rows])

        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
            list(threads.map(fill_rows, range(0, frame.height, step)))
        return inputs

    def check(self, frame: pl.DataFrame, *, fill: bool = False) -> list[str]:
        """What new rows hold that the training rows did not, in sentences.

        These are values far outside what was trained on, categories never seen, and values or whole columns that are
        missing where no training row lacked one.

        Args:
            frame: The rows, typed as in training.
            fill: As for `transform`.

        Raises:
            DataError: a column is missing, or holds something else than in training.
        """
        here = set(frame.columns)
        notes = []
        if absent := [encoder.name for encoder in self.encoders if encoder.name not in here]:
            names, noun = _list(absent)
            verb = "counts" if len(absent) == 1 else "count"
            notes.append(f"the table lacks the {noun} {names}; every row {verb} as without a value there.")
        found = self._surprises(self.with_all_columns(frame, fill=fill))
        return notes + [surprise.words for surprise in found if surprise.column in here]

    def outside(self, frame: pl.DataFrame, *, fill: bool = False) -> list[str]:
        """For each row, what lies outside anything trained on: `age = 430; city = Ulm`, or nothing.

        Args:
            frame: The rows, typed as in training.
            fill: As for `transform`.

        Raises:
            DataError: a column is missing, or holds something else than in training.
        """
        frame = self.with_all_columns(frame, fill=fill)
        words: list[list[str]] = [[] for _ in range(frame.height)]
        encoders = {encoder.name: encoder for encoder in self.encoders}
        for surprise in self._surprises(frame):
            if surprise.outside:
                column = frame[surprise.column]
                for row in np.flatnonzero(surprise.rows):
                    value = encoders[surprise.column].written(column[int(row)])
                    words[row].append(f"{surprise.column} = {value}")
        return ["; ".join(said) for said in words]

    def with_all_columns(self, frame: pl.DataFrame, *, fill: bool = False) -> pl.DataFrame:
        """The rows with every column that is an input.

        Args:
            frame: The rows, typed as in training.
            fill: Whether a column that is not there counts as one without values; else it is an error.

        Raises:
            DataError: a column is missing, or holds what is no cell.
        """
        here = dict(frame.schema)  # once: polars makes it anew each time
        for encoder in self.encoders:
            if encoder.name in here and is_foreign(here[encoder.name]):
                raise no_cell(encoder.name, here[encoder.name])
        missing = [encoder.name for encoder in self.encoders if encoder.name not in here]
        if not missing:
            return frame
        if fill and len(missing) < len(self.encoders):
            return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
        spare = sorted(here.keys() - set(self.table_columns))
        folded = {name.casefold(): name for name in spare}
        near = difflib.get_close_matches(missing[0].casefold(), folded, n=1)
        if near:
            hint = f'Is it "{folded[near[0]]}"? Rename it.'
        else:
            hint = f"The table has: {', '.join(frame.columns[:12])}{', ...' if frame.width > 12 else ''}."
        if len(missing) == len(self.encoders) and not near:
            hint += " If its first line holds no names, give --no-header."
        names, noun = _list(missing)
        raise DataError(f"the table lacks the {noun} {names}, which the model was trained with. {hint}")

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal preprocessor."""
        names = {cls: kind for kind, cls in _ENCODERS.items()}
        return {
            "encoders": [{"kind": names[type(item)], **dataclasses.asdict(item)} for item in self.encoders],
            "target": self.target,
            "table_columns": list(self.table_columns),
            "notes": list(self.notes),
            "left_out": [list(pair) for pair in self.left_out],
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
                fields = {**saved}
                encoders.append(from_saved(_ENCODERS[fields.pop("kind")], fields))
            return from_saved(cls, config, encoders=tuple(encoders))
        except (KeyError, TypeError, ValueError) as error:
            raise SavedFileError(f"the saved preprocessing cannot be read: {error!r}.") from error

    def _surprises(self, frame: pl.DataFrame) -> list[Surprise]:
        return [found for encoder in self.encoders for found in encoder.surprises(frame[encoder.name])]


def _list(names: Sequence[str]) -> tuple[str, str]:
    """The names, and the noun for them: `column` or `2 columns`."""
    shown = ", ".join(f'"{name}"' for name in names[:5]) + (", ..." if len(names) > 5 else "")
    return shown, "column" if len(names) == 1 else f"{len(names)} columns"


def _plural(noun: str, count: int) -> str:
    """`pieces of a word` of `piece of a word`: the first noun takes the s."""
    if count == 1:
        return noun
    first, space, rest = noun.partition(" on " if " on " in noun else " of ")
    plural = "categories" if first == "category" else f"{first}s"
    return f"{plural}{space}{rest}"


def _fit_all(frame: pl.DataFrame, kinds: Sequence[ColumnKind]) -> list[Encoder]:
    most = _categories_each(frame, [kind for kind in kinds if kind.kind == "categorical"])
    numeric = [kind.name for kind in kinds if kind.kind == "numeric"]
    bins = min(MOST_BIN_FEATURES // max(1, _of_many_values(frame, numeric)), frame.height // _ROWS_PER_BIN)
    parts = MOST_TEXT_FEATURES // max(4, sum(kind.kind == "text" for kind in kinds))
    parts = min(parts, max(_FEWEST_PARTS, frame.height // 2))  # more are learned by heart
    return [_encoder(frame[kind.name], kind, min(most, kind.most), bins, parts) for kind in kinds]


def _of_many_values(frame: pl.DataFrame, names: Sequence[str]) -> int:
    """How many of some columns hold more than two values, a gap counted as one."""
    count = 0
    for name in names:
        column = frame[name]
        if not column.null_count() and column.dtype.is_numeric():
            numbers = column.to_numpy()
            count += bool(((numbers > numbers.min()) & (numbers < numbers.max())).any())
        else:
            count += 1
    return count


def _encoder(column: pl.Series, kind: ColumnKind, most_categories: int, bins: int, parts: int) -> Encoder:
    if kind.kind == "categorical":
        return CategoricalColumn.fit(column, most=most_categories)
    if kind.kind == "date":
        return DateColumn.fit(column)
    if kind.kind == "ordered":
        return OrderedColumn.fit(column)
    if kind.kind == "text":
        return TextColumn.fit(column, most=parts)
    if kind.kind == "presence":
        return PresenceColumn.fit(column)
    if bins < _FEWEST_BINS:
        return NumericColumn.fit(column)
    return NumericColumn.fit(column, bins=min(bins, _BINS), most_values=min(bins, _MOST_VALUES))


def _categories_each(frame: pl.DataFrame, kinds: Sequence[ColumnKind]) -> int:
    """How many categories each column may have so that all together stay within the limit."""
    if sum(kind.most for kind in kinds) <= MOST_CATEGORY_FEATURES:
        return MANY_CATEGORIES
    counts = np.array([min(to_texts(frame[kind.name]).n_unique(), kind.most) for kind in kinds])
    for most in range(MANY_CATEGORIES, 0, -1):
        if np.minimum(counts, most).sum() <= MOST_CATEGORY_FEATURES:
            return most
    raise _too_many_categories(len(kinds))


def _too_many_categories(columns: int) -> DataError:
    return DataError(
        f"{columns} columns of text make more than {MOST_CATEGORY_FEATURES} features. "
        "Leave most of them out (--drop), or turn them into numbers first."
    )


def _kept_note(encoder: Encoder, column: pl.Series) -> str:
    if not isinstance(encoder, CategoricalColumn) or not encoder.other:
        return ""
    kept, of = len(encoder.categories), column.n_unique()
    return f'"{encoder.name}": the {kept} most frequent of {of} categories are kept.'


def _gaps_note(encoders: Sequence[Encoder], frame: pl.DataFrame) -> list[str]:
    """That values are missing, in one note for all columns."""
    names = [encoder.name for encoder in encoders if "gap" in encoder.groups]
    shares = {name: frame[name].null_count() / frame.height for name in names}
    if len(names) < 2:
        return [
            f'"{name}": {share:.1%} of the training rows have no value; a feature says so.'
            for name, share in shares.items()
        ]
    most = sorted(names, key=lambda name: -shares[name])[:_GAPS_NAMED]
    listed = ", ".join(f'"{name}" {shares[name]:.1%}' for name in most)
    more = ", ..." if len(names) > len(most) else ""
    return [
        f"{len(names)} columns have no value in some of the training rows ({listed}{more}); a feature of each says so."
    ]
