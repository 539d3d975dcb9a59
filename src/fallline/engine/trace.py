"""What the epochs of a run recorded, in the order of dispatch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = dict[str, NDArray[np.floating]]


class Trace:
    """Recorded values per name, collected window by window in arrays that grow by doubling.

    Args:
        axis: The axis of the epochs: 0 for one network, 1 behind the members of a population.
    """

    def __init__(self, axis: int) -> None:
        self._axis = axis
        self._epochs = 0
        self._arrays: dict[str, NDArray[Any]] = {}

    def append(self, window: Values) -> None:
        """Adds the epochs of one window; a name that lacks in some of them, or came later, is NaN there."""
        added = next(iter(window.values())).shape[self._axis]
        needed = self._epochs + added
        for name in {**self._arrays, **window}:
            array = self._arrays.get(name)
            if array is None or array.shape[self._axis] < needed:
                like = window[name] if array is None else array
                array = self._arrays[name] = self._grown(array, like, needed)
            if name in window:
                array[self._part(self._epochs, needed)] = window[name]
        self._epochs = needed

    def values(self, epochs: int) -> Values:
        """The first `epochs` epochs of everything recorded; views that are not written to any more."""
        return {name: array[self._part(0, min(epochs, self._epochs))] for name, array in self._arrays.items()}

    def _grown(self, old: NDArray[Any] | None, values: NDArray[Any], needed: int) -> NDArray[Any]:
        shape = list(values.shape)
        shape[self._axis] = 2 * needed
        new = np.full(shape, np.nan, values.dtype)
        if old is not None:
            new[self._part(0, self._epochs)] = old[self._part(0, self._epochs)]
        return new

    def _part(self, first: int, last: int) -> tuple[slice, ...]:
        return (slice(None),) * self._axis + (slice(first, last),)
