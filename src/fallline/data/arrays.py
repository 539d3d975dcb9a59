"""Arrays as the user gives them, checked once and brought into the types that the program takes."""

from __future__ import annotations

import contextlib
import functools
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline.data.batch import Batch
from fallline.errors import DataError, ShapeError, UsageError, suggestion
from fallline.own.frames import LABELS, frame_values, no_numbers, objects_as_floats

Values = NDArray[Any]

_NO_FRAMES = (np.ndarray, jax.Array, list, tuple, int, float)

DEVICE_TYPES = tuple(map(np.dtype, (np.float32, np.int32, np.uint8, np.bool_)))
"""Types that every device has, so that arrays of them are taken as they are."""


def as_rows(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    where: str = "",
    *,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
) -> Batch:
    """Checks inputs, targets and weights that belong together.

    Args:
        x: Inputs: an array, nested lists or a data frame of numbers; the first axis is the row. Several inputs:
            a list of such in their order, or a dictionary by their names.
        y: Targets of the same rows, or None; several outputs: likewise, where single ones may be left out.
        sample_weight: One number per row, or None; several outputs: one array for all, or likewise; those left
            out weigh all rows alike.
        where: Begins each message, e.g. "validation_data: ".
        inputs: The names of the inputs; None: there is one, without a name.
        outputs: The names of the outputs; None: there is one, without a name.

    Raises:
        DataError: something is not a finite number, there are no rows, or an input is missing.
        ShapeError: the numbers of rows differ.
    """
    checked = _each(x, f"{where}x", inputs, as_values)
    targets_of = functools.partial(as_values, targets=True)
    rows = len(_all(checked)[0])
    for other in _all(checked):
        if len(other) != rows:
            raise ShapeError(f"{where}the inputs have {rows} and {len(other)} rows; they must be equal.")
    targets = None if y is None else _each(y, f"{where}y", outputs, targets_of, optional=True)
    for target in _all(targets):
        if target is not None and len(target) != rows:
            raise ShapeError(f"{where}x has {rows} rows and y has {len(target)}; they must be equal.")

    def weights(given: Any, what: str) -> Values:
        weight = targets_of(given, what).astype(_float_type(), copy=False)
        if weight.ndim == 2 and weight.shape[1] == 1:
            weight = weight[:, 0]
        if weight.shape != (rows,):
            raise ShapeError(f"{what} must hold one number per row, ({rows},); got {weight.shape}.")
        return weight

    what = f"{where}sample_weight"
    if sample_weight is None:
        return Batch(checked, targets)
    per_output = isinstance(sample_weight, Mapping) or (
        isinstance(sample_weight, list | tuple)
        and any(item is None or np.ndim(item) > 0 for item in sample_weight)
    )
    found = _each(sample_weight, what, outputs if per_output else None, weights, optional=True)
    if isinstance(found, tuple):
        equal = np.ones(rows, _float_type())
        found = tuple(equal if item is None else item for item in found)
    return Batch(checked, targets, found)


def _all(checked: Any) -> tuple[Any, ...]:
    return checked if isinstance(checked, tuple) else (checked,)


def _each(
    given: Any,
    what: str,
    names: Sequence[str] | None,
    check: Callable[[Any, str], Values],
    *,
    optional: bool = False,
) -> Any:
    """What is given for one input or output, or for each of several, checked: an array, or a tuple of them.

    Where it is `optional`, some of several may be None or left out of a dictionary: they are None.
    """
    if names is None or (len(names) == 1 and type(given) is np.ndarray):
        return check(given, what)
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise DataError(f'{what} has an entry "{name}". {suggestion(str(name), names)}')
        missing = [name for name in names if name not in given]
        if missing and (not optional or len(names) == 1):
            raise DataError(f"{what} lacks {', '.join(missing)}.")
        given = [given.get(name) for name in names]
    elif len(names) == 1:
        # A list of one array is that array; nested lists are numbers.
        alone = isinstance(given, list | tuple) and len(given) == 1 and not isinstance(given[0], list | tuple)
        return check(given[0] if alone and np.ndim(given[0]) > 0 else given, what)
    if not isinstance(given, list | tuple) or len(given) != len(names):
        count = f"{len(given)} entries" if isinstance(given, list | tuple) else type(given).__name__
        raise DataError(
            f"{what} must be a list of {len(names)} arrays ({', '.join(names)}), or a dict by these names; got {count}."
        )
    checked = tuple(
        None if item is None and optional and len(names) > 1 else check(item, f'{what} "{name}"')
        for item, name in zip(given, names, strict=True)
    )
    return checked if len(checked) > 1 else checked[0]


