"""Products of matrices and tensors, and what is asked of a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, convert_all, node, require_one_type, scope
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variables import Variable
from fallline.graph.ops.elementary import require_kind

__all__ = [
    "cholesky", "cross", "einsum", "matmul", "matrix_determinant", "matrix_inverse", "matrix_solve", "matrix_transpose", "norm",
    "tensordot", "trace",
]  # fmt: skip


def _product(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    a = jnp.swapaxes(a, -1, -2) if transpose_a else a
    b = jnp.swapaxes(b, -1, -2) if transpose_b else b
    return jnp.matmul(a, b)


_MATMUL = Formula(_product)


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The matrix product of a and b, of their last two axes.

    Raises:
        GraphShapeError: a or b is no matrix, or their inner sizes differ.
        GraphTypeError: their types differ.
    """
    del a_is_sparse, b_is_sparse
    a, b = convert_all([a, b])
    require_one_type("MatMul", name, [a, b])
    turn_a, turn_b = bool(transpose_a or adjoint_a), bool(transpose_b or adjoint_b)
    return node(
        "MatMul",
        [a, b],
        _MATMUL,
        lambda: _product_sizes(a.sizes, b.sizes, turn_a, turn_b),
        name=name,
        transpose_a=turn_a,
        transpose_b=turn_b,
    )


def _product_sizes(a: Sizes, b: Sizes, transpose_a: bool, transpose_b: bool) -> Sizes:
    if a is None or b is None:
        rank = None if a is None and b is None else 2
        return None if rank is None or len(a or b or ()) > 2 else (None, None)
    for sizes in (a, b):
        if len(sizes) < 2:
            raise GraphShapeError(f"Shape must be rank 2 but is rank {len(sizes)}")
    rows, inner = a[-2:][::-1] if transpose_a else a[-2:]
    other, columns = b[-2:][::-1] if transpose_b else b[-2:]
    if inner is not None and other is not None and inner != other:
        raise GraphShapeError(f"Dimensions must be equal, but are {inner} and {other}")
    return (*(shapes.broadcast(a[:-2], b[:-2]) or ()), rows, columns)


def _turned(x: Any, y: Any) -> Tensor:
    return matmul(y, x)


for _kind in (Tensor, Variable):
    setattr(_kind, "__matmul__", matmul)  # noqa: B010 - attributes that the classes do not declare
    setattr(_kind, "__rmatmul__", _turned)  # noqa: B010


def _tensor_product(a: Any, b: Any, *, axes: Any) -> Any:
    return jnp.tensordot(a, b, axes)


