"""The variable that counts the steps of a program."""

from __future__ import annotations

from typing import Any

from fallline.graph.core.dtypes import int64
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import Graph, GraphKeys, get_default_graph
from fallline.graph.core.nodes import Tensor
from fallline.graph.core.variable_scopes import get_variable_scope
from fallline.graph.core.variables import Variable, variable_of
from fallline.graph.ops.arrays import zeros


def get_global_step(graph: Graph | None = None) -> Variable | None:
    """The variable that counts steps: the one of the collection GLOBAL_STEP, or that named `global_step`; None: there is none.

    Args:
        graph: The graph; by default the default one.

    Raises:
        GraphTypeError: what is found is no whole number.
    """
    graph = graph or get_default_graph()
    kept = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(kept) > 1:
        return None
    if kept:
        found = kept[0]
    else:
        try:
            found = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(found)
    return variable_of(found)


def create_global_step(graph: Graph | None = None) -> Variable:
    """Makes the variable that counts steps: `global_step`, int64, not trainable.

    Args:
        graph: The graph; by default the default one.

    Raises:
        GraphError: there is one.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise GraphError('"global_step" already exists: tf.train.get_or_create_global_step() gives it.')
    with graph.as_default(), graph.name_scope(None):
        scope = get_variable_scope().name
        return Variable(
            lambda: zeros((), int64, "zeros"),
            trainable=False,
            name=f"{scope}/global_step" if scope else "global_step",
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Graph | None = None) -> Variable:
    """The variable that counts steps, made where there is none.

    Args:
        graph: The graph; by default the default one.
    """
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found


def assert_global_step(global_step_tensor: Any) -> None:
    """Refuses what cannot count steps.

    Raises:
        GraphTypeError: it is no tensor or variable of one whole number.
    """
    if not isinstance(global_step_tensor, Tensor | Variable):
        raise GraphTypeError(f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor!r}.')
    if not global_step_tensor.dtype.is_integer:
        raise GraphTypeError(
            f'Existing "global_step" does not have integer type: {global_step_tensor.dtype!r}'
        )
    if global_step_tensor.shape.ndims not in (0, None):
        raise GraphTypeError(f'Existing "global_step" is not scalar: {global_step_tensor.shape}')


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The number of steps in a session.

    Args:
        sess: The session.
        global_step_tensor: The variable, its tensor, or its name.
    """
    return int(sess.run(global_step_tensor))
