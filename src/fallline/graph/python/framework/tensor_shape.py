"""`tensorflow.python.framework.tensor_shape`: static shapes."""

from fallline.graph.core.shapes import Dimension, TensorShape

__all__ = ["Dimension", "TensorShape", "as_shape", "matrix", "scalar", "unknown_shape", "vector"]

as_shape = TensorShape


def scalar() -> TensorShape:
    """No axes."""
    return TensorShape([])


def vector(length: int | None) -> TensorShape:
    """One axis."""
    return TensorShape([length])


def matrix(rows: int | None, cols: int | None) -> TensorShape:
    """Two axes."""
    return TensorShape([rows, cols])


def unknown_shape(rank: int | None = None) -> TensorShape:
    """Nothing known, or only the number of axes."""
    return TensorShape(None if rank is None else [None] * rank)
