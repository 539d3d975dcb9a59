"""A graph as a text to read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fallline._files import written_whole
from fallline.graph.core import shapes
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.graph import Graph
from fallline.graph.core.graph_def import GraphDef
from fallline.graph.core.nodes import Operation


def write_graph(graph_or_graph_def: Any, logdir: Any, name: str, as_text: bool = True) -> str:
    """Writes a graph as a text to read: a line for each node, with its inputs and what it gives.

    It is for people; TensorFlow cannot load it.

    Args:
        graph_or_graph_def: The graph, or `sess.graph_def`.
        logdir: The folder, made where it is missing.
        name: The name of the file.
        as_text: Taken and left alone: it is always text.

    Returns:
        The path of the file.

    Raises:
        GraphTypeError: what is given is no graph.
    """
    del as_text
    graph = getattr(graph_or_graph_def, "graph", graph_or_graph_def)
    if isinstance(graph, Graph):
        text = "\n".join(map(_line, graph.get_operations()))
    elif isinstance(graph, GraphDef):
        text = str(graph)
    else:
        raise GraphTypeError(f"write_graph: expected a tf.Graph, got {type(graph_or_graph_def).__name__}.")
    folder = Path(os.fsdecode(logdir))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with written_whole(path) as file:
        file.write(f"{text}\n".encode())
    return str(path)


def _line(operation: Operation) -> str:
    inputs = [each.name for each in operation.inputs] + [f"^{each.name}" for each in operation.control_inputs]
    gives = [f"{each.dtype.name} {shapes.shown(each.sizes)}" for each in operation.outputs]
    return f"{operation.name} = {operation.type}({', '.join(inputs)}) -> {', '.join(gives) or 'nothing'}"
