"""Shapes as TensorFlow 2 gives them: their sizes are Python's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fallline.graph.core.shapes import TensorShape as Shape, sizes_of


class TensorShape(Shape):
    """A shape; `shape[0]` is a number, or None where unknown."""

    def __init__(self, dims: Any = None) -> None:
        super().__init__(sizes_of(dims))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.sizes or ())

    def __getitem__(self, key: Any) -> Any:
        if self.sizes is None:
            return TensorShape(None) if isinstance(key, slice) else None
        return TensorShape(self.sizes[key]) if isinstance(key, slice) else self.sizes[key]

    def __add__(self, other: Any) -> TensorShape:
        return TensorShape((*(self.sizes or ()), *(sizes_of(other) or ())))

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape((*(sizes_of(other) or ()), *(self.sizes or ())))

    def __eq__(self, other: object) -> bool:
        try:
            return self.sizes == sizes_of(other)
        except (TypeError, ValueError):
            return NotImplemented

    __hash__ = Shape.__hash__

    def __str__(self) -> str:
        if self.sizes is None:
            return "<unknown>"
        return str(self.sizes)

    def __repr__(self) -> str:
        return f"TensorShape({None if self.sizes is None else list(self.sizes)})"
