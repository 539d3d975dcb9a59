"""The order of a data set, and its parts for training and test."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline.errors import UsageError

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(x_train, y_train), (x_test, y_test)."""


def check_share(test_split: float) -> None:
    """A share for the test is at least 0 and below 1.

    Raises:
        UsageError: it is not.
    """
    if not 0 <= test_split < 1:
        raise UsageError(f"test_split must be at least 0 and below 1, got {test_split!r}.")


def shuffled(generator: Any, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and targets in an order that the generator draws."""
    order = np.arange(len(x))
    generator.shuffle(order)
    return x[order], y[order]


def generator(seed: Any) -> Any:
    """The generator whose orders are those that Keras's programs have always got."""
    return np.random.RandomState(seed)


def shuffled_parts(x: np.ndarray, y: np.ndarray, test_split: float, seed: Any) -> Parts:
    """Shuffled, the last rows for the test."""
    x, y = shuffled(generator(seed), x, y)
    cut = int(len(x) * (1 - test_split))
    return (np.array(x[:cut]), np.array(y[:cut])), (np.array(x[cut:]), np.array(y[cut:]))
