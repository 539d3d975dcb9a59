"""Seeded division of rows into training, validation and test parts, alike in what they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int32, Int64, Shaped

from fallline.errors import UsageError

_BINS = 20
_ROWS_PER_BIN = 10


@dataclass(frozen=True)
class Split:
    """The row numbers of each part, ascending; together every row once.

    Args:
        training: Rows the network learns from.
        validation: Rows that decide when to stop.
        test: Rows kept for the final judgement; may be empty.
    """

    training: Int64[np.ndarray, " rows"]
    validation: Int64[np.ndarray, " rows"]
    test: Int64[np.ndarray, " rows"]


def split_rows(
    rows: int,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    seed: int = 0,
    strata: Int32[np.ndarray, " rows"] | None = None,
) -> Split:
    """Divides row numbers 0 to rows - 1 at random, each stratum in the same proportions.

    The rows of each stratum are shuffled and spread evenly over one line from 0 to 1, and the line is cut. So
    every stratum has its share of each part to within one row, the parts have their exact sizes, and a class
    too rare for all parts is in the training part (as long as that has a row for each class). The same seed gives the same parts on every machine.

    Args:
        rows: How many rows there are.
        validation: Share of the validation part, in [0, 1).
        test: Share of the test part, in [0, 1).
        seed: Of the random order.
        strata: The stratum of each row: class codes, or `quantile_strata` of a number; None for one stratum.

    Raises:
        UsageError: a share is outside [0, 1), nothing is left for training, or a part would be empty.
    """
    test_size, validation_size = _sizes(rows, {"test": test, "validation": validation})
    training_share = 1 - (test_size + validation_size) / rows
    generator = np.random.default_rng(seed)
    codes = np.zeros(rows, np.int64) if strata is None else np.asarray(strata)
    shuffled = generator.permutation(rows)
    grouped = shuffled[np.argsort(codes[shuffled], kind="stable")]
    _, counts = np.unique(codes, return_counts=True)
    # Training is the line's beginning: a stratum too small for its share there starts at 0.
    offsets = np.where(counts * training_share < 1, 0.0, generator.random(counts.size))
    places = [(np.arange(count) + offset) / count for count, offset in zip(counts, offsets, strict=True)]
    for stratum in places:
        stratum[0] = 0.0  # where training has a row for each class, each class is in it
    line = grouped[np.argsort(np.concatenate(places), kind="stable")]
    cuts = [rows - test_size - validation_size, rows - test_size]
    return Split(*(np.sort(part) for part in np.split(line, cuts)))


def quantile_strata(target: Shaped[np.ndarray, " rows"]) -> Int32[np.ndarray, " rows"]:
    """Strata of a number: up to 20 bins of equally many rows, at least 10 rows each."""
    bins = max(1, min(_BINS, target.size // _ROWS_PER_BIN))
    edges = np.unique(np.quantile(target, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, target, side="right").astype(np.int32)


def _sizes(rows: int, shares: dict[str, float]) -> list[int]:
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise UsageError(f"the {name} share must be at least 0 and below 1, got {share}.")
    if sum(shares.values()) >= 1:
        parts = " and ".join(f"{name} {share}" for name, share in shares.items())
        raise UsageError(f"{parts} leave nothing for training; together they must be below 1.")
    sizes = [round(rows * share) for share in shares.values()]
    for (name, share), size in zip(shares.items(), sizes, strict=True):
        if share > 0 and size == 0:
            raise UsageError(
                f"a {name} share of {share} of {rows} rows is no row at all. Take a larger share, or 0 for none."
            )
    if sum(sizes) >= rows:
        parts = " and ".join(f"{size} for {name}" for name, size in zip(shares, sizes, strict=True))
        raise UsageError(f"of {rows} rows, {parts} leave none for training. Take smaller shares.")
    return sizes
