"""The arrays of a model as a flat list, in Keras's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline.errors import ShapeError, UsageError
from fallline.models.network import Arrays

Order = Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]
"""Layer name -> what brings the layer's arrays into Keras's order."""


def named_arrays(arrays: Arrays, order: Order) -> dict[str, Array]:
    """The arrays under names such as `dense/kernel`, layer by layer, parameters before state."""
    return {
        f"{layer}/{name}": array
        for layer, parts in arrays.items()
        for part in parts
        for name, array in order[layer](part).items()
    }


def with_arrays(arrays: Arrays, order: Order, given: Sequence[Any]) -> Arrays:
    """The same with other arrays, given in the order of `named_arrays`.

    Raises:
        ShapeError: the number or the shapes of the arrays differ; the message names the first.
        UsageError: something given is no array of numbers.
    """
    names = named_arrays(arrays, order)
    if not isinstance(given, Sequence | np.ndarray) or len(given) != len(names):
        count = len(given) if isinstance(given, Sequence | np.ndarray) else type(given).__name__
        raise ShapeError(f"set_weights: expected {len(names)} arrays ({', '.join(names)}), got {count}.")
    new = {}
    for (name, old), array in zip(names.items(), given, strict=True):
        try:
            values = np.asarray(array)
        except ValueError:
            raise UsageError(
                f'set_weights: "{name}" must be an array, got rows of different lengths.'
            ) from None
        if values.dtype.kind not in "biufV":
            raise UsageError(f'set_weights: "{name}" must hold numbers, got {values.dtype}.')
        if values.shape != old.shape:
            raise ShapeError(f'set_weights: "{name}" has shape {old.shape}, got {values.shape}.')
        # As arrays of JAX: programs compiled for trained weights then serve for loaded ones.
        new[name] = jnp.asarray(values.astype(old.dtype))
    return {
        layer: (
            {name: new[f"{layer}/{name}"] for name in params},
            {name: new[f"{layer}/{name}"] for name in state},
        )
        for layer, (params, state) in arrays.items()
    }
