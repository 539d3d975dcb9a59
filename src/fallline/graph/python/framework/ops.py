"""`from tensorflow.python.framework import ops`: graphs and their contexts."""

from fallline.graph.core.building import convert as convert_to_tensor
from fallline.graph.core.context import (
    add_to_collection,
    control_dependencies,
    device,
    get_collection,
    name_scope,
)
from fallline.graph.core.default_session import get_default_session
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph, reset_default_graph
from fallline.graph.core.nodes import Operation, Tensor

__all__ = [
    "Graph",
    "GraphKeys",
    "Operation",
    "Tensor",
    "add_to_collection",
    "control_dependencies",
    "convert_to_tensor",
    "device",
    "get_collection",
    "get_default_graph",
    "get_default_session",
    "name_scope",
    "reset_default_graph",
]
