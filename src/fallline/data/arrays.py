"""Arrays as the user gives them, checked once and brought into the types that the program takes."""

from __future__ import annotations

import contextlib
import dataclasses
import numbers
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline.errors import DataError, ShapeError, UsageError

Values = NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Checked rows on the host.

    Attributes:
        x: Inputs (rows, ...).
        y: Targets (rows, ...), or None.
        weight: One weight per row, or None for equal weights.
    """

    x: Values
    y: Values | None = None
    weight: Values | None = None

    def __len__(self) -> int:
        return int(self.x.shape[0])

    def cut(self, first: int, last: int) -> Rows:
        """The rows from `first` to before `last`."""
        part = slice(first, last)
        return Rows(
            self.x[part],
            None if self.y is None else self.y[part],
            None if self.weight is None else self.weight[part],
        )


def as_rows(x: Any, y: Any = None, sample_weight: Any = None, where: str = "") -> Rows:
    """Checks inputs, targets and weights that belong together.

    Args:
        x: Inputs: an array, nested lists or a data frame of numbers; the first axis is the row.
        y: Targets of the same rows, or None.
        sample_weight: One number per row, or None.
        where: Begins each message, e.g. "validation_data: ".

    Raises:
        DataError: something is not a finite number, or there are no rows.
        ShapeError: the numbers of rows differ.
    """
    inputs = as_values(x, f"{where}x")
    targets = None if y is None else as_values(y, f"{where}y")
    weight = None
    if targets is not None and len(targets) != len(inputs):
        raise ShapeError(f"{where}x has {len(inputs)} rows and y has {len(targets)}; they must be equal.")
    if sample_weight is not None:
        weight = as_values(sample_weight, f"{where}sample_weight").astype(_float_type(), copy=False)
        if weight.ndim == 2 and weight.shape[1] == 1:
            weight = weight[:, 0]
        if weight.shape != (len(inputs),):
            raise ShapeError(
                f"{where}sample_weight must hold one number per row, ({len(inputs)},); got {weight.shape}."
            )
    return Rows(inputs, targets, weight)


def with_class_weight(rows: Rows, class_weight: Any) -> Rows:
    """The rows with their weights multiplied by those of their classes; a class not named keeps its own.

    Args:
        rows: Rows with class numbers or one-hot rows as targets.
        class_weight: `{class: weight}`.

    Raises:
        UsageError: it is no such mapping, or the rows have no targets.
    """
    if not isinstance(class_weight, Mapping):
        raise UsageError(f"class_weight must be a dict {{class: weight}}, got {type(class_weight).__name__}.")
    if rows.y is None:
        raise UsageError("class_weight needs targets y.")
    one_hot = rows.y.ndim > 1 and rows.y.shape[-1] > 1
    classes = rows.y.argmax(-1) if one_hot else rows.y.reshape(len(rows), -1)[:, 0]
    factors = np.ones(len(classes), _float_type())
    for label, factor in class_weight.items():
        for what, number in (("class", label), ("weight", factor)):
            if not isinstance(number, numbers.Real) or not np.isfinite(float(number)):
                raise UsageError(
                    f"class_weight: expected {{class: weight}} with numbers, got the {what} {number!r}."
                )
        factors[classes == label] = factor
    return Rows(rows.x, rows.y, factors if rows.weight is None else rows.weight * factors)


def as_values(values: Any, what: str) -> Values:
    """An array of finite numbers with at least one row, in a type that the device has.

    64-bit numbers become 32-bit ones, unless JAX computes in 64 bits; all other types stay as they are, so
    that images of bytes stay bytes.

    Raises:
        DataError: it is no array of finite numbers.
    """
    if values is None:
        raise DataError(f"{what} is missing.")
    array = _as_array(_from_frame(values), what)
    if array.ndim == 0 or array.shape[0] == 0:
        raise DataError(f"{what} must have at least one row; got shape {array.shape}.")
    if array.dtype.kind == "c":
        raise DataError(f"{what} must hold real numbers, got complex ones.")
    if array.dtype.kind == "f":
        _require_finite(array, what)
    return _for_device(array, what)


def split_off_validation(rows: Rows, fraction: float) -> tuple[Rows, Rows]:
    """Training and validation rows: the last `fraction` of the rows as they stand, as Keras splits.

    Raises:
        UsageError: the fraction is not between 0 and 1, or leaves a part empty.
    """
    if not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
        raise UsageError(f"validation_split must be between 0 and 1, got {fraction!r}.")
    cut = int(len(rows) * (1 - fraction))
    if cut in (0, len(rows)):
        raise UsageError(
            f"validation_split={fraction} of {len(rows)} rows leaves {cut} for training and "
            f"{len(rows) - cut} for validation; give more rows or validation_data."
        )
    return rows.cut(0, cut), rows.cut(cut, len(rows))


def _from_frame(values: Any) -> Any:
    """A data frame or series of any library as an array; anything else unchanged."""
    if isinstance(values, np.ndarray | jax.Array | list | tuple | int | float):
        return values
    import narwhals.stable.v1 as nw

    frame = nw.from_native(values, pass_through=True, allow_series=True, eager_only=True)
    return frame.to_numpy() if isinstance(frame, nw.DataFrame | nw.Series) else values


def _as_array(values: Any, what: str) -> Values:
    """Values as an array of some number type."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise DataError(
            f"{what} is a masked array with hidden values. Fill them in (x.filled(...)) or drop their rows."
        )
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError(f"{what}: the rows have different lengths. Give every row as many numbers.") from None
    # 16-bit types that NumPy itself does not know (bfloat16) have the kind "V".
    if array.dtype.kind in "OUSV" and array.dtype.names is None:
        with contextlib.suppress(TypeError, ValueError):
            return array.astype(np.float64)
    if array.dtype.kind not in "biufc":
        raise DataError(
            f"{what} must hold numbers; got {_kind(array)}. Encode text and dates as numbers first; "
            "`fallline train` does so for tables."
        )
    return array


