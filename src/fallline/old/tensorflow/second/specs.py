"""What programs say about tensors: their form, what an unconnected gradient is."""

from __future__ import annotations

import enum
from typing import Any

from fallline.graph.core.dtypes import as_dtype
from fallline.graph.core.indexed_slices import IndexedSlices as IndexedSlices
from fallline.old.tensorflow.second.core.shapes import TensorShape


class TensorSpec:
    """A shape, a type and a name.

    Args:
        shape: The shape, None where unknown.
        dtype: The number type.
        name: The name.
    """

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape, self.dtype, self.name = TensorShape(shape), as_dtype(dtype), name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """That of a tensor."""
        return cls(tuple(tensor.shape), tensor.dtype, name)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether a tensor has this form."""
        return self.shape.is_compatible_with(other.shape) and self.dtype == other.dtype

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and (self.shape, self.dtype) == (other.shape, other.dtype)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


class UnconnectedGradients(enum.Enum):
    """What the gradient to something is that a target does not depend on."""

    NONE = "none"
    ZERO = "zero"
