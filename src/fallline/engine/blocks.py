"""The row indices of a run, block by block, each made while the device works on the one before."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline._tree import PyTree
from fallline.data.order import Order
from fallline.data.sampling import Sampling
from fallline.engine.plan import Plan
from fallline.engine.state import Numbers
from fallline.errors import UsageError

LEAST_EPOCHS = 16
"""Epochs of one dispatch that a large population may have at least, where no indices bound them: its trace is sent to
the host whole."""


class Blocks:
    """Blocks of an order in the run's own time, counted in rounds: epochs since it began, the same for all members.

    Args:
        order: Which rows each epoch takes.
        first_epochs: The epoch with which each of its orders begins.
        rounds: How many rounds there may be.
        place: Brings indices to the devices.
    """

    def __init__(
        self, order: Order, first_epochs: Sequence[int], rounds: int, place: Callable[[PyTree], PyTree]
    ) -> None:
        self._order = order
        self._first_epochs = first_epochs
        self._rounds = rounds
        self._place = place
        self._number = -1
        self._now: PyTree = None
        self._pool: concurrent.futures.ThreadPoolExecutor | None = None
        self._next: concurrent.futures.Future[Any] | None = None

    def __enter__(self) -> Blocks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def at(self, epoch: int) -> PyTree:
        """The block that holds a round, on the devices; rounds come in their order."""
        number = epoch // self._order.capacity
        if number != self._number:
            self._number = number
            made = self._made(number) if self._next is None else self._next.result()
            self._now = self._place(made)
            if (number + 1) * self._order.capacity < self._rounds and not self._order.sends_nothing:
                # A thread: what it does is NumPy's, and the device's threads need no lock of Python's.
                self._pool = self._pool or concurrent.futures.ThreadPoolExecutor(1, "fallline-order")
                self._next = self._pool.submit(self._made, number + 1)
        return self._now

    def _made(self, number: int) -> PyTree:
        first = number * self._order.capacity
        return self._order.block([epoch + first for epoch in self._first_epochs], self._rounds - first)


def capacity_of(order: Order, members: int) -> int:
    """Epochs of one dispatch at most: those of a block of indices, or as many as make a trace worth sending."""
    return max(LEAST_EPOCHS, order.capacity // members) if order.sends_nothing else order.capacity


def order_of(rows: int, plan: Plan, numbers: Numbers, *, shared: bool) -> Order:
    """Which rows each step of each epoch takes, for all members where they share it."""
    sampling = plan.sampling if isinstance(plan.sampling, Sampling) else None
    sets: tuple[NDArray[np.int32], ...] | None = None
    if numbers.share.train is not None:
        sets = tuple(np.atleast_2d(np.asarray(numbers.share.train)))
        if sampling is not None:
            raise UsageError(
                f"run: {type(sampling).__name__} knows the whole training set; where members have rows of their own "
                "take HardExamples, or a shuffle."
            )
    return Order.of(
        rows if sets is None else len(sets[0]),
        plan.batch_size,
        numbers.seeds[:1] if shared else numbers.seeds,
        plan.shuffle,
        plan.steps_per_epoch,
        sampling,
        drawn_inside=numbers.sampler is not None,
        sets=sets,
    )


def shares_order(numbers: Numbers, plan: Plan, begun: NDArray[np.integer]) -> bool:
    """Whether all members take the same rows in the same steps."""
    alike = len(set(numbers.seeds)) == 1 or not (plan.shuffle or plan.sampling)
    own_rows = numbers.members is not None and numbers.share.train is not None
    return alike and not own_rows and np.min(begun) == np.max(begun)
