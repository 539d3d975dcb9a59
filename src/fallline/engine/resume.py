"""Where a run that was cut off goes on: everything that its state held at the end of an epoch."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fallline._tree import named_leaves
from fallline.engine.observer import Boundary
from fallline.engine.state import TrainingState
from fallline.errors import SavedFileError
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class Resume:
    """The state of a run at the end of an epoch, as named arrays; of a population with a leading member axis.

    A run that resumes it ends with bitwise the weights of one that was never cut off: order, dropout and
    schedules are functions of seed, epoch and step alone, and all else is in these arrays.

    Attributes:
        arrays: The leaves of the `TrainingState`, by their path.
        trace: What each epoch recorded so far.
        seed: The seed of the run; (members,) of a population.
        initial_epoch: The epoch at which the run began.
        fresh: Which members begin afresh (members,), from the numbers and variables given to the run; None: none.
    """

    __repr__ = fields_shown

    arrays: dict[str, NDArray[Any]]
    trace: dict[str, NDArray[Any]]
    seed: Any
    initial_epoch: int
    fresh: NDArray[np.bool_] | None = None

    @staticmethod
    def at(boundary: Boundary) -> Resume:
        """What a run stands at, read at the end of an epoch."""
        state = jax.tree.map(np.array, boundary.state)
        return Resume.of(state, boundary.history, boundary.seed, boundary.initial_epoch)

    @staticmethod
    def of(state: TrainingState, trace: dict[str, NDArray[Any]], seed: Any, initial_epoch: int) -> Resume:
        """What a state at the end of an epoch is resumed from; its arrays are not copied where they lie on the host."""
        arrays = {name: np.asarray(leaf) for name, leaf in named_leaves(state).items()}
        return Resume(arrays, trace, seed, initial_epoch)

    def select(self, places: Sequence[int | None]) -> Resume:
        """A population of other members: who has ended leaves, others take the places.

        Args:
            places: For each place of the new population the member of this one that goes on there, or None for one
                that begins afresh. Their numbers, in this order, are given to the run.
        """
        taken = np.array([0 if member is None else member for member in places], np.intp)
        fresh = np.array([member is None for member in places], bool)
        fresh |= False if self.fresh is None else self.fresh[taken]
        return dataclasses.replace(
            self,
            arrays={name: array[taken] for name, array in self.arrays.items()},
            trace={name: values[taken] for name, values in self.trace.items()},
            seed=np.asarray(self.seed)[taken],
            fresh=fresh,
        )

    @property
    def parameters(self) -> int:
        """Numbers in the parameters of one network."""
        sizes = [array.size for name, array in self.arrays.items() if name.startswith("variables/params/")]
        return sum(sizes) // max(1, np.size(self.seed))

    @property
    def epochs(self) -> Any:
        """Epochs completed since the run began; (members,) of a population."""
        epochs = self.arrays["epoch"]
        return int(epochs) if epochs.ndim == 0 else self._chosen(0, epochs)

    def seeds(self, given: Any) -> Any:
        """The seed that goes on, or for members that begin afresh the one given."""
        return self._chosen(np.asarray(given), np.asarray(self.seed, np.int32))

    def history(self) -> dict[str, NDArray[Any]]:
        """What was recorded, nothing of members that begin afresh."""
        return {
            name: self._chosen(np.asarray(np.nan, values.dtype), values)
            for name, values in self.trace.items()
        }

    def state(self, like: TrainingState) -> TrainingState:
        """The state as a run takes it.

        Args:
            like: The state of a run that begins: it says which arrays there must be; where nobody begins afresh their
                shapes and types will do.

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
        # Copies: the run gives its arrays away, and these stay the caller's. A population lays them over devices yet.
        copy = jax.numpy.array if np.ndim(self.seed) == 0 else np.array
        leaves = [copy(self._chosen(leaf, self.arrays[name])) for name, leaf in names.items()]
        return jax.tree.unflatten(jax.tree.structure(like), leaves)

    def _chosen(self, begun: Any, saved: NDArray[Any]) -> NDArray[Any]:
        """What was saved, and for members that begin afresh what they begin with."""
        if self.fresh is None:
            return saved
        fresh = self.fresh.reshape(-1, *(1,) * (saved.ndim - 1))
        return np.where(fresh, np.asarray(begun), saved)
