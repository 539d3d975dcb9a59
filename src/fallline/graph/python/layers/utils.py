"""`tensorflow.python.layers.utils`: a condition that may be known while the graph is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fallline.graph.core.building import constant_value
from fallline.graph.core.variables import Variable
from fallline.graph.ops.control import cond

__all__ = ["constant_value", "smart_cond"]


def smart_cond(
    pred: Any,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """What the first function gives where `pred` holds, else the second; known beforehand, only that one is built."""
    known = None if isinstance(pred, Variable) else constant_value(pred)
    if known is None:
        return cond(pred, true_fn=fn1, false_fn=fn2, name=name)
    chosen = fn1 if known else fn2
    assert chosen is not None
    return chosen()
