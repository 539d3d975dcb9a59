"""Inputs on another scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Array, Float

from fallline._ranges import FINITE, checked, checked_number
from fallline._tree import tree
from fallline._types import as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


def _one_or_each(where: str, given: Any) -> Any:
    if not isinstance(given, list | tuple):
        return checked_number(where, given, FINITE)
    try:
        numbers = np.asarray(given)
    except ValueError:  # rows of several lengths
        numbers = np.asarray(None)
    if numbers.dtype.kind not in "iuf" or not numbers.size:
        raise UsageError(f"{where} must be a number, or a list of them, got {given!r:.60}.")
    return checked_number(where, numbers.astype(np.float64), FINITE)


@layers.register()
@tree
class Rescaling(Formula):
    """`x * scale + offset`, shape unchanged; the network has made whole numbers (images of bytes) floats before.

    Args:
        scale: The factor; or a list of factors, one for each place on the last axis (of images: each channel).
        offset: What is added after, likewise.

    Raises:
        UsageError: a number is not finite.
        ShapeError: the inputs have another number of places than there are factors.

    Source: Keras 3 for names and defaults.
    """

    scale: Any = checked(_one_or_each, 1.0)
    offset: Any = checked(_one_or_each, 0.0)

    def formula(self, x: Array) -> Float[Array, "batch ..."]:
        """`x * scale + offset`."""
        return x * as_dtype_of(self.scale, x) + as_dtype_of(self.offset, x)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the inputs have another number of places than there are factors.
        """
        for name in ("scale", "offset"):
            given = np.shape(getattr(self, name))
            # From the back, as they meet the inputs.
            pairs = zip(given[::-1], input_shape[::-1], strict=False)
            if len(given) > len(input_shape) or any(size not in (1, place) for size, place in pairs):
                raise ShapeError(
                    f"{self.title}: {name} has the shape {given}, which does not fit rows {input_shape}. Give one "
                    "number, or one for each place on the last axis."
                )
        return input_shape
