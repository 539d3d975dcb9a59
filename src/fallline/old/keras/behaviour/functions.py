"""Functions of losses and metrics on tensors of all kinds: symbolic ones, and those that were computed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from fallline.old.keras.behaviour.eagerly import as_tensors
from fallline.own.symbolic import takes_tensors


def of_tensors(module: ModuleType) -> dict[str, Any]:
    """The functions of `fallline.losses` or `fallline.metrics` as the room has them.

    Args:
        module: The module.

    Returns:
        Name -> a function that takes tensors too; what it stands for is its `stands_for`.
    """
    found = {}
    for name in module.__all__:
        function = getattr(module, name)
        if not inspect.isfunction(function) or name in NO_FORMULAS:
            continue
        wrapped = _of_all_kinds(function, f"{module.__name__.removeprefix('fallline.')}.{name}")
        wrapped.stands_for = function
        found[name] = wrapped
    return found


def _of_all_kinds(function: Any, name: str) -> Any:
    """A function of arrays, of symbolic tensors and, where arrays come and nothing is traced, one that gives tensors."""
    known = takes_tensors(function, name)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not any(isinstance(each, np.ndarray) for each in args):
            return known(*args, **kwargs)
        return known(*map(as_tensors, args), **kwargs)

    return call


NO_FORMULAS = frozenset(["about_targets", "deserialize", "get", "resolve", "serialize"])


def plain(given: Any) -> Any:
    """What `compile` was given, with Fallline's own functions in the place of the room's."""
    if isinstance(given, Mapping):
        return {name: plain(item) for name, item in given.items()}
    if type(given) in (list, tuple):
        return type(given)(map(plain, given))
    # Classes of the room say what they stand for too, and their objects with them.
    return getattr(given, "stands_for", given) if inspect.isfunction(given) else given
