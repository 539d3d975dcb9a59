"""JAX's arrays, which stand where TensorFlow 2 has tensors: `loss(targets, predictions).numpy()`."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.old.companions.changes import Changes


def give_back(jax: ModuleType, changes: Changes) -> None:
    """Gives arrays the method `numpy`, for as long as the program runs."""
    del jax
    from jax._src.array import ArrayImpl  # public functions would look for devices first

    if "numpy" not in vars(ArrayImpl):
        changes.put(ArrayImpl, "numpy", _numpy)


def _numpy(array: Any) -> NDArray[Any]:
    """The values on the host."""
    return np.asarray(array)
