"""Variables that an optimizer or an average keeps beside those of the model, under TensorFlow's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.graph.core import shapes
from fallline.graph.core.building import constant
from fallline.graph.core.dtypes import DType
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variable_scopes import get_variable_scope
from fallline.graph.core.variables import Variable
from fallline.graph.ops.arrays import fill, ones, zeros, zeros_like


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


def constant_of(primary: Any, value: float, name: str = "zeros") -> Callable[[Sizes, DType], Tensor]:
    """What fills a slot with one value."""

    def initial(sizes: Sizes, kind: DType) -> Tensor:
        if sizes is None or None in sizes:
            zero: Any = zeros_like(getattr(primary, "initial_value", primary))
            return zero + value if value else zero
        if value == 0:
            return zeros(sizes, kind, name)
        return ones(sizes, kind, name) if value == 1 else fill(sizes, constant(value, kind), name)

    return initial
