"""What the epochs of a run recorded, in the order of dispatch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = dict[str, NDArray[np.floating]]


class Trace:
    """Recorded values per name, collected window by window in arrays that grow by doubling.

    Args:
        begun: Epochs behind the run when it began: a number, or one for each member (members,). Those of its windows
            follow on them.
        before: What those epochs recorded.
    """

    def __init__(self, begun: Any = 0, before: Values | None = None) -> None:
        self._begun = np.asarray(begun)
        self._rounds = 0
        self._arrays: dict[str, NDArray[Any]] = dict(before or {})

    @property
    def axis(self) -> int:
        """The axis of the epochs: 0 for one network, 1 behind the members of a population."""
        return self._begun.ndim

    def append(self, window: Values) -> None:
        """Adds the epochs of one window; a name that lacks in some of them, or came later, is NaN there."""
        added = next(iter(window.values())).shape[self.axis]
        needed = int(self._begun.max(initial=0)) + self._rounds + added
        for name in {**self._arrays, **window}:
            array = self._arrays.get(name)
            if array is None or array.shape[self.axis] < needed:
                array = self._arrays[name] = self._grown(array, window.get(name, array), needed)
            if name not in window:
                continue
            # Members that began together are written together: as a rule all of them.
            for begun in np.unique(self._begun):
                first = int(begun) + self._rounds
                members = (self._begun == begun,) * self.axis
                array[(*members, slice(first, first + added))] = window[name][members]
        self._rounds += added

    def values(self, epochs: int) -> Values:
        """The first `epochs` epochs of everything recorded, NaN where a member recorded nothing."""
        recorded = int(self._begun.max(initial=0)) + self._rounds
        part = (slice(None),) * self.axis + (slice(0, min(epochs, recorded)),)
        return {name: array[part] for name, array in self._arrays.items()}

    def _grown(self, old: NDArray[Any] | None, like: Any, needed: int) -> NDArray[Any]:
        shape = list(like.shape)
        shape[self.axis] = 2 * needed
        new = np.full(shape, np.nan, like.dtype)
        if old is not None:
            new[(slice(None),) * self.axis + (slice(0, old.shape[self.axis]),)] = old
        return new
