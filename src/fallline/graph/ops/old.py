"""Spellings of before TensorFlow 1.0: they work, and say the later line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.errors import warn
from fallline.graph.core.failures import OldNameWarning
from fallline.graph.core.nodes import Tensor
from fallline.graph.ops import arithmetic, elementary, indexing, joining, products, reductions
from fallline.graph.ops.arrays import stack

__all__ = ["arg_max", "arg_min", "batch_matmul", "inv", "mul", "neg", "pack", "select", "sub", "unpack"]


def tell(old: str, new: str) -> None:
    """Warns of an old spelling."""
    warn(f"{old} is of before TensorFlow 1.0; now: {new}.", OldNameWarning)


def _old(old: str, new: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        tell(f"tf.{old}(...)", f"tf.{new}(...)")
        return function(*arguments, **keywords)

    call.__name__ = call.__qualname__ = old
    call.__doc__ = f"`tf.{new}`, as it was called before TensorFlow 1.0."
    return call


mul = _old("mul", "multiply", arithmetic.multiply)
sub = _old("sub", "subtract", arithmetic.subtract)
neg = _old("neg", "negative", elementary.negative)
inv = _old("inv", "reciprocal", elementary.reciprocal)
pack = _old("pack", "stack", stack)
unpack = _old("unpack", "unstack", joining.unstack)
batch_matmul = _old("batch_matmul", "matmul", products.matmul)
select = _old("select", "where", indexing.where)


def arg_max(input: Any, dimension: Any, output_type: Any = "int64", name: str | None = None) -> Tensor:
    """`tf.argmax` with its axis by the name `dimension`."""
    tell("tf.arg_max(x, dimension)", "tf.argmax(x, axis)")
    return reductions.argmax(input, dimension, name, output_type=output_type)


def arg_min(input: Any, dimension: Any, output_type: Any = "int64", name: str | None = None) -> Tensor:
    """`tf.argmin` with its axis by the name `dimension`."""
    tell("tf.arg_min(x, dimension)", "tf.argmin(x, axis)")
    return reductions.argmin(input, dimension, name, output_type=output_type)
