"""Graphs from the beginning, for a program that runs in a process where others ran before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fallline.graph import flags
from fallline.graph.core import default_session, graph


@contextmanager
def as_in_a_new_process() -> Iterator[None]:
    """Within, there is an empty default graph, no session and no flag; after, what was before is there again."""
    stacks = (graph._stack, graph._root, default_session._stack)
    before = [list(stack) for stack in stacks]
    known = vars(flags.FLAGS)
    flags_before = {name: known[name] for name in ("_known", "_required", "_parsed")}
    for stack in stacks:
        stack.clear()
    known.update({"_known": {}, "_required": set(), "_parsed": False})
    try:
        yield
    finally:
        for stack, kept in zip(stacks, before, strict=True):
            stack[:] = kept
        known.update(flags_before)
