"""Static shapes: what is known of a tensor's shape while the graph is built."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from fallline.graph.core.failures import GraphShapeError, GraphTypeError

Sizes: TypeAlias = "tuple[int | None, ...] | None"
"""Sizes of the axes, None where unknown; None altogether where the number of axes is unknown."""


class Dimension:
    """The size of one axis: a number, or unknown."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: int | None = value.value if isinstance(value, Dimension) else value
        if self.value is not None:
            self.value = int(self.value)

    def __int__(self) -> int:
        if self.value is None:
            raise GraphTypeError(
                "int(): this axis has no size before the run; tf.shape(x)[i] gives it in the run."
            )
        return self.value

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        size = other.value if isinstance(other, Dimension) else other
        return self.value is not None and self.value == size

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.value)

    def _with(self, other: Any, rule: Any) -> Dimension:
        size = other.value if isinstance(other, Dimension) else other
        return Dimension(None if self.value is None or size is None else rule(self.value, int(size)))

    def __add__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a // b)

    def __truediv__(self, other: Any) -> Any:
        return int(self) / int(other)

    def __mod__(self, other: Any) -> Dimension:
        return self._with(other, lambda a, b: a % b)

    def __lt__(self, other: Any) -> bool:
        return int(self) < int(other)

    def __gt__(self, other: Any) -> bool:
        return int(self) > int(other)

    def __le__(self, other: Any) -> bool:
        return int(self) <= int(other)

    def __ge__(self, other: Any) -> bool:
        return int(self) >= int(other)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether the sizes may be equal."""
        size = Dimension(other).value
        return self.value is None or size is None or self.value == size

    def __repr__(self) -> str:
        return f"Dimension({self.value})"

    def __str__(self) -> str:
        return "?" if self.value is None else str(self.value)


class TensorShape:
    """What is known of a shape while the graph is built."""

    __slots__ = ("sizes",)

    def __init__(self, dims: Any) -> None:
        self.sizes = sizes_of(dims)

    @property
    def ndims(self) -> int | None:
        """The number of axes; None: unknown."""
        return None if self.sizes is None else len(self.sizes)

    rank = ndims

    @property
    def dims(self) -> list[Dimension] | None:
        """The axes."""
        return None if self.sizes is None else [Dimension(size) for size in self.sizes]

    def as_list(self) -> list[int | None]:
        """The sizes, None where unknown.

        Raises:
            GraphShapeError: the number of axes is unknown.
        """
        if self.sizes is None:
            raise GraphShapeError("as_list() is not defined on an unknown TensorShape.")
        return list(self.sizes)

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return self.sizes is not None and None not in self.sizes

    def is_compatible_with(self, other: Any) -> bool:
        """Whether the shapes may be equal."""
        return compatible(self.sizes, sizes_of(other))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Refuses a shape that this one cannot be.

        Raises:
            GraphShapeError: they differ.
        """
        if not self.is_compatible_with(other):
            raise GraphShapeError(f"Shapes {self} and {TensorShape(other)} are incompatible")

    def merge_with(self, other: Any) -> TensorShape:
        """What is known of a shape that is both."""
        return TensorShape(merged(self.sizes, sizes_of(other)))

    def with_rank(self, rank: int) -> TensorShape:
        """The shape, if it may have this many axes."""
        return self.merge_with([None] * rank)

    def concatenate(self, other: Any) -> TensorShape:
        """The axes of both."""
        rest = sizes_of(other)
        return TensorShape(None if self.sizes is None or rest is None else (*self.sizes, *rest))

    def num_elements(self) -> int | None:
        """How many numbers; None: unknown."""
        return count(self.sizes)

    def __len__(self) -> int:
        if self.sizes is None:
            raise GraphShapeError("Cannot take the length of shape with unknown rank.")
        return len(self.sizes)

    def __bool__(self) -> bool:
        return self.sizes is not None

    def __iter__(self) -> Iterator[Dimension]:
        if self.sizes is None:
            raise GraphShapeError("Cannot iterate over a shape with unknown rank.")
        return iter([Dimension(size) for size in self.sizes])

    def __getitem__(self, key: Any) -> Any:
        if self.sizes is None:
            return TensorShape(None) if isinstance(key, slice) else Dimension(None)
        return TensorShape(self.sizes[key]) if isinstance(key, slice) else Dimension(self.sizes[key])

    def __eq__(self, other: object) -> bool:
        try:
            return self.sizes == sizes_of(other)
        except (TypeError, ValueError):
            return NotImplemented

    def __hash__(self) -> int:
        return hash(self.sizes)

    def __str__(self) -> str:
        return shown(self.sizes)

    def __repr__(self) -> str:
        return "TensorShape(None)" if self.sizes is None else f"TensorShape({self.dims})"


