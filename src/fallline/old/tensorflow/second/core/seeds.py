"""Seeds of random operations as TensorFlow 2 derives them when operations run at once."""

from __future__ import annotations

import random as python_random
from collections.abc import Hashable
from typing import Any

from fallline.graph.core.graph import Graph

_LARGEST = 2**31 - 1


class Seeds:
    """The global seed, and what follows from it.

    An operation without a seed of its own draws one from a generator of Python that the global seed starts. One with a seed
    of its own goes on, in its next call, where it stopped.

    Attributes:
        seed: The global seed; None: each operation draws from the system.
        states: Where operations with a seed of their own stopped.
    """

    def __init__(self) -> None:
        self.set(None)

    def set(self, seed: int | None) -> None:
        """`tf.random.set_seed(seed)`."""
        self.seed = seed
        self._drawn = python_random.Random(seed)
        self.states: dict[Hashable, Any] = {}

    def next(self, keep: bool) -> int:
        """The seed of the next operation that has none of its own.

        Args:
            keep: Whether it is only looked at.
        """
        before = self._drawn.getstate() if keep else None
        found = self._drawn.randint(0, _LARGEST)
        if before is not None:
            self._drawn.setstate(before)
        return found


seeds = Seeds()


class Scratch(Graph):
    """The nodes of one operation that runs at once.

    Attributes:
        seed: The global seed.
        drew: Whether a random operation took a seed from the global generator.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seed = seeds.seed
        self.drew = False

    @property
    def random_operations(self) -> int:
        """The seed of a random operation that has none of its own; setting it says that it was taken."""
        return seeds.next(keep=True)

    @random_operations.setter
    def random_operations(self, number: int) -> None:
        if number:
            self.drew = True
            seeds.next(keep=False)
