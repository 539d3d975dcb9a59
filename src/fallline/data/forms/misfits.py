"""Cells that do not fit the form of their column: words for missing, or strays that are named with their line."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.data.forms.words import NO_VALUE_WORDS

Where = Callable[[int], str]

FEW = 0.05
"""At most this share of the cells may be strays: a cell does not decide a column."""

NOUNS = {
    "number": "no number",
    "boolean": "neither of the two words",
    "date": "no date",
    "span": "no span of time",
    "ordered": "no step of the scale",
}
_ENOUGH = 20
_SHOWN = 4
_LONGEST = 40
_INFINITE = r"(?i)^\s*[+-]?inf(inity)?\s*$"


@dataclass(frozen=True)
class Misfits:
    """The cells of a column that its form does not read.

    Args:
        texts: All cells.
        fits: How many cells the form reads.
        blanks: Rows of words that stand for missing in any column.
        words: Rows of words that stand for missing where all else is a number, a date or the like.
        infinite: Rows of infinities.
        strays: Rows of all other cells.
    """

    texts: pl.Series
    fits: int
    different: bool
    blanks: pl.Series
    words: pl.Series
    infinite: pl.Series
    strays: pl.Series

    @classmethod
    def of(cls, texts: pl.Series, values: pl.Series, missing: Collection[str]) -> Misfits:
        """Parts the cells that hold something, and have no value."""
        rows = (values.is_null() & texts.is_not_null()).arg_true()
        fits = values.len() - values.null_count()
        if not rows.len():
            return cls(texts, fits, True, rows, rows, rows, rows)
        cells = texts.gather(rows)
        stripped = cells.str.strip_chars()
        blank = stripped.is_in(list(missing)) | (stripped == "")
        word = ~blank & stripped.str.to_lowercase().is_in(list(NO_VALUE_WORDS))
        infinite = ~blank & cells.str.contains(_INFINITE)
        return cls(
            texts,
            fits,
            fits >= _ENOUGH or values.drop_nulls().n_unique() >= 3,
            rows.filter(blank),
            rows.filter(word),
            rows.filter(infinite),
            rows.filter(~(blank | word | infinite)),
        )

    @property
    def are_few(self) -> bool:
        """Whether the form holds for the column all the same."""
        if not self.strays.len() and not self.words.len():
            return self.fits > 0
        return self.fits > 0 and self.different and self.strays.len() <= FEW * (self.fits + self.strays.len())

    def named(self, kind: str, where: Where, *, blanks: bool = False) -> tuple[str, ...]:
        """Sentences about what is taken for missing: strays and words, and what stands for missing anywhere if asked."""
        name, sentences = self.texts.name, []
        parts = [(self.words.append(self.strays) if self.strays.len() else self.words, NOUNS[kind])]
        parts += [
            (self.infinite, "infinite"),
            (self.blanks if blanks else self.blanks.clear(), "a word for missing"),
        ]
        for rows, what in parts:
            if rows.len():
                cells, verb = ("cell is", "counts") if rows.len() == 1 else ("cells are", "count")
                what = what.replace("a word", "words") if rows.len() > 1 else what
                shown = name_cells(self.texts, rows.sort(), where)
                sentences.append(f'"{name}": {rows.len()} {cells} {what} and {verb} as missing: {shown}.')
        return tuple(sentences)


def name_cells(texts: pl.Series, rows: pl.Series, where: Where) -> str:
    """`"unknown" (3 times, first in line 22), "-" (line 40)`: the most frequent of some cells."""
    cells = pl.DataFrame({"cell": texts.gather(rows), "row": rows})
    first = cells.group_by("cell").agg(pl.len().alias("times"), pl.col("row").min())
    first = first.sort(["times", "row"], descending=[True, False])
    shown = [
        f'"{_visible(cell)}" ({where(row)})'
        if times == 1
        else f'"{_visible(cell)}" ({times} times, first in {where(row)})'
        for cell, times, row in first.head(_SHOWN).iter_rows()
    ]
    return ", ".join(shown) + (f", and {first.height - _SHOWN} more" if first.height > _SHOWN else "")


def _visible(cell: str) -> str:
    cell = cell if cell.isprintable() else repr(cell)[1:-1]
    return cell if len(cell) <= _LONGEST else cell[: _LONGEST - 3] + "..."
