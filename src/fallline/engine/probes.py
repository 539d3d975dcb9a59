"""Measurements taken inside the run, at the end of each epoch.

A probe is asked once an epoch and is given the gradient of one batch of that epoch; its cost is that of one
step in `steps_per_epoch`. A run without probes compiles none of it.
"""

from __future__ import annotations

import abc
import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import root_key
from fallline._tree import PyTree, named_leaves, tree
from fallline.engine.objective import Batch, Objective, Variables


@dataclasses.dataclass(frozen=True)
class EpochEnd:
    """What a probe may look at.

    Attributes:
        objective: What is trained.
        variables: Its variables at the end of the epoch.
        gradients: The gradient of one batch's loss in inference mode, a tree like the parameters.
        batch: That batch, the first of the epoch.
    """

    objective: Objective
    variables: Variables
    gradients: PyTree
    batch: Batch


class Probe(abc.ABC):
    """One kind of measurement. Subclasses are trees."""

    @abc.abstractmethod
    def measure(self, end: EpochEnd) -> dict[str, Array]:
        """Named arrays for this epoch's end; each name's shape stays the same."""


@tree
class GradientNorm(Probe):
    """The Euclidean norm of the gradient of each parameter array: `gradient_norm/<layer>/<array>`.

    norm = sqrt(sum g^2) over the array, with g the gradient of the loss of the epoch's first batch

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), sec. 4.2.
    """

    def measure(self, end: EpochEnd) -> dict[str, Array]:
        """One norm per parameter array."""
        return {f"gradient_norm/{name}": _norm(leaf) for name, leaf in named_leaves(end.gradients).items()}


@tree
class WeightNorm(Probe):
    """The Euclidean norm of each parameter array: `weight_norm/<layer>/<array>`.

    norm = sqrt(sum w^2) over the array

    Source: Krogh and Hertz, "A simple weight decay can improve generalization" (1992).
    """

    def measure(self, end: EpochEnd) -> dict[str, Array]:
        """One norm per parameter array."""
        return {
            f"weight_norm/{name}": _norm(leaf) for name, leaf in named_leaves(end.variables.params).items()
        }


def measure(
    objective: Objective, probes: tuple[Probe, ...], variables: Variables, batch: Batch
) -> dict[str, Array]:
    """What all probes measure; without probes nothing is computed."""
    if not probes:
        return {}

    def loss(params: PyTree) -> Any:
        return objective.loss(Variables(params, variables.state), batch, root_key(0), training=False)[0]

    end = EpochEnd(objective, variables, jax.grad(loss)(variables.params), batch)
    results: dict[str, Array] = {}
    for probe in probes:
        results |= probe.measure(end)
    return results


def _norm(array: Array) -> Array:
    return jnp.sqrt(jnp.sum(jnp.square(array)))