_TENSORDOT = Formula(_tensor_product)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The sum of products of two tensors over axes of both.

    Args:
        a: A tensor.
        b: A tensor.
        axes: How many last axes of a and first ones of b; or those of a and those of b.
        name: Of the node.

    Raises:
        GraphShapeError: the sizes of the axes differ.
        GraphTypeError: the types differ.
    """
    a, b = convert_all([a, b])
    require_one_type("Tensordot", name, [a, b])

    def both(given: Any) -> tuple[int, ...]:
        return tuple(int(each) for each in given) if isinstance(given, list | tuple) else (int(given),)

    pairs: Any = int(axes) if not isinstance(axes, list | tuple) else (both(axes[0]), both(axes[1]))
    return node(
        "Tensordot",
        [a, b],
        _TENSORDOT,
        lambda: _tensordot_sizes(a.sizes, b.sizes, pairs),
        name=name,
        axes=pairs,
    )


def _tensordot_sizes(a: Sizes, b: Sizes, axes: Any) -> Sizes:
    if a is None or b is None:
        return None
    if isinstance(axes, int):
        axes = (tuple(range(len(a) - axes, len(a))), tuple(range(axes)))
    first, second = shapes.axes_of(axes[0], len(a)) or (), shapes.axes_of(axes[1], len(b)) or ()
    if len(first) != len(second):
        raise GraphShapeError(f"{len(first)} axes of the first and {len(second)} of the second tensor")
    for one, other in zip(first, second, strict=True):
        if a[one] is not None and b[other] is not None and a[one] != b[other]:
            raise GraphShapeError(f"Dimensions must be equal, but are {a[one]} and {b[other]}")
    return (
        *(size for place, size in enumerate(a) if place not in first),
        *(size for place, size in enumerate(b) if place not in second),
    )


def _einstein(*values: Any, equation: str) -> Any:
    return jnp.einsum(equation, *values)


_EINSUM = Formula(_einstein)


def einsum(equation: str, *inputs: Any, name: str | None = None) -> Tensor:
    """A sum of products by named axes, such as `"ij,jk->ik"`.

    Raises:
        GraphError: the equation does not name each axis of each tensor.
        GraphShapeError: an axis has two sizes.
    """
    tensors = convert_all(
        list(inputs[0] if len(inputs) == 1 and isinstance(inputs[0], list | tuple) else inputs)
    )
    require_one_type("Einsum", name, tensors)
    text = equation.replace(" ", "")
    with scope(name, "einsum"):
        return node(
            "Einsum", tensors, _EINSUM, lambda: _einsum_sizes(text, tensors), name="Einsum", equation=text
        )


def _einsum_sizes(equation: str, tensors: Sequence[Tensor]) -> Sizes:
    if "." in equation or any(each.sizes is None for each in tensors):
        return None
    left, _, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(tensors):
        raise GraphError(f"einsum: {equation!r} names {len(terms)} tensors, got {len(tensors)}.")
    if "->" not in equation:
        right = "".join(sorted(each for each in set(left) - {","} if left.count(each) == 1))
    found: dict[str, int | None] = {}
    for term, tensor in zip(terms, tensors, strict=True):
        if len(term) != len(tensor.sizes or ()):
            raise GraphError(f"einsum: {term!r} of {equation!r} does not name the axes of {tensor!r}.")
        for axis, size in zip(term, tensor.sizes or (), strict=True):
            before = found.setdefault(axis, size)
            if before is not None and size is not None and before != size:
                raise GraphShapeError(f"Dimensions must be equal, but are {before} and {size}")
            found[axis] = size if before is None else before
    if set(right) - set(found):
        raise GraphError(f"einsum: {equation!r} gives axes that no tensor has.")
    return tuple(found[axis] for axis in right)


# --- of a matrix ------------------------------------------------------------------------------------------


def _inverse(x: Any, *, adjoint: bool) -> Any:
    found = jnp.linalg.inv(x)
    return jnp.swapaxes(found, -1, -2) if adjoint else found, _is_singular(x, found)


def _solved(a: Any, b: Any, *, adjoint: bool) -> Any:
    found = jnp.linalg.solve(jnp.swapaxes(a, -1, -2) if adjoint else a, b)
    return found, _is_singular(a, found) & jnp.all(jnp.isfinite(b))


def _is_singular(x: Any, found: Any) -> Any:
    return jnp.all(jnp.isfinite(x)) & ~jnp.all(jnp.isfinite(found))


def _not_invertible() -> str:
    return "Input matrix is not invertible."


def _sum_of_diagonal(x: Any) -> Any:
    return jnp.trace(x, axis1=-2, axis2=-1)


def _swapped(x: Any) -> Any:
    return jnp.swapaxes(x, -1, -2)


_INVERSE, _SOLVE = Formula(_inverse, checks=()), Formula(_solved, checks=())
_CHOLESKY = Formula(jnp.linalg.cholesky)
_DETERMINANT, _TRACE, _CROSS = Formula(jnp.linalg.det), Formula(_sum_of_diagonal), Formula(jnp.cross)
_SWAP = Formula(_swapped)


def _square_matrix(type: str, x: Tensor, name: str | None) -> Sizes:
    require_kind(type, name, [x], "floats")
    if x.sizes is None:
        return None
    if len(x.sizes) < 2:
        raise GraphShapeError(f"Shape must be at least rank 2 but is rank {len(x.sizes)}")
    rows, columns = x.sizes[-2:]
    if rows is not None and columns is not None and rows != columns:
        raise GraphShapeError(f"Dimensions must be equal, but are {rows} and {columns}")
    return x.sizes


def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverse of a square matrix.

    Raises:
        GraphShapeError: it is not square.
        InvalidArgumentError: in the run, it is singular.
    """
    x = convert(input)
    result = node(
        "MatrixInverse",
        [x],
        _INVERSE,
        lambda: _square_matrix("MatrixInverse", x, name),
        name=name,
        adjoint=bool(adjoint),
    )
    result.op.complaint = _not_invertible
    return result


