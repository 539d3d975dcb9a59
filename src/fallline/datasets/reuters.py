"""News of Reuters: 11,228 texts on 46 topics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fallline.datasets.arrays import check_rows
from fallline.datasets.kept import KERAS_FILES, Remote, kept
from fallline.datasets.lists import object_arrays_of
from fallline.datasets.parts import Parts, generator, shuffled
from fallline.datasets.words import Words, word_index

__all__ = ["get_label_names", "get_word_index", "load_data"]

FILE = "reuters.npz"
REMOTE = Remote(KERAS_FILES + FILE, "sha256:d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916")
INDEX = "reuters_word_index.json"
INDEX_REMOTE = Remote(KERAS_FILES + INDEX, "md5:4d44cc38712099c9e383dc6e5f11a921")

_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude "
    "nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel "
    "rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path: str | Path = FILE,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: Any = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Parts:
    """News, each a list of numbers: the more frequent a word, the smaller.

    Args:
        path: Name of the file below Keras's folder `datasets`, or its whole path. It holds lists as a pickle, of which
            nothing is run: what names anything but arrays of NumPy is refused.
        num_words: Numbers from here on are replaced by `oov_char`; None: none is.
        skip_top: Numbers below this one likewise.
        maxlen: Texts of this length or longer are left out.
        test_split: Share of the texts for the test.
        seed: For the order of the texts.
        start_char: The number before each text; None: none.
        oov_char: What replaces words that are left out; None: they are dropped.
        index_from: What is added to the number of each word.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of lists, labels of 0 to 45.

    Raises:
        DataError: the file cannot be had, or is damaged.

    Source: D. Lewis 1987, Reuters-21578. The interface is Keras 3's.
    """
    file = kept(path, REMOTE)
    x, y = object_arrays_of(file, "x", "y")
    check_rows(file, (x, y))
    rule = Words(num_words, skip_top, maxlen, start_char, oov_char, index_from)
    texts, labels = rule.begun(*shuffled(generator(seed), x, y))
    chosen = rule.chosen(texts)
    cut = int(len(chosen) * (1 - test_split))
    return (
        (np.array(chosen[:cut], object), np.array(labels[:cut])),
        (np.array(chosen[cut:], object), np.array(labels[cut:])),
    )


def get_word_index(path: str | Path = INDEX) -> dict[str, int]:
    """The number of each word, to which `load_data` adds `index_from`.

    Args:
        path: Name of the file below Keras's folder `datasets`, or its whole path.

    Raises:
        DataError: the file cannot be had, or is damaged.

    Source: Keras 3.
    """
    return word_index(path, INDEX_REMOTE)


def get_label_names() -> tuple[str, ...]:
    """The topics, in the order of their labels.

    Source: Keras 3.
    """
    return tuple(_TOPICS.split())
