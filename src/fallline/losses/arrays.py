"""Arrays of targets and predictions: what is none, and what lacks an axis, is said before JAX stumbles over it."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from fallline.errors import DataError, ShapeError


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
        return jnp.asarray(x)
    except (TypeError, ValueError) as error:
        raise DataError(message.format(f"{x!r:.60}")) from error


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
