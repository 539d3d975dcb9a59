"""Graphs from the beginning, for a program that runs in a process where others ran before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fallline.graph import flags
from fallline.graph.core import default_session, graph

_STACKS = (graph._stack, graph._root, default_session._stack)
_OF_FLAGS = ("_known", "_required", "_parsed")


@contextmanager
def as_in_a_new_process() -> Iterator[None]:
    """Within, there is an empty default graph, no session and no flag; after, what was before is there again."""
    before = [list(stack) for stack in _STACKS]
    flags_before = {name: vars(flags.FLAGS)[name] for name in _OF_FLAGS}
    begin_anew()
    try:
        yield
    finally:
        for stack, kept in zip(_STACKS, before, strict=True):
            stack[:] = kept
        vars(flags.FLAGS).update(flags_before)


def begin_anew() -> None:
    """An empty default graph, no session, no flag."""
    for stack in _STACKS:
        stack.clear()
    vars(flags.FLAGS).update(_known={}, _required=set(), _parsed=False)
