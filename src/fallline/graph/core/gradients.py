"""Gradients of tensors with respect to tensors, as nodes of the graph."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from fallline.errors import warn
from fallline.graph.core.building import convert, listed
from fallline.graph.core.failures import GraphError, GraphTypeError, OldNameWarning
from fallline.graph.core.graph import get_default_graph
from fallline.graph.core.indexed_slices import IndexedSlices, of_gathers
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.running.bodies import GradientBody
from fallline.graph.running.references import referred

__all__ = [
    "gradients",
]


def _held(*_: Any, **__: Any) -> Any:
    raise AssertionError("gradients are planned")


_GRADIENTS = Formula(_held)


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = "none",
) -> list[Any]:
    """The gradients of the sum of all elements of the ys with respect to each x.

    Args:
        ys: A tensor, or a list of them.
        xs: A tensor or variable, or a list of them.
        grad_ys: Weights of the ys, of their shapes.
        name: The scope of the nodes.
        colocate_gradients_with_ops: Taken and left alone.
        gate_gradients: Taken and left alone.
        aggregation_method: Taken and left alone.
        stop_gradients: Tensors that gradients do not pass.
        unconnected_gradients: "none": None for an x that the ys do not depend on; "zero": zeros.

    Returns:
        For each x a tensor of its shape; None where no y depends on it; `IndexedSlices` where the ys depend on it by
        `tf.gather` and `tf.nn.embedding_lookup` alone.

    Raises:
        GraphTypeError: a y is no tensor of floats.
    """
    del colocate_gradients_with_ops, gate_gradients, aggregation_method
    if stop_gradients:
        raise GraphError(
            "tf.gradients: stop_gradients is not offered; put tf.stop_gradient() around the tensors."
        )
    targets = [convert(each) for each in listed(ys)]
    sources = [_source(each) for each in listed(xs)]
    for each in targets:
        if not each.dtype.is_floating:
            raise GraphTypeError(
                f"tf.gradients: {each.name} is of type {each.dtype.name}; only floats have gradients."
            )
    weights = None
    if grad_ys is not None:
        given = listed(grad_ys)
        weights = tuple(
            convert(1.0, y.dtype) if each is None else convert(each, y.dtype)
            for each, y in zip(given, targets, strict=True)
        )
    reached = _reached(targets, sources)
    graph = get_default_graph()
    with _outside_of_branches(targets), graph.name_scope(name):
        found = _found(
            targets, [x for x, connected in zip(sources, reached, strict=True) if connected], weights
        )
    result: list[Any] = []
    for x, connected in zip(sources, reached, strict=True):
        if connected:
            result.append(found.pop(0))
        elif getattr(unconnected_gradients, "value", unconnected_gradients) == "zero":
            from fallline.graph.ops.arrays import zeros_like

            result.append(zeros_like(x))
        else:
            result.append(None)
    return OneGradient(result) if len(result) == 1 else result


class OneGradient(list[Any]):
    """A list of one gradient, as TensorFlow gives it; used as if it were the gradient it is that, with a warning."""

    def _as_tensor(self) -> Any:
        warn(
            "tf.gradients(y, x) gives a list; the gradient is its element: tf.gradients(y, x)[0].",
            OldNameWarning,
        )
        return convert(self[0])

    def __mul__(self, other: Any) -> Any:
        return super().__mul__(other) if isinstance(other, int) else self._as_tensor() * other

    def __rmul__(self, other: Any) -> Any:
        return super().__rmul__(other) if isinstance(other, int) else other * self._as_tensor()

    def __neg__(self) -> Any:
        return -self._as_tensor()

    def __truediv__(self, other: Any) -> Any:
        return self._as_tensor() / other

    def __sub__(self, other: Any) -> Any:
        return self._as_tensor() - other

    def __rsub__(self, other: Any) -> Any:
        return other - self._as_tensor()


def _source(x: Any) -> Tensor:
    x = x._as_graph_element() if hasattr(x, "_as_graph_element") else convert(x)
    return referred(x)


def _outside_of_branches(targets: Sequence[Tensor]) -> contextlib.AbstractContextManager[None]:
    # Within a branch of a cond only what is made there could be differentiated.
    if all(each.op.branch is None for each in targets):
        return get_default_graph().outside_of_branches()
    return contextlib.nullcontext()


def _found(
    targets: Sequence[Tensor], sources: Sequence[Tensor], weights: tuple[Tensor, ...] | None
) -> list[Tensor | IndexedSlices]:
    """Gradients of the sources, each as a whole or, of a table that is only gathered from, of the rows."""
    gathers = [_gathers(targets, x) for x in sources]
    flat = [each for x, rows in zip(sources, gathers, strict=True) for each in rows or [x]]
    gradients = _nodes(targets, flat, weights)
    found: list[Tensor | IndexedSlices] = []
    for x, rows in zip(sources, gathers, strict=True):
        own, gradients = gradients[: len(rows or [x])], gradients[len(rows or [x]) :]
        if rows:
            with get_default_graph().name_scope("GatherV2_grad"):
                found.append(of_gathers(own, rows, x))
        else:
            found += own
    return found


def _gathers(targets: Sequence[Tensor], x: Tensor) -> list[Tensor] | None:
    """What is gathered from x, where the targets depend on it in no other way."""
    found: dict[Tensor, None] = {}
    if any(referred(each) is x for each in targets):
        return None
    for tensor in _ancestors(targets):
        operation = tensor.op
        for position, each in enumerate(operation.inputs):
            if not (operation.formula.passes(position) and referred(each) is x and _passing(operation)):
                continue
            if operation.type != "GatherV2" or position or _is_along_another_axis(operation):
                return None
            found[tensor] = None
    return sorted(found, key=lambda each: each.op.index)


def _is_along_another_axis(gather: Operation) -> bool:
    return bool(gather.attributes.get("axis") or gather.attributes.get("batch_dims"))


def _nodes(
    targets: Sequence[Tensor], sources: Sequence[Tensor], weights: tuple[Tensor, ...] | None
) -> list[Tensor]:
    if not sources:
        return []
    body = GradientBody(tuple(targets), tuple(sources), weights, frozenset(_between(targets, sources)))
    operation = get_default_graph().add(
        "Gradients",
        [*targets, *sources, *(weights or ())],
        _GRADIENTS,
        [(x.dtype.base_dtype, x.sizes) for x in sources],
        "grad",
        attributes={"body": body},
    )
    return list(operation.outputs)


def _passing(operation: Operation) -> list[Tensor]:
    """The inputs that gradients pass to."""
    if not any(each.dtype.is_floating for each in operation.outputs):
        return []
    inputs = [
        referred(each) for position, each in enumerate(operation.inputs) if operation.formula.passes(position)
    ]
    return [each for each in inputs if each.dtype.is_floating]


def _ancestors(targets: Sequence[Tensor]) -> dict[Tensor, None]:
    """The tensors that targets depend on, along edges that gradients pass."""
    found: dict[Tensor, None] = {}
    waiting = [referred(each) for each in targets]
    while waiting:
        tensor = waiting.pop()
        if tensor not in found:
            found[tensor] = None
            waiting += _passing(tensor.op)
    return found


def _reached(targets: Sequence[Tensor], sources: Sequence[Tensor]) -> list[bool]:
    ancestors = _ancestors(targets)
    return [each in ancestors for each in sources]


def _between(targets: Sequence[Tensor], sources: Sequence[Tensor]) -> list[Tensor]:
    ancestors = _ancestors(targets)
    after = set(sources)
    between = []
    for tensor in sorted(ancestors, key=lambda each: each.op.index):
        if tensor not in after and any(each in after for each in _passing(tensor.op)):
            after.add(tensor)
            between.append(tensor)
    return between
