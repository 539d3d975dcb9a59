"""What stands for the default graph: its contexts and collections, as functions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import get_default_graph

__all__ = [
    "add_to_collection",
    "add_to_collections",
    "colocate_with",
    "container",
    "control_dependencies",
    "device",
    "get_collection",
    "get_collection_ref",
    "name_scope",
]


def control_dependencies(control_inputs: Sequence[Any] | None) -> contextlib.AbstractContextManager[None]:
    """Operations made inside run after these; None: after none."""
    return get_default_graph().control_dependencies(control_inputs)


def device(device_name_or_function: Any) -> contextlib.AbstractContextManager[None]:
    """Taken and left alone: XLA places the program."""
    return get_default_graph().device(device_name_or_function)


def colocate_with(op: Any, ignore_existing: bool = False) -> contextlib.AbstractContextManager[None]:
    """Taken and left alone: XLA places the program."""
    return get_default_graph().colocate_with(op, ignore_existing)


@contextlib.contextmanager
def container(container_name: str) -> Iterator[None]:
    """Taken and left alone: a session holds its values by itself."""
    del container_name
    yield


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """What is in a collection of the default graph; with a scope, what has a name that begins by it."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """The collection itself, as a list that may be changed."""
    return get_default_graph().get_collection_ref(key)


def add_to_collection(name: Any, value: Any) -> None:
    """Adds to a collection of the default graph."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Adds to several collections of the default graph."""
    get_default_graph().add_to_collections(names, value)


def name_scope(
    name: str | None, default_name: str | None = None, values: Any = None
) -> contextlib.AbstractContextManager[str]:
    """A scope of the names of operations: `with tf.name_scope("loss") as scope:`.

    Args:
        name: The name; one ending in "/" is entered again, None with nothing else leaves all scopes.
        default_name: The name where there is none.
        values: Taken and left alone.

    Raises:
        GraphError: neither a name nor a default, but values; or it is no name.
    """
    if name is None and default_name is None and values is not None:
        raise GraphError("At least one of name (None) and default_name (None) must be provided.")
    return get_default_graph().name_scope(default_name if name is None else name)
