"""Who may change a run between its epochs: halving, population-based training, boosting. Observers only look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from fallline._tree import leaf_name, replace
from fallline.engine.placement import Placement
from fallline.engine.state import Numbers, TrainingState
from fallline.errors import UsageError

T = TypeVar("T")

Between = Callable[[TrainingState, Numbers], tuple[TrainingState, Numbers] | None]
"""`between(state, numbers)` -> both as the run goes on with them, or None for as they are. In a population their leaves
carry the member axis. The arrays are valid until it returns; values change, shapes do not."""


def changed(
    between: Between, state: TrainingState, numbers: Numbers, placement: Placement
) -> tuple[TrainingState, Numbers]:
    """State and numbers, on the devices, after its turn.

    Where it gives other variables these are what a member goes back to when it diverges.

    Raises:
        UsageError: what it gives is not of the shape of what it was given, or would change the order of rows, which is
            made ahead.
    """
    before = placement.real((state, numbers))
    given = between(*before)
    if given is None:
        return state, numbers
    after_state, after_numbers = given
    for name in ("seed", "share.train"):
        one, other = (
            jax.tree.leaves(each.seed if name == "seed" else each.share.train)
            for each in (before[1], after_numbers)
        )
        if not all(map(np.array_equal, one, other)):
            raise UsageError(f"between: {name} cannot change, since the order of rows follows from it.")
    moved = any(
        one is not other
        for one, other in zip(
            *(jax.tree.leaves(each.variables) for each in (before[0], after_state)), strict=False
        )
    )
    if moved and after_state.good is before[0].good:
        after_state = replace(
            after_state, good=after_state.good.of(after_state.variables, after_state.optimizer)
        )
    return (
        _taken("state", state, before[0], after_state, placement),
        _taken("numbers", numbers, before[1], after_numbers, placement),
    )


def _taken(what: str, now: T, before: T, after: T, placement: Placement) -> T:
    """What was given, laid over the devices; what was not changed stays where it lies."""
    if len({jax.tree.structure(each) for each in (before, after)}) > 1:
        raise UsageError(
            f"between: {what} must have the structure of what was given; only its values may change."
        )
    old, kept = jax.tree.leaves(before), jax.tree.leaves(now)
    taken: list[Any] = []
    for (path, leaf), given, present in zip(
        jax.tree_util.tree_flatten_with_path(after)[0], old, kept, strict=True
    ):
        if leaf is given:
            taken.append(present)
            continue
        # A copy: the run gives its arrays away, and one array may have been put in several places.
        value = jnp.array(leaf, given.dtype)
        if value.shape != given.shape:
            raise UsageError(
                f"between: {what} {leaf_name(path)} must have shape {given.shape}, got {value.shape}."
            )
        taken.append(placement.spread(value))
    return jax.tree.unflatten(jax.tree.structure(now), taken)
