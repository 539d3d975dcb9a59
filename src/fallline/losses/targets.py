"""Kinds of targets: what a loss asks of them, once, on the host, before anything compiles; and the form it computes with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from fallline.errors import DataError, ShapeError

Targets = np.ndarray[Any, Any]


class Kind(NamedTuple):
    """A kind of targets, as many losses have it.

    Attributes:
        require: (name of the loss, targets, shape of a row of the output) -> nothing, or an error that says what was
            expected, what came, and the remedy.
        prepare: (targets, shape of a row of the output) -> the form that is computed with.
        by_output: Whether each output of a row has its target, so that vectors (n,) are columns (n, 1).
    """

    require: Callable[[str, Targets, tuple[int, ...]], None]
    prepare: Callable[[Targets, tuple[int, ...]], Targets]
    by_output: bool = True


def describe(y: Targets) -> str:
    """Targets in a few words: `integers (60000,) in 0..9`."""
    kinds = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats"}
    kind = kinds.get(y.dtype.kind, f"values of type {y.dtype}")
    shape = f"{kind} {y.shape}"
    return f"{shape} in {y.min():.6g}..{y.max():.6g}" if y.size and y.dtype.kind in "iuf" else shape


def columns(shape: tuple[int, ...]) -> str:
    """The shape of the targets for a row shape: `(n, 10)`, `(n,)`."""
    return f"({', '.join(['n', *map(str, shape)])}{')' if shape else ',)'}"


def require_numbers(loss: str, y: Targets) -> None:
    """Refuses targets that are not finite numbers.

    Raises:
        DataError: text, objects, or values that are NaN or infinite.
    """
    if y.dtype.kind not in "biuf":
        raise DataError(
            f'loss "{loss}" needs numbers as targets; got {describe(y)}. '
            "Give each class an integer 0, 1, 2, ... first."
        )
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        bad = ~np.isfinite(y).reshape(len(y), -1).all(axis=1)
        raise DataError(
            f'loss "{loss}": the targets hold NaN or infinite values in {int(bad.sum())} of {len(y)} rows, '
            f"first in row {int(np.argmax(bad))}. Drop or fill these rows."
        )


def require_like_output(loss: str, y: Targets, output_shape: tuple[int, ...]) -> None:
    """Refuses targets that are not finite numbers in the shape of the output.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    require_numbers(loss, y)
    if fits_output(y, output_shape):
        return
    if y.ndim == 1 and is_whole(y):
        remedy = 'For class numbers use "sparse_categorical_crossentropy"; for one value a row give the last layer 1 unit.'
    else:
        remedy = f"Give the last layer {units(y.shape[-1] if y.ndim > 1 else 1)}, or pass such targets."
    raise DataError(
        f'loss "{loss}" needs targets {columns(output_shape)}, like the output; got {describe(y)}. {remedy}'
    )


def require_at_least_zero(loss: str, y: Targets, output_shape: tuple[int, ...]) -> None:
    """Refuses targets below 0, or not in the shape of the output.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    require_like_output(loss, y, output_shape)
    if y.size and y.min() < 0:
        raise DataError(
            f'loss "{loss}" needs targets of at least 0; got {describe(y)}. For targets of either sign use "mse".'
        )


def require_bits(loss: str, y: Targets, output_shape: tuple[int, ...]) -> None:
    """Refuses targets outside [0, 1] or of another shape than the output.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    require_numbers(loss, y)
    needs = f'loss "{loss}" needs targets {columns(output_shape)} in 0..1; got {describe(y)}.'
    require_bit_columns(needs, y, output_shape)
    if y.size and (y.min() < 0 or y.max() > 1):
        if y.min() == -1 and y.max() == 1:
            remedy = "Map -1 to 0."
        else:
            remedy = 'For class numbers use "sparse_categorical_crossentropy", for measurements "mse".'
        raise DataError(f"{needs} {remedy}")


def require_bit_columns(needs: str, y: Targets, output_shape: tuple[int, ...]) -> None:
    """Refuses yes-no targets of another shape than the output.

    Raises:
        DataError: `needs`, and the remedy.
    """
    if fits_output(y, output_shape):
        return
    if y.ndim == 1 or y.shape[-1] == 1:
        remedy = 'Give the last layer 1 unit, or use "sparse_categorical_crossentropy" with softmax.'
    elif output_shape == (1,):
        remedy = (
            f'Give the last layer {y.shape[-1]} units, with softmax and "categorical_crossentropy" '
            "where exactly one class is true."
        )
    else:
        remedy = f"Give the last layer {y.shape[-1]} units."
    raise DataError(f"{needs} {remedy}")


