"""Inputs on another scale."""

from __future__ import annotations

from jaxtyping import Array, Float

from fallline._random import Key
from fallline._ranges import FINITE, check_numbers
from fallline._tree import tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.layers.layer import Layer, layers


@layers.register()
@tree
class Rescaling(Layer):
    """`x * scale + offset`, shape unchanged; the network has made whole numbers (images of bytes) floats before.

    Args:
        scale: The factor.
        offset: What is added after.
        name: The layer's name.

    Source: Keras 3 for names and defaults.
    """

    scale: Number = 1.0
    offset: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, scale=FINITE, offset=FINITE)

    def apply(
        self, params: Params, state: ModelState, x: Array, *, key: Key | None, training: bool
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """`x * scale + offset`."""
        del params, key, training
        return x * as_dtype_of(self.scale, x) + as_dtype_of(self.offset, x), state
