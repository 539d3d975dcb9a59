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


def renamed(old: str, new: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function under the name that it had before TensorFlow 1.0.

    Args:
        old: That name, with its name space.
        new: The later one.
        function: The function.
    """

    def call(*arguments: Any, **keywords: Any) -> Any:
        tell(f"{old}(...)", f"{new}(...)")
        return function(*arguments, **keywords)

    call.__name__ = call.__qualname__ = old.rpartition(".")[2]
    call.__doc__ = f"`{new}`, as it was called before TensorFlow 1.0."
    return call


mul = renamed("tf.mul", "tf.multiply", arithmetic.multiply)
sub = renamed("tf.sub", "tf.subtract", arithmetic.subtract)
neg = renamed("tf.neg", "tf.negative", elementary.negative)
inv = renamed("tf.inv", "tf.reciprocal", elementary.reciprocal)
pack = renamed("tf.pack", "tf.stack", stack)
unpack = renamed("tf.unpack", "tf.unstack", joining.unstack)
batch_matmul = renamed("tf.batch_matmul", "tf.matmul", products.matmul)
select = renamed("tf.select", "tf.where", indexing.where)


def arg_max(input: Any, dimension: Any, output_type: Any = "int64", name: str | None = None) -> Tensor:
    """`tf.argmax` with its axis by the name `dimension`."""
    tell("tf.arg_max(x, dimension)", "tf.argmax(x, axis)")
    return reductions.argmax(input, dimension, name, output_type=output_type)


def arg_min(input: Any, dimension: Any, output_type: Any = "int64", name: str | None = None) -> Tensor:
    """`tf.argmin` with its axis by the name `dimension`."""
    tell("tf.arg_min(x, dimension)", "tf.argmin(x, axis)")
    return reductions.argmin(input, dimension, name, output_type=output_type)
