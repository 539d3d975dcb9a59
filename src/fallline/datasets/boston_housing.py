"""House prices of Boston: 506 districts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fallline.datasets.arrays import arrays_of, check_rows
from fallline.datasets.kept import KERAS_FILES, Remote, kept
from fallline.datasets.parts import Parts, check_share, shuffled_parts

__all__ = ["load_data"]

FILE = "boston_housing.npz"
REMOTE = Remote(KERAS_FILES + FILE, "sha256:f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5")


def load_data(path: str | Path = FILE, test_split: float = 0.2, seed: Any = 113) -> Parts:
    """13 features of districts in the 1970s, and the median price of a house in 1000 dollars.

    One feature ("B") holds an assumption about race and prices; `california_housing` is the better example.

    Args:
        path: Name of the file below Keras's folder `datasets`, or its whole path.
        test_split: Share of the rows for the test, at least 0 and below 1.
        seed: For the order of the rows.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: float64 rows (n, 13), float64 targets (n,).

    Raises:
        UsageError: another share.
        DataError: the file cannot be had, or is damaged.

    Source: D. Harrison, D. Rubinfeld 1978, through StatLib. The interface is Keras 3's.
    """
    check_share(test_split)
    file = kept(path, REMOTE)
    x, y = arrays_of(file, "x", "y")
    check_rows(file, (x, y))
    return shuffled_parts(x, y, test_split, seed)
