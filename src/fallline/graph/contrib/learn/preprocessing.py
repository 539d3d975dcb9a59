"""`tf.contrib.learn.preprocessing`: texts as rows of the numbers of their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

__all__ = ["CategoricalVocabulary", "VocabularyProcessor", "tokenizer"]

_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """The words of each text."""
    for each in iterator:
        yield _WORD.findall(each)


class CategoricalVocabulary:
    """Words with numbers; 0 is for words that it does not know.

    Attributes:
        unknown_token: What stands for those.
    """

    def __init__(self, unknown_token: str = "<UNK>", support_reverse: bool = True) -> None:
        del support_reverse
        self.unknown_token = unknown_token
        self._mapping = {unknown_token: 0}
        self._words = [unknown_token]
        self._counts: Counter[str] = Counter()
        self._frozen = False

    def __len__(self) -> int:
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """Whether new words get the number 0 from now on."""
        self._frozen = freeze

    def get(self, category: str) -> int:
        """The number of a word."""
        if category not in self._mapping:
            if self._frozen:
                return 0
            self._mapping[category] = len(self._mapping)
            self._words.append(category)
        return self._mapping[category]

    def add(self, category: str, count: int = 1) -> None:
        """Counts a word."""
        if self.get(category) > 0:
            self._counts[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keeps the words that were counted more often than this, and at most so often; the commonest come first."""
        ordered = sorted(self._counts.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        kept = [
            word
            for word, count in ordered
            if count > min_frequency and (max_frequency < 0 or count <= max_frequency)
        ]
        self._words = [self.unknown_token, *kept]
        self._mapping = {word: number for number, word in enumerate(self._words)}
        self._counts = Counter({word: self._counts[word] for word in kept})

    def reverse(self, class_id: int) -> str:
        """The word of a number."""
        return self._words[class_id]


class VocabularyProcessor:
    """Texts as rows of word numbers, cut or filled with 0 to one length.

    Attributes:
        max_document_length: How long a row is.
        min_frequency: Words that come at most so often are unknown.
        vocabulary_: The words.
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Callable[[Iterable[str]], Iterable[list[str]]] | None = None,
    ) -> None:
        self.max_document_length, self.min_frequency = max_document_length, min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Learns the words of these texts."""
        del unused_y
        for words in self._tokenizer(raw_documents):
            for word in words:
                self.vocabulary_.add(word)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def transform(self, raw_documents: Iterable[str]) -> Iterator[np.ndarray[Any, Any]]:
        """A row of word numbers for each text."""
        for words in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            numbers = [self.vocabulary_.get(word) for word in words[: self.max_document_length]]
            row[: len(numbers)] = numbers
            yield row

    def fit_transform(
        self, raw_documents: Iterable[str], unused_y: Any = None
    ) -> Iterator[np.ndarray[Any, Any]]:
        """Both."""
        documents = list(raw_documents)
        self.fit(documents, unused_y)
        return self.transform(documents)

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """The words of rows of numbers."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)
