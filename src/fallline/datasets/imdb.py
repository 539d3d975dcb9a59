"""Film reviews of IMDB: 50,000 texts, good or bad."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fallline.datasets.arrays import check_rows
from fallline.datasets.kept import KERAS_FILES, Remote, kept
from fallline.datasets.lists import object_arrays_of
from fallline.datasets.parts import Parts, generator, shuffled
from fallline.datasets.words import Words, word_index
from fallline.errors import DataError

__all__ = ["get_word_index", "load_data"]

FILE = "imdb.npz"
REMOTE = Remote(KERAS_FILES + FILE, "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f")
INDEX = "imdb_word_index.json"
INDEX_REMOTE = Remote(KERAS_FILES + INDEX, "md5:bfafd718b763782e994055a2d397834f")


def load_data(
    path: str | Path = FILE,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: Any = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Parts:
    """25,000 reviews for training and as many for the test, each a list of numbers: the more frequent a word, the smaller.

    Args:
        path: Name of the file below Keras's folder `datasets`, or its whole path. It holds lists as a pickle, of which
            nothing is run: what names anything but arrays of NumPy is refused.
        num_words: Numbers from here on are replaced by `oov_char`; None: none is.
        skip_top: Numbers below this one likewise.
        maxlen: Reviews of this length or longer are left out.
        seed: For the order of the reviews.
        start_char: The number before each review; None: none.
        oov_char: What replaces words that are left out; None: they are dropped.
        index_from: What is added to the number of each word.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists, labels of 0 (bad) and 1 (good).

    Raises:
        DataError: the file cannot be had, or is damaged; no review is shorter than `maxlen`.

    Source: A. Maas and others 2011. The interface is Keras 3's.
    """
    file = kept(path, REMOTE)
    x_train, y_train, x_test, y_test = object_arrays_of(file, "x_train", "y_train", "x_test", "y_test")
    check_rows(file, (x_train, y_train), (x_test, y_test))
    rule = Words(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    order = generator(seed)
    train, y_train = rule.begun(*shuffled(order, x_train, y_train))
    test, y_test = rule.begun(*shuffled(order, x_test, y_test))
    if maxlen and not (train and test):
        raise DataError(f"no review is shorter than maxlen={maxlen}. Give a larger one.")
    chosen = rule.chosen(train + test)
    labels = np.concatenate([y_train, y_test])
    cut = len(train)
    return (np.array(chosen[:cut], object), labels[:cut]), (np.array(chosen[cut:], object), labels[cut:])


def get_word_index(path: str | Path = INDEX) -> dict[str, int]:
    """The number of each word, to which `load_data` adds `index_from`.

    Args:
        path: Name of the file below Keras's folder `datasets`, or its whole path.

    Raises:
        DataError: the file cannot be had, or is damaged.

    Source: Keras 3.
    """
    return word_index(path, INDEX_REMOTE)
