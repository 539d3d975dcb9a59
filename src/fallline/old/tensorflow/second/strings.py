"""`tf.strings`: a few functions of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fallline.graph.core.dtypes import as_dtype
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.tensors import EagerTensor


def _texts(value: Any) -> Any:
    return np.asarray(tensor_of(value))


def _each(function: Callable[[bytes], Any], value: Any, kind: Any = object) -> EagerTensor:
    given = _texts(value)
    found = np.empty(given.shape, kind)
    for place, text in np.ndenumerate(given):
        found[place] = function(text)
    return EagerTensor(Cell(found))


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """How many bytes ("BYTE") or letters ("UTF8_CHAR") each text has."""
    return _each(lambda text: len(text if unit == "BYTE" else text.decode()), input, np.int32)


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Texts in small letters."""
    return _each(bytes.lower, input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Texts in capital letters."""
    return _each(bytes.upper, input)


def strip(input: Any, name: str | None = None) -> Any:
    """Texts without spaces at their ends."""
    return _each(bytes.strip, input)


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Texts, one behind the other."""
    parts = np.broadcast_arrays(*map(_texts, inputs))
    found = np.empty(parts[0].shape, object)
    for place in np.ndindex(parts[0].shape):
        found[place] = separator.encode().join(bytes(part[place]) for part in parts)
    return EagerTensor(Cell(found))


def as_string(input: Any, precision: int = -1, *_: Any, **__: Any) -> Any:
    """Numbers as texts."""
    given = np.asarray(input)
    found = np.empty(given.shape, object)
    for place, number in np.ndenumerate(given):
        shown = (
            f"{number:.{precision}f}"
            if precision >= 0
            else f"{number:g}"
            if given.dtype.kind == "f"
            else str(number)
        )
        found[place] = shown.encode()
    return EagerTensor(Cell(found))


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> Any:
    """Texts as numbers."""
    return _each(float, input, as_dtype(out_type).numpy)


def substr(input: Any, pos: int, len: int, unit: str = "BYTE", name: str | None = None) -> Any:
    """Parts of texts."""
    return _each(lambda text: text[int(pos) : int(pos) + int(len)], input)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise AttributeError(
        f"tf.strings has no {name} in Fallline: Python's own functions of text do it before training."
    )
