"""Names and shapes as a user gives them to a layer, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fallline.errors import UsageError
from fallline.layers.tensor import Shape


def check_name(layer: Any) -> None:
    """Refuses names that would be ambiguous in a path such as `dense/kernel`."""
    name = layer.name
    if name is not None and (not isinstance(name, str) or not name or "/" in name):
        raise UsageError(
            f'{type(layer).__name__}: a name must be text, not empty and without "/", got {name!r}.'
        )


def checked_shape(layer: Any) -> Shape | None:
    """The `input_shape` of a layer as a tuple of sizes, or None.

    Raises:
        UsageError: it is something else.
    """
    shape = layer.input_shape
    if shape is None:
        return None
    if not isinstance(shape, Sequence) or not all(
        isinstance(size, int | np.integer) and size > 0 for size in shape
    ):
        raise UsageError(
            f"{type(layer).__name__}: input_shape must be a tuple of positive whole numbers without the batch "
            f"axis, got {shape!r}."
        )
    return tuple(int(size) for size in shape)


def without_batch(shape: Any, title: str) -> Shape:
    """The shape of one row, from one with the batch axis first.

    Raises:
        UsageError: it is no shape; the message begins with `title`.
    """
    if (
        not isinstance(shape, Sequence)
        or not shape
        or not all(isinstance(size, int | np.integer) for size in shape[1:])
    ):
        raise UsageError(
            f"{title}: expected a shape with the batch axis first, e.g. (None, 20), got {shape!r}."
        )
    return tuple(int(size) for size in shape[1:])
