"""`tf.linalg`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.old.tensorflow.second.core.functions import of_jax
from fallline.old.tensorflow.second.core.operators import tensor_of
from fallline.old.tensorflow.second.of_graphs import operation, space_of_graphs

_HERE = "old.tensorflow.second.linalg."


def _given(value: Any) -> Any:
    return tensor_of(value) if isinstance(value, list | tuple | np.ndarray) else value


def matvec(a: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False, *_: Any, **__: Any) -> Any:
    """The product of matrices and vectors."""
    vector = operation("", "expand_dims")(b, -1)
    found = operation("", "matmul")(a, vector, transpose_a=transpose_a, adjoint_a=adjoint_a)
    return operation("", "squeeze")(found, [-1])


def set_diag(input: Any, diagonal: Any, name: str | None = None, **_: Any) -> Any:
    """Matrices with another diagonal."""
    return _set_diag(_given(input), _given(diagonal))


def _with_diagonal(x: Any, diagonal: Any) -> Any:
    place = jnp.arange(diagonal.shape[-1])
    return x.at[..., place, place].set(diagonal)


def _pseudo_inverse(a: Any, rcond: Any) -> Any:
    return jnp.linalg.pinv(a, rtol=rcond)


def _least_squares(matrix: Any, rhs: Any, penalty: float) -> Any:
    if penalty:
        turned = jnp.swapaxes(matrix, -1, -2)
        square = turned @ matrix + penalty * jnp.eye(matrix.shape[-1], dtype=matrix.dtype)
        return jnp.linalg.solve(square, turned @ rhs)
    return jnp.linalg.lstsq(matrix, rhs)[0]


def _decomposed(tensor: Any, full: bool) -> Any:
    u, s, vh = jnp.linalg.svd(tensor, full_matrices=full)
    return s, u, jnp.swapaxes(vh, -1, -2)


def _triangular(matrix: Any, rhs: Any, lower: bool, adjoint: bool) -> Any:
    return jax.scipy.linalg.solve_triangular(matrix, rhs, lower=lower, trans=int(adjoint))


def _scaled(tensor: Any, ord: Any, axis: Any) -> Any:
    length = jnp.linalg.norm(tensor, ord, axis=axis, keepdims=True)
    return tensor / length, length


_set_diag, _svd = of_jax(_with_diagonal, _HERE + "set_diag"), of_jax(_decomposed, _HERE + "svd")
_lstsq, _pinv = of_jax(_least_squares, _HERE + "lstsq"), of_jax(_pseudo_inverse, _HERE + "pinv")
_eigh, _eigvalsh = of_jax(jnp.linalg.eigh, _HERE + "eigh"), of_jax(jnp.linalg.eigvalsh, _HERE + "eigvalsh")
_qr, _slogdet = of_jax(jnp.linalg.qr, _HERE + "qr"), of_jax(jnp.linalg.slogdet, _HERE + "slogdet")
_expm, _rank = (
    of_jax(jax.scipy.linalg.expm, _HERE + "expm"),
    of_jax(jnp.linalg.matrix_rank, _HERE + "matrix_rank"),
)
_solve_triangular = of_jax(_triangular, _HERE + "triangular_solve")
_normalize = of_jax(_scaled, _HERE + "normalize")


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Singular values, left and right singular vectors."""
    found = _svd(_given(tensor), bool(full_matrices))
    return found if compute_uv else found[0]


def lstsq(
    matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None
) -> Any:
    """The x for which `|matrix x - rhs|` is least."""
    return _lstsq(_given(matrix), _given(rhs), float(l2_regularizer))


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """The pseudo-inverse."""
    return _pinv(_given(a), rcond)


def eigh(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    return tuple(_eigh(_given(tensor)))


def eigvalsh(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues of symmetric matrices."""
    return _eigvalsh(_given(tensor))


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """An orthogonal matrix and a triangular one whose product is the matrix."""
    return tuple(_qr(_given(input), "complete" if full_matrices else "reduced"))


def slogdet(input: Any, name: str | None = None) -> Any:
    """The sign of the determinant and the logarithm of its size."""
    return tuple(_slogdet(_given(input)))


def logdet(matrix: Any, name: str | None = None) -> Any:
    """The logarithm of the determinant."""
    return slogdet(matrix)[1]


def expm(input: Any, name: str | None = None) -> Any:
    """The exponential of matrices."""
    return _expm(_given(input))


def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """How many rows are independent."""
    return _rank(_given(a), tol)


def triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Any:
    """The x of `matrix x = rhs`, the matrix triangular."""
    return _solve_triangular(_given(matrix), _given(rhs), lower, adjoint)


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> Any:
    """A tensor divided by its length, and that length."""
    return tuple(_normalize(_given(tensor), None if ord == "euclidean" else ord, axis))


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None) -> Any:
    """An array divided by its length along axes."""
    return operation("nn", "l2_normalize")(x, axis, epsilon)


__getattr__, __dir__ = space_of_graphs(
    __name__,
    "",
    {
        "inv": "matrix_inverse",
        "det": "matrix_determinant",
        "solve": "matrix_solve",
        "band_part": "matrix_band_part",
        "diag": "matrix_diag",
        "diag_part": "matrix_diag_part",
        "tensor_diag": "diag",
        "tensor_diag_part": "diag_part",
        "adjoint": "matrix_transpose",
        **{
            name: name
            for name in ("cholesky", "cross", "einsum", "eye", "global_norm", "matmul", "matrix_transpose", "norm",
                         "tensordot", "trace")
        },
    },
)  # fmt: skip
