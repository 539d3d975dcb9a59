"""`tf.nest`: nested lists and dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The parts, those of dictionaries by their keys in order."""
    if isinstance(structure, dict):
        return [part for key in sorted(structure) for part in flatten(structure[key])]
    if isinstance(structure, list | tuple):
        return [part for each in structure for part in flatten(each)]
    return [structure]


def is_nested(structure: Any) -> bool:
    """Whether it has parts."""
    return isinstance(structure, list | tuple | dict)


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Parts in the form of a structure."""
    return _packed(structure, iter(flat_sequence))


def _packed(structure: Any, parts: Iterator[Any]) -> Any:
    if isinstance(structure, dict):
        found = {key: _packed(structure[key], parts) for key in sorted(structure)}
        return {key: found[key] for key in structure}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(_packed(each, parts) for each in structure))
    if isinstance(structure, list | tuple):
        return type(structure)(_packed(each, parts) for each in structure)
    return next(parts)


def map_structure(func: Callable[..., Any], *structure: Any, **_: Any) -> Any:
    """A function of the parts of structures of one form, in that form."""
    flat = [flatten(each) for each in structure]
    return pack_sequence_as(structure[0], [func(*parts) for parts in zip(*flat, strict=True)])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, **_: Any) -> None:
    """Refuses structures of two forms.

    Raises:
        ValueError: they are.
    """
    if len(flatten(nest1)) != len(flatten(nest2)):
        raise ValueError("The two structures don't have the same nested structure.")
