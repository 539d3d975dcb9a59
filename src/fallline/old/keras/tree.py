"""`keras.tree` of Keras 3: nested lists and dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from fallline.old.spaces import names_of as _names_of


def flatten(structure: Any) -> list[Any]:
    """The leaves, in order."""
    return jax.tree.leaves(structure, is_leaf=lambda each: each is None)


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """A function of each leaf."""
    return jax.tree.map(func, *structures, is_leaf=lambda each: each is None)


def is_nested(structure: Any) -> bool:
    """Whether it holds leaves rather than being one."""
    return isinstance(structure, dict | list | tuple)


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """Leaves in the shape of a structure."""
    return jax.tree.unflatten(jax.tree.structure(structure), flat_sequence)


__getattr__ = _names_of(__name__)
