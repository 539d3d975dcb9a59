"""How a metric is kept: local variables that add up what each batch gives, and a value of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core.building import constant, convert, graph_of, node
from fallline.graph.core.dtypes import DType, float32
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variables import IDENTITY, Variable, update
from fallline.graph.losses.weighting import check_weights


@dataclasses.dataclass(frozen=True)
class Count:
    """A local variable that starts at 0 and adds up.

    Attributes:
        name: Within the scope of the metric.
        sizes: Its shape.
        dtype: Its type.
    """

    name: str
    sizes: tuple[int, ...] = ()
    dtype: DType = float32


@dataclasses.dataclass(frozen=True)
class Result:
    """What a metric says of its counts.

    Attributes:
        formula: Counts -> the value; None: the first count.
        sizes: The shape of the value.
        value: The name of the node that gives it.
        update: The name of the node that gives it after a batch.
        dtype: The type of the value.
        attributes: Keywords of the formula.
        of_update: Counts -> what the update gives, where that is not the value.
        update_sizes: Its shape.
    """

    formula: Formula | None = None
    sizes: Sizes = ()
    value: str = "value"
    update: str = "update_op"
    dtype: DType = float32
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    of_update: Formula | None = None
    update_sizes: Sizes = ()


def _increased(old: Any, delta: Any) -> Any:
    return old + delta.astype(old.dtype)


_ADDED = Formula(_increased, differentiable=False)


def running(
    inputs: Sequence[Tensor],
    counts: Sequence[Count],
    amounts: Formula,
    result: Result,
    metrics_collections: Any,
    updates_collections: Any,
    complaint: Callable[..., str] | None = None,
    **attributes: Any,
) -> tuple[Tensor, Tensor]:
    """A metric: its value from the counts so far, and an operation that adds a batch and gives the value after it.

    Args:
        inputs: What the amounts of a batch are made of.
        counts: The variables.
        amounts: The inputs -> what a batch adds to each of them.
        result: What is said of them.
        metrics_collections: Where the value is entered.
        updates_collections: Where the update is entered.
        complaint: For amounts that check their inputs.
        attributes: Keywords of the amounts.
    """
    variables = [_variable(each) for each in counts]
    operation = graph_of(inputs).add(
        "Amounts", inputs, amounts, [(each.dtype, each.sizes) for each in counts], "amounts",
        attributes=attributes, complaint=complaint,
    )  # fmt: skip
    added = [
        update("AssignAdd", variable, [variable._ref, amount], _ADDED, "AssignAdd")
        for variable, amount in zip(variables, operation.outputs, strict=True)
    ]
    kept = [each.value() for each in variables]
    if result.formula is None:
        value = node("Identity", kept[:1], IDENTITY, counts[0].sizes, name="Identity")
        after = added[0]
    else:
        value = node(
            "Metric", kept, result.formula, result.sizes, result.dtype, result.value, **result.attributes
        )
        if result.of_update is None:
            after = node(
                "Metric", added, result.formula, result.sizes, result.dtype, result.update, **result.attributes
            )  # fmt: skip
        elif result.update:
            after = node("Metric", added, result.of_update, result.update_sizes, result.dtype, result.update)
        else:
            after = added[0]
    graph = get_default_graph()
    graph.add_to_collections(metrics_collections, value)
    graph.add_to_collections(updates_collections, after)
    return value, after


def _variable(count: Count) -> Variable:
    def start() -> Tensor:
        return constant(np.zeros(count.sizes, count.dtype.numpy), name="zeros")

    collections = [GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES]
    return Variable(start, trainable=False, collections=collections, name=count.name)


# --- weights ----------------------------------------------------------------------------------------------


def weight_inputs(weights: Any, values: Tensor) -> list[Tensor]:
    """The weights as inputs of a formula: none, or a tensor of axes that fit the values.

    Raises:
        GraphShapeError: they do not fit.
    """
    if weights is None:
        return []
    tensor = convert(weights)
    sizes = tensor.sizes
    if sizes is not None and values.sizes is not None:
        if len(sizes) == len(values.sizes) + 1 and sizes[-1] in (1, None):
            sizes = sizes[:-1]
        elif sizes and len(sizes) == len(values.sizes) - 1:
            sizes = (*sizes, 1)
    check_weights(values.sizes, sizes)
    return [tensor]


def weight_of(weights: tuple[Any, ...], values: Any, kind: Any = "float32") -> Any:
    """Within a formula: the weight of each value, 1 without any."""
    if not weights:
        return jnp.ones(values.shape, kind)
    w = weights[0].astype(kind)
    if w.ndim == values.ndim + 1 and w.shape[-1] == 1:
        w = jnp.squeeze(w, -1)
    elif 0 < w.ndim == values.ndim - 1:
        w = w[..., None]
    check_weights(values.shape, w.shape)
    return jnp.broadcast_to(w, values.shape)
