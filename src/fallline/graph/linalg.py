"""`tf.linalg`: the operations of matrices that `tf` itself has, under their names there."""

from difflib import get_close_matches
from typing import Any

from fallline.graph.core.failures import absent

_HERE = {
    "adjoint": "matrix_transpose", "band_part": "matrix_band_part", "cholesky": "cholesky", "det": "matrix_determinant",
    "diag": "matrix_diag", "diag_part": "matrix_diag_part", "einsum": "einsum", "eye": "eye", "global_norm": "global_norm",
    "inv": "matrix_inverse", "l2_normalize": "nn.l2_normalize", "matmul": "matmul", "matvec": "matvec", "norm": "norm",
    "solve": "matrix_solve", "tensordot": "tensordot", "trace": "trace", "transpose": "matrix_transpose",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    import fallline.graph as tf

    found: Any = tf
    try:
        for part in _HERE[name].split("."):
            found = getattr(found, part)
    except (KeyError, AttributeError):
        raise absent("tf.linalg", name, get_close_matches(name, _HERE, 1)) from None
    return found


def __dir__() -> list[str]:
    return sorted(_HERE)
