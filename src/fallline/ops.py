"""The operations that Keras's `ops` names, for losses, metrics and layers of one's own: functions of JAX.

Called on symbolic tensors they become layers of the network: `ops.abs(left - right)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fallline._symbolic import Symbolic, takes_tensors
from fallline.errors import UsageError, missing

_NUMPY = [
    "abs",
    "add",
    "all",
    "amax",
    "amin",
    "any",
    "append",
    "arange",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "argmax",
    "argmin",
    "argsort",
    "average",
    "bincount",
    "broadcast_to",
    "ceil",
    "clip",
    "concatenate",
    "cos",
    "cosh",
    "count_nonzero",
    "cross",
    "cumprod",
    "cumsum",
    "deg2rad",
    "diag",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "dot",
    "einsum",
    "equal",
    "exp",
    "expand_dims",
    "expm1",
    "eye",
    "flip",
    "floor",
    "floor_divide",
    "full",
    "full_like",
    "greater",
    "greater_equal",
    "histogram",
    "hstack",
    "identity",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "linspace",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "matmul",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mod",
    "moveaxis",
    "multiply",
    "nan_to_num",
    "negative",
    "nonzero",
    "not_equal",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "power",
    "prod",
    "quantile",
    "ravel",
    "reciprocal",
    "repeat",
    "reshape",
    "roll",
    "round",
    "searchsorted",
    "select",
    "sign",
    "sin",
    "sinh",
    "sort",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "tril",
    "triu",
    "true_divide",
    "var",
    "vdot",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
_NN = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_sigmoid",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "one_hot",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_sign",
    "softmax",
    "softplus",
    "swish",
]

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(jnp, name) for name in _NUMPY},
    **{name: getattr(jax.nn, name) for name in _NN},
    "absolute": jnp.abs,
    "digamma": jax.scipy.special.digamma,
    "erf": jax.scipy.special.erf,
    "erfinv": jax.scipy.special.erfinv,
    "norm": jnp.linalg.norm,
    "rsqrt": jax.lax.rsqrt,
    "softsign": jax.nn.soft_sign,
    "stop_gradient": jax.lax.stop_gradient,
    "top_k": jax.lax.top_k,
    "cond": jax.lax.cond,
    "fori_loop": jax.lax.fori_loop,
    "scan": jax.lax.scan,
    "vectorized_map": lambda function, elements: jax.vmap(function)(elements),
    "while_loop": jax.lax.while_loop,
}


def _named(name: str) -> Callable[..., Any]:
    def named(function: Callable[..., Any]) -> Callable[..., Any]:
        _FUNCTIONS[name] = function
        return function

    return named


@_named("cast")
def _cast(x: Any, dtype: Any) -> Array:
    """X in another type."""
    return jnp.asarray(x).astype(dtype)


@_named("convert_to_tensor")
def _convert_to_tensor(x: Any, dtype: Any = None) -> Array:
    """X as an array."""
    return jnp.asarray(x, dtype)


@_named("convert_to_numpy")
def _convert_to_numpy(x: Any) -> NDArray[Any]:
    """X on the host."""
    return np.asarray(x)


@_named("normalize")
def _normalize(x: Any, axis: int = -1, order: int = 2, epsilon: float = 1e-12) -> Array:
    """X / max(norm of x along an axis, epsilon)."""
    x = jnp.asarray(x)
    norm = jnp.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / jnp.maximum(norm, jnp.asarray(epsilon, norm.dtype))


@_named("flatten")
def _flatten(x: Any) -> Array:
    """All axes but the first as one."""
    x = jnp.asarray(x)
    return x.reshape(x.shape[0], -1)


@_named("get_item")
def _get_item(x: Any, key: Any) -> Array:
    """x[key]."""
    return jnp.asarray(x)[key]


@_named("slice")
def _slice(inputs: Any, start_indices: Any, shape: Any) -> Array:
    """The part of a shape that begins at the start indices."""
    inputs = jnp.asarray(inputs)
    # Only the batch axis of a symbolic tensor has no size.
    ends = [None if size is None else begin + size for begin, size in zip(start_indices, shape, strict=True)]
    return inputs[tuple(map(slice, start_indices, ends))]


@_named("part_of_split")
def _part_of_split(x: Any, indices_or_sections: Any, axis: int, part: int) -> Array:
    """One of the parts that `split` gives."""
    return jnp.split(jnp.asarray(x), indices_or_sections, axis)[part]


@_named("part_of_unstack")
def _part_of_unstack(x: Any, axis: int, part: int) -> Array:
    """One of the parts that `unstack` gives."""
    return jnp.take(jnp.asarray(x), part, axis=axis)


def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """The parts of x along an axis: so many equal ones, or cut at the indices."""
    if not isinstance(x, Symbolic):
        return list(jnp.split(jnp.asarray(x), indices_or_sections, axis))
    count = (
        indices_or_sections if isinstance(indices_or_sections, int) else len(list(indices_or_sections)) + 1
    )
    return [x.through("ops.part_of_split", (x, indices_or_sections, axis, part), {}) for part in range(count)]


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The parts of x along an axis, without that axis."""
    sizes = shape(x)
    count = sizes[axis] if num is None else num
    if count is None:
        raise UsageError("unstack: the batch axis has no size; give another axis.")
    if not isinstance(x, Symbolic):
        return [_part_of_unstack(x, axis, part) for part in range(count)]
    return [x.through("ops.part_of_unstack", (x, axis, part), {}) for part in range(count)]


def shape(x: Any) -> tuple[int | None, ...]:
    """The shape of x; of a symbolic tensor with None for the batch axis."""
    return tuple(x.shape) if hasattr(x, "shape") else jnp.shape(x)


__all__ = sorted([*_FUNCTIONS, "shape", "split", "unstack"])  # noqa: PLE0605 - the names stand above


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name not in _FUNCTIONS:
        raise missing("fallline.ops", name, __all__)
    function = takes_tensors(_FUNCTIONS[name], f"ops.{name}")
    globals()[name] = function
    return function
