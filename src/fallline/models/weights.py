"""The arrays of a model as a flat list, in Keras's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jaxtyping import Array

from fallline.layers.base.named_arrays import matching
from fallline.models.network import Arrays

Order = Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]]
"""Layer name, layers in Keras's order, -> what brings the layer's parameters and state into Keras's order."""


def named_arrays(arrays: Arrays, order: Order) -> dict[str, Array]:
    """The arrays under names such as `dense/kernel`, layer by layer."""
    return {
        f"{layer}/{name}": array
        for layer, arranged in order.items()
        for name, array in arranged(*arrays[layer]).items()
    }


def with_arrays(arrays: Arrays, order: Order, given: Sequence[Any]) -> Arrays:
    """The same with other arrays, given in the order of `named_arrays`.

    Raises:
        ShapeError: the number or the shapes of the arrays differ; the message names the first.
        UsageError: something given is no array of numbers.
    """
    new = matching(named_arrays(arrays, order), given, "set_weights")
    return {
        layer: (
            {name: new[f"{layer}/{name}"] for name in params},
            {name: new[f"{layer}/{name}"] for name in state},
        )
        for layer, (params, state) in arrays.items()
    }