def require_signs(loss: str, y: Targets, output_shape: tuple[int, ...]) -> None:
    """Refuses targets that are neither all 0 or 1, nor all -1 or 1, or not in the shape of the output.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    require_numbers(loss, y)
    needs = f'loss "{loss}" needs targets {columns(output_shape)}, all of them 0 or 1, or -1 or 1; got {describe(y)}.'
    require_bit_columns(needs, y, output_shape)
    if not (np.isin(y, (0, 1)).all() or np.isin(y, (-1, 1)).all()):
        raise DataError(f'{needs} For class numbers use "sparse_categorical_crossentropy".')


def require_class_rows(loss: str, y: Targets, output_shape: tuple[int, ...]) -> None:
    """Refuses targets that are not one row of class probabilities each.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    require_numbers(loss, y)
    needs = f'loss "{loss}" needs one-hot targets {columns(output_shape)}; got {describe(y)}.'
    if output_shape[-1:] == (1,):
        raise DataError(one_unit_for_all(loss))
    if y.shape[1:] != output_shape:
        if y.ndim == 1 or y.shape[-1] == 1:
            remedy = (
                'Use "sparse_categorical_crossentropy".' if is_whole(y) else "One-hot encode the classes."
            )
        else:
            remedy = f"Give the last layer {units(y.shape[-1])}."
        raise DataError(f"{needs} {remedy}")
    if y.size and y.min() < 0:
        raise DataError(f"{needs} A class probability is never negative.")


def require_class_numbers(
    loss: str, y: Targets, output_shape: tuple[int, ...], axis: int = -1, ignored: int | None = None
) -> None:
    """Refuses targets that are not class numbers 0 .. classes - 1 (or the ignored one), one for each row.

    Raises:
        DataError: says what was expected, what came, and the remedy.
    """
    require_numbers(loss, y)
    classes, rest = classes_and_rest(output_shape, axis)
    if classes == 1:
        raise DataError(one_unit_for_all(loss))
    if y.shape[1:] not in (rest, (*rest, 1)):
        if y.shape[1:] == output_shape and y.size and y.min() >= 0:
            remedy = 'For one-hot targets use "categorical_crossentropy".'
        else:
            remedy = "Pass one class number per row."
        raise DataError(
            f'loss "{loss}" needs class numbers {columns(rest)} in 0..{classes - 1}; got {describe(y)}. {remedy}'
        )
    counted = y if ignored is None else y[y != ignored]
    if counted.size and not (is_whole(counted) and counted.min() >= 0 and counted.max() < classes):
        raise DataError(
            f'loss "{loss}" needs class numbers in 0..{classes - 1} (the model has {units(classes)} '
            f"at its output); got {describe(y)}, {_first_beyond(y, classes, ignored)}. "
            f"{_remedy_for_labels(counted, classes)}"
        )


def require_in_classes(what: str, labels: Any, classes: int, ignored: int | None = None) -> None:
    """Refuses labels outside 0 .. classes - 1, where their values are known: not within a trace.

    Args:
        what: Begins the message.
        labels: Class numbers, rows first; fractions are not asked about.
        classes: How many classes there are.
        ignored: A label that counts for nothing, in the range or not.

    Raises:
        DataError: names the first row, its value, the range and the remedy.
    """
    if isinstance(labels, jax.core.Tracer):
        return
    y = np.atleast_1d(np.asarray(labels))
    counted = y if ignored is None else y[y != ignored]
    if counted.size and not (counted.min() >= 0 and counted.max() < classes):
        raise DataError(
            f"{what} needs class numbers in 0..{classes - 1}, one of the {classes} in the last axis of y_pred; "
            f"{_first_beyond(y, classes, ignored)}. Number the classes from 0, give one output for each class, or "
            "leave such rows out (a loss by ignore_class, which it counts for nothing)."
        )


def _first_beyond(y: Targets, classes: int, ignored: int | None) -> str:
    """Where the first label that is no class stands: `row 7 holds 5`."""
    with np.errstate(invalid="ignore"):
        right = (y >= 0) & (y < classes) & (y == np.floor(y))
    wrong = ~right if ignored is None else ~right & (y != ignored)
    place = np.unravel_index(int(np.argmax(wrong)), y.shape)
    return f"row {place[0]} holds {y[place].item():g}"


