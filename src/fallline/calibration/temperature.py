"""Probabilities made softer or sharper by one number, without changing their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from fallline.calibration.checks import class_shares, codes_of
from fallline.errors import UsageError

COLDEST, HOTTEST = 0.05, 20.0
"""Beyond, probabilities are all but 0 and 1, or all but equal."""
FLOOR = {True: float(np.finfo(np.float32).eps) / 2, False: float(np.finfo(np.float32).tiny)}
"""The smallest probability before a logarithm: of two classes, whose first is 1 - p, float32 knows no smaller distance
from 1; of more, no smaller number."""

Shares = Float[np.ndarray, "rows classes"] | Float[np.ndarray, " rows"]


@dataclass(frozen=True)
class TemperatureScaling:
    """One temperature for all rows, that makes probabilities softer (T > 1) or sharper (T < 1).

    q_k = p_k^(1/T) / (sum over j of p_j^(1/T))

    with softmax outputs p = softmax(z) this is softmax(z / T), with a sigmoid's p = sigmoid(z) it is sigmoid(z / T).
    The order of the classes stays as it is, and so does which class is likeliest.

    Args:
        temperature: T.

    Raises:
        UsageError: the temperature is not above 0.

    Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks" (2017), section 4.2.
    """

    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.temperature < np.inf:
            raise UsageError(f"temperature={self.temperature!r} must be a number above 0; 1 changes nothing.")

    @classmethod
    def fit(cls, true: Int[np.ndarray, " rows"], probabilities: Shares) -> TemperatureScaling:
        """The temperature of the least log loss, between 1/20 and 20.

        In 1/T the log loss is convex, so there is one such temperature: where its derivative, the mean over rows of
        `E_q[log p] - log p(true class)`, is 0.

        Args:
            true: Code of each row's class, from 0.
            probabilities: Of each class, rows summing to 1; or, of two classes, of the second.

        Raises:
            DataError: no rows, codes that are no classes, or numbers that are no probabilities.
        """
        # Only here: it takes a tenth of a second to load.
        from scipy.optimize import brentq

        shares = class_shares(probabilities, "TemperatureScaling.fit")
        true = codes_of(true, shares, "TemperatureScaling.fit")

        def slope(inverse: float) -> float:
            return float(_slopes(true, shares, inverse).mean())

        low, high = 1 / HOTTEST, 1 / COLDEST
        if slope(low) >= 0:
            return cls(HOTTEST)
        if slope(high) <= 0:
            return cls(COLDEST)
        return cls(1 / float(brentq(slope, low, high, xtol=1e-9)))

    def __call__(self, probabilities: Shares) -> Shares:
        """The probabilities at this temperature, in the shape in which they are given (float64).

        Raises:
            DataError: numbers that are no probabilities.
        """
        shares = class_shares(probabilities, "TemperatureScaling")
        if self.temperature != 1:
            shares = _tempered(_logarithms(shares), 1 / self.temperature)
        return shares if np.ndim(probabilities) == 2 else shares[:, 1]


def temperature_evidence(true: Int[np.ndarray, " rows"], probabilities: Shares) -> float:
    """How many standard errors the log loss is from being least at a temperature of 1.

    t = mean(g) / (std(g) / sqrt(rows)),   g = E_p[log p] - log p(true class)

    Beyond 1.96 either way, another temperature is better by more than chance at 95 %: above 0 a higher one, as the
    probabilities are over-confident, below 0 a lower one. It is the score test of T = 1, with the variance of the rows
    themselves, which holds whatever is wrong with the probabilities.

    Args:
        true: Code of each row's class, from 0.
        probabilities: As for `TemperatureScaling.fit`.

    Raises:
        DataError: as `TemperatureScaling.fit`.

    Source: White, "Maximum likelihood estimation of misspecified models" (1982), for the variance.
    """
    shares = class_shares(probabilities, "temperature_evidence")
    slopes = _slopes(codes_of(true, shares, "temperature_evidence"), shares, 1.0)
    # The derivative is by 1/T: where it is above 0, the least loss lies at a smaller 1/T.
    error = float(slopes.std() / np.sqrt(len(slopes)))
    return float(slopes.mean()) / error if error > 0 else 0.0


def _logarithms(shares: Float[np.ndarray, "rows classes"]) -> Float[np.ndarray, "rows classes"]:
    return np.log(np.maximum(shares, FLOOR[shares.shape[1] == 2]))


def _tempered(
    logarithms: Float[np.ndarray, "rows classes"], inverse: float
) -> Float[np.ndarray, "rows classes"]:
    powers = np.exp(inverse * (logarithms - logarithms.max(axis=1, keepdims=True)))
    shares: Float[np.ndarray, "rows classes"] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _slopes(
    true: Int[np.ndarray, " rows"], shares: Float[np.ndarray, "rows classes"], inverse: float
) -> Float[np.ndarray, " rows"]:
    """The derivative of each row's log loss by 1/T."""
    logarithms = _logarithms(shares)
    expected = (_tempered(logarithms, inverse) * logarithms).sum(axis=1)
    slopes: Float[np.ndarray, " rows"] = expected - logarithms[np.arange(len(true)), true]
    return slopes
