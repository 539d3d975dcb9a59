"""Layers of several inputs: sums, products, extremes, one behind the other, dot products."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import MISSING
from typing import Any, ClassVar

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._ranges import checked
from fallline._tree import static, tree
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.normalizing import Axis, checked_axis, one_axis, positive_axes
from fallline.layers.base.tensor import Shape
from fallline.layers.unit_normalization import unit_length


def _checked_axes(where: str, given: Any) -> Axis:
    axes = checked_axis(where, given)
    if isinstance(axes, tuple) and len(axes) != 2:
        raise UsageError(f"{where} must be one axis, or one of each input, got {given!r:.60}.")
    return axes


Arrays = tuple[Float[Array, "batch ..."], ...]


class Merge(Formula):
    """A layer that makes one array of several, row by row. It is called on a list."""

    several_inputs: ClassVar[bool] = True
    inputs_wanted: ClassVar[int | None] = None

    @abstractmethod
    def merged(self, arrays: Arrays) -> Float[Array, "batch ..."]:
        """One array of arrays of one number type."""

    def formula(self, x: Any) -> Float[Array, "batch ..."]:
        """The inputs, merged row by row.

        Raises:
            ShapeError: the inputs do not have one number of rows.
        """
        if len({array.shape[0] for array in x}) > 1:
            raise ShapeError(
                f"{self.title}: the inputs have {', '.join(str(array.shape[0]) for array in x)} rows; "
                "give as many of each."
            )
        widest = max((array.dtype for array in x), key=lambda dtype: dtype.itemsize)
        return self.merged(tuple(array.astype(widest) for array in x))

    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of a merged row, of the shapes of the inputs' rows.

        Raises:
            ShapeError: the layer does not merge so many inputs, or not of these shapes.
        """
        shapes: tuple[Shape, ...] = tuple(input_shape)
        if not shapes or not all(isinstance(shape, tuple) for shape in shapes):
            raise ShapeError(f"{self.title}: takes a list of inputs, got one of shape {input_shape}.")
        if self.inputs_wanted is not None and len(shapes) != self.inputs_wanted:
            raise ShapeError(f"{self.title}: takes {self.inputs_wanted} inputs, got {len(shapes)}.")
        return self.merged_shape(shapes)

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """The shape of a merged row: axes, counted from the last, of one length, or of length 1 and repeated."""
        return functools.reduce(self._broadcast, shapes)

    def _broadcast(self, one: Shape, other: Shape) -> Shape:
        rank = max(len(one), len(other))
        pairs = zip((1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other, strict=True)
        shape = [max(pair) if 1 in pair or pair[0] == pair[1] else 0 for pair in pairs]
        if 0 in shape:
            raise ShapeError(
                f"{self.title}: rows of shape {one} and {other} do not fit together: sizes must be equal, or 1, "
                "which is repeated. Bring them to one width by a Dense layer."
            )
        return tuple(shape)


class Elementwise(Merge):
    """Merges by an operation of two arrays, from the first input to the last.

    Inputs have one shape, or axes of length 1 that are repeated.
    """

    operation: ClassVar[Callable[..., Array]]

    def merged(self, arrays: Arrays) -> Float[Array, "batch ..."]:
        """The operation on the first two, then on that and the third, and so on."""
        rank = max(array.ndim for array in arrays)
        # Rows of fewer axes get axes of length 1 behind the batch, which NumPy's rule would put before it.
        aligned = [
            array.reshape(len(array), *(1,) * (rank - array.ndim), *array.shape[1:]) for array in arrays
        ]
        return functools.reduce(type(self).operation, aligned)


@layers.register()
@tree
class Add(Elementwise):
    """The sum of the inputs: x_1 + x_2 + ...

    Source: Keras 3 for names and arguments.
    """

    operation = staticmethod(jnp.add)


@layers.register()
@tree
class Subtract(Elementwise):
    """The difference of two inputs: x_1 - x_2.

    Source: Keras 3 for names and arguments.
    """

    operation = staticmethod(jnp.subtract)
    inputs_wanted = 2


@layers.register()
@tree
class Multiply(Elementwise):
    """The product of the inputs, element by element: x_1 * x_2 * ...

    Source: Keras 3 for names and arguments.
    """

    operation = staticmethod(jnp.multiply)


@layers.register()
@tree
class Average(Elementwise):
    """The mean of the inputs, element by element: (x_1 + ... + x_n) / n.

    Source: Keras 3 for names and arguments.
    """

    operation = staticmethod(jnp.add)

    def merged(self, arrays: Arrays) -> Float[Array, "batch ..."]:
        """The sum, divided by the number of inputs."""
        return super().merged(arrays) / len(arrays)


@layers.register()
@tree
class Maximum(Elementwise):
    """The greatest of the inputs, element by element: max(x_1, x_2, ...).

    Equal inputs share the gradient.

    Source: Keras 3 for names and arguments.
    """

    operation = staticmethod(jnp.maximum)


@layers.register()
@tree
class Minimum(Elementwise):
    """The least of the inputs, element by element: min(x_1, x_2, ...).

    Equal inputs share the gradient.

    Source: Keras 3 for names and arguments.
    """

    operation = staticmethod(jnp.minimum)


@layers.register()
@tree
class Concatenate(Merge):
    """The inputs one behind the other along an axis: [x_1, x_2, ...].

    Args:
        axis: The axis that grows; the batch is axis 0. On the other axes all inputs have one length.

    Raises:
        UsageError: the axis is none or the batch.

    Source: Keras 3 for names and arguments.
    """

    axis: int = checked(one_axis, -1, is_static=True)

    def merged(self, arrays: Arrays) -> Float[Array, "batch ..."]:
        """The inputs, one behind the other."""
        return jnp.concatenate(arrays, axis=self.axis)

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """The first shape, with the sum of the lengths on the axis."""
        (axis,) = positive_axes(self.title, self.axis, shapes[0])
        place = axis - 1
        if len({(len(shape), shape[:place], shape[place + 1 :]) for shape in shapes}) > 1:
            raise ShapeError(
                f"{self.title}: rows of shape {', '.join(map(str, shapes))} cannot be joined along axis "
                f"{self.axis}: all other sizes must be equal. Flatten or Reshape them first."
            )
        return (*shapes[0][:place], sum(shape[place] for shape in shapes), *shapes[0][place + 1 :])


@layers.register()
@tree
class Dot(Merge):
    """The dot products of two inputs along one axis of each, row by row.

    y[b, i..., j...] = sum_k x_1[b, i..., k] x_2[b, j..., k], k on the given axes; vectors give (batch, 1).

    Args:
        axes: The axis of both inputs, or one of each; the batch is axis 0.
        normalize: Whether vectors along the axes are first scaled to length 1: then y is the cosine.

    Raises:
        UsageError: axes is no axis and no pair of them, or the batch.

    Source: Keras 3 for names and arguments.
    """

    axes: int | tuple[int, int] = checked(_checked_axes, MISSING, is_static=True)
    normalize: bool = static(default=False)

    inputs_wanted = 2

    def merged(self, arrays: Arrays) -> Float[Array, "batch ..."]:
        """The dot products."""
        one, other = arrays
        first, second = self._places((one.shape[1:], other.shape[1:]))
        if self.normalize:
            one, other = unit_length(one, (first,), 1e-7), unit_length(other, (second,), 1e-7)
        outputs = lax.dot_general(one, other, (((first,), (second,)), ((0,), (0,))))
        return outputs if outputs.ndim > 1 else outputs[:, None]

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """What is left of both shapes."""
        first, second = self._places(shapes)
        one, other = shapes
        if one[first - 1] != other[second - 1]:
            raise ShapeError(
                f"{self.title}: rows of shape {one} and {other} have {one[first - 1]} and {other[second - 1]} "
                f"elements along axes {self.axes}; the lengths must be equal."
            )
        return (*one[: first - 1], *one[first:], *other[: second - 1], *other[second:]) or (1,)

    def _places(self, shapes: tuple[Shape, ...]) -> tuple[int, int]:
        wanted = self.axes if isinstance(self.axes, tuple) else (self.axes, self.axes)
        title = self.title
        (first,), (second,) = (positive_axes(title, *each) for each in zip(wanted, shapes, strict=True))
        return first, second


def add(inputs: Sequence[Any], *, name: str | None = None) -> Any:
    """The sum of tensors or arrays: `Add()(inputs)`."""
    return Add(name=name)(inputs)


def subtract(inputs: Sequence[Any], *, name: str | None = None) -> Any:
    """The difference of two tensors or arrays: `Subtract()(inputs)`."""
    return Subtract(name=name)(inputs)


def multiply(inputs: Sequence[Any], *, name: str | None = None) -> Any:
    """The product of tensors or arrays, element by element: `Multiply()(inputs)`."""
    return Multiply(name=name)(inputs)


def average(inputs: Sequence[Any], *, name: str | None = None) -> Any:
    """The mean of tensors or arrays, element by element: `Average()(inputs)`."""
    return Average(name=name)(inputs)


def maximum(inputs: Sequence[Any], *, name: str | None = None) -> Any:
    """The greatest of tensors or arrays, element by element: `Maximum()(inputs)`."""
    return Maximum(name=name)(inputs)


def minimum(inputs: Sequence[Any], *, name: str | None = None) -> Any:
    """The least of tensors or arrays, element by element: `Minimum()(inputs)`."""
    return Minimum(name=name)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, *, name: str | None = None) -> Any:
    """Tensors or arrays one behind the other: `Concatenate(axis)(inputs)`."""
    return Concatenate(axis, name=name)(inputs)


def dot(
    inputs: Sequence[Any],
    axes: int | tuple[int, int] = -1,
    *,
    normalize: bool = False,
    name: str | None = None,
) -> Any:
    """The dot products of two tensors or arrays: `Dot(axes, normalize)(inputs)`."""
    return Dot(axes, normalize, name=name)(inputs)
