"""Where functions of a user's own draw random numbers from, when they run within a compiled program."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import jax

from fallline._random import Key


class Source:
    """Keys that follow from one key.

    Attributes:
        taken: How many were taken.
    """

    def __init__(self, key: Key | None, x: Any) -> None:
        self._key = key
        self._shapes = [tuple(each.shape) for each in (x if isinstance(x, tuple) else (x,))]
        self.taken = 0

    def next(self) -> Key | None:
        """The next key; None where there is none to follow from."""
        self.taken += 1
        return None if self._key is None else jax.random.fold_in(self._key, self.taken)

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape with as many rows as the inputs have, where it is theirs but for that.

        Programs write the size of their batches into `random_normal((batch_size, units))`; here rows come in blocks of
        other sizes, too.
        """
        alike = [own for own in self._shapes if own[1:] == shape[1:]]
        return alike[0] if alike and len(shape) > 1 else shape


_SOURCE: ContextVar[Source | None] = ContextVar("source of keys", default=None)


@contextlib.contextmanager
def drawing_from(key: Key | None, x: Any) -> Iterator[Source]:
    """Within, what a function of x draws takes its keys from here."""
    source = Source(key, x)
    token = _SOURCE.set(source)
    try:
        yield source
    finally:
        _SOURCE.reset(token)


def current() -> Source | None:
    """Where the function that runs just now draws from; None outside of one."""
    return _SOURCE.get()
