"""The baselines on the rows that the network has seen.

Early stopping lets the network see the validation rows, so the baselines are fitted on the training and
validation rows together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Float64, Int, Shaped
from sklearn.dummy import DummyClassifier  # noqa: TID253  (only who compares imports this module)

from fallline.data.preprocessing import TablePreprocessor
from fallline.data.target import TargetEncoder
from fallline.experiment.baselines.baseline import Baseline, inputs_of
from fallline.experiment.baselines.boosting import boosted_trees, boosting_size, one_thread
from fallline.experiment.baselines.linear import fit_linear, linear_model, linear_rows
from fallline.experiment.baselines.plain import plain_columns
from fallline.experiment.parts import Part, Prepared

PARTS = ("train", "validation")
MOST_ASKED = 10_000
"""Rows of which it is asked whether a model tells them apart."""


def fit_baselines(prepared: Prepared, seed: int, *, parts: Sequence[str] = PARTS) -> dict[str, Baseline]:
    """The linear model and, where it can be afforded, boosted trees.

    Args:
        prepared: The data of the run.
        seed: Of the choice of rows where all would take too long, and of the boosting's own.
        parts: The parts to fit on, those that there are: `train`, `validation`, `test`.

    Returns:
        `linear`, and `boosting` but for large images, many words, and rows in which the trees find no split.
    """
    chosen = _parts(prepared, parts)
    x = np.concatenate([inputs_of(part, prepared.preprocessor) for part in chosen])
    y = _targets(prepared, chosen)
    columns = (
        plain_columns(prepared.preprocessor) if isinstance(prepared.preprocessor, TablePreprocessor) else None
    )
    classes = len(prepared.classes)

    def fitted(name: str, model: Any, most: int, fit: Callable[..., None]) -> Baseline:
        begun = time.perf_counter()
        rows = _some_rows(len(x), most, seed)
        if prepared.task != "regression" and len(np.unique(y[rows])) < 2:
            model = DummyClassifier(strategy="prior")
        with one_thread():
            fit(model, x[rows], y[rows])
        return Baseline(name, model, len(rows), time.perf_counter() - begun, prepared.preprocessor)

    baselines = {
        "linear": fitted(
            "linear", linear_model(columns, prepared.task), linear_rows(x.shape[1], classes), fit_linear
        )
    }
    size = boosting_size(len(x), x.shape[1], classes)
    if size is not None:
        trees = boosted_trees(columns, prepared.task, size.iterations, seed)
        boosting = fitted("boosting", trees, size.rows, lambda model, *rows: model.fit(*rows))
        if _tells_rows_apart(boosting, prepared.target, x):
            baselines["boosting"] = boosting
    return baselines


def trivial_answers(
    prepared: Prepared, rows: int, *, parts: Sequence[str] = PARTS
) -> Float64[np.ndarray, "rows ..."]:
    """The classes' shares, or the mean, of the rows that the network has seen: always the same answer.

    Args:
        prepared: The data of the run.
        rows: How many answers.
        parts: The parts that the shares or the mean are of.

    Returns:
        Probabilities (rows, classes), or for regression values (rows,) in the target's own unit.
    """
    y = _targets(prepared, _parts(prepared, parts))
    if prepared.task == "regression":
        return np.full(rows, np.mean(y, dtype=np.float64))
    shares = np.bincount(y, minlength=len(prepared.classes)) / len(y)
    return np.tile(shares, (rows, 1))


def _tells_rows_apart(
    baseline: Baseline, target: TargetEncoder, x: Float[np.ndarray, "rows columns"]
) -> bool:
    """Whether a model gives more than one answer: trees do not that found no split."""
    answers = baseline.answers_of(x[:: -(-len(x) // MOST_ASKED)], target)
    return bool((answers != answers[0]).any())


def _parts(prepared: Prepared, names: Sequence[str]) -> list[Part]:
    parts = [getattr(prepared, name) for name in names]
    return [part for part in parts if part is not None]


def _targets(
    prepared: Prepared, parts: Sequence[Part]
) -> Float[np.ndarray, " rows"] | Int[np.ndarray, " rows"]:
    """Class codes, or values in the target's own unit."""
    y: Shaped[np.ndarray, " rows"] = np.concatenate([part.y for part in parts])
    return np.asarray(prepared.target.decode(y)) if prepared.task == "regression" else y.astype(np.int64)


def _some_rows(rows: int, most: int, seed: int) -> Int[np.ndarray, " chosen"]:
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, size=most, replace=False))
