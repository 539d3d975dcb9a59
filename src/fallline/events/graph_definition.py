"""The graph of a program, as TensorBoard draws it.

Source: TensorFlow, core/framework/graph.proto, node_def.proto, attr_value.proto.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fallline.wire.number_types import NUMBER_OF_TYPE
from fallline.wire.protobuf import bytes_field, float_field, whole_field

Shape = tuple[int | None, ...] | None
"""Lengths of axes, None where one is not known; None where nothing is."""


@dataclasses.dataclass(frozen=True)
class GraphNode:
    """An operation.

    Attributes:
        name: Its name; slashes make the boxes that TensorBoard opens.
        op: What it does: `MatMul`.
        inputs: The names of the tensors that it takes, `layer/w` or `split:1`; `^name` of an operation that must come first.
        shapes: The shapes of its outputs.
        attributes: What else is shown of it: texts, numbers, truth values, types, shapes.
        device: Where it runs.
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    device: str = ""


def graph_definition(nodes: Iterable[GraphNode]) -> bytes:
    """The `GraphDef` of some operations, for `EventWriter.add_graph`."""
    return b"".join(bytes_field(1, _node(node)) for node in nodes)


def _node(node: GraphNode) -> bytes:
    content = bytes_field(1, node.name) + bytes_field(2, node.op)
    content += b"".join(bytes_field(3, name.removesuffix(":0")) for name in node.inputs)
    content += bytes_field(4, node.device) if node.device else b""
    attributes = {name: _attribute(value) for name, value in node.attributes.items()}
    if node.shapes:
        attributes["_output_shapes"] = bytes_field(
            1, b"".join(bytes_field(7, _shape(each)) for each in node.shapes)
        )
    for name, value in attributes.items():
        content += bytes_field(5, bytes_field(1, name) + bytes_field(2, value))
    return content


def _attribute(value: Any) -> bytes:
    if isinstance(value, bool | np.bool_):
        return whole_field(5, int(value))
    if isinstance(value, int | np.integer):
        return whole_field(3, int(value))
    if isinstance(value, float | np.floating):
        return float_field(4, float(value))
    if isinstance(value, np.dtype) and value in NUMBER_OF_TYPE:
        return whole_field(6, NUMBER_OF_TYPE[value])
    if isinstance(value, tuple):
        return bytes_field(7, _shape(value))
    return bytes_field(2, value if isinstance(value, bytes) else str(value))


def _shape(shape: Shape) -> bytes:
    if shape is None:
        return whole_field(3, 1)
    return b"".join(bytes_field(2, whole_field(1, -1 if axis is None else axis)) for axis in shape)
