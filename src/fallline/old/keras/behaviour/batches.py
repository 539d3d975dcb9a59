"""Data that come in batches: Python's generators, which may never end, and Keras's `Sequence`.

The batches are drawn beforehand and joined, so that the whole training stays one compiled program: an epoch takes as many
of them as it would have drawn, and the next goes on where it ended.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from fallline.errors import DataError, UsageError
from fallline.old.notices import say_once

AT_ONCE = 2 << 30
"""Bytes of batches that are drawn beforehand; beyond, the epochs share the batches of one."""


@dataclasses.dataclass(frozen=True)
class Joined:
    """Batches, joined.

    Attributes:
        x: Inputs of all rows.
        y: Their targets, or None.
        weight: Their weights, or None.
        batch_size: Rows of a batch.
        steps: Batches of an epoch.
        steps_at_once: Batches of all epochs.
        shuffled: Whether the rows came in another order in another epoch, so that training draws one for each.
    """

    x: Any
    y: Any
    weight: Any
    batch_size: int
    steps: int
    steps_at_once: int
    shuffled: bool = False


def comes_in_batches(x: Any) -> bool:
    """Whether something is a generator, a `Sequence` or another thing that gives batches, and no array or list of them."""
    if x is None or isinstance(x, str | bytes | list | tuple | Mapping | np.ndarray | jax.Array):
        return False
    if hasattr(x, "__array__") or hasattr(x, "__dataframe__") or hasattr(x, "columns"):
        return False
    return isinstance(x, Iterator) or _is_sequence(x) or (hasattr(x, "__iter__") and not hasattr(x, "shape"))


def _is_sequence(x: Any) -> bool:
    return hasattr(x, "__getitem__") and hasattr(x, "__len__") and not hasattr(x, "dtype")


def joined(source: Any, epochs: int = 1, steps: int | None = None, rows: int | None = None) -> Joined:
    """The batches of so many epochs.

    Args:
        source: What gives batches (x, y), (x, y, sample_weight) or x.
        epochs: How many epochs there are.
        steps: Batches of an epoch; None: as many as there are.
        rows: Rows of an epoch, as Keras 1 counted (`samples_per_epoch`).

    Raises:
        UsageError: it never ends, and nobody says how many batches an epoch has.
        DataError: it gives no batches.
    """
    draw = _drawing(source)
    if steps is None and rows is None and not _is_sequence(source):
        steps = getattr(source, "steps", None)
    first = list(_epoch(draw(), steps, rows))
    if not first:
        raise DataError("the generator gave no batches.")
    steps = len(first)
    size = sum(array.nbytes for array in jax.tree.leaves(first))
    batches, shuffled = list(first), False
    sizes = [_rows(batch[0]) for batch in first]
    if epochs > 1 and sizes[-1] < sizes[0]:
        # Epochs that end in a smaller batch do not follow each other in equal steps: all take the rows of the first.
        again = list(_epoch(draw(), steps, None))
        shuffled = not _same(first, again)
    elif epochs > 1:
        if size * epochs > AT_ONCE:
            say_once(
                f"the generator's batches of {epochs} epochs do not fit into memory at once: all take those of the first."
            )
        else:
            for _ in range(1, epochs):
                batches += _epoch(draw(), steps, None)
    x, y, weight = (_concatenated([batch[place] for batch in batches]) for place in range(3))
    largest = max(_rows(batch[0]) for batch in first)
    return Joined(x, y, weight, largest, steps, len(batches), shuffled)


def _same(one: Any, other: Any) -> bool:
    """Whether two epochs have the same rows in the same order."""
    first, second = jax.tree.leaves(one), jax.tree.leaves(other)
    return len(first) == len(second) and all(map(np.array_equal, first, second))


def _drawing(source: Any) -> Callable[[], Iterator[Any]]:
    """What gives the batches of the next epoch."""
    if isinstance(source, Iterator):
        return lambda: source
    if _is_sequence(source):
        epochs = itertools.count()

        def again() -> Iterator[Any]:
            if next(epochs) and callable(end := getattr(source, "on_epoch_end", None)):
                end()
            return (source[index] for index in range(len(source)))

        return again
    if callable(source) and not isinstance(source, Iterable):
        return lambda: iter(source())
    return lambda: iter(source)


def _epoch(batches: Iterator[Any], steps: int | None, rows: int | None) -> Iterator[tuple[Any, Any, Any]]:
    taken = seen = 0
    limit = 1_000_000
    while (steps is None or taken < steps) and (rows is None or seen < rows):
        batch = next(batches, None)
        if batch is None:
            return
        parts = _parts(batch)
        taken, seen = taken + 1, seen + _rows(parts[0])
        if taken == limit:
            raise UsageError(
                "the generator gave a million batches and no end; say how many an epoch has: steps_per_epoch=..."
            )
        yield parts


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    """Inputs, targets and weights of a batch, as arrays."""
    if not isinstance(batch, tuple):
        batch = tuple(batch) if isinstance(batch, list) and len(batch) == 2 else (batch,)
    padded = (*batch, None, None)[:3]
    x, y, weight = (
        jax.tree.map(np.asarray, item, is_leaf=lambda leaf: not isinstance(leaf, list | tuple | Mapping))
        if _is_packed(item)
        else None
        if item is None
        else np.asarray(item)
        for item in padded
    )
    return x, y, weight


def _is_packed(item: Any) -> bool:
    """Whether it is several arrays, in a list or a dictionary."""
    if isinstance(item, Mapping):
        return True
    return (
        isinstance(item, list | tuple) and bool(item) and np.ndim(item[0]) > 0 and hasattr(item[0], "shape")
    )


def _rows(x: Any) -> int:
    leaves = jax.tree.leaves(x)
    return int(leaves[0].shape[0]) if leaves and leaves[0].ndim else 1


def _concatenated(parts: list[Any]) -> Any:
    if parts[0] is None:
        return None
    return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)
