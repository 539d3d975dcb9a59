"""Whether probabilities come true: of the rows that are given 80 %, 80 % should be right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from fallline.calibration.checks import class_shares, codes_of
from fallline.own.shown import fields_shown

Z = 1.959963984540054
"""Half of a 95 % interval of a normal variable, in standard deviations."""
MOST_BINS = 10
LEAST_ROWS_IN_A_BIN = 10


def calibration_error(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> float:
    """The expected calibration error: how far what is said is from what comes true, on average over rows.

    error = sum over bins b of n_b / n |share that came true - mean probability|

    with bins of about equally many rows. Of two classes it is of the probability of the second, which comes true in the
    rows of that class; of more it is of the largest probability, which comes true where that class is right. Few rows
    make it larger than it is. (The metric `expected_calibration_error` cuts by equal widths.)

    Args:
        true: Code of each row's class, from 0.
        probabilities: Of each class, rows summing to 1; or, of two classes, of the second.

    Raises:
        DataError: no rows, codes that are no classes, or numbers that are no probabilities.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (2015); bins of
    equal count as Nguyen and O'Connor (2015).
    """
    shares = class_shares(probabilities, "calibration_error")
    codes = codes_of(true, shares, "calibration_error")
    if shares.shape[1] == 2:
        return reliability(codes == 1, shares[:, 1]).error
    return reliability(codes == shares.argmax(axis=1), shares.max(axis=1)).error


@dataclass(frozen=True)
class Reliability:
    """Probabilities beside what came true, in bins of about as many rows each.

    Args:
        said: Mean probability of each bin.
        came: Share of its rows in which it came true.
        low: Lower end of the 95 % interval of that share (Wilson's).
        high: Upper end.
        rows: Rows of each bin.
    """

    __repr__ = fields_shown

    said: Float[np.ndarray, " bins"]
    came: Float[np.ndarray, " bins"]
    low: Float[np.ndarray, " bins"]
    high: Float[np.ndarray, " bins"]
    rows: Int[np.ndarray, " bins"]

    @property
    def error(self) -> float:
        """Expected calibration error: sum over bins b of n_b / n |share that came true - mean probability|.

        Sources: Naeini, Cooper and Hauskrecht (2015) for the sum; bins of equal count as Nguyen and O'Connor, Posterior
        calibration and exploratory analysis for natural language processing models (2015).
        """
        return float(np.sum(self.rows * np.abs(self.came - self.said)) / self.rows.sum())


def reliability(true: Bool[np.ndarray, " rows"], probability: Float[np.ndarray, " rows"]) -> Reliability:
    """Bins between the quantiles of the probabilities: ten, or fewer of at least ten rows each.

    Equal probabilities fall into one bin, so that there may be fewer.

    Args:
        true: Whether it came true.
        probability: What was said.

    Raises:
        DataError: no rows, different numbers of them, or numbers that are no probabilities.

    Source: Nguyen and O'Connor, "Posterior calibration and exploratory analysis for natural language processing models"
    (2015), for bins of equal count; Wilson (1927) for the intervals of their shares.
    """
    shares = class_shares(probability, "reliability")
    true, probability = codes_of(true, shares, "reliability"), shares[:, 1]
    count = int(np.clip(len(true) // LEAST_ROWS_IN_A_BIN, 1, MOST_BINS))
    edges = np.quantile(probability, np.linspace(0, 1, count + 1))
    place = np.searchsorted(edges[1:-1], probability)
    rows = np.bincount(place, minlength=count)
    kept = rows > 0
    rows = rows[kept]
    said = np.bincount(place, probability, minlength=count)[kept] / rows
    came = np.bincount(place, true, minlength=count)[kept] / rows
    return Reliability(said, came, *wilson(came, rows), rows)


def wilson(
    share: Float[np.ndarray, " bins"], rows: Int[np.ndarray, " bins"]
) -> tuple[Float[np.ndarray, " bins"], Float[np.ndarray, " bins"]]:
    """The 95 % interval of a share, which holds also where it is 0 or 1.

    Args:
        share: Of the rows.
        rows: How many there are.

    Source: Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    scale = 1 + Z**2 / rows
    middle = (share + Z**2 / (2 * rows)) / scale
    half = Z / scale * np.sqrt(share * (1 - share) / rows + Z**2 / (4 * rows**2))
    # By rounding, the end at a share of 0 or 1 may lie on its wrong side.
    return np.clip(middle - half, 0.0, share), np.clip(middle + half, share, 1.0)
