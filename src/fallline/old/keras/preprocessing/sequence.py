"""`keras.preprocessing.sequence`: lists of numbers as rows of one length; pairs of words that stand near each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.errors import SEQUENCES, DataError, UsageError
from fallline.old.spaces import names_of as _names_of


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> NDArray[Any]:
    """Lists as rows of one length: short ones are filled, long ones are cut.

    Args:
        sequences: The lists.
        maxlen: The length; None: that of the longest.
        dtype: The type of the rows.
        padding: "pre" fills in front, "post" behind.
        truncating: "pre" cuts in front, "post" behind.
        value: What fills.

    Returns:
        An array (lists, maxlen), or (lists, maxlen, ...) where the elements are arrays.

    Raises:
        DataError: something in sequences is no list, or the elements have several shapes.
        UsageError: padding or truncating is neither "pre" nor "post", or a text fills rows of numbers.

    Source: Keras 2.
    """
    if not all(hasattr(sequence, "__len__") for sequence in sequences):
        raise DataError("pad_sequences: sequences must be a list of lists of numbers.")
    for name, given in (("padding", padding), ("truncating", truncating)):
        if given not in ("pre", "post"):
            raise UsageError(f'pad_sequences: {name} is "pre" or "post", got {given!r:.40}.')
    textual = np.issubdtype(dtype, np.str_)
    if isinstance(value, str) and dtype is not object and not textual:
        raise UsageError("pad_sequences: a text cannot fill rows of numbers; write dtype=object.")
    length = max(map(len, sequences), default=0) if maxlen is None else maxlen
    shape = next((np.asarray(sequence).shape[1:] for sequence in sequences if len(sequence)), ())
    rows = np.full((len(sequences), length, *shape), value, dtype=dtype)
    for row, sequence in zip(rows, sequences, strict=True):
        kept = sequence[-length:] if truncating == "pre" else sequence[:length]
        part = np.asarray(kept[:length] if length == 0 else kept, dtype=dtype)
        if not len(part):
            continue
        if part.shape[1:] != shape:
            raise DataError(f"pad_sequences: elements of shape {part.shape[1:]} beside others of {shape}.")
        if padding == "post":
            row[: len(part)] = part
        else:
            row[-len(part) :] = part
    return rows


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> NDArray[np.float64]:
    """How likely the word of each rank is kept, by Zipf's law: min(1, sqrt(f) / f), f its frequency by the factor.

    Source: Keras 2; Mikolov et al., "Distributed representations of words and phrases" (2013), eq. 5.
    """
    gamma = 0.577  # Keras's digits of Euler's constant
    rank = np.arange(size)
    rank[0] = 1
    inverse = rank * (np.log(rank) + gamma) + 0.5 - 1.0 / (12.0 * rank)
    frequency = sampling_factor * inverse
    return np.minimum(1.0, frequency / np.sqrt(frequency))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs (word, word near it) with label 1, and pairs (word, any word) with label 0.

    Args:
        sequence: Numbers of words; 0 is no word.
        vocabulary_size: One more than the largest number.
        window_size: How far away a word is near.
        negative_samples: How many of the second kind for each of the first.
        shuffle: Whether their order is drawn.
        categorical: Whether labels are [0, 1] and [1, 0].
        sampling_table: How likely a word is kept, by its number.
        seed: Decides what is drawn.

    Source: Keras 2.
    """
    couples: list[list[int]] = []
    labels: list[Any] = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        near = range(max(0, place - window_size), min(len(sequence), place + window_size + 1))
        found = [[word, sequence[other]] for other in near if other != place and sequence[other]]
        couples += found
        labels += [[0, 1] if categorical else 1] * len(found)
    count = int(len(labels) * negative_samples)
    if count:
        words = [couple[0] for couple in couples]
        random.shuffle(words)
        couples += [
            [words[number % len(words)], random.randint(1, vocabulary_size - 1)] for number in range(count)
        ]
        labels += [[1, 0] if categorical else 0] * count
    if shuffle:
        drawn = random.randint(0, int(10e6)) if seed is None else seed
        for each in (couples, labels):
            random.seed(drawn)  # the same order for both
            random.shuffle(each)
    return couples, labels


__getattr__ = _names_of(__name__, outside={"TimeseriesGenerator": SEQUENCES})
