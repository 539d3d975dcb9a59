"""A graph as a list of nodes: to be looked through, written as text, or shown by TensorBoard."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from fallline.events import GraphNode, graph_definition
from fallline.graph.core import shapes
from fallline.graph.core.graph import Graph, views
from fallline.graph.core.nodes import Operation


@dataclasses.dataclass(frozen=True)
class NodeDef:
    """A node as it is written down.

    Attributes:
        name: Its name.
        op: What it is.
        input: The names of the tensors that it takes; `^name`: of an operation that runs before it.
        attr: What else is known of it.
    """

    name: str
    op: str
    input: tuple[str, ...]
    attr: dict[str, Any]
    shapes: tuple[Any, ...] = dataclasses.field(default=(), repr=False)


@dataclasses.dataclass(frozen=True)
class GraphDef:
    """The nodes of a graph in the order in which they were made.

    Attributes:
        node: The nodes.
    """

    node: tuple[NodeDef, ...]

    def SerializeToString(self) -> bytes:  # noqa: N802 - the name of protocol buffers
        """The graph as event files hold it."""
        return graph_definition(
            GraphNode(each.name, each.op, each.input, each.shapes, _shown(each.attr)) for each in self.node
        )

    def __str__(self) -> str:
        return "\n".join(
            f"{each.name} = {each.op}({', '.join(each.input)})"
            + "".join(f" {k}={v!r}" for k, v in _shown(each.attr).items())
            for each in self.node
        )


def graph_def_of(graph: Graph) -> GraphDef:
    """The nodes of a graph."""
    return GraphDef(tuple(map(_node, graph.get_operations())))


def _node(operation: Operation) -> NodeDef:
    inputs = [each.name.removesuffix(":0") for each in operation.inputs]
    inputs += [f"^{each.name}" for each in operation.control_inputs]
    attributes = {
        name: value for name, value in operation.attributes.items() if name not in ("body", "variable")
    }
    return NodeDef(
        operation.name,
        operation.type,
        tuple(inputs),
        attributes,
        tuple(each.sizes for each in operation.outputs),
    )


def _shown(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes that can be written down: numbers, names, small arrays as text."""
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if isinstance(value, np.ndarray):
            found[name] = str(value) if value.size <= 16 else f"{value.dtype} {shapes.shown(value.shape)}"
        elif isinstance(value, bool | int | float | str):
            found[name] = value
        elif value is not None:
            found[name] = str(value)
    return found


views["definition"] = graph_def_of
