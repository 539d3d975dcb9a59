"""Operations of graphs as functions of arrays, by their names, with the order of arguments that TensorFlow 2 has."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from fallline.old.tensorflow.second.core.evaluation import at_once
from fallline.own.loading import load

ORDER = {
    "argmax": ("input", "axis", "output_type", "name"),
    "argmin": ("input", "axis", "output_type", "name"),
    "boolean_mask": ("tensor", "mask", "axis", "name"),
    "constant": ("value", "dtype", "shape", "name"),
    "convert_to_tensor": ("value", "dtype", "dtype_hint", "name"),
    "count_nonzero": ("input", "axis", "keepdims", "dtype", "name"),
    "gather": ("params", "indices", "validate_indices", "axis", "batch_dims", "name"),
    "gather_nd": ("params", "indices", "batch_dims", "name"),
    "norm": ("tensor", "ord", "axis", "keepdims", "name"),
    "ones_like": ("tensor", "dtype", "name"),
    "pad": ("tensor", "paddings", "mode", "constant_values", "name"),
    "range": ("start", "limit", "delta", "dtype", "name"),
    "shape": ("input", "out_type", "name"),
    "size": ("input", "out_type", "name"),
    "transpose": ("a", "perm", "conjugate", "name"),
    "zeros_like": ("tensor", "dtype", "name"),
    "in_top_k": ("targets", "predictions", "k", "name"),
    "dropout": ("x", "rate", "noise_shape", "seed", "name"),
    "moments": ("x", "axes", "shift", "keepdims", "name"),
}
"""Arguments by position, where TensorFlow 2 has another order than graphs."""

CALLED = {
    "zeros_like": {"input": "tensor"},
    "ones_like": {"input": "tensor"},
    "softmax": {"logits": "logits"},
}
"""Arguments that TensorFlow 2 calls otherwise."""

NETWORK = {
    "abs": "ops.abs",
    "argmax": "ops.argmax",
    "cos": "ops.cos",
    "exp": "ops.exp",
    "log": "ops.log",
    "maximum": "ops.maximum",
    "minimum": "ops.minimum",
    "relu": "activations.relu",
    "sigmoid": "activations.sigmoid",
    "sin": "ops.sin",
    "softmax": "activations.softmax",
    "sqrt": "ops.sqrt",
    "square": "ops.square",
    "tanh": "activations.tanh",
}
"""What a function of tensors is in a network, where Fallline itself has it under the same arguments."""


def ordered(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function whose arguments by position have TensorFlow 2's order."""
    order, called = ORDER.get(name), CALLED.get(name, {})
    if order is None and not called:
        return function

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if order is not None:
            kwargs = dict(zip(order, args, strict=False)) | kwargs
            args = ()
        return function(*args, **{called.get(key, key): value for key, value in kwargs.items()})

    return call


def operation(space: str, name: str, as_name: str | None = None) -> Callable[..., Any]:
    """An operation of graphs as a function of arrays.

    Args:
        space: Where graphs have it: "", "math", "nn".
        name: What they call it.
        as_name: What TensorFlow 2 calls it; None: the same.
    """
    module = load(f"fallline.graph.{space}" if space else "fallline.graph")
    function = ordered(getattr(module, name), as_name or name)
    place = f"old.tensorflow.second.{space}." if space else "old.tensorflow.second."
    return at_once(function, NETWORK.get(name, place + (as_name or name)))


def space_of_graphs(
    module: str, space: str, renamed: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a name space that takes operations from one of graphs.

    Args:
        module: The module's own name.
        space: Where graphs have them.
        renamed: What TensorFlow 2 calls them -> what graphs call them.
    """
    others = dict(renamed or {})

    def find(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        behind = load(f"fallline.graph.{space}" if space else "fallline.graph")
        there = others.get(name, name)
        if there not in dir(behind):
            title = "tf." + module.rpartition(".")[2]
            near = get_close_matches(name, names(), 1)
            raise AttributeError(
                f"{title} has no {name} in Fallline.{f' Did you mean {title}.{near[0]}?' if near else ''}"
            )
        found = operation(space, there, name)
        setattr(sys.modules[module], name, found)
        return found

    def names() -> list[str]:
        behind = load(f"fallline.graph.{space}" if space else "fallline.graph")
        own = (name for name in vars(sys.modules[module]) if not name.startswith("_"))
        return sorted({*own, *others, *getattr(behind, "__all__", ())})

    return find, names
