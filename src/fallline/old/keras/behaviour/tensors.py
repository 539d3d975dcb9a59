"""Symbolic tensors of the room: of them a mean over the batch may be taken, as loss tensors of old programs are."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._tree import tree
from fallline.errors import ShapeError
from fallline.layers.base.tensor import Shape, Tensor
from fallline.layers.base.trying import rows_like
from fallline.layers.symbolic.operation import Operation, operation
from fallline.layers.symbolic.operators import meaning


@tree
class ValueOfTheBatch(Operation):
    """A function that leaves no batch axis, as something in each row whose mean over rows is its value.

    So it may be a loss, or a part of one.
    """

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of what the function gives.

        Raises:
            ShapeError: it depends on the number of rows.
        """
        formula = functools.partial(Operation.formula, self)
        shapes = {jax.eval_shape(formula, rows_like(input_shape, rows)).shape for rows in (1009, 1013)}
        if len(shapes) > 1:
            raise ShapeError(f"{self.function}: what it gives for a batch depends on its number of rows.")
        return tuple(shapes.pop())

    def formula(self, tensors: Any) -> Array:
        """A mean as that of each row, whose mean over rows it is; a sum likewise; anything else in each row.

        So a mean is right too where a batch is filled up with rows that do not count.
        """
        last = self.function.rpartition(".")[2]
        if last not in (*MEANS, *SUMS):
            value = Operation.formula(self, tensors)
            return jnp.broadcast_to(value[None], (tensors[0].shape[0], *value.shape))
        values: Array = jax.vmap(lambda *rows: Operation.formula(self, tuple(row[None] for row in rows)))(
            *tensors
        )
        return values * tensors[0].shape[0] if last in SUMS else values


MEANS = ("mean", "reduce_mean")
SUMS = ("sum", "reduce_sum")
"""The last part of the names of functions whose values over a batch follow from those of its rows."""


def _written(value: Any) -> Any:
    """A type or a shape of TensorFlow as what a layer can hold: its name, its sizes."""
    if hasattr(value, "as_numpy_dtype"):
        return value.name
    if hasattr(value, "as_list") and not isinstance(value, Tensor):
        return value.as_list()
    return type(value)(map(_written, value)) if type(value) in (list, tuple) else value


def _meaning(function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    args, kwargs = tuple(map(_written, args)), {name: _written(value) for name, value in kwargs.items()}
    try:
        found = meaning(function, args, kwargs)
    except ShapeError as error:
        if "keep the batch axis" not in str(error):
            raise
        found = operation(function, args, kwargs, ValueOfTheBatch)
    return in_room(found)


class OldTensor(Tensor):
    """The output of a layer before there are data, as programs of other years handle it."""

    meaning = staticmethod(_meaning)  # type: ignore[assignment]

    @property
    def _keras_shape(self) -> tuple[int | None, ...]:
        return self.shape

    def get_shape(self) -> Any:
        """The shape, with None for the batch axis."""
        return SizesOf(self.shape)


class SizesOf(tuple[Any, ...]):
    """A shape with TensorFlow's manners."""

    __slots__ = ()

    def as_list(self) -> list[Any]:
        """The sizes."""
        return list(self)


def in_room(found: Any) -> Any:
    """Symbolic tensors as those of the room, also within lists and dictionaries: the same objects."""
    if type(found) is Tensor:
        found.__class__ = OldTensor
    elif isinstance(found, list | tuple):
        for each in found:
            in_room(each)
    elif isinstance(found, Mapping):
        for each in found.values():
            in_room(each)
    return found


_ROWS: ContextVar[Tensor | None] = ContextVar("tensor that tells the number of rows", default=None)


@contextlib.contextmanager
def rows_of(inputs: Any) -> Iterator[None]:
    """Within, what is drawn for a shape with None for its rows has as many as these inputs of a model."""
    token = _ROWS.set(jax.tree.leaves(inputs)[0])
    try:
        yield
    finally:
        _ROWS.reset(token)


def tensor_of_rows() -> Tensor | None:
    """The tensor that tells how many rows there will be; None outside of a model's `call`."""
    return _ROWS.get()
