"""Shapes, parts and types of tensors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, node, require_one_type
from fallline.graph.core.dtypes import as_dtype, float32
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes


def _cast(x: Any, *, kind: str) -> Any:
    return x.astype(kind)


_CAST, _CAST_TO_WHOLE = Formula(_cast), Formula(_cast, differentiable=False)


def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """X in another type."""
    x, kind = convert(x), as_dtype(dtype).base_dtype
    if x.dtype.base_dtype is kind:
        return x
    formula = _CAST if x.dtype.is_floating and kind.is_floating else _CAST_TO_WHOLE
    return node("Cast", [x], formula, x.sizes, kind, name, kind=kind.name)


def _stacked(*values: Any, axis: int) -> Any:
    return jnp.stack(values, axis)


def stack(values: Any, axis: int = 0, name: str | None = None) -> Tensor:
    """Tensors of one shape as one, along a new axis."""
    tensors = convert_all(list(values))
    require_one_type("Pack", name, tensors)

    def sizes() -> Sizes:
        known: Sizes = None
        for each in tensors:
            known = shapes.merged(known, each.sizes)
        if known is None:
            return None
        place = axis if axis >= 0 else axis + len(known) + 1
        return (*known[:place], len(tensors), *known[place:])

    return node("Pack", tensors, Formula(_stacked), sizes, name=name or "stack", axis=axis)


def zeros(shape: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    """Zeros of a shape."""
    import numpy as np

    from fallline.graph.core.building import constant

    return constant(np.zeros(shapes.sizes_of(shape), as_dtype(dtype).numpy), name=name or "zeros")


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros of the shape of a tensor."""
    del optimize
    x = convert(tensor)
    kind = x.dtype.base_dtype if dtype is None else as_dtype(dtype)
    return node(
        "ZerosLike", [x], Formula(_zeros_like, differentiable=False), x.sizes, kind, name, kind=kind.name
    )


def _zeros_like(x: Any, *, kind: str) -> Any:
    return jnp.zeros_like(x, kind)