def matrix_determinant(input: Any, name: str | None = None) -> Tensor:
    """The determinant of a square matrix.

    Raises:
        GraphShapeError: it is not square.
    """
    x = convert(input)
    return node(
        "MatrixDeterminant", [x], _DETERMINANT,
        lambda: None if (sizes := _square_matrix("MatrixDeterminant", x, name)) is None else sizes[:-2], name=name,
    )  # fmt: skip


def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The x of `matrix x = rhs`.

    Raises:
        GraphShapeError: the matrix is not square, or rhs has another number of rows.
    """
    a, b = convert_all([matrix, rhs])
    require_one_type("MatrixSolve", name, [a, b])

    def sizes() -> Sizes:
        square = _square_matrix("MatrixSolve", a, name)
        if square is not None and b.sizes is not None:
            shapes.merged(square[-2:-1], b.sizes[-2:-1])
        return b.sizes

    result = node("MatrixSolve", [a, b], _SOLVE, sizes, name=name, adjoint=bool(adjoint))
    result.op.complaint = _not_invertible
    return result


def cholesky(input: Any, name: str | None = None) -> Tensor:
    """The lower triangle L of a positive definite matrix `L L^T`."""
    x = convert(input)
    return node("Cholesky", [x], _CHOLESKY, lambda: _square_matrix("Cholesky", x, name), name=name)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the diagonal of a matrix."""
    x = convert(x)
    return node("Trace", [x], _TRACE, None if x.sizes is None else x.sizes[:-2], name=name)


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross product of vectors of three numbers."""
    a, b = convert_all([a, b])
    require_one_type("Cross", name, [a, b])
    return node("Cross", [a, b], _CROSS, lambda: shapes.merged(a.sizes, b.sizes), name=name)


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """A tensor with its last two axes exchanged."""
    del conjugate
    x = convert(a)
    sizes = None if x.sizes is None else (*x.sizes[:-2], *x.sizes[-2:][::-1])
    return node("Transpose", [x], _SWAP, sizes, name=name)


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The norm of vectors (over one axis, or of all values), or of matrices (over two axes).

    Args:
        tensor: Floats.
        ord: "euclidean" (also of matrices: Frobenius), 1, 2, another number, or infinity.
        axis: Of the vectors; two of matrices; None: all values are one vector.
        keepdims: Whether the axes stay, of size 1.
        name: The scope.
        keep_dims: The same, as it was called.

    Raises:
        GraphError: an order that is none.
    """
    from fallline.graph.ops import reductions
    from fallline.graph.ops.arithmetic import pow
    from fallline.graph.ops.elementary import abs, sqrt, square

    x, keep = convert(tensor), bool(keepdims if keepdims is not None else keep_dims)
    require_kind("norm", name, [x], "floats")
    if isinstance(axis, list | tuple) and len(axis) == 2 and ord not in ("euclidean", "fro"):
        raise GraphError("tf.norm: of matrices only the Euclidean (Frobenius) norm is offered.")
    if isinstance(ord, str) and ord not in ("euclidean", "fro"):
        raise GraphError(
            f"'ord' must be a supported vector norm: 'euclidean', a positive number or infinity, got {ord!r}."
        )
    with scope(name, "norm"):
        if ord in ("euclidean", "fro", 2):
            return sqrt(reductions.reduce_sum(square(x), axis, keep))
        if ord == 1:
            return reductions.reduce_sum(abs(x), axis, keep)
        if ord == float("inf"):
            return reductions.reduce_max(abs(x), axis, keep)
        if not ord > 0:
            raise GraphError(f"'ord' must be a positive number, got {ord!r}.")
        return pow(reductions.reduce_sum(pow(abs(x), ord), axis, keep), 1.0 / ord)
