"""A penalty on outputs, as a layer of its own."""

from __future__ import annotations

import dataclasses
from typing import Any

from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, number
from fallline._tree import assign, tree
from fallline._types import Number
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.regularizers import L1L2


@layers.register()
@tree
class ActivityRegularization(Formula):
    """Passes its inputs on, and adds a penalty on them to the loss.

    (l1 * sum |x| + l2 * sum x^2) / batch: the mean over the rows of each row's penalty.

    Args:
        l1: The factor of the absolute values, at least 0.
        l2: The factor of the squares, at least 0.

    Raises:
        UsageError: a factor is out of its range.

    Source: Keras 3 for names and defaults.
    """

    l1: Number = number(0.0, NOT_NEGATIVE)
    l2: Number = number(0.0, NOT_NEGATIVE)
    # Not an argument: it follows from the two factors.
    activity_regularizer: Any = dataclasses.field(default=None, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        assign(self, activity_regularizer=L1L2(self.l1, self.l2))

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The inputs as they are; the network adds the penalty."""
        return x
