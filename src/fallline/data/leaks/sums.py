"""Columns that add up to the target, or multiply to it."""

from __future__ import annotations

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
import polars.selectors as cs  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float, Int64

from fallline.data.leaks.answers import LARGEST, Answers
from fallline.data.leaks.leak import Leak, drop

Matrix = Float[np.ndarray, "rows columns"]

MOST_NUMBERS = 1_500_000
"""Rows x columns looked at."""
_MOST_ROWS = 5000
_LEAST_ROWS = 20
_MOST_PARTS = 30
_ROWS_PER_PART = 5
_UNEXPLAINED = 1e-6
"""Of the target's variance: rounding of the parts."""
_DEPENDENT = 1e-10
"""Of the square of a column's length: what is left of one that others make up already."""
_SIGN = 1e-3
"""Distance of a factor from 1 or -1 that rounding explains."""


def add_up(frame: pl.DataFrame, answers: Answers) -> Leak | None:
    """Two or more columns whose sum, difference, product or quotient is the target.

    Args:
        frame: The columns that may be parts; those that are no numbers are passed over.
        answers: The target of the same rows.
    """
    y = answers.numbers
    if y is None or np.unique(y).size <= 2:
        return None
    numeric = [name for name, dtype in frame.schema.items() if dtype.is_numeric()]
    if len(numeric) < 2:
        return None
    rows = np.arange(0, len(y), -(-len(y) // max(200, min(_MOST_ROWS, MOST_NUMBERS // len(numeric)))))
    table = frame.select(cs.by_name(numeric).cast(pl.Float64))[rows].fill_nan(None)
    gaps = np.array([table[name].null_count() for name in numeric])
    numeric = [name for name, missing in zip(numeric, gaps, strict=True) if missing <= table.height / 2]
    x, y = table[numeric].to_numpy(), y[rows]
    complete = (np.abs(x) < LARGEST).all(axis=1)
    if complete.sum() < _LEAST_ROWS:
        return None
    x, y = x[complete], y[complete]
    return _parts(numeric, x, y, answers.name) or _factors(numeric, x, y, answers.name)


def _parts(names: list[str], x: Matrix, y: Float[np.ndarray, " rows"], target: str) -> Leak | None:
    found = _equation(x, y)
    if found is None:
        return None
    chosen, factors, constant = found
    size = float(np.abs(factors).mean())
    if np.abs(np.abs(factors) / size - 1).max() > _SIGN or abs(constant) > 1e-3 * y.std():
        return None
    terms = [(names[column], factor > 0) for column, factor in zip(chosen, factors, strict=True)]
    equation = _written(terms, " + ", " - ")
    if abs(size - 1) > _SIGN:
        equation = f"{size:.4g} x ({equation})"
    return _leak([name for name, _ in terms], equation, target, len(y))


def _factors(names: list[str], x: Matrix, y: Float[np.ndarray, " rows"], target: str) -> Leak | None:
    positive = np.flatnonzero((x > 0).all(axis=0))
    if positive.size < 2 or not (y > 0).all():
        return None
    found = _equation(np.log(x[:, positive]), np.log(y))
    if found is None or len(found[0]) > 3:
        return None
    chosen, factors, _ = found
    if np.abs(np.abs(factors) - 1).max() > _SIGN:
        return None
    terms = [(names[positive[column]], factor > 0) for column, factor in zip(chosen, factors, strict=True)]
    scale = float(np.median(y / np.prod(x[:, positive[chosen]] ** np.sign(factors), axis=1)))
    equation = _written(terms, " x ", " / ")
    return _leak(
        [n for n, _ in terms],
        equation if abs(scale - 1) < _SIGN else f"{scale:.4g} x {equation}",
        target,
        len(y),
    )


def _written(terms: list[tuple[str, bool]], plus: str, minus: str) -> str:
    terms = sorted(terms, key=lambda term: not term[1])
    first, *rest = terms
    start = f'"{first[0]}"' if first[1] else f'{"1 / " if plus == " x " else "-"}"{first[0]}"'
    return start + "".join(f'{plus if positive else minus}"{name}"' for name, positive in rest)


def _leak(names: list[str], equation: str, target: str, rows: int) -> Leak:
    sentence = (
        f'"{target}" is {equation} ({rows:,} rows looked at). If these are its parts, known only with it, '
        f"leave them out with {drop(names)}; if new rows have them all, compute it: no network is needed."
    )
    return Leak(tuple(names), "sum", sentence, 1.0)


def _equation(
    x: Matrix, y: Float[np.ndarray, " rows"]
) -> tuple[Int64[np.ndarray, " parts"], Float[np.ndarray, " parts"], float] | None:
    """The fewest columns of which the target is a linear function, exact to rounding; their factors and the constant."""
    chosen = _forward(x, y)
    if len(chosen) < 2:
        return None
    spread = float(((y - y.mean()) ** 2).sum())
    for column in list(chosen):  # what was taken on the way and is not needed
        fewer = [other for other in chosen if other != column]
        if len(fewer) >= 1 and _left(x[:, fewer], y)[0] <= _UNEXPLAINED * spread:
            chosen = fewer
    if len(chosen) < 2:
        return None
    columns = np.array(sorted(chosen))
    _, solution = _left(x[:, columns], y)
    return columns, solution, float(y.mean() - x[:, columns].mean(axis=0) @ solution)


def _forward(x: Matrix, y: Float[np.ndarray, " rows"]) -> list[int]:
    """Orthogonal least squares: each time the column that explains most of what is left; none if it is not exact.

    Source: Chen, Billings, Luo, Orthogonal least squares methods (1989).
    """
    x, left = x - x.mean(axis=0), y - y.mean()
    spread, sizes = float(left @ left), (x**2).sum(axis=0)
    # Of each column: square of the length that is left of it, and its product with what is left of the target.
    lengths, products = sizes.copy(), left @ x
    chosen: list[int] = []
    directions = np.empty((0, len(y)))
    for _ in range(min(_MOST_PARTS, x.shape[1], len(y) // _ROWS_PER_PART)):
        usable = lengths > _DEPENDENT * sizes
        gain = np.where(usable, products**2 / np.where(usable, lengths, 1.0), 0.0)
        best = int(gain.argmax())
        if gain[best] <= 0:
            return []
        direction = x[:, best] - (directions @ x[:, best]) @ directions
        direction /= np.linalg.norm(direction)
        chosen.append(best)
        share = left @ direction
        left = left - share * direction
        if left @ left <= _UNEXPLAINED * spread:
            return chosen
        along = direction @ x
        lengths, products = lengths - along**2, products - share * along
        lengths[best] = 0.0
        directions = np.vstack([directions, direction])
    return []


def _left(x: Matrix, y: Float[np.ndarray, " rows"]) -> tuple[float, Float[np.ndarray, " columns"]]:
    """Squares that the best linear function leaves, and its factors."""
    centred, goal = x - x.mean(axis=0), y - y.mean()
    scale = np.linalg.norm(centred, axis=0)
    scale[scale == 0] = 1.0
    solution = np.linalg.lstsq(centred / scale, goal, rcond=None)[0] / scale
    left = goal - centred @ solution
    return float(left @ left), solution
