"""Measurements taken inside the run, at the end of each epoch.

A probe is asked once an epoch and is given the gradient of one batch of that epoch; its cost is that of one
step in `steps_per_epoch`. A run without probes compiles none of it.
"""

from __future__ import annotations

import abc
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import root_key
from fallline._tree import PyTree, named_leaves, tree
from fallline.engine.objective import Batch, Variables


class Probe(abc.ABC):
    """One kind of measurement. Subclasses are trees."""

    @abc.abstractmethod
    def measure(self, variables: Variables, gradients: PyTree) -> dict[str, Array]:
        """Named scalars for this epoch's end."""


@tree
class GradientNorm(Probe):
    """The Euclidean norm of the gradient of each parameter array: `gradient_norm/<layer>/<array>`."""

    def measure(self, variables: Variables, gradients: PyTree) -> dict[str, Array]:
        """One norm per parameter array."""
        del variables
        return {f"gradient_norm/{name}": _norm(leaf) for name, leaf in named_leaves(gradients).items()}


@tree
class WeightNorm(Probe):
    """The Euclidean norm of each parameter array: `weight_norm/<layer>/<array>`."""

    def measure(self, variables: Variables, gradients: PyTree) -> dict[str, Array]:
        """One norm per parameter array."""
        del gradients
        return {f"weight_norm/{name}": _norm(leaf) for name, leaf in named_leaves(variables.params).items()}


def measure(numbers: Any, variables: Variables, batch: Batch) -> dict[str, Array]:
    """What all probes measure, on the gradient of one batch in inference mode; nothing without probes."""
    if not numbers.probes:
        return {}

    def loss(params: PyTree) -> Any:
        return numbers.objective.loss(Variables(params, variables.state), batch, root_key(0), training=False)[
            0
        ]

    gradients = jax.grad(loss)(variables.params)
    results: dict[str, Array] = {}
    for probe in numbers.probes:
        results |= probe.measure(variables, gradients)
    return results


def _norm(array: Array) -> Array:
    return jnp.sqrt(jnp.sum(jnp.square(array)))
