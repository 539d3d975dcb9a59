"""A name space that stands before another one: it adds names, takes what programs set, and changes nothing behind it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from fallline.own.loading import load


def standing_before(
    module: str, behind: str, loaded: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a module that stands before another.

    What is found is not kept: nothing is copied, and `tf.x = ...` in a program is an attribute of the module alone.

    Args:
        module: The module's own name.
        behind: The module behind it, imported when a name is first asked for.
        loaded: Modules that stand in it besides: their name here -> their name in Python.
    """

    def find(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in loaded:
            return load(loaded[name])
        return getattr(load(behind), name)

    def names() -> list[str]:
        own = (name for name in vars(sys.modules[module]) if not name.startswith("_"))
        return sorted({*own, *loaded, *dir(importlib.import_module(behind))})

    return find, names
