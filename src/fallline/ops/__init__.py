"""The operations that Keras's `ops` names, for losses, metrics and layers of one's own: functions of JAX.

Called on symbolic tensors they become layers of the network: `ops.abs(left - right)`.

named      functions of JAX under Keras's argument names, as tables
arrays     types, shapes, parts, places
formulas   what JAX has not, or otherwise
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.errors import UsageError, missing
from fallline.ops import arrays, formulas, named
from fallline.own.symbolic import Symbolic, takes_tensors
from fallline.own.variable import Variable

_FUNCTIONS: dict[str, Callable[..., Any]] = dict(named.functions()) | {
    function.__name__.rstrip("_"): function
    for function in (
        arrays.broadcast_to,
        arrays.cast,
        arrays.convert_to_numpy,
        arrays.convert_to_tensor,
        arrays.empty,
        arrays.flatten,
        arrays.full,
        arrays.get_item,
        arrays.ones,
        arrays.part_of_split,
        arrays.part_of_top_k,
        arrays.part_of_unstack,
        arrays.reshape,
        arrays.scatter,
        arrays.scatter_update,
        arrays.slice_,
        arrays.slice_update,
        arrays.unique,
        arrays.zeros,
        formulas.binary_crossentropy,
        formulas.categorical_crossentropy,
        formulas.ceil,
        formulas.clip,
        formulas.divide_no_nan,
        formulas.floor,
        formulas.in_top_k,
        formulas.logdet,
        formulas.lstsq,
        formulas.multi_hot,
        formulas.normalize,
        formulas.sparse_categorical_crossentropy,
        formulas.vectorized_map,
        formulas.while_loop,
    )
}

_NAMESPACES = frozenset(["core", "linalg", "math", "nn", "numpy"])
"""Modules in which Keras has the same functions once more."""


def _call(name: str, *args: Any, **kwargs: Any) -> Any:
    return __getattr__(name)(*args, **kwargs)


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
    return [_call("part_of_unstack", x, axis, part) for part in range(count)]


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Any, Any]:  # noqa: A002 - Keras's
    """The k largest numbers along the last axis, largest first, and their places."""
    del sorted  # they are
    return _call("part_of_top_k", x, k, 0), _call("part_of_top_k", x, k, 1)


def moments(x: Any, axes: Any, keepdims: bool = False) -> tuple[Any, Any]:
    """Mean and variance along axes."""
    return _call("mean", x, axes, keepdims), _call("var", x, axes, keepdims)


def shape(x: Any) -> tuple[int | None, ...]:
    """The shape of x; of a symbolic tensor with None for the batch axis."""
    return tuple(x.shape) if hasattr(x, "shape") else jnp.shape(x)


def ndim(x: Any) -> int:
    """The number of axes of x."""
    return len(shape(x))


def size(x: Any) -> int:
    """The number of numbers in x.

    Raises:
        UsageError: x is a symbolic tensor, whose number of rows is not known.
    """
    sizes = shape(x)
    if None in sizes:
        raise UsageError(
            f"ops.size: the number of rows of a symbolic tensor {sizes} is not known while a network is described. "
            "ops.mean(x, axis=-1) divides by the size of a row."
        )
    return int(np.prod(np.array(sizes, int)))


def dtype(x: Any) -> str:
    """The number type of x, such as "float32"."""
    return str(jnp.dtype(x.dtype if hasattr(x, "dtype") else jnp.asarray(x).dtype).name)


def is_tensor(x: Any) -> bool:
    """Whether x is an array of JAX, as every function here gives."""
    return isinstance(x, jax.Array | Variable)


__all__ = sorted(  # noqa: PLE0605 - the names stand above
    [
        # A part of a result is a layer's function, and no name of Keras's.
        *(name for name in _FUNCTIONS if not name.startswith("part_of_")),
        *("dtype", "is_tensor", "moments", "ndim", "shape", "size", "split", "top_k", "unstack"),
    ]
)


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    if name in _NAMESPACES:
        return sys.modules[__name__]
    if name not in _FUNCTIONS:
        raise missing("fallline.ops", name, __all__)
    function = takes_tensors(_FUNCTIONS[name], f"ops.{name}")
    globals()[name] = function
    return function
