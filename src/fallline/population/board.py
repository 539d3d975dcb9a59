"""The places of a running population: who sits where, and what they hold between two stretches of the run."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline._tree import PyTree, replace
from fallline.engine import Numbers, Resume
from fallline.engine.endings import Status
from fallline.own.shown import fields_shown
from fallline.population.member import Member, Saved


@dataclasses.dataclass
class Work:
    """A network to be trained up to an epoch.

    Attributes:
        member: The network.
        numbers: Its numbers, seed and rows included.
        until: The epoch at which it leaves its place.
        start: Variables to begin with; None: drawn from the seed.
        saved: Where it goes on; None: it begins.
    """

    __repr__ = fields_shown

    member: Member
    numbers: Numbers
    until: int
    start: PyTree = None
    saved: Saved | None = None

    @functools.cached_property
    def flat(self) -> tuple[list[Any], Any]:
        """The leaves of its numbers, and their structure."""
        return jax.tree.flatten(self.numbers)

    @property
    def epochs(self) -> int:
        """Epochs that are behind it."""
        return 0 if self.saved is None else self.saved.epochs


def stacked(places: Sequence[Work | None]) -> Numbers:
    """The numbers of all places; of those without work, somebody's."""
    like = next(work for work in places if work is not None)
    leaves = [np.stack(column) for column in zip(*((work or like).flat[0] for work in places), strict=True)]
    numbers: Numbers = jax.tree.unflatten(like.flat[1], leaves)
    return replace(numbers, members=len(places))


def resumed(places: Sequence[Work | None], initial_epoch: int, empty: Saved | None) -> Resume | None:
    """Where a run of these places goes on; None where all begin.

    Args:
        places: Who is on each place; nobody on one that has no work.
        initial_epoch: The epoch at which all training begins.
        empty: What somebody held, to fill places without work: they are marked as stopped and cost nothing.
    """
    held = [None if work is None else work.saved for work in places]
    like = next((saved for saved in held if saved is not None), empty)
    if like is None:
        assert all(work is not None for work in places)
        return None
    if all(saved is None for saved in held) and all(work is not None for work in places):
        return None
    fresh = np.array([work is not None and work.saved is None for work in places])
    arrays = {
        name: np.stack([np.asarray((saved or like).arrays[name]) for saved in held]) for name in like.arrays
    }
    idle = np.array([work is None for work in places])
    arrays["status"][idle] = Status.STOPPED
    # Those that only fill places neither begin late nor hold back the others.
    arrays["epoch"][idle] = max((saved.epochs for saved in held if saved is not None), default=0)
    traces: list[Mapping[str, NDArray[Any]]] = [{} if saved is None else saved.trace for saved in held]
    seeds = [0 if work is None else int(work.numbers.seed) for work in places]
    return Resume(
        arrays,
        _joined(traces),
        np.asarray(seeds, np.int32),
        initial_epoch,
        fresh if fresh.any() else None,
    )


def _joined(traces: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Traces (epochs, ...) of different lengths as one (members, epochs, ...), NaN where nothing was recorded."""
    names: dict[str, NDArray[Any]] = {}
    for trace in traces:
        names |= trace
    length = max((len(values) for trace in traces for values in trace.values()), default=0)
    found = {}
    for name, like in names.items():
        whole = np.full((len(traces), length, *like.shape[1:]), np.nan, like.dtype)
        for place, trace in enumerate(traces):
            if name in trace:
                whole[place, : len(trace[name])] = trace[name]
        found[name] = whole
    return found


def taken(resume: Resume, place: int) -> Saved:
    """What the network on a place holds."""
    arrays = {name: np.array(array[place]) for name, array in resume.arrays.items()}
    epochs = int(arrays["epoch"])
    return Saved(arrays, {name: np.array(values[place, :epochs]) for name, values in resume.trace.items()})
