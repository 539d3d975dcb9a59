"""What is given to be calibrated, checked once."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Int64, Shaped

from fallline.errors import DataError, UsageError

SLACK = 1e-3
"""By how much the probabilities of a row may miss 1: float16 sums of many classes do."""


def class_shares(probabilities: Shaped[np.ndarray, "..."], where: str) -> Float[np.ndarray, "rows classes"]:
    """Probabilities of all classes in float64, rows summing to 1; of two classes the second may be given alone.

    Raises:
        DataError: another shape, numbers outside 0 to 1, or rows that do not sum to 1.
    """
    given = np.asarray(probabilities)
    if given.ndim not in (1, 2) or (given.ndim == 2 and given.shape[1] < 2):
        raise DataError(
            f"{where}: probabilities must be (rows, classes), or (rows,) of the second of two classes; got {given.shape}."
        )
    if given.dtype.kind not in "fiub":
        raise DataError(f"{where}: probabilities must be numbers; got {given.dtype}.")
    given = given.astype(np.float64)
    if not np.isfinite(given).all():
        row = int(np.argwhere(~np.isfinite(given))[0][0])
        raise DataError(
            f"{where}: probabilities must be finite; those of row {row + 1} are not. Leave such rows out."
        )
    if given.size and not (given.min() >= 0 and given.max() <= 1 + SLACK):
        raise DataError(
            f"{where}: probabilities must lie between 0 and 1; got {given.min():.4g} to {given.max():.4g}. "
            "Of logits, take the softmax or sigmoid first."
        )
    if given.ndim == 1:
        return np.stack([1.0 - given, given], axis=1)
    sums = given.sum(axis=1, keepdims=True)
    if given.size and np.abs(sums - 1).max() > SLACK:
        worst = float(sums.flat[np.abs(sums - 1).argmax()])
        raise DataError(f"{where}: the probabilities of a row must sum to 1; got {worst:.4g}.")
    shares: Float[np.ndarray, "rows classes"] = given / sums
    return shares


def codes_of(
    true: Shaped[np.ndarray, " rows"], shares: Float[np.ndarray, "rows classes"], where: str
) -> Int64[np.ndarray, " rows"]:
    """The code of each row's class.

    Raises:
        DataError: no rows, another number of them, or codes that are no classes.
    """
    codes, classes = np.asarray(true), shares.shape[1]
    if codes.shape != (len(shares),) or not len(shares):
        raise DataError(
            f"{where}: one class is needed for each row, and at least one row; got {codes.shape} classes for "
            f"{len(shares):,} rows."
        )
    if codes.dtype.kind not in "iub":
        raise DataError(f"{where}: classes must be codes 0, 1, ... (whole numbers); got {codes.dtype}.")
    if codes.min() < 0 or codes.max() >= classes:
        raise DataError(
            f"{where}: classes must be codes from 0 to {classes - 1}; got {codes.min()} to {codes.max()}."
        )
    return codes.astype(np.int64)


def values_of(values: Shaped[np.ndarray, " rows"], where: str) -> Float[np.ndarray, " rows"]:
    """Finite numbers, one a row, in float64.

    Raises:
        DataError: another shape, no numbers, or some that are not finite.
    """
    given = np.asarray(values)
    if given.ndim != 1 or given.dtype.kind not in "fiub":
        raise DataError(f"{where}: one number a row is needed; got {given.dtype}{given.shape}.")
    numbers: Float[np.ndarray, " rows"] = given.astype(np.float64)
    if not np.isfinite(numbers).all():
        bad = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise DataError(
            f"{where}: numbers must be finite; row {bad + 1} is {numbers[bad]}. Leave such rows out."
        )
    return numbers


def checked_level(level: float, where: str) -> float:
    """A share of rows to be held.

    Raises:
        UsageError: not between 0 and 1.
    """
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise UsageError(
            f"{where}: level={level!r} must be the share of rows to hold, between 0 and 1, such as 0.9."
        )
    return float(level)


def indices(rows: int, folds: int, seed: int) -> Int[np.ndarray, " rows"]:
    """The fold of each row, drawn at random, all folds of about one size."""
    return np.random.default_rng(seed).permutation(rows) % folds
