"""The arrays of a network as a flat list, in Keras's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline.engine import Variables
from fallline.errors import ShapeError, UsageError
from fallline.models.network import Network, name_of

ORDER = ("kernel", "gamma", "bias", "beta", "moving_mean", "moving_variance")
"""Arrays of one layer as Keras lists them: trained ones first, then moving averages."""


def named_arrays(network: Network, variables: Variables) -> dict[str, Array]:
    """The arrays under names such as `dense/kernel`, layer by layer."""
    arrays: dict[str, Array] = {}
    for layer in network.layers:
        for part in (variables.params, variables.state):
            own = sorted(part.get(name_of(layer), {}).items(), key=lambda item: _rank(item[0]))
            arrays |= {f"{layer.name}/{name}": array for name, array in own}
    return arrays


def with_arrays(network: Network, variables: Variables, given: Sequence[Any]) -> Variables:
    """The same variables with other arrays, given in the order of `named_arrays`.

    Raises:
        ShapeError: the number or the shapes of the arrays differ; the message names the first.
        UsageError: something given is no array of numbers.
    """
    names = named_arrays(network, variables)
    if len(given) != len(names):
        raise ShapeError(f"set_weights: expected {len(names)} arrays ({', '.join(names)}), got {len(given)}.")
    new = {}
    for (name, old), array in zip(names.items(), given, strict=True):
        values = np.asarray(array)
        if values.dtype.kind not in "biufV":
            raise UsageError(f'set_weights: "{name}" must hold numbers, got {values.dtype}.')
        if values.shape != old.shape:
            raise ShapeError(f'set_weights: "{name}" has shape {old.shape}, got {values.shape}.')
        new[name] = values.astype(old.dtype)

    def renewed(part: dict[str, Any]) -> dict[str, Any]:
        return {layer: {name: new[f"{layer}/{name}"] for name in own} for layer, own in part.items()}

    return Variables(renewed(variables.params), renewed(variables.state))


def on_device(variables: Variables) -> Variables:
    """The variables as arrays of JAX: programs compiled for trained weights then serve for loaded ones."""
    placed: Variables = jax.tree.map(jnp.array, variables)
    return placed


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
