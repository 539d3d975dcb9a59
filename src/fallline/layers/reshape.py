"""Rows in another shape or order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import MISSING
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import as_whole, checked, count
from fallline._tree import tree
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


def _indices(given: Any) -> tuple[int, ...] | None:
    if not isinstance(given, Sequence) or isinstance(given, str):
        return None
    numbers = tuple(number for one in given if (number := as_whole(one)) is not None)
    return numbers if len(numbers) == len(given) else None


def _checked_target(where: str, given: Any) -> tuple[int, ...]:
    items = [-1 if size is None else size for size in given] if isinstance(given, Sequence) else given
    target = _indices(items)
    if target is None or target.count(-1) > 1 or any(size < 1 and size != -1 for size in target):
        raise UsageError(
            f"{where} must be a tuple of positive whole numbers without the batch axis, one of which may be -1, "
            f"got {given!r:.60}."
        )
    return target


def _checked_order(where: str, given: Any) -> tuple[int, ...]:
    dims = _indices(given)
    if dims is None or sorted(dims) != list(range(1, len(dims) + 1)):
        raise UsageError(
            f"{where} must hold 1, 2, ... once each, e.g. (2, 1), got {given!r:.60}. "
            "The batch is axis 0 and stays first."
        )
    return dims


@layers.register()
@tree
class Reshape(Formula):
    """Gives each row another shape: (batch, a, b, ...) becomes (batch, *target_shape), last axis fastest.

    Args:
        target_shape: Shape of one output row; one size may be -1 (or None) and follows from the others.

    Raises:
        UsageError: target_shape is no such shape.

    Source: Keras 3 for names and arguments.
    """

    target_shape: tuple[int, ...] = checked(_checked_target, MISSING, is_static=True)

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The rows in their new shape."""
        return x.reshape(x.shape[0], *self.output_shape(x.shape[1:]))

    def output_shape(self, input_shape: Shape) -> Shape:
        """`target_shape`, with the size that was left open.

        Raises:
            ShapeError: a row has another number of elements.
        """
        elements, known = math.prod(input_shape), math.prod(size for size in self.target_shape if size != -1)
        if (elements % known if -1 in self.target_shape else elements - known) != 0:
            raise ShapeError(
                f"{self.title}: rows of shape {input_shape} have {elements} elements, which do not fill "
                f"{self.target_shape}. Give a target_shape of {elements} elements; one size may be -1."
            )
        return tuple(elements // known if size == -1 else size for size in self.target_shape)


@layers.register()
@tree
class Permute(Formula):
    """Changes the order of a row's axes: axis i of the output is axis dims[i] of the input.

    Args:
        dims: The row's axes 1, 2, ... in their new order; the batch, axis 0, stays first.

    Raises:
        UsageError: dims is no order of 1, 2, ...

    Source: Keras 3 for names and arguments.
    """

    dims: tuple[int, ...] = checked(_checked_order, MISSING, is_static=True)

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The rows with their axes in the new order."""
        return x.transpose(0, *self.dims)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The sizes in the new order.

        Raises:
            ShapeError: the rows have another number of axes.
        """
        if len(input_shape) != len(self.dims):
            raise ShapeError(
                f"{self.title}: dims {self.dims} order {len(self.dims)} axes, but rows are of shape {input_shape}."
            )
        return tuple(input_shape[axis - 1] for axis in self.dims)


@layers.register()
@tree
class RepeatVector(Formula):
    """Repeats each row n times: (batch, features) becomes (batch, n, features).

    Args:
        n: Number of times, at least 1.

    Raises:
        UsageError: n is no such number.

    Source: Keras 3 for names and arguments.
    """

    n: int = count(MISSING, 1)

    def formula(self, x: Float[Array, "batch features"]) -> Float[Array, "batch n features"]:
        """The rows, repeated."""
        return jnp.broadcast_to(x[:, None], (x.shape[0], self.n, x.shape[1]))

    def output_shape(self, input_shape: Shape) -> Shape:
        """(n, features).

        Raises:
            ShapeError: the rows are no vectors.
        """
        if len(input_shape) != 1:
            raise ShapeError(
                f"{self.title}: repeats vectors, got rows of shape {input_shape}. Flatten them first."
            )
        return (self.n, *input_shape)
