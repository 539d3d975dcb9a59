"""The mathematics of `keras.backend`, on arrays and on symbolic tensors, with the arguments of Keras 1 and 2."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline import activations, ops
from fallline.errors import ShapeError
from fallline.layers import Tensor

Axis = int | tuple[int, ...] | list[int] | None


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum along axes."""
    return ops.sum(x, axis=_axes(axis), keepdims=keepdims)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean along axes."""
    return ops.mean(_numbers(x), axis=_axes(axis), keepdims=keepdims)


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product along axes."""
    return ops.prod(x, axis=_axes(axis), keepdims=keepdims)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest number along axes."""
    return ops.max(x, axis=_axes(axis), keepdims=keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest number along axes."""
    return ops.min(x, axis=_axes(axis), keepdims=keepdims)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The standard deviation along axes."""
    return ops.std(_numbers(x), axis=_axes(axis), keepdims=keepdims)


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The variance along axes."""
    return ops.var(_numbers(x), axis=_axes(axis), keepdims=keepdims)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether anything along axes is true."""
    return ops.any(x, axis=_axes(axis), keepdims=keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether everything along axes is true."""
    return ops.all(x, axis=_axes(axis), keepdims=keepdims)


def argmax(x: Any, axis: int = -1) -> Any:
    """The place of the largest number along an axis."""
    return ops.argmax(x, axis=axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """The place of the smallest number along an axis."""
    return ops.argmin(x, axis=axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """The sums up to each number along an axis."""
    return ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """The products up to each number along an axis."""
    return ops.cumprod(x, axis=axis)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The logarithm of the sum of the exponentials along axes."""
    return ops.logsumexp(x, axis=_axes(axis), keepdims=keepdims)


square, exp, log, abs, sign, round = ops.square, ops.exp, ops.log, ops.abs, ops.sign, ops.round
sin, cos, tanh, sigmoid = ops.sin, ops.cos, ops.tanh, ops.sigmoid
softplus, softsign, stop_gradient = ops.softplus, ops.softsign, ops.stop_gradient
maximum, minimum, equal, not_equal = ops.maximum, ops.minimum, ops.equal, ops.not_equal
greater, greater_equal, less, less_equal = ops.greater, ops.greater_equal, ops.less, ops.less_equal
dot = ops.dot


def sqrt(x: Any) -> Any:
    """The root; of negative numbers 0."""
    return ops.sqrt(ops.maximum(x, 0.0))


def pow(x: Any, a: Any) -> Any:
    """X to the power a."""
    return ops.power(x, a)


def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """X, and the limits where it is beyond them."""
    return ops.clip(x, min_value, max_value)


def softmax(x: Any, axis: int = -1) -> Any:
    """Exponentials that sum to 1 along an axis."""
    return ops.softmax(x, axis=axis)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """X, and alpha (exp x - 1) below 0."""
    return ops.elu(x, alpha)


def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """X above the threshold, at most max_value; below it alpha (x - threshold)."""
    return activations.relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


def hard_sigmoid(x: Any) -> Any:
    """0.2 x + 0.5 between 0 and 1, as before Keras 3."""
    return ops.clip(x * 0.2 + 0.5, 0.0, 1.0)


def l2_normalize(x: Any, axis: Axis = None) -> Any:
    """X divided by its length along axes, which is taken to be at least 1e-6."""
    squares = ops.sum(ops.square(x), axis=_axes(axis), keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, 1e-12))


def bias_add(x: Any, bias: Any, data_format: Any = None) -> Any:
    """X and a bias for its last axis."""
    del data_format
    return x + bias


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """The dot products of the rows of x and y, along an axis of each.

    Args:
        x: (batch, ...).
        y: (batch, ...).
        axes: The axis of each, one number or two; None: the last of x and the second to last of y.

    Raises:
        ShapeError: x or y is no batch of rows.

    Source: Keras 2.
    """
    first, second = len(ops.shape(x)), len(ops.shape(y))
    if first < 2 or second < 2:
        raise ShapeError("batch_dot: x and y need a batch axis and another.")
    if axes is None:
        axes = (first - 1, 1 if second == 2 else second - 2)
    pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
    a, b = pair[0] % first, pair[1] % second
    letters = iter("bcdefghijklmnopqrstuvwxyz")
    names = ["a" + "".join(next(letters) for _ in range(count - 1)) for count in (first, second)]
    names[1] = names[1][:b] + names[0][a] + names[1][b + 1 :]
    kept = names[0].replace(names[0][a], "") + names[1][1:].replace(names[0][a], "")
    outputs = ops.einsum(f"{names[0]},{names[1]}->{kept}", x, y)
    return ops.expand_dims(outputs, 1) if len(kept) == 1 else outputs


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-t log(p) - (1 - t) log(1 - p), number by number."""
    return ops.binary_crossentropy(target, output, from_logits)


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """-sum of t log(p) along an axis."""
    return ops.categorical_crossentropy(target, output, from_logits, axis)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """-log(p) of the class that target names."""
    return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether fewer than k predictions of a row are larger than that at its target."""
    return ops.in_top_k(targets, predictions, k)


def _axes(axis: Axis) -> int | tuple[int, ...] | None:
    return tuple(axis) if isinstance(axis, list) else axis


def _numbers(x: Any) -> Any:
    """Truth values as numbers, of which there is a mean."""
    kind = x.dtype if isinstance(x, Tensor) or hasattr(x, "dtype") else np.asarray(x).dtype
    return ops.cast(x, "float32") if str(kind) == "bool" else x
