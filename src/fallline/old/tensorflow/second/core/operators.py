"""Python's operators on tensors and variables: those of `fallline.graph`; `==` compares element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fallline.graph.core.failures import GraphTypeError
from fallline.graph.ops import arithmetic, elementary, indexing, products
from fallline.old.keras.behaviour.weights import Weight
from fallline.old.tensorflow.second.core.evaluation import at_once
from fallline.old.tensorflow.second.core.tensors import EagerTensor
from fallline.old.tensorflow.second.core.variables import Variable

_TWO: dict[str, tuple[Callable[..., Any], str]] = {
    "add": (arithmetic.add, "+"),
    "sub": (arithmetic.subtract, "-"),
    "mul": (arithmetic.multiply, "*"),
    "truediv": (arithmetic.truediv, "/"),
    "floordiv": (arithmetic.floordiv, "ops.floor_divide"),
    "mod": (arithmetic.floormod, "ops.mod"),
    "pow": (arithmetic.pow, "ops.power"),
    "matmul": (products.matmul, "ops.matmul"),
    "and": (arithmetic.logical_and, "ops.logical_and"),
    "or": (arithmetic.logical_or, "ops.logical_or"),
    "xor": (arithmetic.logical_xor, "ops.logical_xor"),
}
_ONE_WAY: dict[str, tuple[Callable[..., Any], str]] = {
    "lt": (arithmetic.less, "ops.less"),
    "le": (arithmetic.less_equal, "ops.less_equal"),
    "gt": (arithmetic.greater, "ops.greater"),
    "ge": (arithmetic.greater_equal, "ops.greater_equal"),
    "neg": (elementary.negative, "ops.negative"),
    "abs": (elementary.abs, "ops.abs"),
    "invert": (elementary.logical_not, "ops.logical_not"),
    "getitem": (indexing.part, "ops.get_item"),
}


def _turned(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


def _comparison(function: Callable[..., Any], otherwise: bool) -> Callable[[Any, Any], Any]:
    def compare(x: Any, y: Any) -> Any:
        if y is None or isinstance(y, type):
            return otherwise
        try:
            return function(x, y)
        except (GraphTypeError, ValueError):
            return otherwise

    return compare


def _give() -> None:
    found: dict[str, Callable[..., Any]] = {}
    for name, (function, sign) in _TWO.items():
        call = at_once(function, sign)
        found[f"__{name}__"], found[f"__r{name}__"] = call, _turned(call)
    for name, (function, sign) in _ONE_WAY.items():
        found[f"__{name}__"] = at_once(function, sign)
    found["__eq__"] = _comparison(at_once(arithmetic.equal, "ops.equal"), False)
    found["__ne__"] = _comparison(at_once(arithmetic.not_equal, "ops.not_equal"), True)
    for kind in (EagerTensor, Variable, Weight):
        for name, method in found.items():
            setattr(kind, name, method)
        # Setting __eq__ on a class that exists leaves its hash alone; this says that it is meant.
        kind.__hash__ = object.__hash__  # type: ignore[assignment]


_give()


def tensor_of(value: Any, dtype: Any = None) -> EagerTensor:
    """A value as a tensor."""
    from fallline.graph.core.building import convert

    return at_once(convert, "ops.convert_to_tensor")(value, dtype)


def array_of(value: Any) -> Any:
    """A tensor's array, a variable's, or the value as NumPy's."""
    return value.cell.value if isinstance(value, EagerTensor | Variable) else np.asarray(value)
