"""`tf.distribute`: strategies over the processors of one machine, which JAX uses by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


class Strategy:
    """One replica; `scope()` needs nothing."""

    num_replicas_in_sync = 1

    def __init__(self, *_: Any, **__: Any) -> None:
        """Takes and leaves alone which devices."""

    @contextlib.contextmanager
    def scope(self) -> Iterator[Strategy]:
        """Within, models are made."""
        yield self

    def run(self, fn: Any, args: Any = (), kwargs: Any = None, options: Any = None) -> Any:
        """Calls the function."""
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op: Any, value: Any, axis: Any = None) -> Any:
        """The value of the only replica."""
        return value

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset."""
        return dataset


class MirroredStrategy(Strategy):
    """One replica."""


class OneDeviceStrategy(Strategy):
    """One replica."""


def get_strategy() -> Strategy:
    """One replica."""
    return Strategy()


def has_strategy() -> bool:
    """False."""
    return False


class ReduceOp:
    """How replicas are put together."""

    SUM, MEAN = "SUM", "MEAN"
