"""The arrays of a layer by name: in which order they stand, which belong to a layer within, which take whose place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline._types import ModelState, Params
from fallline.errors import ShapeError, UsageError

FROZEN = "frozen/"
"""Begins the names of the arrays of a layer within a layer that are not trained."""

BASE = "base"
"""The path, within a class derived from another layer with a `call` of its own, of that other layer."""

ORDER = ("kernel", "gamma", "embeddings", "bias", "beta")
"""Arrays of one layer as Keras lists them; those not named follow in alphabetical order."""


def part_of(held: tuple[Params, ModelState], path: str) -> tuple[Params, ModelState]:
    """Of what a layer holds that of the layer `path` within it."""
    params, state = held
    return below(params, path) | below(state, f"{path}/{FROZEN}".rstrip("/")), below(state, path)


def below(arrays: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The arrays of the layer `path` within another, by their names there; those that are frozen lie elsewhere."""
    prefix = f"{path}/"
    found = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    return {name: array for name, array in found.items() if not name.startswith(FROZEN)}


def ordered(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays of one layer in Keras's order."""

    def rank(name: str) -> tuple[int, str]:
        return (ORDER.index(name) if name in ORDER else len(ORDER), name)

    return {name: arrays[name] for name in sorted(arrays, key=rank)}


def matching(held: Mapping[str, Array], given: Any, where: str) -> dict[str, Array]:
    """Arrays that are to take the places of others, in their order, checked.

    Args:
        held: The arrays that are there, by name.
        given: The new ones, in the same order.
        where: Begins each message.

    Raises:
        ShapeError: the number or the shapes of the arrays differ; the message names the first.
        UsageError: something given is no array of numbers.
    """
    if not isinstance(given, Sequence | np.ndarray) or len(given) != len(held):
        count = len(given) if isinstance(given, Sequence | np.ndarray) else type(given).__name__
        raise ShapeError(f"{where}: expected {len(held)} arrays ({', '.join(held)}), got {count}.")
    new = {}
    for (name, old), array in zip(held.items(), given, strict=True):
        try:
            values = np.asarray(array)
        except ValueError:
            raise UsageError(f'{where}: "{name}" must be an array, got rows of different lengths.') from None
        if values.dtype.kind not in "biufV":
            raise UsageError(f'{where}: "{name}" must hold numbers, got {values.dtype}.')
        if values.shape != old.shape:
            raise ShapeError(f'{where}: "{name}" has shape {old.shape}, got {values.shape}.')
        # As arrays of JAX: programs compiled for trained weights then serve for loaded ones.
        new[name] = jnp.asarray(values.astype(old.dtype))
    return new
