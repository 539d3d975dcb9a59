"""Number types under TensorFlow's names, and what may be taken for one another."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from fallline.graph.core.failures import GraphTypeError


class DType:
    """A number type of a graph.

    Attributes:
        name: Such as `float32`; `float32_ref` of a variable.
        base_dtype: The type of the values.
        as_numpy_dtype: NumPy's type of the values; `object` for text.
    """

    def __init__(self, name: str, numpy: Any, base: DType | None = None) -> None:
        self.name = name
        self.as_numpy_dtype = numpy
        self.base_dtype: DType = base or self
        self.numpy = np.dtype(numpy)

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's type of the values, which is how NumPy takes this one for a type."""
        return self.numpy

    @property
    def is_floating(self) -> bool:
        """Whether gradients exist."""
        return self.base_dtype.name in _FLOATING

    @property
    def is_integer(self) -> bool:
        """Whether it holds whole numbers."""
        return bool(np.issubdtype(self.numpy, np.integer))

    @property
    def is_bool(self) -> bool:
        """Whether it holds truth values."""
        return self.numpy == np.bool_

    @property
    def is_complex(self) -> bool:
        """Whether it holds complex numbers."""
        return bool(np.issubdtype(self.numpy, np.complexfloating))

    @property
    def size(self) -> int:
        """Bytes of one number."""
        return self.numpy.itemsize

    @property
    def min(self) -> Any:
        """The least finite number."""
        return (np.iinfo if self.is_integer else ml_dtypes.finfo)(self.numpy).min

    @property
    def max(self) -> Any:
        """The largest finite number."""
        return (np.iinfo if self.is_integer else ml_dtypes.finfo)(self.numpy).max

    def is_compatible_with(self, other: Any) -> bool:
        """Whether a value of another type may stand for one of this type."""
        return self.base_dtype is as_dtype(other).base_dtype

    def __eq__(self, other: object) -> bool:
        if other is None:
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: '{self.name}'>"


_FLOATING = ("float16", "bfloat16", "float32", "float64")

float16 = DType("float16", np.float16)
float32 = DType("float32", np.float32)
float64 = DType("float64", np.float64)
bfloat16 = DType("bfloat16", ml_dtypes.bfloat16)
int8 = DType("int8", np.int8)
int16 = DType("int16", np.int16)
int32 = DType("int32", np.int32)
int64 = DType("int64", np.int64)
uint8 = DType("uint8", np.uint8)
uint16 = DType("uint16", np.uint16)
uint32 = DType("uint32", np.uint32)
uint64 = DType("uint64", np.uint64)
bool_ = DType("bool", np.bool_)
complex64 = DType("complex64", np.complex64)
complex128 = DType("complex128", np.complex128)
string = DType("string", np.object_)

ALL = (
    float16, float32, float64, bfloat16, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool_,
    complex64, complex128, string,
)  # fmt: skip
_REFERENCES = {kind.name: DType(f"{kind.name}_ref", kind.as_numpy_dtype, kind) for kind in ALL}
_NAMED = {kind.name: kind for kind in (*ALL, *_REFERENCES.values())} | {
    "float": float32, "double": float64, "half": float16, "int": int32, "str": string, "object": string,
}  # fmt: skip
_PYTHON = {float: float32, int: int32, bool: bool_, str: string, bytes: string, complex: complex128}
_NUMPY = {kind.numpy: kind for kind in ALL}


def reference(kind: DType) -> DType:
    """The type that a variable of this type has."""
    return _REFERENCES[kind.base_dtype.name]


def as_dtype(given: Any) -> DType:
    """The type that a user means: one of ours, its name (`"float"`), Python's or NumPy's.

    Raises:
        GraphTypeError: it is none.
    """
    if isinstance(given, DType):
        return given
    if isinstance(given, str) and given in _NAMED:
        return _NAMED[given]
    if isinstance(given, type) and given in _PYTHON:
        return _PYTHON[given]
    try:
        kind = np.dtype(given)
    except TypeError:
        kind = None
    if kind in _NUMPY:
        return _NUMPY[kind]
    if kind is not None and kind.kind in "SU":
        return string
    raise GraphTypeError(
        f"Cannot convert value {given!r} to a TensorFlow DType: expected a type such as tf.float32, or its name."
    )
