"""How large errors are, as it follows from what is predicted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from fallline.calibration.checks import values_of
from fallline.errors import DataError
from fallline.own.shown import fields_shown

MOST_STRETCHES = 10
ROWS_OF_A_STRETCH = 50
LEAST_SHARE = 0.1
"""What is added everywhere, as a share of the mean error: a stretch of small errors must not make others' scores huge."""


@dataclass(frozen=True)
class Spread:
    """The size of errors as a function of the prediction: a line through the mean error of each stretch of predictions.

    s(p) = interpolation of (mean prediction, mean |error|) of the stretches, + mean |error| / 10

    with stretches between quantiles of the predictions: ten, or fewer of at least 50 rows each. Beyond the first and the
    last it stays as it is there.

    Args:
        places: Mean prediction of each stretch, rising.
        sizes: The size of errors there, in the target's unit.

    Source: the normalised scores of Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, "Distribution-free predictive
    inference for regression" (2018), section 5.2, with the prediction as the only regressor.
    """

    __repr__ = fields_shown

    places: tuple[float, ...]
    sizes: tuple[float, ...]

    @classmethod
    def fit(cls, predicted: Float[np.ndarray, " rows"], errors: Float[np.ndarray, " rows"]) -> Spread | None:
        """The spread of some rows; None where they are too few for two stretches, or all errors are 0.

        Args:
            predicted: What was predicted.
            errors: By how much that was wrong, without sign.

        Raises:
            DataError: different numbers of rows, numbers that are not finite, or errors below 0.
        """
        predicted, errors = (values_of(of, "Spread.fit") for of in (predicted, errors))
        if len(predicted) != len(errors) or (errors < 0).any():
            raise DataError(
                f"Spread.fit: one error of at least 0 is needed for each prediction; got {len(errors):,} errors "
                f"for {len(predicted):,} predictions. Of differences, take the absolute value."
            )
        count = min(MOST_STRETCHES, len(predicted) // ROWS_OF_A_STRETCH)
        if count < 2 or not errors.any():
            return None
        edges = np.quantile(predicted, np.linspace(0, 1, count + 1))
        place = np.searchsorted(edges[1:-1], predicted)
        rows = np.bincount(place, minlength=count)
        there = rows > 0  # equal predictions fall into one
        if there.sum() < 2:
            return None
        places, sizes = (
            np.bincount(place, of, minlength=count)[there] / rows[there] for of in (predicted, errors)
        )
        return cls(tuple(places.tolist()), tuple((sizes + LEAST_SHARE * errors.mean()).tolist()))

    def __call__(self, predicted: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
        """The size of the error that is expected of each prediction."""
        return np.interp(predicted, self.places, self.sizes)
