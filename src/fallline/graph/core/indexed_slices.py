"""Gradients of tables of which a step reads a few rows: the rows alone, with their places."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import constant_value, convert, node
from fallline.graph.core.dtypes import DType
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.graph import Graph
from fallline.graph.core.nodes import Formula, Operation, Tensor
from fallline.graph.core.shapes import Sizes, TensorShape


def _flat_rows(gradient: Any, indices: Any) -> Any:
    return gradient.reshape((-1, *gradient.shape[indices.ndim :]))


def _flat(indices: Any) -> Any:
    return indices.reshape(-1)


def _joined(*parts: Any) -> Any:
    return jnp.concatenate(parts)


def _dense_like(values: Any, indices: Any, table: Any) -> Any:
    return jnp.zeros_like(table).at[indices].add(values)


def _dense(values: Any, indices: Any, *, sizes: tuple[int, ...]) -> Any:
    return jnp.zeros(sizes, values.dtype).at[indices].add(values)


_ROWS, _FLAT = Formula(_flat_rows, (0,)), Formula(_flat, differentiable=False)
_JOINED = Formula(_joined)
_DENSE_LIKE, _DENSE = Formula(_dense_like, (0,)), Formula(_dense, (0,))


class IndexedSlicesValue(NamedTuple):
    """What a run gives for `IndexedSlices`."""

    values: Any
    indices: Any
    dense_shape: Any


class IndexedSlices:
    """Rows of a tensor, with their places; all others are 0, and rows of one place are meant to be summed.

    Attributes:
        values: The rows, (number, ...).
        indices: Their places along the first axis, (number,); a place may stand twice.
        dense_shape: The shape of the whole, as a tensor; None: not said.
    """

    __array_priority__ = 100

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        """Puts rows and places together.

        Raises:
            GraphShapeError: their numbers differ.
        """
        self.values, self.indices = convert(values), convert(indices)
        self.dense_shape = None if dense_shape is None else convert(dense_shape)
        self._table: Tensor | None = None
        rows, places = self.values.sizes, self.indices.sizes
        if rows is not None and places is not None and not shapes.compatible(rows[:1], places):
            raise GraphShapeError(
                f"IndexedSlices: {self.values.name} has shape {shapes.shown(rows)} and {self.indices.name} "
                f"{shapes.shown(places)}: expected one index for each row."
            )

    @property
    def op(self) -> Operation:
        """The operation that gives the rows."""
        return self.values.op

    @property
    def name(self) -> str:
        """The name of the rows."""
        return self.values.name

    @property
    def dtype(self) -> DType:
        """The type of the rows."""
        return self.values.dtype

    @property
    def graph(self) -> Graph:
        """The graph that holds them."""
        return self.values.graph

    @property
    def device(self) -> str:
        """The device that was asked for; XLA decides."""
        return ""

    @property
    def sizes(self) -> Sizes:
        """The static shape of the whole."""
        if self._table is not None:
            return self._table.sizes
        if self.dense_shape is None or (known := constant_value(self.dense_shape)) is None:
            return None
        return tuple(int(size) for size in known)

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape of the whole."""
        return TensorShape(self.sizes)

    def get_shape(self) -> TensorShape:
        """What is known of the shape of the whole."""
        return self.shape

    def consumers(self) -> list[Operation]:
        """The operations that take the rows."""
        return self.values.consumers()

    def with_values(self, values: Tensor) -> IndexedSlices:
        """Other rows in the same places."""
        changed = IndexedSlices(values, self.indices, self.dense_shape)
        changed._table = self._table
        return changed

    def _as_tensor(self) -> Tensor:
        """The whole, rows of one place summed."""
        if self._table is not None:
            return node(
                "UnsortedSegmentSum", [self.values, self.indices, self._table], _DENSE_LIKE, self._table.sizes
            )
        sizes = self.sizes
        if sizes is None or None in sizes:
            raise GraphError(
                f"IndexedSlices {self.name}: the shape of the whole is not known; give dense_shape as a constant."
            )
        return node("UnsortedSegmentSum", [self.values, self.indices], _DENSE, sizes, sizes=sizes)

    # What a session fetches, and what it gives.

    @property
    def _fetched(self) -> list[Tensor]:
        return [self.values, self.indices, *([] if self.dense_shape is None else [self.dense_shape])]

    def _rebuilt(self, values: list[Any]) -> IndexedSlicesValue:
        return IndexedSlicesValue(*values, *([None] * (3 - len(values))))

    def __neg__(self) -> IndexedSlices:
        return self.with_values(-self.values)  # type: ignore[operator]

    def __repr__(self) -> str:
        shape = "" if self.dense_shape is None else f", dense_shape={self.dense_shape!r}"
        return f"IndexedSlices(indices={self.indices!r}, values={self.values!r}{shape})"


def of_gathers(gradients: list[Tensor], gathers: list[Tensor], table: Tensor) -> IndexedSlices:
    """The gradient of a table, from the gradients of what was gathered from it.

    Args:
        gradients: Of each gathered tensor.
        gathers: The gathered tensors.
        table: The table.
    """
    values, indices = [], []
    row = None if table.sizes is None else table.sizes[1:]
    for gradient, gathered in zip(gradients, gathers, strict=True):
        places = gathered.op.inputs[1]
        number = shapes.count(places.sizes)
        sizes = None if row is None else (number, *row)
        values.append(node("Reshape", [gradient, places], _ROWS, sizes, name="Reshape"))
        indices.append(node("Reshape", [places], _FLAT, (number,), name="Reshape"))
    known = [each.sizes[0] if each.sizes else None for each in indices]
    total = None if None in known else sum(size for size in known if size is not None)
    if len(values) > 1:
        sizes = None if row is None else (total, *row)
        values = [node("ConcatV2", values, _JOINED, sizes, name="concat")]
        indices = [node("ConcatV2", _of_one_type(indices), _JOINED, (total,), name="concat")]
    shape = None
    if table.sizes is not None and None not in table.sizes:
        shape = convert(TensorShape(table.sizes), name="dense_shape")
    found = IndexedSlices(values[0], indices[0], shape)
    found._table = table
    return found


def _of_one_type(indices: list[Tensor]) -> list[Tensor]:
    from fallline.graph.ops.arrays import cast

    if len({each.dtype.base_dtype for each in indices}) == 1:
        return indices
    return [cast(each, "int64") for each in indices]
