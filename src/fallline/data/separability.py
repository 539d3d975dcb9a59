"""Whether a hyperplane parts two classes: decided exactly, with a certificate either way."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from fallline.data.arrays import as_rows
from fallline.errors import DataError, ShapeError
from fallline.own.shown import fields_shown

ROUNDING = 1e-12
"""Distance from 0, in units of the data's extent, that the rounding of a scalar product cannot reach."""


@dataclasses.dataclass(frozen=True)
class Separability:
    """The answer, and what proves it: a hyperplane between the classes, or a point in the hulls of both.

    Attributes:
        separable: Whether a hyperplane parts the classes.
        weights: Normal vector of such a hyperplane, (features,) of length 1, pointing to the second class; None.
        bias: Its offset: weights @ x + bias is positive for the second class, negative for the first; None.
        margin: Distance of the nearest row from it, in the data's unit; None.
        common_point: A weighted mean of rows of the first class that is one of rows of the second class too,
            (features,), so that no hyperplane can part them; None where one does.
        row_weights: The weights of that mean, one a row; they sum to 1 within each class. None where separable.
    """

    __repr__ = fields_shown

    separable: bool
    weights: Float[np.ndarray, " features"] | None = None
    bias: float | None = None
    margin: float | None = None
    common_point: Float[np.ndarray, " features"] | None = None
    row_weights: Float[np.ndarray, " rows"] | None = None

    def __bool__(self) -> bool:
        return self.separable


def separable(x: Any, y: Any) -> Separability:
    """Tells whether a hyperplane parts two classes, by linear programming.

    maximise m  subject to  t_i (w @ x_i + b) >= m,  -1 <= w_j, b <= 1,  with t_i = 1 for the second class, else -1

    Features are centred and brought to [-1, 1] first, which changes no answer. m > 0 gives a hyperplane, whose
    signs are checked row by row. At m = 0 the multipliers of the rows are weights with which the means of both
    classes coincide (Gordan's alternative); gaps of less than about 1e-7 of the data's extent, the tolerance of
    the solver, count as none. Rows are taken as networks receive them, in JAX's float type.

    The work grows about as rows * features^2: a thousand rows of twenty features take some ten milliseconds.

    Args:
        x: Inputs (rows, ...); further axes are features.
        y: Two different numbers, (rows,) or (rows, 1); the larger is the second class.

    Raises:
        DataError: the targets are not two numbers, or the inputs are no finite numbers.
        ShapeError: the numbers of rows differ, or the targets have several columns.

    Source: Gordan, "Über die Auflösung linearer Gleichungen mit reellen Coefficienten" (1873); Minsky and Papert,
    "Perceptrons" (1969), for what can be separated; Huangfu and Hall (2018) for the solver, HiGHS.
    """
    from scipy.optimize import linprog

    inputs, signs = two_classes(x, y)
    centre = (inputs.max(axis=0) + inputs.min(axis=0)) / 2
    extent = np.ptp(inputs, axis=0) / 2
    scale = np.where(extent > 0, extent, 1.0)
    scaled = (inputs - centre) / scale
    signed = signs[:, None] * np.column_stack([scaled, np.ones(len(scaled))])
    # Unknowns (w, b, m): minimise -m with m - t (w @ x + b) <= 0.
    solved = linprog(
        np.append(np.zeros(signed.shape[1]), -1.0),
        A_ub=np.column_stack([-signed, np.ones(len(signed))]),
        b_ub=np.zeros(len(signed)),
        bounds=[(-1.0, 1.0)] * signed.shape[1] + [(0.0, None)],
        method="highs",
    )
    if not solved.success:
        raise DataError(f"separable: the linear program could not be solved: {solved.message}")
    if (signed @ solved.x[:-1]).min() > ROUNDING:
        weights = solved.x[:-2] / scale
        length = float(np.linalg.norm(weights))
        weights, bias = weights / length, float(solved.x[-2] / length - weights @ centre / length)
        margin = float((signs * (inputs @ weights + bias)).min())
        return Separability(True, weights, bias, margin)
    shares = np.maximum(-np.asarray(solved.ineqlin.marginals), 0.0)
    for sign in (-1, 1):
        shares[signs == sign] /= shares[signs == sign].sum()
    return Separability(False, common_point=shares[signs > 0] @ inputs[signs > 0], row_weights=shares)


def two_classes(x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inputs as a matrix (rows, features) and targets as signs (rows,): -1 for the smaller number, 1 for the other.

    Raises:
        DataError: the targets are not two numbers, or the inputs are no finite numbers.
        ShapeError: the numbers of rows differ, or the targets have several columns.
    """
    rows = as_rows(x, y)
    if rows.y is None:
        raise DataError("y is missing: give the class of each row.")
    targets = np.asarray(rows.y, np.float64)
    if targets.size != rows.rows:
        raise ShapeError(
            f"y must hold one number per row, ({rows.rows},); got {targets.shape}. Of several classes take one "
            "against the rest: y == k."
        )
    classes = np.unique(targets)
    if len(classes) != 2:
        raise DataError(
            f"y must hold two classes, got {len(classes)} ({', '.join(f'{name:g}' for name in classes[:4])}). "
            "Of several classes take one against the rest: y == k."
        )
    inputs = np.asarray(rows.x, np.float64).reshape(rows.rows, -1)
    return inputs, np.where(targets.reshape(-1) == classes[1], 1.0, -1.0)