def one_unit_for_all(loss: str) -> str:
    """The message where a loss that compares the classes of a row is given one output."""
    return (
        f'loss "{loss}" needs one output unit per class; the model has 1. For two classes use "binary_crossentropy" with '
        "one sigmoid unit, or give the last layer 2 units; for more give it one unit per class."
    )


def _remedy_for_labels(y: Targets, classes: int) -> str:
    if not is_whole(y):
        return 'For real-valued targets use "mse".'
    low, high = int(y.min()), int(y.max())
    if low < 0:
        return "Number the classes from 0."
    if low >= 1 and high - low < classes:
        return f"Number the classes from 0: subtract {low}."
    return f"Give the last layer {units(high + 1)}."


def fits_output(y: Targets, output_shape: tuple[int, ...]) -> bool:
    """Whether targets have the output's shape; with one output unit the last axis may be missing."""
    return y.shape[1:] == output_shape or (output_shape[-1:] == (1,) and y.shape[1:] == output_shape[:-1])


def like_output(y: Targets, output_shape: tuple[int, ...]) -> Targets:
    """Targets in the output's shape, (n,) as (n, 1), and in a floating type."""
    return as_floats(y.reshape(len(y), *output_shape))


def as_floats(y: Targets) -> Targets:
    """Targets in a floating type of at least 32 bits, whatever they came in.

    In a narrower or a whole type what a loss or metric computes of them overflows, and 2 y - 1 of an unsigned 0 is 255.
    """
    wide = y.dtype.kind == "f" and y.dtype.itemsize >= 4
    return y if wide else y.astype(jax.dtypes.canonicalize_dtype(np.float64))


def as_class_numbers(y: Targets, output_shape: tuple[int, ...], axis: int = -1) -> Targets:
    """Class numbers as 32-bit integers, (n, 1) as (n,)."""
    _, rest = classes_and_rest(output_shape, axis)
    y = y.astype(np.int32, copy=False)
    return y if y.shape[1:] == rest else y.reshape(len(y), *rest)


def one_column(y: Targets, output_shape: tuple[int, ...]) -> Targets:
    """Floating targets in their own shape, but (n,) as (n, 1) for one output unit: they would else broadcast to (n, n)."""
    return as_floats(y[:, None] if y.ndim == 1 and tuple(output_shape) == (1,) else y)


def classes_and_rest(output_shape: tuple[int, ...], axis: int) -> tuple[int, tuple[int, ...]]:
    """The number of classes, and the row's shape without their axis.

    Raises:
        ShapeError: there is no such axis, or it is that of the batch.
    """
    ranks = len(output_shape) + 1
    if not -ranks <= axis < ranks or axis % ranks == 0:
        raise ShapeError(f"axis {axis} is not one of the output's, {columns(output_shape)}.")
    # `axis` counts the batch axis, which the row's shape lacks.
    axis = axis % (len(output_shape) + 1) - 1
    return output_shape[axis], output_shape[:axis] + output_shape[axis + 1 :]


def is_whole(y: Targets) -> bool:
    """Whether numeric targets hold nothing but whole numbers, whatever their type."""
    return y.dtype.kind in "biu" or bool((y == np.floor(y)).all())


def units(count: int) -> str:
    """`1 unit`, `10 units`."""
    return f"{count} unit" if count == 1 else f"{count} units"


ANY = Kind(lambda loss, y, _: require_numbers(loss, y), one_column)
LIKE_OUTPUT = Kind(require_like_output, like_output)
AT_LEAST_ZERO = Kind(require_at_least_zero, like_output)
BITS = Kind(require_bits, like_output)
SIGNS = Kind(require_signs, like_output)
CLASS_ROWS = Kind(require_class_rows, like_output, by_output=False)
CLASS_NUMBERS = Kind(require_class_numbers, as_class_numbers, by_output=False)


def classes_of(kind: Kind, y: Targets, output_shape: tuple[int, ...]) -> Targets:
    """The classes that targets can belong to; see `Loss.classes`."""
    if kind is CLASS_NUMBERS:
        return np.arange(output_shape[-1])
    if y.ndim > 1 and y.shape[-1] > 1:
        return np.arange(y.shape[-1])
    if kind is BITS:
        return np.arange(2)
    found = np.unique(y)
    usual = next((pair for pair in ((0, 1), (-1, 1)) if np.isin(found, pair).all()), ())
    units = range(output_shape[-1] if kind is ANY and output_shape[-1] > 1 else 0)
    return np.union1d(found, np.asarray([*usual, *units], found.dtype))
