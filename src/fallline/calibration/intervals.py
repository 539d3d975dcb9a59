"""Intervals of numbers that hold a wanted share of new rows, whatever the model is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from fallline.calibration.checks import checked_level, indices, values_of
from fallline.calibration.scores import Scores
from fallline.calibration.spread import Spread
from fallline.data.saved import from_saved
from fallline.errors import DataError, SavedFileError
from fallline.own.shown import fields_shown

FOLDS = 5
PAYS = 0.97
"""The mean width of intervals that follow the spread, as a share of that of equal ones, up to which they are taken."""
COMPARED_AT = 0.9

Ends = tuple[Float[np.ndarray, " rows"], Float[np.ndarray, " rows"]]


@dataclass(frozen=True)
class ConformalIntervals:
    """Intervals around predicted numbers, by how far off the predictions of other rows were.

    low, high = p -+ s(p) * q,   q = the ceil((n + 1) level)-th smallest of the n scores |y - p| / s(p)

    with predictions p of rows that the model was not fitted on, and s(p) = 1 or the spread of errors at that prediction.
    Of new rows drawn as those were, at least `level` lie in their intervals on average over all rows, whatever the model
    and the distribution. It is no promise for each kind of row, nor for rows of another time or place.

    Args:
        scores: The scores of the rows.
        spread: How large errors are, by the prediction; None: all intervals are equally wide.

    Source: split conformal: Vovk, Gammerman and Shafer, "Algorithmic learning in a random world" (2005); Lei, G'Sell,
    Rinaldo, Tibshirani and Wasserman, "Distribution-free predictive inference for regression" (2018), algorithm 2 and
    section 5.2.
    """

    __repr__ = fields_shown

    scores: Scores
    spread: Spread | None = None

    @classmethod
    def fit(
        cls,
        true: Float[np.ndarray, " rows"],
        predicted: Float[np.ndarray, " rows"],
        *,
        adaptive: bool | None = None,
        seed: int = 0,
    ) -> ConformalIntervals:
        """Intervals from rows that the model was not fitted on.

        The score of a row is by a spread that was fitted without it (five folds of the rows), so that the scores are
        those of new rows.

        Args:
            true: The true values.
            predicted: What the model predicts of the same rows.
            adaptive: Whether the intervals are wider where errors are larger; None: where that makes them narrower on
                average by 3 % or more, at a level of 0.9.
            seed: Of the folds.

        Raises:
            DataError: no rows, different numbers of them, numbers that are not finite, or too few rows for a spread.
        """
        true, predicted = (values_of(of, "ConformalIntervals.fit") for of in (true, predicted))
        if len(true) != len(predicted) or not len(true):
            raise DataError(
                "ConformalIntervals.fit: one prediction is needed for each true value, and at least one; got "
                f"{len(true):,} values and {len(predicted):,} predictions."
            )
        errors = np.abs(true - predicted)
        equal = cls(Scores.of(errors))
        spread = None if adaptive is False else Spread.fit(predicted, errors)
        scores = None if spread is None else _out_of_fold(predicted, errors, seed)
        if spread is None or scores is None:
            if adaptive:
                raise DataError(
                    f"ConformalIntervals.fit: {len(true):,} rows are too few, or too alike, for intervals of different width; "
                    "give more, or leave adaptive out."
                )
            return equal
        wider = cls(Scores.of(scores), spread)
        if adaptive:
            return wider
        widths = [float(of.half_widths(predicted, COMPARED_AT).mean()) for of in (equal, wider)]
        return wider if np.isfinite(widths[0]) and widths[1] <= PAYS * widths[0] else equal

    def half_widths(
        self, predicted: Float[np.ndarray, " rows"], level: float = 0.9
    ) -> Float[np.ndarray, " rows"]:
        """Half of the width of each interval; infinite where the rows were too few for the level (see `fewest_rows`).

        Args:
            predicted: What the model predicts of new rows.
            level: The share of new rows to hold.

        Raises:
            UsageError: a level that is not between 0 and 1.
            DataError: predictions that are not one finite number a row.
        """
        predicted = values_of(predicted, "ConformalIntervals")
        quantile = self.scores.quantile(checked_level(level, "ConformalIntervals"))
        sizes = np.ones(len(predicted)) if self.spread is None else self.spread(predicted)
        return quantile * sizes

    def __call__(self, predicted: Float[np.ndarray, " rows"], level: float = 0.9) -> Ends:
        """The lower and the upper end of the interval of each row; arguments as `half_widths`."""
        half, predicted = self.half_widths(predicted, level), np.asarray(predicted, np.float64)
        return predicted - half, predicted + half

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes equal intervals."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ConformalIntervals:
        """The intervals that `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            spread = None if config["spread"] is None else from_saved(Spread, config["spread"])
            return from_saved(cls, config, scores=from_saved(Scores, config["scores"]), spread=spread)
        except (KeyError, TypeError) as error:
            raise SavedFileError(f"the saved intervals cannot be read: {error!r}.") from error


def _out_of_fold(
    predicted: Float[np.ndarray, " rows"], errors: Float[np.ndarray, " rows"], seed: int
) -> Float[np.ndarray, " rows"] | None:
    """The score of each row by the spread of the others; None where these are too few."""
    scores, folds = np.empty(len(errors)), indices(len(errors), FOLDS, seed)
    for fold in range(FOLDS):
        own = folds == fold
        spread = Spread.fit(predicted[~own], errors[~own])
        if spread is None:
            return None
        scores[own] = errors[own] / spread(predicted[own])
    return scores
