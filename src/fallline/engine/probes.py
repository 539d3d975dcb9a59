"""Measurements taken inside the run, of the last training step of each epoch.

What a probe asks for is computed with the very arguments of that step, and the compiler finds most of it there
already: a gradient is no second pass. A run without probes compiles none of it, and what no probe asks is not traced.
"""

from __future__ import annotations

import abc
import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import Key
from fallline._tree import PyTree, named_leaves, tree
from fallline.engine.objective import Batch, Objective, Variables
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class EpochEnd:
    """What a probe may look at: the last training step of an epoch.

    Attributes:
        objective: What is trained, with the numbers of the step.
        variables: Its variables at the end of the epoch, after the step.
        before: Those before the step.
        batch: The rows of the step.
        key: Its randomness.
    """

    __repr__ = fields_shown

    objective: Objective
    variables: Variables
    before: Variables
    batch: Batch
    key: Key

    def gradients(self) -> PyTree:
        """The gradient of the step's loss, as it was trained on (dropout and all): a tree like the parameters."""

        def loss(params: PyTree) -> tuple[Array, PyTree]:
            # As `Objective.advance` asks for it, so that both are one computation.
            return self.objective.loss(
                Variables(params, self.before.state), self.batch, self.key, training=True
            )

        return jax.value_and_grad(loss, has_aux=True)(self.before.params)[1]

    def activations(self) -> dict[str, Array]:
        """What the objective computed on the way to the loss of the step, by name: the outputs of layers."""
        return self.objective.observe(self.before, self.batch, self.key)

    def update(self) -> PyTree:
        """What the step added to the parameters, a tree like them."""
        return jax.tree.map(jnp.subtract, self.variables.params, self.before.params)


class Probe(abc.ABC):
    """One kind of measurement. Subclasses are trees."""

    @abc.abstractmethod
    def measure(self, end: EpochEnd) -> dict[str, Array]:
        """Named arrays for this epoch's end; each name's shape stays the same."""


@tree
class GradientNorm(Probe):
    """The Euclidean norm of the gradient of each parameter array: `gradient_norm/<layer>/<array>`.

    norm = sqrt(sum g^2) over the array, with g the gradient of the loss of the epoch's last training step

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010), sec. 4.2.
    """

    def measure(self, end: EpochEnd) -> dict[str, Array]:
        """One norm per parameter array."""
        return {f"gradient_norm/{name}": norm for name, norm in norms(end.gradients()).items()}


@tree
class WeightNorm(Probe):
    """The Euclidean norm of each parameter array: `weight_norm/<layer>/<array>`.

    norm = sqrt(sum w^2) over the array

    Source: Krogh and Hertz, "A simple weight decay can improve generalization" (1992).
    """

    def measure(self, end: EpochEnd) -> dict[str, Array]:
        """One norm per parameter array."""
        return {f"weight_norm/{name}": norm for name, norm in norms(end.variables.params).items()}


def measure(probes: tuple[Probe, ...], end: EpochEnd) -> dict[str, Array]:
    """What all probes measure of the end of an epoch."""
    results: dict[str, Array] = {}
    for probe in probes:
        results |= probe.measure(end)
    return results


def norms(node: PyTree) -> dict[str, Array]:
    """The Euclidean norm of each array of a tree, by its path."""
    named = named_leaves(node)
    # By columns, then all at once: a quarter of the operations of one norm after the other.
    columns = [
        jnp.sum(jnp.square(leaf), axis=tuple(range(leaf.ndim - 1))).reshape(-1) for leaf in named.values()
    ]
    width = max((len(column) for column in columns), default=0)
    if not width:
        return {}
    rows = [jnp.pad(column, (0, width - len(column))) for column in columns]
    found = jnp.sqrt(jnp.sum(jnp.stack(rows), axis=1))
    return {name: found[index].astype(leaf.dtype) for index, (name, leaf) in enumerate(named.items())}
