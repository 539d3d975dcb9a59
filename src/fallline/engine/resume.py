"""Where a run that was cut off goes on: everything that its state held at the end of an epoch."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline._tree import named_leaves
from fallline.engine.observer import Boundary
from fallline.engine.state import TrainingState
from fallline.errors import SavedFileError


@dataclasses.dataclass(frozen=True)
class Resume:
    """The state of a solo run at the end of an epoch, as named arrays.

    A run that resumes it ends with bitwise the weights of one that was never cut off: order, dropout and
    schedules are functions of seed, epoch and step alone, and all else is in these arrays.

    Attributes:
        arrays: The leaves of the `TrainingState`, by their path.
        trace: What each epoch recorded so far.
        seed: The seed of the run.
        initial_epoch: The epoch at which the run began.
    """

    arrays: dict[str, NDArray[Any]]
    trace: dict[str, NDArray[Any]]
    seed: int
    initial_epoch: int

    @staticmethod
    def at(boundary: Boundary) -> Resume:
        """What a run stands at, read at the end of an epoch."""
        arrays = {name: np.asarray(leaf) for name, leaf in named_leaves(boundary.state).items()}
        return Resume(arrays, boundary.history, boundary.seed, boundary.initial_epoch)

    @property
    def epochs(self) -> int:
        """Epochs completed since the run began."""
        return int(self.arrays["epoch"])

    def state(self, like: TrainingState) -> TrainingState:
        """The state as a run takes it.

        Args:
            like: The state of a run that begins: it says which arrays there must be.

        Raises:
            SavedFileError: the arrays are those of another network, optimizer or set of callbacks.
        """
        names = named_leaves(like)
        wrong = [
            name
            for name, leaf in names.items()
            if name not in self.arrays
            or self.arrays[name].shape != leaf.shape
            or self.arrays[name].dtype != leaf.dtype
        ]
        if extra := sorted(set(self.arrays) - set(names)):
            wrong += extra
        if wrong:
            raise SavedFileError(
                f"the run to resume was another one: {wrong[0]} does not fit. Train with the same network, optimizer, "
                "callbacks, batch size and data as then, or begin anew."
            )
        leaves = [jax.numpy.array(self.arrays[name]) for name in names]
        return jax.tree.unflatten(jax.tree.structure(like), leaves)
