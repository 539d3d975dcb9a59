"""An array of one whole number that may stand where Python asks for a number."""

from __future__ import annotations

from typing import Any

import numpy as np


class OneElement(np.ndarray[Any, Any]):
    """What `np.frombuffer` gives of four bytes: `range(n)`, `file.read(n)` and `x[:n]` take it, as they did of old."""

    def __array_finalize__(self, source: Any) -> None:
        """Nothing to carry over."""

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        del context
        plain = np.asarray(array)
        if plain.shape == (1,) and plain.dtype.kind in "iu":
            return plain.view(OneElement)
        return plain[()] if return_scalar else plain

    def __index__(self) -> int:
        return int(self.item())

    __int__ = __index__

    def __float__(self) -> float:
        return float(self.item())

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    def __str__(self) -> str:
        return str(np.asarray(self))
