"""The order in which rows are visited, for the epochs of a block: the run makes one while the device works on another."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fallline.data.permutation import permutation
from fallline.data.sampling import Sampling
from fallline.own.shown import fields_shown

INDEX_BUDGET = 1 << 18
"""Row indices sent to the device at once: 1 MiB of int32."""

MOST_EPOCHS = 1024
"""Epochs per block when no indices have to be sent."""


@dataclasses.dataclass(frozen=True)
class Order:
    """Which rows each step of each epoch takes.

    Attributes:
        rows: Rows that an order visits.
        batch_size: Rows per step, at most `rows`.
        steps: Full batches per epoch.
        tail: Rows in the short last batch of an epoch; 0 if there is none.
        seeds: One seed per distinct order; a population whose members share a seed shares the order.
        shuffle: False visits the rows as they stand.
        continues: With `steps_per_epoch`, an epoch continues where the last one ended: the passes over the
            data form one stream that is cut into full batches. Every row is used equally often.
        sampling: What chooses the rows of a pass instead of a shuffle, or None.
        drawn_inside: Whether the compiled run draws the rows itself: then no indices are sent.
        sets: Which rows of the data set each order visits, (rows,) per seed; None: all of them.
    """

    __repr__ = fields_shown

    rows: int
    batch_size: int
    steps: int
    tail: int
    seeds: tuple[int, ...]
    shuffle: bool
    continues: bool
    sampling: Sampling | None = None
    drawn_inside: bool = False
    sets: tuple[NDArray[np.int32], ...] | None = None

    @staticmethod
    def of(
        rows: int,
        batch_size: int,
        seeds: tuple[int, ...],
        shuffle: bool,
        steps_per_epoch: int | None,
        sampling: Sampling | None = None,
        drawn_inside: bool = False,
        sets: tuple[NDArray[np.int32], ...] | None = None,
    ) -> Order:
        """The order for a data set, with Keras's meaning of the arguments."""
        batch_size = min(batch_size, rows)
        if steps_per_epoch is not None:
            steps, tail, continues = steps_per_epoch, 0, True
        else:
            (steps, tail), continues = divmod(rows, batch_size), False
        return Order(rows, batch_size, steps, tail, seeds, shuffle, continues, sampling, drawn_inside, sets)

    @property
    def steps_per_epoch(self) -> int:
        """Steps per epoch, the short one included."""
        return self.steps + (1 if self.tail else 0)

    @property
    def takes_everything(self) -> bool:
        """Whether each step takes the whole data set (batch gradient descent): then no indices are needed."""
        return self.batch_size == self.rows and self.sampling is None and not self.drawn_inside

    @property
    def sends_nothing(self) -> bool:
        """Whether no indices are sent to the program."""
        return self.takes_everything or self.drawn_inside

    @property
    def capacity(self) -> int:
        """Epochs per block of indices; a function of the shapes alone, so that it never changes a program."""
        if self.sends_nothing:
            return MOST_EPOCHS
        per_epoch = (self.steps * self.batch_size + self.tail) * len(self.seeds)
        return max(1, min(MOST_EPOCHS, INDEX_BUDGET // per_epoch))

    def block(
        self, first_epochs: int | Sequence[int], epochs: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
        """Indices of up to `capacity` epochs, or None when none are sent.

        Args:
            first_epochs: The first of these epochs, one number, or one for each order.
            epochs: How many are wanted.

        Returns:
            Full batches (orders, capacity, steps, batch_size) and short ones (orders, capacity, tail); the
            part beyond `epochs` is not filled.
        """
        if self.sends_nothing:
            return None
        used = self.steps * self.batch_size
        full = np.zeros((len(self.seeds), self.capacity, self.steps, self.batch_size), np.int32)
        short = np.zeros((len(self.seeds), self.capacity, self.tail), np.int32)
        firsts: list[int] = np.broadcast_to(first_epochs, len(self.seeds)).tolist()
        for offset in range(min(epochs, self.capacity)):
            made: dict[tuple[int, int], NDArray[np.int32]] = {}  # folds of one seed share their permutation
            for which, (seed, first) in enumerate(zip(self.seeds, firsts, strict=True)):
                which_order = seed, first + offset
                if which_order not in made:
                    made[which_order] = self._epoch(*which_order)
                order = made[which_order]
                order = order if self.sets is None else self.sets[which][order]
                full[which, offset] = order[:used].reshape(self.steps, self.batch_size)
                short[which, offset] = order[used:]
        return full, short

    def _epoch(self, seed: int, epoch: int) -> NDArray[np.int32]:
        if not self.continues:
            return self._pass(seed, epoch)
        if self.sampling is not None:
            return self.sampling.epoch(seed, epoch, self.steps * self.batch_size)
        first = epoch * self.steps * self.batch_size
        last = first + self.steps * self.batch_size
        passes = range(first // self.rows, -(-last // self.rows))
        stream = np.concatenate([self._pass(seed, number) for number in passes])
        start = first - passes.start * self.rows
        return stream[start : start + last - first]

    def _pass(self, seed: int, number: int) -> NDArray[np.int32]:
        if self.sampling is not None:
            return self.sampling.epoch(seed, number, self.rows)
        if self.shuffle:
            return permutation(seed, number, self.rows)
        return np.arange(self.rows, dtype=np.int32)
