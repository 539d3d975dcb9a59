"""Columns of text: which frequent words, and which frequent pieces of words, a text holds.

A text becomes words in lower case, each sign a word of its own, with a blank on either side. Those words, and those
pieces of 1 to 5 characters (a blank tells a word's beginning or end), that part the training rows most evenly are
features: 1 where a text holds it, else 0, less its mean and divided by its deviation (at least 0.2). Two that stand
in the same rows are one.

Measured on made-up titles, codes, names and reviews (400 to 8,000 rows) beside as many hashed n-grams
(Weinberger et al. 2009) and their truncated singular values: the chosen words predict better on all, since no two share
a feature; and a person can read them. Nothing is chosen by the target.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Bool, Float64, Shaped

from fallline.data.encoders.categories import to_texts
from fallline.data.encoders.encoder import Encoder, Surprise, absent_rows
from fallline.own.shown import fields_shown

_MOST_ROWS = 10_000  # from which they are chosen
_FEWEST_ROWS = 3  # that must hold a part, and that must not; of many rows, one in 200
_PIECES = range(1, 6)
_LEAST_DEVIATION = 0.2


@dataclass(frozen=True)
class TextColumn(Encoder):
    """A column of texts: which words and pieces of words each holds, and how long it is.

    Args:
        name: The column.
        parts: What is looked for, in a text as `plain_text` gives it: ` red ` is a word, ` re` the beginning of one.
        shares: The share of the training rows that hold each part.
        length: Mean and standard deviation of log(1 + characters) over the training rows; a deviation of 0 where
            all are equally long.
        missing: Whether training rows had missing values; adds a feature that says so.
    """

    __repr__ = fields_shown

    parts: tuple[str, ...]
    shares: tuple[float, ...]
    length: tuple[float, float]
    missing: bool = False

    @classmethod
    def fit(cls, column: pl.Series, *, most: int = 256) -> TextColumn:
        """Learns from training rows; at most `most` words and pieces, of either kind not too many."""
        texts = to_texts(column)
        rows = texts.drop_nulls()
        if rows.len() > _MOST_ROWS:
            rows = rows.sample(_MOST_ROWS, seed=0)
        plain = plain_text(rows)
        words = Counter(word for text in plain for word in set(text.split()))
        chosen: dict[str, Bool[np.ndarray, " rows"]] = {}
        _choose(chosen, Counter({f" {word} ": count for word, count in words.items()}), plain, most * 3 // 4)
        _choose(chosen, _pieces(words), plain, min(most, len(chosen) + most // 2))
        present = 1 - texts.null_count() / texts.len()
        lengths = np.log1p(rows.str.len_chars().to_numpy().astype(float))
        return cls(
            column.name,
            tuple(chosen),
            tuple(float(held.mean()) * present for held in chosen.values()),
            (float(lengths.mean()), float(lengths.std())),
            texts.null_count() > 0,
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name a feature, in order."""
        return (
            *(f"{self.name} has {_words(part)}" for part in self.parts),
            *((f"{self.name} length",) if self.length[1] else ()),
            *((f"{self.name} is missing",) if self.missing else ()),
        )

    @property
    def groups(self) -> dict[str, int]:
        """How many features there are of each sort."""
        words = sum(_is_word(part) for part in self.parts)
        groups = {
            "word": words,
            "piece of a word": len(self.parts) - words,
            "length of a text": int(self.length[1] > 0),
            "gap": int(self.missing),
        }
        return {sort: count for sort, count in groups.items() if count}

    @property
    def doing(self) -> str:
        """What is done with the column, in words."""
        groups = self.groups
        words = [
            f"{groups[sort]} {singular if groups[sort] == 1 else plural}"
            for sort, singular, plural in (
                ("word", "frequent word", "frequent words"),
                ("piece of a word", "piece of a word", "pieces of words"),
            )
            if sort in groups
        ]
        length = ["the length"] if self.length[1] else []
        return f"text: {', '.join(words + length)}{', gaps' if self.missing else ''}"

    def read(self, column: pl.Series) -> pl.Series:
        """The texts."""
        return to_texts(column)

    def features(
        self, values: Shaped[np.ndarray, " rows"] | pl.Series
    ) -> Float64[np.ndarray, "rows features"]:
        """The features of some rows."""
        texts = pl.Series(values)
        absent = texts.is_null().to_numpy()
        result = np.empty((texts.len(), self.width))
        shares = np.array(self.shares)
        spread = np.maximum(np.sqrt(shares * (1 - shares)), _LEAST_DEVIATION)
        held = _held(plain_text(texts.fill_null("")), self.parts)
        result[:, : len(self.parts)] = (held - shares) / spread
        mean, deviation = self.length
        if deviation:
            lengths = np.log1p(texts.str.len_chars().fill_null(0).to_numpy().astype(float))
            result[:, len(self.parts)] = np.where(
                absent, 0.0, (lengths - mean) / max(deviation, _LEAST_DEVIATION)
            )
        if self.missing:
            result[:, -1] = absent
        return result

    def surprises(self, column: pl.Series) -> list[Surprise]:
        """Texts missing where no training row lacked one, and texts that hold nothing of what was learned."""
        texts = to_texts(column)
        absent = texts.is_null().to_numpy()
        found = absent_rows(self.name, absent, "it counts as an empty text", expected=self.missing)
        plain = plain_text(texts.fill_null(""))
        strange = ~plain.str.contains_any(list(self.parts)).to_numpy() & ~absent
        if count := int(np.count_nonzero(strange)):
            first = texts[int(strange.argmax())]
            words = (
                f'"{self.name}": {count:,} {"text holds" if count == 1 else "texts hold"} none of the words and '
                f'pieces of words that were learned (first: "{first[:40]}").'
            )
            found.append(Surprise(self.name, words, strange, outside=True))
        return found


