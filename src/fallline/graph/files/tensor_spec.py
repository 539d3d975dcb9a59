"""What a checkpoint says of a tensor."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from fallline.wire.number_types import TEXT


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """What a checkpoint says of a tensor without reading it.

    Attributes:
        shape: Its axes' lengths; () for a single number.
        dtype: The type of its numbers; `object` for texts, which are `bytes`.
    """

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def type_name(self) -> str:
        """The name of the type, as TensorFlow says it."""
        return "string" if self.dtype == TEXT else self.dtype.name