def _require_finite(array: Values, what: str) -> None:
    finite = np.isfinite(array)
    if finite.all():
        return
    first = np.unravel_index(int(np.argmin(finite)), array.shape)
    place = f"row {first[0]}" + "".join(f", column {index}" for index in first[1:2])
    raise DataError(
        f"{what} holds {int((~finite).sum())} values that are not finite, the first ({array[first]}) at {place}. "
        "Fill in or drop missing values; `fallline train` does so for tables."
    )


def _for_device(array: Values, what: str) -> Values:
    if array.dtype.kind in "iu":
        narrow = jax.dtypes.canonicalize_dtype(array.dtype)
        limits = np.iinfo(narrow)
        if narrow != array.dtype and (array.min() < limits.min or array.max() > limits.max):
            raise DataError(
                f"{what} holds whole numbers beyond {narrow} ({array.min()} to {array.max()}). Pass floats."
            )
        return array.astype(narrow, copy=False)
    if array.dtype.kind != "f" or array.dtype.itemsize <= 4:
        return array
    narrow = _float_type()
    if np.abs(array).max(initial=0) > np.finfo(narrow).max:
        raise DataError(
            f"{what} holds numbers beyond {np.dtype(narrow)} (±{np.finfo(narrow).max:.1e}). Scale them down."
        )
    return array.astype(narrow, copy=False)


def _float_type() -> Any:
    return jax.dtypes.canonicalize_dtype(np.float64)


def _kind(array: Values) -> str:
    if array.dtype == object:
        kinds = sorted({type(item).__name__ for item in array.reshape(-1)[:1000]})
        return f"objects ({', '.join(kinds)}); rows of different lengths also look like this"
    return {"U": "text", "S": "bytes", "m": "time differences", "M": "dates"}.get(
        array.dtype.kind, str(array.dtype)
    )
