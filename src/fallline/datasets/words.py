"""Texts as lists of numbers of words: which words are kept, and rows made of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from fallline.datasets.kept import Remote, damaged, kept
from fallline.errors import DataError, UsageError

Texts = list[list[int]]


@dataclass(frozen=True)
class Words:
    """Which words of a text are kept, and under which numbers.

    Attributes:
        num_words: Numbers from here on are left out; None: none is.
        skip_top: Numbers below this one are left out.
        maxlen: Texts of this length or longer are left out; None: none is.
        start_char: The number before each text; None: no such number.
        oov_char: The number in the place of what is left out; None: nothing is there then.
        index_from: What is added to each number.
    """

    num_words: int | None
    skip_top: int
    maxlen: int | None
    start_char: int | None
    oov_char: int | None
    index_from: int

    def begun(self, texts: Any, labels: Any) -> tuple[Texts, Any]:
        """The texts with their numbers raised and their beginnings marked, without those that are too long."""
        first = [] if self.start_char is None else [self.start_char]
        # Keras raises the numbers in either case, by `index_from` that may be 0 or None.
        add = self.index_from or 0
        begun = [first + [word + add for word in text] for text in texts]
        if not self.maxlen:
            return begun, labels
        short = [number for number, text in enumerate(begun) if len(text) < self.maxlen]
        return [begun[number] for number in short], [labels[number] for number in short]

    def chosen(self, texts: Texts) -> Texts:
        """The texts with the words that are kept."""
        top = self.num_words or max(map(max, texts))
        if self.oov_char is None:
            return [[word for word in text if self.skip_top <= word < top] for text in texts]
        return [[word if self.skip_top <= word < top else self.oov_char for word in text] for text in texts]


def word_index(path: str | Path, remote: Remote) -> dict[str, int]:
    """The numbers of words, by word.

    Raises:
        DataError: the file cannot be had, or is damaged.
    """
    file = kept(path, remote)
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise damaged(file, error) from error


def bags_of_words(
    sequences: Sequence[Sequence[int]], num_words: int, counts: bool = False, dtype: Any = "float32"
) -> Shaped[np.ndarray, "texts num_words"]:
    """Texts as rows that say which words they hold, and not where.

    row[w] = 1 if the text holds the number w, else 0; with `counts`, how often it holds it

    Args:
        sequences: A list of whole numbers for each text, as `imdb.load_data` and `reuters.load_data` give.
        num_words: The width of a row: numbers from 0 to `num_words - 1`.
        counts: Whether a row counts.
        dtype: Of the rows. 25,000 reviews by 10,000 words take 1 GB as float32, a quarter as uint8.

    Raises:
        UsageError: `num_words` is not positive.
        DataError: a text holds another number.
    """
    if num_words < 1:
        raise UsageError(f"bags_of_words: num_words must be at least 1, got {num_words!r}.")
    rows = np.zeros((len(sequences), num_words), dtype)
    for number, (row, sequence) in enumerate(zip(rows, sequences, strict=True)):
        words = np.asarray(sequence, np.int64)
        if len(words) and not 0 <= words.min() <= words.max() < num_words:
            raise DataError(
                f"bags_of_words: text {number} holds {words.min()} to {words.max()}; expected 0 to {num_words - 1}. "
                f"Load the texts with num_words={num_words}."
            )
        if counts:
            np.add.at(row, words, 1)
        else:
            row[words] = 1
    return rows