def with_class_weight(rows: Batch, class_weight: Any, classes: Values | None = None) -> Batch:
    """The rows with their weights multiplied by those of their classes; a class not named keeps its own.

    The class of a row of several columns is that of its largest, as in Keras.

    Args:
        rows: Those with class numbers or one-hot rows as targets.
        class_weight: `{class: weight}`, each weight at least 0.
        classes: The classes that there can be, whether or not a row has them; None: they are not known.

    Raises:
        UsageError: it is no such mapping, a key is no class, or the rows have no targets.
        DataError: a target lies between classes; names its row.
    """
    if not isinstance(class_weight, Mapping):
        raise UsageError(f"class_weight must be a dict {{class: weight}}, got {type(class_weight).__name__}.")
    if not class_weight:
        raise UsageError("class_weight is empty. Give {class: weight}, or leave it out.")
    if rows.y is None:
        raise UsageError("class_weight needs targets y.")
    if isinstance(rows.y, tuple):
        raise UsageError(
            "class_weight is for models of one output; give sample_weight, one array per output."
        )
    one_hot = rows.y.ndim > 1 and rows.y.shape[-1] > 1
    of_rows = rows.y.argmax(-1) if one_hot else rows.y.reshape(rows.rows, -1)[:, 0]
    if of_rows.shape != (rows.rows,):
        raise UsageError(
            f"class_weight needs one class a row; the targets are {rows.y.shape}. Give sample_weight, one weight a row."
        )
    factors = np.ones(len(of_rows), _float_type())
    for label, factor in class_weight.items():
        if classes is not None:
            _require_class(label, classes, class_weight)
        for what, number in (("class", label), ("weight", factor)):
            if not isinstance(number, numbers.Real) or not np.isfinite(float(number)):
                raise UsageError(
                    f"class_weight: expected {{class: weight}} with finite numbers, got the {what} {number!r:.60}."
                )
        if factor < 0:
            raise UsageError(
                f"class_weight: the weight of class {label!r} is {factor!r}; a weight is at least 0, and 0 leaves the class out."
            )
        factors[of_rows == label] = factor
    between = (of_rows != np.floor(of_rows)) & ~np.isin(of_rows, [float(label) for label in class_weight])
    if between.any():
        row = int(np.argmax(between))
        raise DataError(
            f"class_weight: {int(between.sum())} of {rows.rows} targets lie between classes, first row {row} with "
            f"{of_rows[row]:g}, so that no class gives their weight. Round the targets, or give sample_weight, one weight "
            "a row."
        )
    return Batch(rows.x, rows.y, factors if rows.weight is None else rows.weight * factors)


def _require_class(label: Any, classes: Values, class_weight: Mapping[Any, Any]) -> None:
    """Refuses a key that is no class.

    Raises:
        UsageError: names it, the classes, and the nearest.
    """
    number = isinstance(label, numbers.Real) and np.isfinite(float(label))
    if number and (classes == label).any():
        return
    known = [f"{one:g}" for one in classes.tolist()]
    shown = ", ".join(known) if len(known) <= 10 else f"{known[0]}, {known[1]}, ..., {known[-1]}"
    if not number:
        remedy = "Give each class by its number."
        if str(label) in known:
            remedy = f"Write it as a number: {label}."
    elif set(class_weight) <= set((classes + 1).tolist()):
        remedy = "Are they counted from 1? Count from 0: subtract 1 from each."
    else:
        remedy = f"The nearest is {classes[np.abs(classes - float(label)).argmin()]:g}."
    raise UsageError(
        f"class_weight has the key {label!r:.60}, which is no class here. The classes are {shown}. {remedy}"
    )


def as_values(values: Any, what: str, *, targets: bool = False) -> Values:
    """An array of finite numbers with at least one row, in a type that the device has.

    64-bit numbers become 32-bit ones, unless JAX computes in 64 bits; all other types stay as they are, so
    that images of bytes stay bytes.

    Args:
        values: What the user gave.
        what: What it stands for; begins messages.
        targets: Whether they are computed with as floats: whole numbers beyond 32 bits then become floats, and
            categories that are numbers stand for themselves.

    Raises:
        DataError: it is no array of finite numbers.
    """
    if values is None:
        raise DataError(f"{what} is missing.")
    # What is an array of the device's own types already is asked no more than it must be.
    ready = type(values) is np.ndarray and values.dtype in DEVICE_TYPES
    names: Sequence[str] = ()
    array = values
    if not ready:
        if not isinstance(values, _NO_FRAMES):
            values, names = frame_values(values, what, categories=targets)
        array = _as_array(values, what, targets)
    if array.ndim == 0 or array.shape[0] == 0:
        raise DataError(f"{what} must have at least one row; got shape {array.shape}.")
    if array.dtype.kind == "c":
        raise DataError(f"{what} must hold real numbers, got complex ones.")
    if array.dtype.kind == "f":
        _require_finite(array, what, names)
    return array if ready else _for_device(array, what, targets)


