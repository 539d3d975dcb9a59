"""`Sequence`: rows that come in batches by number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Sequence:
    """Batches by number: derive from it, and write `__len__` and `__getitem__`.

    Args:
        workers: Kept for Keras 3: batches are made one after the other.
        use_multiprocessing: Kept likewise.
        max_queue_size: Kept likewise.

    Source: Keras 2; `PyDataset` in Keras 3.
    """

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers, self.use_multiprocessing, self.max_queue_size = (
            workers,
            use_multiprocessing,
            max_queue_size,
        )

    def __getitem__(self, index: int) -> Any:
        """Batch number index: (x, y), or (x, y, weights)."""
        raise NotImplementedError(f"{type(self).__name__}: write __getitem__(self, index).")

    def __len__(self) -> int:
        """How many batches an epoch has."""
        raise NotImplementedError(f"{type(self).__name__}: write __len__(self).")

    def on_epoch_begin(self) -> None:
        """Called before an epoch."""

    def on_epoch_end(self) -> None:
        """Called after an epoch."""

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]
