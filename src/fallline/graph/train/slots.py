"""Variables that an optimizer or an average keeps beside those of the model, under TensorFlow's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node
from fallline.graph.core.dtypes import DType, as_dtype
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variable_scopes import get_variable_scope
from fallline.graph.core.variables import Variable


def _filled(*, sizes: tuple[int, ...], value: float, kind: str) -> Any:
    return jnp.full(sizes, value, kind)


def _filled_like(x: Any, *, value: float) -> Any:
    return jnp.full_like(x, value)


_FILLED, _FILLED_LIKE = Formula(_filled, differentiable=False), Formula(_filled_like, differentiable=False)


def fill(sizes: tuple[int, ...], value: float, dtype: Any, name: str) -> Tensor:
    """A tensor of one value, which takes no place in the graph."""
    kind = as_dtype(dtype).base_dtype
    return node("Fill", [], _FILLED, sizes, kind, name, sizes=sizes, value=value, kind=kind.name)


def fill_like(tensor: Any, value: float, name: str) -> Tensor:
    """A tensor of one value, of the shape of another."""
    x = convert(tensor)
    return node("Fill", [x], _FILLED_LIKE, x.sizes, name=name, value=value)


def make_slot(primary: Any, initial: Callable[[Sizes, DType], Tensor], name: str) -> Variable:
    """A variable `<scope>/<primary>/<name>`, `..._1` where there is one already; not trainable, of the form of the primary.

    Args:
        primary: The variable or tensor that it belongs to.
        initial: (shape, type) -> its first value.
        name: What it is called, such as that of the optimizer.
    """
    scope = get_variable_scope().name
    full = f"{scope}/{primary.op.name}/{name}" if scope else f"{primary.op.name}/{name}"
    kind = primary.dtype.base_dtype
    sizes = shapes.sizes_of(primary.shape)
    with get_default_graph().name_scope(None):
        return Variable(
            lambda: initial(sizes, kind),
            trainable=False,
            name=full,
            collections=[GraphKeys.GLOBAL_VARIABLES],
            validate_shape=sizes is not None and None not in sizes,
        )


def constant_of(
    primary: Any, value: float, name: str = "zeros", dtype: Any = None
) -> Callable[[Sizes, DType], Tensor]:
    """What fills a slot with one value."""

    def initial(sizes: Sizes, kind: DType) -> Tensor:
        if sizes is None or None in sizes:
            return fill_like(getattr(primary, "initial_value", primary), value, name)
        return fill(tuple(size for size in sizes if size is not None), value, dtype or kind, name)

    return initial