def split_off_validation(rows: Batch, fraction: float) -> tuple[Batch, Batch]:
    """Training and validation rows: the last `fraction` of the rows as they stand, as Keras splits.

    Raises:
        UsageError: the fraction is not between 0 and 1, or leaves a part empty.
    """
    if not isinstance(fraction, numbers.Real) or not 0 < fraction < 1:
        raise UsageError(f"validation_split must be between 0 and 1, got {fraction!r}.")
    cut = int(rows.rows * (1 - fraction))
    if cut in (0, rows.rows):
        raise UsageError(
            f"validation_split={fraction} of {rows.rows} rows leaves {cut} for training and "
            f"{rows.rows - cut} for validation; give more rows or validation_data."
        )
    return rows.cut(0, cut), rows.cut(cut, rows.rows)


def _as_array(values: Any, what: str, targets: bool = False) -> Values:
    """Values as an array of some number type."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise DataError(
            f"{what} is a masked array with hidden values. Fill them in (x.filled(...)) or drop their rows."
        )
    if type(values).__module__.startswith("scipy.sparse"):
        raise DataError(
            f"{what} is a sparse {type(values).__name__} of SciPy; the compiled program reads dense numbers. Call "
            ".toarray() on it, or reduce its columns first (sklearn.decomposition.TruncatedSVD)."
        )
    # NumPy would iterate over an object with __getitem__ without end.
    if not isinstance(values, list | tuple | numbers.Number | str | bytes | memoryview) and not any(
        hasattr(values, name) for name in ("__array__", "__array_interface__", "__buffer__", "__dlpack__")
    ):
        raise DataError(
            f"{what} must be an array, nested lists or a data frame, got {type(values).__name__}. For data that come "
            "in parts (generators, tf.data, PyDataset) call partial_fit or train_on_batch on each part."
        )
    try:
        array = np.asarray(values)
    except UsageError:  # a symbolic tensor, which says so itself
        raise
    except ValueError:
        raise DataError(f"{what}: the rows have different lengths. Give every row as many numbers.") from None
    other = no_numbers(array.flat) if array.dtype == object else ""
    if other is None:
        return objects_as_floats(array.reshape(-1).tolist()).reshape(array.shape)
    # 16-bit types that NumPy itself does not know (bfloat16) have the kind "V".
    # Dates and spans of NumPy would become the number of their units.
    if array.dtype.kind in "OUSV" and array.dtype.names is None and not other.startswith(("dates", "time")):
        with contextlib.suppress(TypeError, ValueError):
            return array.astype(np.float64)
    if array.dtype.names is not None:
        raise DataError(
            f"{what} must hold numbers; got records ({', '.join(array.dtype.names)}). Make a plain array of them: "
            "numpy.lib.recfunctions.structured_to_unstructured."
        )
    if array.dtype.kind not in "biufc":
        if targets and not what.endswith("sample_weight") and _holds_words(array):
            raise DataError(
                f"{what} must hold numbers; got text (such as {array.flat[0]!s:.40}). {LABELS} `fallline train` takes words "
                "as they are."
            )
        raise DataError(
            f"{what} must hold numbers; got {_kind(array)}. Encode text and dates as numbers first; "
            "`fallline train` does so for tables."
        )
    return array


def _require_finite(array: Values, what: str, names: Sequence[str] = ()) -> None:
    finite = np.isfinite(array)
    if finite.all():
        return
    first = np.unravel_index(int(np.argmin(finite)), array.shape)
    place = f"row {first[0]}" + "".join(f", column {index}" for index in first[1:2])
    if len(first) == 2 and names:
        place += f' ("{names[int(first[1])]}")'
    raise DataError(
        f"{what} holds {int((~finite).sum())} values that are not finite, the first ({array[first]}) at {place}. "
        "Fill in or drop missing values; `fallline train` does so for tables."
    )


def _for_device(array: Values, what: str, targets: bool) -> Values:
    if array.dtype.kind in "iu":
        narrow = jax.dtypes.canonicalize_dtype(array.dtype)
        limits = np.iinfo(narrow)
        if narrow != array.dtype and (array.min() < limits.min or array.max() > limits.max):
            if targets:
                return array.astype(_float_type())
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


def _holds_words(array: Values) -> bool:
    if array.dtype.kind in "US":
        return True
    return array.dtype == object and array.size > 0 and all(isinstance(item, str) for item in array.flat)


def _kind(array: Values) -> str:
    if array.dtype == object:
        kinds = sorted({type(item).__name__ for item in array.reshape(-1)[:1000]})
        return f"objects ({', '.join(kinds)}); rows of different lengths also look like this"
    return {"U": "text", "S": "bytes", "m": "time differences", "M": "dates"}.get(
        array.dtype.kind, str(array.dtype)
    )