def sizes_of(given: Any) -> Sizes:
    """A shape as a user writes it: None, a list, a number, a TensorShape; -1 and None are unknown sizes.

    Raises:
        GraphTypeError: it is no shape.
    """
    if given is None:
        return None
    if isinstance(given, TensorShape):
        return given.sizes
    if isinstance(given, str) or not isinstance(given, Iterable):
        given = [given]
    sizes = []
    for each in given:
        try:
            size = Dimension(each).value
        except (TypeError, ValueError):
            raise GraphTypeError(f"shape: expected whole numbers or None, got {each!r}.") from None
        sizes.append(None if size == -1 else size)
    return tuple(sizes)


def shown(sizes: Sizes) -> str:
    """A shape as TensorFlow 1 writes it: `(?, 10)`, `<unknown>`."""
    if sizes is None:
        return "<unknown>"
    inner = ", ".join("?" if size is None else str(size) for size in sizes)
    return f"({inner},)" if len(sizes) == 1 else f"({inner})"


def compatible(one: Sizes, other: Sizes) -> bool:
    """Whether two shapes may be equal."""
    if one is None or other is None:
        return True
    return len(one) == len(other) and all(
        a is None or b is None or a == b for a, b in zip(one, other, strict=True)
    )


def merged(one: Sizes, other: Sizes) -> Sizes:
    """What is known of a shape that is both.

    Raises:
        GraphShapeError: it cannot be both.
    """
    if not compatible(one, other):
        raise GraphShapeError(f"Shapes {shown(one)} and {shown(other)} are incompatible")
    if one is None or other is None:
        return other if one is None else one
    return tuple(b if a is None else a for a, b in zip(one, other, strict=True))


def count(sizes: Sizes) -> int | None:
    """How many numbers a tensor has; None: unknown."""
    if sizes is None or None in sizes:
        return None
    product = 1
    for size in sizes:
        assert size is not None
        product *= size
    return product


def broadcast(one: Sizes, other: Sizes) -> Sizes:
    """The shape of an elementwise operation: axes from the last on, sizes equal or 1.

    Raises:
        GraphShapeError: the shapes do not fit.
    """
    if one is None or other is None:
        return None
    sizes = []
    for a, b in itertools.zip_longest(reversed(one), reversed(other), fillvalue=1):
        if a == 1:
            sizes.append(b)
        elif b == 1 or a == b:
            sizes.append(a)
        elif a is None or b is None:
            sizes.append(b if a is None else a)
        else:
            raise GraphShapeError(f"Dimensions must be equal, but are {a} and {b}")
    return tuple(reversed(sizes))


def axes_of(given: Any, rank: int | None) -> tuple[int, ...] | None:
    """Axes counted from the front; None: all, or the rank is unknown.

    Raises:
        GraphShapeError: an axis that the tensor does not have.
    """
    if given is None or rank is None:
        return None if rank is None else tuple(range(rank))
    axes = [int(each) for each in (given if isinstance(given, Iterable) else [given])]
    for axis in axes:
        if not -rank <= axis < rank:
            raise GraphShapeError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
    return tuple(axis % rank for axis in axes)


def reduced(sizes: Sizes, axis: Any, keep: bool) -> Sizes:
    """The shape after a reduction over axes (None: all)."""
    if sizes is None:
        return () if axis is None and not keep else None
    axes = axes_of(axis, len(sizes))
    assert axes is not None
    if keep:
        return tuple(1 if place in axes else size for place, size in enumerate(sizes))
    return tuple(size for place, size in enumerate(sizes) if place not in axes)
