"""A function of `ops` or `activations` that was called on symbolic tensors, as a layer."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline._tree import static, tree
from fallline.errors import UsageError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape, Tensor
from fallline.layers.base.trying import shape_of
from fallline.own.symbolic import Recorded, Symbolic

PLACE = "tensor"
"""The key under which a tensor among the arguments is numbered."""

SLICE = "slice"
"""The key under which the bounds of a slice are; None stands for `...`."""

ARRAY = "array"
"""The key under which the numbers of an array among the arguments are."""


@layers.holds_functions
@tree
class Operation(Formula):
    """One call of a function of this package, `ops.abs(x)` say, within a network.

    Made by calling such a function on symbolic tensors. It has no arrays.

    Attributes:
        function: Module and name, such as `ops.abs`.
        arguments: What it was called with, as JSON, the tensors by their numbers.

    Raises:
        UsageError: an argument is neither a tensor nor something that JSON can hold; or the function fails.
        ShapeError: the function does not keep the batch axis.
    """

    several_inputs = True

    function: str = static()
    arguments: str = static()

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of a row of what the function gives.

        Raises:
            ShapeError: the function does not keep the batch axis.
            UsageError: the function fails on such inputs.
        """
        return shape_of(self.formula, input_shape, f"{self.function} on a symbolic tensor")

    def formula(self, tensors: Any) -> Array:
        """What the function gives."""
        module, _, name = self.function.rpartition(".")
        function = getattr(importlib.import_module(f"fallline.{module}"), name)
        arguments = json.loads(self.arguments)

        def filled(value: Any) -> Any:
            if isinstance(value, dict):
                if SLICE in value:
                    return ... if value[SLICE] is None else slice(*value[SLICE])
                return tensors[value[PLACE]] if PLACE in value else jnp.asarray(value[ARRAY], value["dtype"])
            return tuple(map(filled, value)) if isinstance(value, list) else value

        return jnp.asarray(
            function(
                *map(filled, arguments["args"]), **{k: filled(v) for k, v in arguments["kwargs"].items()}
            )
        )


def operation(
    function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], kind: type[Operation] = Operation
) -> Tensor:
    """The tensor that a function of this package gives for symbolic tensors; `kind` is the layer's class."""
    tensors: list[Tensor] = []

    def written(value: Any) -> Any:
        if isinstance(value, Recorded):
            value = np.asarray(value)
        if isinstance(value, Symbolic):
            assert isinstance(value, Tensor)
            tensors.append(value)
            return {PLACE: len(tensors) - 1}
        if isinstance(value, list | tuple):
            return list(map(written, value))
        if isinstance(value, slice):
            return {SLICE: [value.start, value.stop, value.step]}
        if value is ...:
            return {SLICE: None}
        if isinstance(value, np.ndarray | np.generic | jnp.ndarray):
            array = np.asarray(value)
            return {ARRAY: array.tolist(), "dtype": array.dtype.name} if array.ndim else array.item()
        if isinstance(value, np.dtype | type):
            return np.dtype(value).name
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise UsageError(
            f"{function} on a symbolic tensor takes numbers, text and lists beside tensors, got {type(value).__name__}. "
            "Write a layer: Lambda(lambda x: ...)(...)."
        )

    arguments = {"args": written(args), "kwargs": {name: written(value) for name, value in kwargs.items()}}
    return kind(function, json.dumps(arguments))(tensors)
