"""One step of training: the numbers of the moment, a key, and the objective's own body."""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array

from fallline._random import Key, named_key, root_key
from fallline._schedule import at_step
from fallline.compilation.uncompiled import watching
from fallline.engine.objective import Batch, Step, Variables
from fallline.engine.state import Numbers
from fallline.optimizers import OptimizerState


def take_step(
    variables: Variables, optimizer: OptimizerState, batch: Batch, numbers: Numbers, epoch: Any, step: Any
) -> Step:
    """One step, as the run takes it; pure, so that a program of its own may stand on it.

    Args:
        variables: Parameters and state before the step.
        optimizer: The optimizer's state before it.
        batch: The rows of the step.
        numbers: The numbers of the run, or those that rules made of them; schedules are looked up here.
        epoch: The epoch, counted from 0 over the whole training; decides the randomness, with the next.
        step: The step within the epoch.
    """
    now = at_step(numbers, optimizer.step)
    with watching():
        return now.objective.advance(variables, optimizer, batch, step_key(numbers.seed, epoch, step), now)


def step_key(seed: Any, epoch: Any, step: Any) -> Key:
    """The key of one step: a function of seed, epoch and step alone. Removed by XLA where nothing is random."""
    key = named_key(root_key(seed), "step")
    folded: Array = jax.random.fold_in(jax.random.fold_in(key, epoch), step)
    return folded
