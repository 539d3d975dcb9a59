"""Graphs that this process saved: `import_meta_graph` makes their nodes again, under the same names.

Files hold values, not graphs. A program that saves, empties the default graph and imports what it saved is one process: the
graph is still known.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fallline.graph.core.graph import Graph
from fallline.graph.core.nodes import Operation, Tensor
from fallline.graph.core.variables import Variable

_LIMIT = 64


@dataclass(frozen=True)
class Kept:
    """A graph as it was when it was saved.

    Attributes:
        graph: The graph.
        nodes: How many nodes it had.
        variables: What was saved, by the names in the file.
    """

    graph: Graph
    nodes: int
    variables: Mapping[str, Variable]


_kept: dict[str, Kept] = {}


def keep(name: Any, graph: Graph, variables: Mapping[str, Variable]) -> None:
    """Remembers a graph under the name of a file: the last 64 of them."""
    path = os.path.realpath(os.fspath(name))
    _kept.pop(path, None)
    _kept[path] = Kept(graph, graph.version, dict(variables))
    while len(_kept) > _LIMIT:
        del _kept[next(iter(_kept))]


def kept(name: Any) -> Kept | None:
    """The graph that was saved under the name of a file, or None."""
    return _kept.get(os.path.realpath(os.fspath(name)))


def made_again(given: Kept, target: Graph, scope: str | None = None) -> dict[int, Any]:
    """Copies the nodes and collections of a graph into another.

    Args:
        given: The graph.
        target: Where to.
        scope: What stands before all names.

    Returns:
        What became of each node, tensor and variable, by `id` of the old one.
    """
    operations = given.graph.get_operations()[: given.nodes]
    memo: dict[int, Any] = {id(given.graph): target}
    for each in operations:
        shared = [each.formula, each.complaint, each.state, *(output.dtype for output in each.outputs)]
        shared += [value for value in each.attributes.values() if not isinstance(value, Variable)]
        shared += [dtype.base_dtype for dtype in (output.dtype for output in each.outputs)]
        memo |= {id(one): one for one in shared if one is not None and not _holds_nodes(one)}
    first = target.version
    for each in operations:
        made: Operation = copy.deepcopy(each, memo)
        name = f"{scope.rstrip('/')}/{each.name}" if scope else each.name
        made.name, made.index = target._free(name), first + each.index
        target._operations[made.name] = made
        _enter_names(target, made.name)
    for key in given.graph.get_all_collection_keys():
        for value in given.graph.get_collection(key):
            found = _again(value, memo)
            if found is not None:
                target.add_to_collection(key, found)
    return memo


def _holds_nodes(value: Any) -> bool:
    return isinstance(value, Operation | Tensor | Variable | list | tuple | dict) or hasattr(value, "planned")


def _enter_names(graph: Graph, full: str) -> None:
    parts = full.lower().split("/")
    for depth in range(1, len(parts) + 1):
        part = "/".join(parts[:depth])
        graph._names[part] = max(graph._names.get(part, 0), 1)
        numbered = re.fullmatch(r"(.+)_(\d+)", part)
        if numbered:
            base = numbered[1]
            graph._names[base] = max(graph._names.get(base, 0), int(numbered[2]) + 1)


def _again(value: Any, memo: dict[int, Any]) -> Any:
    """A thing of a collection, for the new graph; None: it is of a part that was not saved."""
    return memo.get(id(value)) if isinstance(value, Operation | Tensor | Variable) else value
