"""How many members a program holds at once, from what one needs and the memory that is free."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from fallline._tree import PyTree, replace
from fallline.engine.blocks import order_of
from fallline.engine.choice import batch_like
from fallline.engine.endings import Status
from fallline.engine.objective import Batch
from fallline.engine.placement import MOST_PLACES, MOST_PLACES_SIDE_BY_SIDE, Placement, place
from fallline.engine.plan import Plan
from fallline.engine.scoring import ROWS_AT_ONCE, fresh_variables
from fallline.engine.state import Numbers, TrainingState, initial_state

SHARE_OF_MEMORY = 0.5
"""Of what is free, so that others find some too."""

COPIES_ON_THE_HOST = 4
"""A member's state on a CPU: that of the run, what it gave, what is kept of it, and what the next one begins with."""

_processes = [1]
"""How many processes like this one the machine has."""

ACTIVATIONS_PER_LAYER = 4
"""Before and after the activation, and the gradient of each."""


def parameters_of(numbers: Numbers) -> int:
    """Numbers in the parameters of one network, of a population's numbers or of its own."""
    fresh = jax.eval_shape(lambda own: fresh_variables(own.objective, own.seed), _one(numbers))
    return sum(leaf.size for leaf in jax.tree.leaves(fresh.params))


class Room(NamedTuple):
    """What a program has room for.

    Attributes:
        places: The most members that it should hold: at least 1; as a rule a multiple of the devices times the members that
            run side by side on one.
        parameters: Numbers in the parameters of one of them.
    """

    places: int
    parameters: int


def room(numbers: Numbers, train: Batch, validation: Batch | None, plan: Plan) -> Room:
    """How many members one program should hold: whole groups on each device, within the free memory.

    Args:
        numbers: Those of a member.
        train: The training set.
        validation: The validation set, if there is one.
        plan: What to run.
    """
    own = _one(numbers).canonical()
    shapes = [
        jax.tree.map(lambda array: jax.ShapeDtypeStruct(np.shape(array), array.dtype), each)
        for each in (train, validation)
    ]
    order = order_of(train.rows, plan, own, shared=False)
    batch = batch_like(own, shapes[0], order.batch_size)

    def begin(own: Numbers) -> Any:
        variables = fresh_variables(own.objective, own.seed)
        return initial_state(own, variables, None, order.steps_per_epoch, batch, shapes[1], order.rows)

    state = jax.eval_shape(begin, own)
    parameters = sum(leaf.size for leaf in jax.tree.leaves(state.variables.params))
    device = jax.devices()[0]
    on_cpu = device.platform == "cpu"
    most = MOST_PLACES if on_cpu else MOST_PLACES_SIDE_BY_SIDE
    layout = place(max(most, len(jax.devices())), parameters, early=bool(own.rules))
    together = len(layout.devices) * (layout.width if on_cpu else 1)
    # A member's state, its rows' order for two blocks, and beside them what a step holds.
    held = _bytes(state) * (COPIES_ON_THE_HOST if on_cpu else 2) + 8 * order.rows
    rows = max(order.batch_size, min(ROWS_AT_ONCE, validation.rows) if validation is not None else 0)
    step = _activations(state.variables.params, shapes[0], rows)
    free = SHARE_OF_MEMORY * _free(device) / _processes[0] - _bytes(shapes) * (
        len(layout.devices) if on_cpu else 1
    )
    # On a CPU one group of a device follows the other, and what a step holds is a group's.
    fits = int((free - together * step) / held if on_cpu else free / (held + step))
    if fits < together:
        return Room(max(1, fits), parameters)
    return Room(min(max(most, together), fits) // together * together, parameters)


def share_memory(processes: int) -> None:
    """Says that so many processes like this one train on the machine: each takes its part of what is free."""
    _processes[0] = processes


def filled(state: TrainingState, placement: Placement) -> TrainingState:
    """A state on the devices in which members that only fill these up have stopped: they cost nothing."""
    if placement.members is None or placement.padded == placement.members:
        return state
    status = np.where(placement.fillers, np.int32(Status.STOPPED), np.asarray(state.status))
    return replace(state, status=placement.laid(status))


def _one(numbers: Numbers) -> Numbers:
    if numbers.members is None:
        return numbers
    one: Numbers = jax.tree.map(lambda leaf: leaf[0], numbers)
    return one


def _bytes(node: PyTree) -> int:
    return sum(math.prod(leaf.shape) * np.dtype(leaf.dtype).itemsize for leaf in jax.tree.leaves(node))


def _activations(params: PyTree, data: Batch, rows: int) -> int:
    """Bytes that a step holds beside the state, from above: each kernel gives its last axis for each row and pixel."""
    arrays = jax.tree.leaves(data.x)
    inputs = sum(math.prod(array.shape[1:]) for array in arrays)
    pixels = max((math.prod(array.shape[1:-1]) for array in arrays), default=1)
    units = sum(leaf.shape[-1] for leaf in jax.tree.leaves(params) if leaf.ndim > 1)
    return 4 * rows * (inputs + ACTIVATIONS_PER_LAYER * units * max(1, pixels))


def _free(device: jax.Device) -> float:
    """Bytes that are free on a device, as far as it says; a CPU's are the machine's, or what the container may have."""
    stats = None if device.platform == "cpu" else device.memory_stats()
    if stats and "bytes_limit" in stats:
        return float(stats["bytes_limit"] - stats.get("bytes_in_use", 0))
    found = [
        _number(line.split()[1]) * 1024 for line in _lines("/proc/meminfo") if line.startswith("MemAvailable")
    ]
    limit, used = (next(iter(_lines(f"/sys/fs/cgroup/memory.{name}")), "") for name in ("max", "current"))
    if limit.strip().isdigit() and used.strip().isdigit():
        found.append(float(limit) - float(used))
    return min(found, default=4 * 2.0**30)


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _number(text: str) -> float:
    return float(text) if text.isdigit() else 0.0
