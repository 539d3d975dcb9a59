"""The predictions of many networks in one program: those of one structure are one network with stacked arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._schedule import at_step
from fallline._tree import PyTree, canonical, stack, static, tree
from fallline._types import Scalar
from fallline.engine import Batch, Evaluated, Objective, Variables
from fallline.engine.placement import predicts_side_by_side
from fallline.errors import UsageError
from fallline.layers.weighted_average import mixture


@tree
class Stacked(Objective):
    """Networks that predict together: the mixture of their outputs, or the outputs of each.

    Its variables are a tuple with, for each structure, the stacked variables of its members.

    Attributes:
        groups: For each structure the objective of its members, with stacked numbers.
        weights: What each member weighs, group after group; they sum to 1.
        logits: For each output "softmax" or "sigmoid" where it gives logits of these, else None.
        sizes: How many members each structure has.
        side_by_side: Whether members of one structure are computed at once, or one after the other.
        averages: Whether the mixture is given, or the outputs of each.
    """

    groups: tuple[Objective, ...]
    weights: Float[Array, "members"]
    logits: tuple[str | None, ...] = static()
    sizes: tuple[int, ...] = static()
    side_by_side: bool = static()
    averages: bool = static(default=True)

    def init(self, key: Key) -> Variables:
        """Nobody trains it.

        Raises:
            UsageError: always.
        """
        raise UsageError("an ensemble in one program predicts only.")

    def loss(self, variables: Variables, batch: Batch, key: Key, training: bool) -> tuple[Scalar, Evaluated]:
        """Nobody trains it.

        Raises:
            UsageError: always.
        """
        raise UsageError("an ensemble in one program predicts only.")

    @property
    def rows_apart(self) -> bool:
        """Whether that holds for every member."""
        return all(group.rows_apart for group in self.groups)

    def predict(self, variables: Any, x: PyTree) -> PyTree:
        """The mixture (rows, ...), or what each member gives (rows, members, ...)."""
        return self._joined(variables, lambda group, own, _: group.predict(own, x))

    def sample(self, variables: Any, x: PyTree, key: Key) -> PyTree:
        """The same with what is random in training at work, in each member otherwise."""
        return self._joined(
            variables, lambda group, own, number: group.sample(own, x, jax.random.fold_in(key, number))
        )

    def _joined(self, variables: Any, one: Callable[[Any, Any, Array], PyTree]) -> PyTree:
        """What all members give, in the order of the groups."""
        found, first = [], 0
        for group, own, size in zip(self.groups, variables, self.sizes, strict=True):
            numbers = jnp.arange(first, first + size, dtype=jnp.int32)

            def outputs(member: Any) -> PyTree:
                return one(*member)

            members = (group, own, numbers)
            found.append(jax.vmap(outputs)(members) if self.side_by_side else lax.map(outputs, members))
            first += size
        each = jax.tree.map(lambda *parts: jnp.concatenate(parts), *found)
        if not self.averages:
            return jax.tree.map(lambda array: jnp.moveaxis(array, 0, 1), each)
        if not isinstance(each, tuple):
            return mixture(each, self.weights, self.logits[0])
        return tuple(mixture(item, self.weights, kind) for item, kind in zip(each, self.logits, strict=True))


def stacked(
    objectives: Sequence[Objective],
    weights: Sequence[float],
    logits: tuple[str | None, ...],
    *,
    averages: bool,
) -> tuple[Stacked, list[list[int]]]:
    """Networks as one objective, and the numbers of the members of each of its groups.

    Args:
        objectives: The objective of each member.
        weights: What each weighs.
        logits: See `Stacked`.
        averages: See `Stacked`.
    """
    ready = [canonical(at_step(objective, 0)) for objective in objectives]
    by_structure: dict[Any, list[int]] = {}
    for number, objective in enumerate(ready):
        by_structure.setdefault(jax.tree.structure(objective), []).append(number)
    groups = list(by_structure.values())
    order = [number for group in groups for number in group]
    made = Stacked(
        groups=tuple(stack([ready[number] for number in group]) for group in groups),
        weights=jnp.asarray([weights[number] for number in order], jnp.float32),
        logits=logits,
        sizes=tuple(map(len, groups)),
        side_by_side=predicts_side_by_side(),
        averages=averages,
    )
    return made, groups
