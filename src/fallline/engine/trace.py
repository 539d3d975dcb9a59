"""What the epochs of a run recorded, in the order of dispatch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = dict[str, NDArray[np.floating]]


class Trace:
    """Recorded values per name, collected window by window; the last axis is the epoch."""

    def __init__(self) -> None:
        self._windows: list[Values] = []

    def append(self, window: Values) -> None:
        """Adds the epochs of one window, (epochs,) or (members, epochs) per name."""
        self._windows.append(window)

    def values(self, epochs: int) -> Values:
        """The first `epochs` epochs of everything recorded."""
        if not self._windows:
            return {}
        return {
            name: np.concatenate([window[name] for window in self._windows], axis=-1)[..., :epochs]
            for name in self._windows[0]
        }
