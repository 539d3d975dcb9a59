"""One baseline, fitted, and its answers in the form of the network's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Float, Float64, Shaped

from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.target import TargetEncoder
from fallline.experiment.baselines.boosting import one_thread
from fallline.experiment.baselines.plain import flat_values, plain_values
from fallline.experiment.parts import Part, SinglePreprocessor


@dataclass(frozen=True)
class Baseline:
    """A model that a person would run before a network.

    Args:
        name: `linear` or `boosting`.
        estimator: The fitted estimator of scikit-learn; its classes are the codes of the target's, its values are
            in the target's own unit.
        rows: How many rows it was fitted on; fewer than there are where all would take too long.
        seconds: Time of the fit.
        preprocessor: What the columns are, as learned from the training rows.
    """

    name: str
    estimator: Any
    rows: int
    seconds: float
    preprocessor: SinglePreprocessor

    def answers(self, part: Part, target: TargetEncoder) -> Float64[np.ndarray, "rows ..."]:
        """Probabilities (rows, classes) that sum to 1, or for regression values (rows,) in the target's own unit.

        A class without training rows gets probability 0.
        """
        return self.answers_of(inputs_of(part, self.preprocessor), target)

    def answers_of_new(
        self,
        rows: pl.DataFrame | Shaped[np.ndarray, "rows ..."],
        target: TargetEncoder,
        *,
        fill: bool = False,
    ) -> Float64[np.ndarray, "rows ..."]:
        """As `answers`, of new rows: typed as in training, or images as they come.

        Args:
            rows: The rows.
            target: What is predicted.
            fill: Whether a column that is not there counts as one without values; else it is an error.

        Raises:
            DataError: a column is missing, or holds something else than in training.
        """
        if isinstance(self.preprocessor, ImagePreprocessor):
            images = self.preprocessor.transform(np.asarray(rows))
            return self.answers_of(flat_values(self.preprocessor, images), target)
        assert isinstance(rows, pl.DataFrame)
        return self.answers_of(plain_values(self.preprocessor, rows, fill=fill), target)

    def answers_of(
        self, values: Float[np.ndarray, "rows columns"], target: TargetEncoder
    ) -> Float64[np.ndarray, "rows ..."]:
        """As `answers`, of rows as scikit-learn takes them."""
        with one_thread():
            if target.task == "regression":
                return np.asarray(self.estimator.predict(values), np.float64)
            shares = np.zeros((len(values), len(target.classes)))
            shares[:, self.estimator.classes_] = self.estimator.predict_proba(values)
            return shares


def inputs_of(part: Part, preprocessor: SinglePreprocessor) -> Float[np.ndarray, "rows columns"]:
    """The rows of a part as scikit-learn takes them."""
    if isinstance(preprocessor, ImagePreprocessor):
        return flat_values(preprocessor, part.x)
    assert isinstance(preprocessor, TablePreprocessor)
    assert part.frame is not None
    return plain_values(preprocessor, part.frame)
