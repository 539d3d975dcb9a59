"""What is said once in a run: that an old name has a later one, that a default was another in the program's years."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_said: ContextVar[set[str] | None] = ContextVar("said", default=None)


def say_once(text: str) -> None:
    """One line on standard error, the first time in a run that it is said."""
    said = _said.get()
    if said is None or text in said:
        return
    said.add(text)
    sys.stdout.flush()
    print(f"fallline run: {text}", file=sys.stderr, flush=True)


@contextmanager
def of_a_run() -> Iterator[None]:
    """Within, a program runs to which nothing was said yet; outside, nothing is said."""
    token = _said.set(set())
    try:
        yield
    finally:
        _said.reset(token)
