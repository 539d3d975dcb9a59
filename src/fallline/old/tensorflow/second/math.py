"""`tf.math`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.graph.core.dtypes import as_dtype
from fallline.old.tensorflow.second.core.entries import Cell
from fallline.old.tensorflow.second.core.functions import of_jax
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.more_arrays import argsort as _argsort, imag as imag, real as real
from fallline.old.tensorflow.second.of_graphs import operation, space_of_graphs

_HERE = "old.tensorflow.second.math."


def _axes(axis: Any) -> Any:
    if axis is None:
        return None
    found = np.asarray(axis)
    return int(found) if found.ndim == 0 else tuple(found.tolist())


def _tensor(value: Any) -> Any:
    return tensor_of(value) if isinstance(value, list | tuple | int | float) else value


def _variance(x: Any, axis: Any, keepdims: bool) -> Any:
    return jnp.var(x, axis=axis, keepdims=keepdims)


def _deviation(x: Any, axis: Any, keepdims: bool) -> Any:
    return jnp.std(x, axis=axis, keepdims=keepdims)


def _length(x: Any, axis: Any, keepdims: bool) -> Any:
    return jnp.sqrt(jnp.sum(jnp.square(x), axis=axis, keepdims=keepdims))


_var, _std = of_jax(_variance, _HERE + "reduce_variance"), of_jax(_deviation, _HERE + "reduce_std")
_norm = of_jax(_length, _HERE + "reduce_euclidean_norm")


def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The variance over axes (all, where None)."""
    return _var(_tensor(input_tensor), _axes(axis), keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Any:
    """The standard deviation over axes (all, where None)."""
    return _std(_tensor(input_tensor), _axes(axis), keepdims)


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """The length over axes (all, where None)."""
    return _norm(_tensor(input_tensor), _axes(axis), keepdims)


def confusion_matrix(
    labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None, dtype: Any = "int32",
    name: str | None = None,
) -> Any:  # fmt: skip
    """How often each label (row) was predicted as each class (column)."""
    true, found = np.asarray(labels).reshape(-1).astype(int), np.asarray(predictions).reshape(-1).astype(int)
    number = int(num_classes) if num_classes is not None else int(max(true.max(), found.max())) + 1
    counts = np.zeros((number, number), as_dtype(dtype).numpy)
    np.add.at(counts, (true, found), 1 if weights is None else np.asarray(weights))
    return EagerTensor(Cell(counts))


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = "int32",
    **_: Any,
) -> Any:
    """How often each whole number occurs."""
    given = np.asarray(arr).reshape(-1)
    counts = np.bincount(given, None if weights is None else np.asarray(weights), int(minlength or 0))
    counts = counts if maxlength is None else counts[: int(maxlength)]
    return EagerTensor(
        Cell(counts.astype(as_dtype(dtype).numpy if weights is None else np.asarray(weights).dtype))
    )


def _no_nan(x: Any, y: Any) -> Any:
    return jnp.where(y == 0, jnp.zeros_like(y), x * y)


_times = of_jax(_no_nan, _HERE + "multiply_no_nan")


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """The product, 0 where y is 0."""
    return _times(_tensor(x), _tensor(y))


def polyval(coeffs: Any, x: Any, name: str | None = None) -> Any:
    """A polynomial, its highest coefficient first."""
    x = _tensor(x)
    total = coeffs[0] + x * 0
    for each in coeffs[1:]:
        total = total * x + each
    return total


def argsort(*args: Any, **kwargs: Any) -> Any:
    """The places of the values along an axis by their size."""
    return _argsort(*args, **kwargs)


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None) -> Any:
    """An array divided by its length along axes."""
    return operation("nn", "l2_normalize")(x, axis, epsilon)


def softmax(logits: Any, axis: Any = -1, name: str | None = None) -> Any:
    """`e^x / sum(e^x)` along an axis."""
    return operation("nn", "softmax")(logits, axis)


def log_softmax(logits: Any, axis: Any = -1, name: str | None = None) -> Any:
    """The logarithm of softmax."""
    return operation("nn", "log_softmax")(logits, axis)


def softplus(features: Any, name: str | None = None) -> Any:
    """`log(1 + e^x)`."""
    return operation("nn", "softplus")(features)


def softsign(features: Any, name: str | None = None) -> Any:
    """`x / (1 + |x|)`."""
    return operation("nn", "softsign")(features)


def in_top_k(targets: Any, predictions: Any, k: Any, name: str | None = None) -> Any:
    """Whether the class of each row is among its k largest."""
    return operation("nn", "in_top_k")(targets=targets, predictions=predictions, k=k)


erfinv = of_jax(jax.scipy.special.erfinv, _HERE + "erfinv")
ndtri = of_jax(jax.scipy.special.ndtri, _HERE + "ndtri")
__getattr__, __dir__ = space_of_graphs(__name__, "math", {"divide_no_nan": "div_no_nan", "mod": "floormod"})
