"""What the checks of the targets share. They run once, on the host, before anything compiles."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline.errors import DataError

Targets = np.ndarray[Any, Any]


def describe(y: Targets) -> str:
    """Targets in a few words: `integers (60000,) in 0..9`."""
    kinds = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats"}
    kind = kinds.get(y.dtype.kind, f"values of type {y.dtype}")
    shape = f"{kind} {y.shape}"
    return f"{shape} in {y.min():.6g}..{y.max():.6g}" if y.size and y.dtype.kind in "iuf" else shape


def columns(shape: tuple[int, ...]) -> str:
    """The shape of the targets for a row shape: `(n, 10)`, `(n,)`."""
    return f"({', '.join(['n', *map(str, shape)])}{')' if shape else ',)'}"


def require_numbers(loss: str, y: Targets) -> None:
    """Refuses targets that are not finite numbers.

    Raises:
        DataError: text, objects, or values that are NaN or infinite.
    """
    if y.dtype.kind not in "biuf":
        raise DataError(
            f'loss "{loss}" needs numbers as targets; got {describe(y)}. '
            "Give each class an integer 0, 1, 2, ... first."
        )
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        bad = ~np.isfinite(y).reshape(len(y), -1).all(axis=1)
        raise DataError(
            f'loss "{loss}": the targets hold NaN or infinite values in {int(bad.sum())} of {len(y)} rows, '
            f"first in row {int(np.argmax(bad))}. Drop or fill these rows."
        )


def fits_output(y: Targets, output_shape: tuple[int, ...]) -> bool:
    """Whether targets have the output's shape; with one output unit the last axis may be missing."""
    return y.shape[1:] == output_shape or (output_shape[-1:] == (1,) and y.shape[1:] == output_shape[:-1])


def like_output(y: Targets, output_shape: tuple[int, ...]) -> Targets:
    """Targets in the output's shape, (n,) as (n, 1), and in a floating type."""
    return y.reshape(len(y), *output_shape).astype(y.dtype if y.dtype.kind == "f" else np.float32, copy=False)


def is_whole(y: Targets) -> bool:
    """Whether numeric targets hold nothing but whole numbers, whatever their type."""
    return y.dtype.kind in "biu" or bool((y == np.floor(y)).all())


def units(count: int) -> str:
    """`1 unit`, `10 units`."""
    return f"{count} unit" if count == 1 else f"{count} units"
