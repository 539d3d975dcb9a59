"""Columns of categories: one feature each (one-hot)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float64, Int32, Shaped

from fallline.data.encoders.encoder import Encoder, Surprise, absent_rows
from fallline.own.shown import fields_shown

_LONGEST = 60
_SHOWN = 5
_MOST_KEPT = 2000


@dataclass(frozen=True)
class CategoricalColumn(Encoder):
    """A column of categories: one feature (1 or 0) for each category of the training rows.

    Args:
        name: The column.
        categories: Those with a feature of their own, the most frequent first.
        other: Whether all further categories share a feature; a category unseen in training falls there,
            or, where there is none, leaves all features 0.
        missing: Whether training rows had missing values; missing is then a category like the others.
        rare: The categories of the training rows that fall under `other`; empty where there are too many to keep.
    """

    __repr__ = fields_shown

    categories: tuple[str, ...]
    other: bool = False
    missing: bool = False
    rare: tuple[str, ...] = ()

    @classmethod
    def fit(cls, column: pl.Series, *, most: int) -> CategoricalColumn:
        """Learns from training rows; at most `most` categories, the rest is `other`."""
        texts = to_texts(column)
        # Under a name of our own: the column's may be that of the counts.
        counts = texts.drop_nulls().alias("category").value_counts(name="rows")
        names = counts.sort(["rows", "category"], descending=[True, False])["category"].to_list()
        rare = tuple(names[most:]) if len(names) <= _MOST_KEPT else ()
        return cls(column.name, tuple(names[:most]), len(names) > most, texts.null_count() > 0, rare)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        return (
            *(f"{self.name} = {category}" for category in self.categories),
            *((f"{self.name} = (other)",) if self.other else ()),
            *((f"{self.name} is missing",) if self.missing else ()),
        )

    @property
    def groups(self) -> dict[str, int]:
        """How many features there are of each sort."""
        groups = {"category": len(self.categories) + self.other, "gap": int(self.missing)}
        return {sort: count for sort, count in groups.items() if count}

    @property
    def doing(self) -> str:
        """What is done with the column, in words."""
        words = f"one-hot, {len(self.categories)} categories"
        if self.other:
            words += ", all others"
        return f"{words}{', gaps' if self.missing else ''}"

    def read(self, column: pl.Series) -> Int32[np.ndarray, " rows"]:
        """The number of each row's feature; -1 where it has none."""
        texts = self._texts(column)
        known = len(self.categories)
        codes = texts.replace_strict(
            pl.Series(self.categories, dtype=pl.String),
            pl.Series(range(known), dtype=pl.Int32),
            default=known if self.other else -1,
            return_dtype=pl.Int32,
        ).to_numpy()
        if texts.null_count():
            absent = known + self.other if self.missing else -1
            codes = np.where(texts.is_null().to_numpy(), np.int32(absent), codes)
        return np.asarray(codes, np.int32)

    def features(
        self, values: Shaped[np.ndarray, " rows"] | pl.Series
    ) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows."""
        return np.asarray(np.asarray(values)[:, None] == np.arange(self.width, dtype=np.int32), np.float64)

    def surprises(self, column: pl.Series) -> list[Surprise]:
        """Categories that training did not know, and values missing where no training row lacked one."""
        texts = self._texts(column)
        absent = texts.is_null().to_numpy()
        found = absent_rows(self.name, absent, "it counts as none of the categories", expected=self.missing)
        if self.other and not self.rare:
            return found
        taken = "one of the others" if self.other else f"none of the {len(self.categories)} known"
        known = [*self.categories, *self.rare]
        return found + unseen_categories(self.name, texts, known, self.categories, f"it counts as {taken}")

    def _texts(self, column: pl.Series) -> pl.Series:
        texts = to_texts(column)
        spelled = column.dtype == pl.String and set(self.categories) == {"true", "false"}
        return texts.str.to_lowercase() if spelled else texts


def unseen_categories(
    name: str, texts: pl.Series, known: Sequence[str], near: Sequence[str], taken: str
) -> list[Surprise]:
    """That rows hold categories which no training row had: which, how often, and whether one is a known one misspelt.

    Args:
        name: The column.
        texts: The rows.
        known: The categories of the training rows.
        near: Those among which a misspelt one is looked for.
        taken: What such a row counts as, in words.
    """
    unseen = ~texts.is_in(list(known)).fill_null(True).to_numpy()
    if not (count := int(np.count_nonzero(unseen))):
        return []
    counts = texts.filter(pl.Series(unseen)).alias("category").value_counts(name="rows")
    counts = counts.sort(["rows", "category"], descending=[True, False])
    shown = ", ".join(f'"{_in_one_line(text)}" ({rows:,})' for text, rows in counts.head(_SHOWN).iter_rows())
    more = f" and {counts.height - _SHOWN} more" if counts.height > _SHOWN else ""
    first = counts["category"][0]
    match = difflib.get_close_matches(first, near, n=1)
    hint = f' Is "{_in_one_line(first)}" the category "{match[0]}"? Then write it so.' if match else ""
    words = (
        f'"{name}": {count:,} {"row holds" if count == 1 else "rows hold"} a category that no training row '
        f"had: {shown}{more}; {taken}.{hint}"
    )
    return [Surprise(name, words, unseen, outside=True)]


def _in_one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def to_texts(column: pl.Series) -> pl.Series:
    """A column of categories as text; whole numbers without a decimal point, booleans as true and false.

    Each row's text depends on that row alone.
    """
    if column.dtype == pl.Float64:
        whole = column.cast(pl.Int64, strict=False)
        column = whole.cast(pl.String).zip_with((whole == column).fill_null(False), column.cast(pl.String))
    return column.cast(pl.String)
