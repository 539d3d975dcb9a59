"""`keras.preprocessing.text`: texts as lists of words, of numbers, and as rows that count words."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import md5
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import UsageError
from fallline.old.spaces import names_of as _names_of

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
MODES = ("binary", "count", "tfidf", "freq")


def base_filter() -> str:
    """The signs that part words."""
    return FILTERS


def text_to_word_sequence(
    input_text: str = "",
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    *,
    text: str | None = None,
) -> list[str]:
    """The words of a text.

    Args:
        input_text: The text; `text` in older versions.
        filters: Signs that part words too.
        lower: Whether capitals become small.
        split: What parts words.
        text: The older name.

    Source: Keras 2.
    """
    given = input_text if text is None else text
    given = given.lower() if lower else given
    return [word for word in given.translate(dict.fromkeys(map(ord, filters), split)).split(split) if word]


def hashing_trick(
    text: str,
    n: int,
    hash_function: str | Callable[[str], int] | None = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Sequence[str]] | None = None,
) -> list[int]:
    """Each word of a text as a number from 1 to n - 1 by its hash; different words may get one number.

    Args:
        text: The text.
        n: One more than the largest number.
        hash_function: A function of a word; "md5"; None: Python's, which differs from process to process.
        filters: Signs that part words.
        lower: Whether capitals become small.
        split: What parts words.
        analyzer: What gives the words instead.

    Source: Keras 2.
    """
    number = _md5 if hash_function == "md5" else hash_function or hash
    if not callable(number):
        raise UsageError(f'hashing_trick: hash_function is a function or "md5", got {hash_function!r:.40}.')
    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [number(word) % (n - 1) + 1 for word in words]


def _md5(word: str) -> int:
    return int(md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def one_hot(
    input_text: str = "",
    n: int = 0,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Callable[[str], Sequence[str]] | None = None,
    *,
    text: str | None = None,
) -> list[int]:
    """Each word of a text as a number from 1 to n - 1 by Python's hash, which differs from process to process.

    Source: Keras 2.
    """
    return hashing_trick(input_text if text is None else text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Words as numbers by how often they occur: 1 is the most frequent.

    Args:
        num_words: Only the num_words - 1 most frequent words get a number; None: all. `nb_words` in Keras 1.
        filters: Signs that part words.
        lower: Whether capitals become small.
        split: What parts words.
        char_level: Whether each sign is a word.
        oov_token: What stands for words that are not known, with number 1; None: they are left out.
        analyzer: What gives the words of a text instead.

    Attributes:
        word_counts: Word -> how often it occurred.
        word_docs: Word -> in how many texts.
        word_index: Word -> its number.
        index_word: Number -> its word.
        index_docs: Number -> in how many texts it occurred.
        document_count: How many texts were seen.

    Source: Keras 2 for names, arguments and numbers.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: Any = None,
        analyzer: Callable[[str], Sequence[str]] | None = None,
        *,
        nb_words: int | None = None,
        document_count: int = 0,
    ) -> None:
        self.num_words = num_words if nb_words is None else nb_words
        self.filters, self.lower, self.split = filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.document_count = document_count
        self.word_counts: OrderedDict[Any, int] = OrderedDict()
        self.word_docs: defaultdict[Any, int] = defaultdict(int)
        self.index_docs: defaultdict[int, int] = defaultdict(int)
        self.word_index: dict[Any, int] = {}
        self.index_word: dict[int, Any] = {}

    @property
    def nb_words(self) -> int | None:
        """`num_words` in Keras 1."""
        return self.num_words

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts; a text may be a list of words. Words seen before keep their counts."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        by_count = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        known = by_count if self.oov_token is None else [self.oov_token, *by_count]
        self.word_index = {word: number for number, word in enumerate(known, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Sequence[Sequence[int]]) -> None:
        """Counts in how many lists each number occurs: for `sequences_to_matrix` without texts."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Each text as the numbers of its words."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Likewise, one at a time."""
        unknown = None if self.oov_token is None else self.word_index.get(self.oov_token)
        for text in texts:
            numbers = [self._kept(self.word_index.get(word), unknown) for word in self._words(text)]
            yield [number for number in numbers if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Sequence[int]]) -> list[str]:
        """Lists of numbers as their words, with blanks between."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Sequence[int]]) -> Iterator[str]:
        """Likewise, one at a time."""
        unknown = None if self.oov_token is None else self.word_index.get(self.oov_token)
        for sequence in sequences:
            numbers = [self._kept(each if each in self.index_word else None, unknown) for each in sequence]
            yield " ".join(self.index_word[number] for number in numbers if number is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> NDArray[np.float64]:
        """Texts as rows (texts, num_words): see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> NDArray[np.float64]:
        """Lists of numbers as rows (lists, num_words), with a column for each number.

        Args:
            sequences: The lists.
            mode: "binary": 1 where it occurs; "count": c, how often; "freq": c / length of the list; "tfidf":
                (1 + log c) log(1 + texts / (1 + texts that have it)).

        Raises:
            UsageError: no such mode, or nothing was counted before.
        """
        if mode not in MODES:
            raise UsageError(f"Tokenizer: mode is one of {', '.join(MODES)}, got {mode!r:.40}.")
        if not self.num_words and not self.word_index:
            raise UsageError("Tokenizer: give num_words, or call fit_on_texts first.")
        if mode == "tfidf" and not self.document_count:
            raise UsageError('Tokenizer: call fit_on_texts before mode="tfidf".')
        columns = self.num_words or len(self.word_index) + 1
        rows = np.zeros((len(sequences), columns))
        for row, sequence in zip(rows, sequences, strict=True):
            for number, count in Counter(sequence).items():
                if number < columns:
                    row[number] = self._value(mode, number, count, len(sequence))
        return rows

    def get_config(self) -> dict[str, Any]:
        """What it was made with and what it has counted, the dictionaries as JSON."""
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            **{name: json.dumps(getattr(self, name)) for name in _COUNTED},
        }

    def to_json(self, **kwargs: Any) -> str:
        """The tokenizer as JSON, for `tokenizer_from_json`; the arguments are those of `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)

    def _words(self, text: Any) -> Any:
        if self.char_level or isinstance(text, list):
            if not self.lower:
                return text
            return [word.lower() for word in text] if isinstance(text, list) else text.lower()
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _kept(self, number: int | None, unknown: int | None) -> int | None:
        return unknown if number is None or (self.num_words and number >= self.num_words) else number

    def _value(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "tfidf":
            rarity = np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))
            return float((1 + np.log(count)) * rarity)
        return {"binary": 1.0, "count": float(count), "freq": count / length}[mode]


_COUNTED = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that `to_json` wrote, Keras's included.

    Source: Keras 2.
    """
    config = json.loads(json_string)["config"]
    counted = {name: json.loads(config.pop(name)) for name in _COUNTED}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(counted["word_counts"])
    tokenizer.word_docs = defaultdict(int, counted["word_docs"])
    tokenizer.word_index = counted["word_index"]
    # JSON has no numbers as keys.
    tokenizer.index_docs = defaultdict(int, {int(key): value for key, value in counted["index_docs"].items()})
    tokenizer.index_word = {int(key): value for key, value in counted["index_word"].items()}
    return tokenizer


__getattr__ = _names_of(__name__)
