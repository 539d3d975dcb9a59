"""Tensors made of numbers: ranges, unit matrices, one-hot rows, masks of lengths."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, node, scope
from fallline.graph.core.dtypes import as_dtype, bool_, float32, int32
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.shaping import fixed
from fallline.graph.ops.static import LARGEST, known, number_argument, static_value

__all__ = [
    "diag", "diag_part", "eye", "lin_space", "linspace", "matrix_band_part", "matrix_diag", "matrix_diag_part", "meshgrid",
    "one_hot", "range", "sequence_mask",
]  # fmt: skip


def _ranged(start: Any, limit: Any, delta: Any, *, kind: str) -> Any:
    first, last, step = (known(each, "a bound of tf.range") for each in (start, limit, delta))
    size = max(0, math.ceil((last - first) / step))
    where: Any = np if size <= LARGEST else jnp
    return (first + step * where.arange(size, dtype=kind)).astype(kind)


_RANGE = Formula(_ranged, differentiable=False)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """Numbers from start (0) up to and without limit, by delta; of the widest type among them."""
    if limit is None:
        start, limit = 0, start
    with scope(name, "range") as at:
        given = [
            convert(each, name=what)
            for each, what in zip((start, limit, delta), ("start", "limit", "delta"), strict=True)
        ]
        widest = max((each.dtype.base_dtype for each in given), key=_width)
        kind = widest if dtype is None else as_dtype(dtype)
        given = [cast(each, kind) for each in given]
        values = [static_value(each) for each in given]
        size = None
        if not any(each is None for each in values):
            first, last, step = (float(each) for each in values if each is not None)
            if not step:
                raise GraphError("tf.range: delta must not be zero.")
            size = max(0, math.ceil((last - first) / step))
        return node("Range", given, _RANGE, (size,), kind, at, kind=kind.name)


def _width(kind: Any) -> int:
    order = ["int32", "int64", "float32", "float64"]
    return order.index(kind.name) if kind.name in order else -1


def _spaced(start: Any, stop: Any, *, num: int) -> Any:
    place = jnp.arange(num, dtype=start.dtype)
    found = start + (stop - start) / max(num - 1, 1) * place
    return jnp.where(place == num - 1, stop, found) if num > 1 else found


_SPACED = Formula(_spaced)


def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Tensor:
    """So many numbers from start to stop, at equal distances.

    Raises:
        GraphTypeError: start is no float.
    """
    first, last = convert_all([start, stop])
    if isinstance(stop, int | float):
        last = convert(stop, first.dtype)
    if not first.dtype.is_floating:
        raise GraphTypeError(f"linspace: start and stop must be floats, got {first.dtype.base_dtype.name}.")
    number = fixed(num, "linspace: num")
    return node("LinSpace", [first, last], _SPACED, (number,), name=name or "LinSpace", num=number)


lin_space = linspace


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """Ones on the diagonal of a matrix, zeros elsewhere."""
    from fallline.graph.ops.arrays import zeros

    if batch_shape is not None:
        raise GraphError("tf.eye: batch_shape is not offered; tf.tile repeats a matrix.")
    kind = as_dtype(dtype)
    with scope(name, "eye"):
        if static_value(convert(num_rows)) is None or (
            num_columns is not None and static_value(convert(num_columns)) is None
        ):
            columns = num_rows if num_columns is None else num_columns
            return _eye_like(zeros([num_rows, columns], kind))
        rows = fixed(num_rows, "eye: num_rows")
        columns = rows if num_columns is None else fixed(num_columns, "eye: num_columns")
        return node(
            "MatrixDiagV3",
            [],
            _EYE,
            (rows, columns),
            kind,
            "diag",
            rows=rows,
            columns=columns,
            kind=kind.name,
        )


def _unit(*, rows: int, columns: int, kind: str) -> Any:
    return jnp.eye(rows, columns, dtype=kind)


def _unit_like(x: Any) -> Any:
    rows, columns = x.shape
    return jnp.eye(rows, columns, dtype=x.dtype)


_EYE, _EYE_LIKE = Formula(_unit, differentiable=False), Formula(_unit_like, differentiable=False)


def _eye_like(x: Tensor) -> Tensor:
    return node("MatrixDiagV3", [x], _EYE_LIKE, x.sizes, name="diag")


def _on_diagonal(x: Any) -> Any:
    return jnp.diag(x)


def _on_diagonals(x: Any) -> Any:
    return x[..., None] * jnp.eye(x.shape[-1], dtype=x.dtype)


def _diagonals(x: Any) -> Any:
    return jnp.diagonal(x, axis1=-2, axis2=-1)


_DIAG, _MATRIX_DIAG, _DIAGONAL = Formula(_on_diagonal), Formula(_on_diagonals), Formula(_diagonals)


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """The square matrix with a vector on its diagonal.

    Raises:
        GraphShapeError: it is no vector.
    """
    x = convert(diagonal)

    def sizes() -> Sizes:
        if x.sizes is not None and len(x.sizes) != 1:
            raise GraphShapeError(f"Shape must be rank 1 but is rank {len(x.sizes)}")
        return (None, None) if x.sizes is None else (x.sizes[0],) * 2

    return node("Diag", [x], _DIAG, sizes, name=name)


def matrix_diag(diagonal: Any, name: str = "diag") -> Tensor:
    """Matrices with the last axis of a tensor on their diagonals."""
    x = convert(diagonal)
    sizes = None if x.sizes is None else (*x.sizes, x.sizes[-1])
    return node("MatrixDiagV3", [x], _MATRIX_DIAG, sizes, name=name or "diag")


def diag_part(input: Any, name: str | None = None) -> Tensor:
    """The diagonal of a square matrix."""
    return matrix_diag_part(input, name or "DiagPart")


def matrix_diag_part(input: Any, name: str = "diag_part") -> Tensor:
    """The diagonals of matrices.

    Raises:
        GraphShapeError: it is no matrix.
    """
    x = convert(input)

    def sizes() -> Sizes:
        if x.sizes is None:
            return None
        if len(x.sizes) < 2:
            raise GraphShapeError(f"Shape must be at least rank 2 but is rank {len(x.sizes)}")
        rows, columns = x.sizes[-2:]
        return (*x.sizes[:-2], None if rows is None or columns is None else min(rows, columns))

    return node("DiagPart", [x], _DIAGONAL, sizes, name=name)


def _band(x: Any, *, lower: int, upper: int) -> Any:
    rows, columns = x.shape[-2:]
    offset = jnp.arange(rows)[:, None] - jnp.arange(columns)
    kept = ((lower < 0) | (offset <= lower)) & ((upper < 0) | (-offset <= upper))
    return jnp.where(kept, x, jnp.zeros_like(x))


_BAND = Formula(_band)


def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """A matrix with zeros outside of a band about its diagonal; a negative number keeps that side whole."""
    x = convert(input)
    lower, upper = (
        fixed(num_lower, "matrix_band_part: num_lower"),
        fixed(num_upper, "matrix_band_part: num_upper"),
    )
    return node("MatrixBandPart", [x], _BAND, x.sizes, name=name, lower=lower, upper=upper)


def meshgrid(*args: Any, indexing: str = "xy", name: str = "meshgrid") -> list[Tensor]:
    """The coordinates of a grid, each as a tensor of its shape.

    Raises:
        GraphError: indexing is neither "xy" nor "ij".
    """
    from fallline.graph.core.building import graph_of

    if indexing not in ("xy", "ij"):
        raise GraphError(f"indexing parameter must be either 'xy' or 'ij', got {indexing!r}.")
    tensors = convert_all(list(args))
    counts = [shapes.count(each.sizes) for each in tensors]
    if indexing == "xy" and len(counts) > 1:
        counts[:2] = counts[1::-1]
    kinds = [(each.dtype.base_dtype, tuple(counts)) for each in tensors]
    return list(
        graph_of(tensors).add("Meshgrid", tensors, _MESH, kinds, name, {"indexing": indexing}).outputs
    )


def _mesh(*values: Any, indexing: str) -> Any:
    return tuple(jnp.meshgrid(*[each.reshape(-1) for each in values], indexing=indexing))


_MESH = Formula(_mesh)


def _one_hot(places: Any, on: Any, off: Any, *given: Any, depth: int | None, axis: int) -> Any:
    depth = int(known(given[0], "one_hot: the depth")) if depth is None else depth
    axis = places.ndim if axis == -1 else axis
    rows = jnp.expand_dims(jnp.asarray(places), axis)
    classes = jnp.arange(depth, dtype=places.dtype).reshape(
        [-1 if place == axis else 1 for place in _axes(rows)]
    )
    return jnp.where(rows == classes, on, off)


def _axes(x: Any) -> list[int]:
    return [place for place, _ in enumerate(x.shape)]


_ONE_HOT = Formula(_one_hot, differentiable=(1, 2))


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """Rows with `on_value` (1) at these places and `off_value` (0) elsewhere; a place beyond the row gives a row without one.

    Args:
        indices: Whole numbers.
        depth: How many places a row has; a tensor of it must come from a shape.
        on_value: The number at the place.
        off_value: The number elsewhere.
        axis: Where the new axis goes; by default last.
        dtype: By default that of the values, else float32.
        name: Of the node.

    Raises:
        GraphTypeError: places that are no whole numbers, or values of two types.
    """
    with scope(name, "one_hot") as at:
        places = convert(indices, name="indices")
        if not places.dtype.is_integer:
            raise GraphTypeError(
                f"one_hot: the indices must be whole numbers, got {places.name} of type {places.dtype.base_dtype.name}: "
                "tf.cast(x, tf.int32)."
            )
        kind = as_dtype(dtype) if dtype is not None else None
        if kind is None:
            given = [convert(each) for each in (on_value, off_value) if each is not None]
            kind = given[0].dtype.base_dtype if given else float32
        on = convert(
            1 if on_value is None and not kind.is_bool else _default(on_value, True), kind, "on_value"
        )
        off = convert(
            0 if off_value is None and not kind.is_bool else _default(off_value, False), kind, "off_value"
        )
        (number, further), place = number_argument(depth, "one_hot: depth"), -1 if axis is None else axis

        def sizes() -> Sizes:
            if places.sizes is None:
                return None
            if not -1 <= place <= len(places.sizes):
                raise GraphShapeError(
                    f"Expected axis to be -1 or between [0, {len(places.sizes)}], but received: {place}"
                )
            at = len(places.sizes) if place == -1 else place
            return (*places.sizes[:at], number, *places.sizes[at:])

        return node(
            "OneHot", [places, on, off, *further], _ONE_HOT, sizes, kind, at, depth=number, axis=place
        )


def _default(value: Any, default: bool) -> Any:
    return default if value is None else value


def _within(lengths: Any, *given: Any, maxlen: Any) -> Any:
    longest = int(known(given[0], "sequence_mask: maxlen")) if given else maxlen
    return jnp.arange(longest, dtype=lengths.dtype) < lengths[..., None]


_WITHIN = Formula(_within, differentiable=False)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool_, name: str | None = None) -> Tensor:
    """For each length a row that is True at its first places; (shape of lengths, maxlen).

    Raises:
        GraphError: maxlen is left out, so that the shape would depend on values.
    """
    x = convert(lengths)
    if maxlen is None:
        raise GraphError(
            "tf.sequence_mask: without maxlen the shape depends on the values of the lengths; XLA needs shapes when it compiles. "
            "Give maxlen."
        )
    with scope(name, "SequenceMask"):
        value = static_value(convert(maxlen))
        inputs = [] if value is not None else [convert(maxlen, int32)]
        number = None if value is None else int(value.reshape(()))
        sizes = None if x.sizes is None else (*x.sizes, number)
        mask = node("Less", [x, *inputs], _WITHIN, sizes, bool_, "Less", maxlen=number)
        return cast(mask, dtype)
