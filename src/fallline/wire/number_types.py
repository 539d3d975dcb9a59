"""The types of TensorFlow's numbers, as they stand in files, and what they are in NumPy."""

from __future__ import annotations

import ml_dtypes
import numpy as np

STRING = 7
"""Texts: bytes of any length, here an array of `bytes`."""

TEXT = np.dtype(object)

NUMBER_TYPES = {
    1: np.dtype(np.float32),
    2: np.dtype(np.float64),
    3: np.dtype(np.int32),
    4: np.dtype(np.uint8),
    5: np.dtype(np.int16),
    6: np.dtype(np.int8),
    STRING: TEXT,
    8: np.dtype(np.complex64),
    9: np.dtype(np.int64),
    10: np.dtype(np.bool_),
    # Quantised: the plain whole numbers, without the range that they stand for.
    11: np.dtype(np.int8),
    12: np.dtype(np.uint8),
    13: np.dtype(np.int32),
    14: np.dtype(ml_dtypes.bfloat16),
    15: np.dtype(np.int16),
    16: np.dtype(np.uint16),
    17: np.dtype(np.uint16),
    18: np.dtype(np.complex128),
    19: np.dtype(np.float16),
    22: np.dtype(np.uint32),
    23: np.dtype(np.uint64),
    24: np.dtype(ml_dtypes.float8_e5m2),
    25: np.dtype(ml_dtypes.float8_e4m3fn),
}
"""Number in TensorFlow's `DataType` -> type. Source: TensorFlow, core/framework/types.proto."""

QUANTISED = (11, 12, 13, 15, 16)
NUMBER_OF_TYPE = {dtype: number for number, dtype in NUMBER_TYPES.items() if number not in QUANTISED}
"""Type -> its number."""
