"""The variables of a graph, by their collections, and the operations that give them their first values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Operation
from fallline.graph.core.variables import IDENTITY, Variable

__all__ = [
    "global_variables",
    "global_variables_initializer",
    "local_variables",
    "local_variables_initializer",
    "model_variables",
    "moving_average_variables",
    "trainable_variables",
    "variables_initializer",
]


def global_variables(scope: str | None = None) -> list[Any]:
    """The variables of a model, by default all."""
    return get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Any]:
    """Variables that are not saved, such as those of metrics."""
    return get_default_graph().get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Any]:
    """The variables that optimizers change."""
    return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Any]:
    """The variables of `contrib.layers`."""
    return get_default_graph().get_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Any]:
    """The variables of which moving averages are kept."""
    return get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variables_initializer(var_list: Sequence[Variable], name: str = "init") -> Operation:
    """An operation that gives these variables their initial values."""
    controls = [each.initializer for each in var_list]
    return get_default_graph().add("NoOp", [], IDENTITY, [], name, controls=controls)


def global_variables_initializer() -> Operation:
    """An operation that gives all global variables that exist now their initial values."""
    return variables_initializer(global_variables())


def local_variables_initializer() -> Operation:
    """An operation that gives all local variables that exist now their initial values."""
    return variables_initializer(local_variables())
