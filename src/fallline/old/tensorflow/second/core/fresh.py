"""What lasts as long as a process of TensorFlow 2: seeds, writers of event files. A run begins with none of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fallline.old.tensorflow.second.core.entries import open_recorders
from fallline.old.tensorflow.second.core.seeds import seeds

_ROOM = "fallline.old.tensorflow.second."
_LISTS = {f"{_ROOM}summary": ("_open", "_step"), f"{_ROOM}random": ("_global",)}
"""Modules, if they are loaded -> their lists of what lasts."""


def _lists() -> list[list[Any]]:
    loaded = [(sys.modules[module], names) for module, names in _LISTS.items() if module in sys.modules]
    return [open_recorders, *(getattr(module, name) for module, names in loaded for name in names)]


def begin_anew() -> None:
    """Forgets it."""
    seeds.set(None)
    for each in _lists():
        each.clear()


@contextmanager
def as_in_a_new_process() -> Iterator[None]:
    """Within, there is none of it; after, it is as it was."""
    before, lists = dict(vars(seeds)), [(each, [*each]) for each in _lists()]
    begin_anew()
    try:
        yield
    finally:
        begin_anew()
        vars(seeds).update(before)
        for each, held in lists:
            each[:] = held
