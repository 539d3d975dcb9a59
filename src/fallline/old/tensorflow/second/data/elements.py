"""Elements of datasets: tensors, or tuples and dictionaries of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.nest import flatten, map_structure, pack_sequence_as


def host(value: Any) -> Any:
    """A part of an element as NumPy's array, of TensorFlow's type for it."""
    return np.asarray(value) if isinstance(value, np.ndarray) else np.asarray(tensor_of(value))


def shown(element: Any) -> Any:
    """An element as tensors."""
    return map_structure(lambda part: EagerTensor(Cell(part)), element)


def packed(form: Any, parts: list[Any]) -> Any:
    """Parts in the form of a tuple or dictionary; lists within count as tuples."""
    return pack_sequence_as(form, parts)


def stacked(elements: list[Any]) -> Any:
    """Elements as one, along a new axis."""
    flat = [flatten(each) for each in elements]
    return pack_sequence_as(elements[0], [np.stack(parts) for parts in zip(*flat, strict=True)])


def typed(value: Any, kind: Any) -> Any:
    """A value as NumPy's array of a type."""
    return (
        np.asarray(tensor_of(value, kind))
        if not isinstance(value, np.ndarray)
        else value.astype(np.dtype(str(getattr(kind, "name", kind))))
    )
