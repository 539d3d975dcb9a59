"""House prices of California: 20,640 districts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from fallline.datasets.arrays import arrays_of, check_rows
from fallline.datasets.kept import KERAS_FILES, Remote, kept
from fallline.datasets.parts import Parts, check_share, shuffled_parts
from fallline.errors import UsageError

__all__ = ["load_data"]

FILE = "california_housing.npz"
REMOTE = Remote(KERAS_FILES + FILE, "sha256:1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f")
_SMALL = 600


def load_data(
    version: Literal["small", "large"] = "large",
    path: str | Path = FILE,
    test_split: float = 0.2,
    seed: Any = 113,
) -> Parts:
    """8 features of districts in 1990, and the median price of a house in dollars.

    Args:
        version: "large" for all rows, "small" for the first 600.
        path: Name of the file below Keras's folder `datasets`, or its whole path.
        test_split: Share of the rows for the test, at least 0 and below 1.
        seed: For the order of the rows.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: rows (n, 8), targets (n,).

    Raises:
        UsageError: another version or share.
        DataError: the file cannot be had, or is damaged.

    Source: R. Pace, R. Barry 1997, through StatLib. The interface is Keras 3's.
    """
    check_share(test_split)
    if version not in ("small", "large"):
        raise UsageError(f'version must be "small" or "large", got {version!r}.')
    file = kept(path, REMOTE)
    x, y = arrays_of(file, "x", "y")
    check_rows(file, (x, y))
    rows = _SMALL if version == "small" else len(x)
    return shuffled_parts(x[:rows], y[:rows], test_split, seed)