def plain_text(texts: pl.Series) -> pl.Series:
    """Texts in lower case, with one blank between words and signs, and before and after all."""
    signs = texts.str.to_lowercase().str.replace_all(r"([^\w\s])", " $1 ")
    return pl.Series(" " + signs.str.replace_all(r"\s+", " ").str.strip_chars(" ") + " ")


def _pieces(words: Counter[str]) -> Counter[str]:
    """In how many rows, at most, each piece of 1 to 5 characters stands; a blank before or after a word is one too."""
    counts: Counter[str] = Counter()
    for word, count in words.items():
        padded = f" {word} "
        pieces = {padded[k : k + n] for n in _PIECES for k in range(len(padded) - n + 1)}
        counts.update(dict.fromkeys(pieces - {" ", padded}, count))
    return counts


def _choose(
    chosen: dict[str, Bool[np.ndarray, " rows"]], counts: Counter[str], plain: pl.Series, most: int
) -> None:
    """Adds the parts that divide the rows most evenly, until there are `most`; none that stands where another does."""
    rows = plain.len()
    fewest = max(_FEWEST_ROWS, rows // 200)
    usable = [part for part, count in counts.items() if fewest <= count <= rows - fewest]
    usable.sort(key=lambda part: (-counts[part] * (rows - counts[part]), -len(part), part))
    candidates = usable[: 4 * most]
    held = _held(plain, candidates)
    seen = {key for column in chosen.values() for key in (column.tobytes(), (~column).tobytes())}
    for k, part in enumerate(candidates):
        column = held[:, k]
        if len(chosen) < most and fewest <= column.sum() <= rows - fewest and column.tobytes() not in seen:
            chosen[part] = column
            seen |= {column.tobytes(), (~column).tobytes()}


def _held(plain: pl.Series, parts: Sequence[str]) -> Bool[np.ndarray, "rows parts"]:
    """Which texts hold which parts, all of them found in one pass (Aho and Corasick 1975)."""
    held = np.zeros((plain.len(), len(parts)), bool)
    if not parts:
        return held
    found = plain.str.extract_many(list(parts), overlapping=True)
    counts = found.list.len().to_numpy()
    codes = (
        found.filter(pl.Series(counts > 0))
        .explode()
        .replace_strict(pl.Series(parts), pl.Series(range(len(parts)), dtype=pl.Int32), return_dtype=pl.Int32)
    )
    held[np.repeat(np.arange(plain.len()), counts), codes.to_numpy()] = True
    return held


def _is_word(part: str) -> bool:
    return part.startswith(" ") and part.endswith(" ")


def _words(part: str) -> str:
    return f'"{part.strip()}"' if _is_word(part) else f'"{part.replace(" ", "·")}"'
