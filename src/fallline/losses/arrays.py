"""Arrays of targets and predictions, checked before JAX stumbles over them, in one shape and floating type."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline._types import at_least_float32
from fallline.errors import DataError, ShapeError

EPSILON = 1e-7
"""The margin that Keras keeps from 0 (its `backend.epsilon()`)."""


def as_array(x: Any, what: str = "the values") -> Array:
    """An array of numbers, on the device.

    Args:
        x: What was given.
        what: What it stands for; begins the message.

    Raises:
        DataError: it holds no numbers, or rows of different lengths.
    """
    message = (
        f"{what} must be numbers in one array, got {type(x).__name__} {{}}. "
        "Give arrays, or nested lists whose rows have one length."
    )
    if x is None or isinstance(x, str | bytes):
        raise DataError(message.format(f"{x!r:.60}"))
    try:
        # Of NumPy's arrays a copy: the device may compute while their owner writes into them.
        x = _in_reach(x)
        return jnp.array(x) if isinstance(x, np.ndarray) else jnp.asarray(x)
    except (TypeError, ValueError) as error:
        raise DataError(message.format(f"{x!r:.60}")) from error


def _in_reach(x: Any) -> Any:
    """Whole numbers of the host that the device has no type for, as floats: JAX would cut them to 32 bits in silence."""
    if not isinstance(x, np.ndarray | np.generic) or x.dtype.kind not in "iu":
        return x
    limits = np.iinfo(jax.dtypes.canonicalize_dtype(x.dtype))
    reach = x.dtype.itemsize <= 4 or not x.size or (limits.min <= x.min() and x.max() <= limits.max)
    return x if reach else x.astype(np.float64)


def require_rows(y_pred: Array, least: int = 1) -> None:
    """Refuses predictions of fewer axes than a batch has.

    Args:
        y_pred: The predictions.
        least: 1 for rows, 2 for rows of outputs.

    Raises:
        ShapeError: says what came and what was expected.
    """
    if y_pred.ndim < least:
        expected = "rows (n, ...)" if least == 1 else "rows of outputs (n, ..., classes)"
        raise ShapeError(f"y_pred has shape {y_pred.shape}; expected {expected}.")


def require_classes(y_pred: Array, axis: int = -1) -> None:
    """Refuses an axis of outputs that holds none, of which none could be the largest, and no mean be taken.

    Raises:
        ShapeError: says what came.
    """
    require_axis(axis, y_pred)
    if not y_pred.shape[axis]:
        raise ShapeError(f"y_pred has shape {y_pred.shape}: it holds no outputs. Give at least one.")


def require_axis(axis: int | tuple[int, ...] | None, y_pred: Array) -> None:
    """Refuses an axis that predictions do not have.

    Raises:
        ShapeError: names the axis and the shape.
    """
    for each in () if axis is None else axis if isinstance(axis, tuple) else (axis,):
        if not -y_pred.ndim <= each < y_pred.ndim:
            raise ShapeError(f"there is no axis {each} in y_pred, whose shape is {y_pred.shape}.")


def weight_like(sample_weight: Array, values: Array) -> Array:
    """Weights in the shape and the type of the values.

    Raises:
        ShapeError: they fit neither the rows nor the values.
    """
    weight = as_array(sample_weight, "sample_weight").astype(values.dtype)
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.shape != values.shape[: weight.ndim]:
        raise ShapeError(
            f"sample_weight has shape {weight.shape}; expected one weight a row, {values.shape[:1]}."
        )
    return jnp.broadcast_to(weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)), values.shape)


def same_rank(array: Array, other: Array) -> Array:
    """An array with the last axis of length 1 that it lacks beside another, or without the one that is too many."""
    if array.ndim == 1 and other.ndim == 2 and other.shape[-1] == 1:
        return array[:, None]
    if array.ndim == other.ndim + 1 and array.ndim > 2 and array.shape[-1] == 1:
        return array[..., 0]
    return array


def floating(x: Any, what: str = "the values") -> Array:
    """An array in its own floating type; integers, booleans and half precision become float32.

    Raises:
        DataError: it holds no numbers.
    """
    return at_least_float32(as_array(x, what))


def floating_like(y_true: Any, y_pred: Array) -> Array:
    """Targets in their own floating type; whole numbers and truth values in that of floating predictions.

    Raises:
        DataError: they hold no numbers.
    """
    y_true = as_array(y_true, "y_true")
    whole = not jnp.issubdtype(y_true.dtype, jnp.floating)
    return y_true.astype(y_pred.dtype) if whole else at_least_float32(y_true)


def clip_probabilities(p: Array) -> Array:
    """Probabilities within [1e-7, 1 - 1e-7], so that their logarithms are finite; the margin is Keras's."""
    return jnp.clip(p, EPSILON, 1 - EPSILON)


def require_alike(y_true: Array, y_pred: Array) -> None:
    """Requires targets shaped like the predictions.

    Raises:
        ShapeError: they are not; of class numbers it says how they become one-hot.
    """
    true, said = y_true.shape, y_pred.shape
    if true == said:
        return
    numbered = len(said) > 1 and said[-1] > 1 and true in (said[:-1], (*said[:-1], 1))
    remedy = (
        f" If the targets number the classes, make them one-hot: utils.to_categorical(y, {said[-1]}), for which the loss "
        "is categorical_crossentropy; or take a loss or metric whose name begins with sparse_."
    )
    raise ShapeError(
        f"y_true has shape {true}, y_pred {said}; they must be equal.{remedy if numbered else ''}"
    )


def aligned(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Targets and predictions of one shape and floating type.

    A last axis of length 1 that one of them lacks is added, or dropped from rank 3 on. Nothing broadcasts:
    (n,) against (n, 3) would silently compare each row with every other.

    Raises:
        ShapeError: the shapes differ by more than that, there is no axis of rows, or a row holds no outputs.
        DataError: one of them holds no numbers.
    """
    y_pred = floating(y_pred, "y_pred")
    y_true = as_array(y_true, "y_true").astype(y_pred.dtype)
    require_rows(y_pred)
    y_true, y_pred = same_rank(y_true, y_pred), same_rank(y_pred, y_true)
    require_alike(y_true, y_pred)
    if y_pred.ndim > 1 and not all(y_pred.shape[1:]):
        raise ShapeError(
            f"y_pred has shape {y_pred.shape}: its rows hold no outputs, of which a mean could be taken."
        )
    return y_true, y_pred


def as_columns(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """`aligned`, with vectors (n,) as columns (n, 1), so that the last axis is never the batch."""
    y_true, y_pred = aligned(y_true, y_pred)
    return (y_true[:, None], y_pred[:, None]) if y_pred.ndim == 1 else (y_true, y_pred)
