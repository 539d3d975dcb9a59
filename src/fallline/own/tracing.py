"""Whether what runs just now is only looked at: a `call` to see what it computes, a function while it is compiled."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

IN_A_TRACE: contextvars.ContextVar[bool] = contextvars.ContextVar("in a trace", default=False)
"""What is read of arrays meanwhile would be constants of a program."""

PASS: contextvars.ContextVar[Any] = contextvars.ContextVar("pass", default=None)
"""The pass through a layer written as in Keras that runs just now: who asks a layer within for its arrays is given
those of the pass, and who calls one computes with them."""


@contextlib.contextmanager
def in_a_trace() -> Iterator[None]:
    """Within it `build` of a layer draws nothing, and arrays that layers hold are not shown."""
    token = IN_A_TRACE.set(True)
    try:
        yield
    finally:
        IN_A_TRACE.reset(token)
