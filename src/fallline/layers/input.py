"""The shape of what comes in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Array

from fallline._random import Key
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params
from fallline.errors import UsageError
from fallline.layers.layer import Layer, Shape, check_name, layers


@layers.register()
@tree
class Input(Layer):
    """Says which shape one row of the inputs has, so that the network can be built before it sees data.

    Args:
        shape: Shape of one row, without the batch axis, e.g. `(784,)` or `(28, 28)`.
        name: The layer's name.

    Raises:
        UsageError: the shape is not a sequence of positive whole numbers.
    """

    shape: Shape = static()

    def __post_init__(self) -> None:
        check_name(self)
        given = self.shape
        valid = isinstance(given, Sequence) and not isinstance(given, str)
        if not valid or not all(_is_size(size) for size in given):
            raise UsageError(
                f"Input: shape must be a tuple of positive whole numbers without the batch axis, got {given!r}. "
                "For 20 features write Input((20,))."
            )
        assign(self, shape=tuple(map(int, given)))

    def apply(
        self, params: Params, state: ModelState, x: Array, *, key: Key | None, training: bool
    ) -> tuple[Array, ModelState]:
        """The inputs as they are."""
        del params, key, training
        return x, state


def _is_size(size: object) -> bool:
    return isinstance(size, int | np.integer) and not isinstance(size, bool) and int(size) > 0
