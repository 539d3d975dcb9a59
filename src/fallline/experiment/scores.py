"""How good predictions are on rows that the training never saw, in the measures people expect for each task.

Each measure is a function of the weight of each row: with equal weights it is the score, with the counts of a bootstrap
resample the score of that resample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from fallline.own.shown import fields_shown
from fallline.report.contents import Scores

SMALLEST_PROBABILITY = 1e-7
"""Probabilities are kept this far from 0 before a logarithm: float32 knows no smaller distance from 1."""
RANKING_CELLS = 5_000_000
"""Rows x classes up to which a ranking is scored class by class: each class is a sort of all rows."""

Weights = Float[np.ndarray, " rows"]
Measures = Callable[[Weights], Scores]
"""Weights of the rows -> the scores; NaN where a score is not defined for these rows."""


@dataclass(frozen=True)
class ClassMeasures:
    """The scores of a classifier on some rows.

    `accuracy`, `balanced_accuracy`, `macro_f1`, `log_loss` (nats a row), `auc` (two classes) or `macro_auc` (more: each
    class against the rest); where there is a rare class its `average_precision`, `precision`, `recall` and `f1`.
    A class that the rows lack counts in none of the averages.

    Args:
        pairs: True and predicted class of each kind of row that there is.
        kinds: Which of them each row is.
        classes: How many classes there are.
        rows: Measures whose weighted mean over the rows is a score, by name.
        ranking: How the rows are ordered by the probability of the rare class, or else of the second; None of more than two.
        rare: Code of the rare class of two; None without.
    """

    __repr__ = fields_shown

    pairs: Int[np.ndarray, "2 kinds"]
    kinds: Int[np.ndarray, " rows"]
    classes: int
    rows: dict[str, Float[np.ndarray, " rows"]]
    ranking: Ranking | None = None
    rare: int | None = None

    @classmethod
    def of(
        cls,
        true: Int[np.ndarray, " rows"],
        probabilities: Float[np.ndarray, "rows classes"],
        predicted: Int[np.ndarray, " rows"],
        rare: int | None = None,
    ) -> ClassMeasures:
        """The measures of these predictions.

        Args:
            true: Code of each row's class.
            probabilities: Of each class; rows sum to 1.
            predicted: Code of the class that each row is taken for.
            rare: Code of the rare class of two; None without.
        """
        classes = probabilities.shape[1]
        rows = {"log_loss": row_log_losses(true, probabilities)}
        if classes > 2 and probabilities.size <= RANKING_CELLS:
            rows["macro_auc"] = macro_auc_parts(true, probabilities)
        positive = 1 if rare is None else rare
        ranking = None if classes > 2 else Ranking.of(true == positive, probabilities[:, positive])
        pairs, kinds = np.unique(true.astype(np.int64) * classes + predicted, return_inverse=True)
        return cls(np.stack(divmod(pairs, classes)), kinds, classes, rows, ranking, rare)

    def __call__(self, weights: Weights) -> Scores:
        """The scores where each row counts with its weight."""
        total = weights.sum()
        means = {name: float(values @ weights / total) for name, values in self.rows.items()}
        counts = np.bincount(self.kinds, weights=weights, minlength=self.pairs.shape[1])
        hits, given, there = (
            np.bincount(codes, weights=counted, minlength=self.classes)
            for codes, counted in (
                (self.pairs[0], np.where(self.pairs[0] == self.pairs[1], counts, 0.0)),
                (self.pairs[1], counts),
                (self.pairs[0], counts),
            )
        )
        present = np.isin(np.arange(self.classes), self.pairs[0])
        # A resample that lacks a class of the rows says nothing of it.
        there = np.where(present & (there == 0), np.nan, there)
        scores = {
            "accuracy": float(hits.sum() / total),
            "balanced_accuracy": float(np.mean(hits[present] / there[present])),
            "macro_f1": float(np.mean(2 * hits[present] / (given + there)[present])),
            "log_loss": means["log_loss"],
        }
        if "macro_auc" in means:
            scores["macro_auc"] = float(np.clip(means["macro_auc"], 0.0, 1.0))
        if self.ranking is not None:
            scores["auc"], average_precision = self.ranking.areas(weights)
        if self.rare is not None and self.ranking is not None:
            hit, taken, of_class = (float(of[self.rare]) for of in (hits, given, there))
            scores["average_precision"] = average_precision
            scores["precision"] = _ratio(hit, taken)
            scores["recall"] = _ratio(hit, of_class)
            scores["f1"] = _ratio(2 * hit, taken + of_class)
        return scores


@dataclass(frozen=True)
class Ranking:
    """Rows in the order of a number that is to tell one class from the other.

    Args:
        order: The rows, from the lowest number to the highest.
        positive: Whether each of them, in that order, is of the class.
        ends: The last place of each stretch of equal numbers.
    """

    __repr__ = fields_shown

    order: Int[np.ndarray, " rows"]
    positive: Float[np.ndarray, " rows"]
    ends: Int[np.ndarray, " stretches"]

    @classmethod
    def of(cls, positive: Bool[np.ndarray, " rows"], numbers: Float[np.ndarray, " rows"]) -> Ranking:
        """The ranking of rows by their numbers."""
        order = np.argsort(numbers, kind="stable")
        ends = np.flatnonzero(np.diff(numbers[order], append=np.inf) != 0)
        return cls(order, positive[order].astype(np.float64), ends)

    def areas(self, weights: Weights) -> tuple[float, float]:
        """The AUC and the average precision.

        AUC: how often a row of the class has a higher number than a row of the other, of equal numbers half; the area
        under the ROC curve (Hanley and McNeil, Radiology 143, 1982). Average precision: the precision at each row of
        the class when the rows are taken from the highest number down, without interpolation, as in scikit-learn.
        """
        ordered = weights[self.order]
        if len(self.ends) == len(ordered):
            found = ordered * self.positive
        else:
            sums = np.stack([np.cumsum(ordered * self.positive), np.cumsum(ordered)])[:, self.ends]
            found, ordered = np.diff(sums, prepend=0.0)
        before = np.cumsum(ordered)
        hits = np.cumsum(found)
        # Of the other class below: half of those of the same number.
        below = before - hits - (ordered - found) / 2
        rows, positives = before[-1], hits[-1]
        auc = _ratio(float(found @ below), float(positives * (rows - positives)))
        precision = positives - hits + found
        precision /= np.maximum(rows - before + ordered, 1e-12)
        return auc, _ratio(float(found @ precision), float(positives))


@dataclass(frozen=True)
class ValueMeasures:
    """The scores of predicted numbers on some rows.

    `rmse` and `mae` in the target's own unit, `r2` (NaN where all true values are equal), and `rank_correlation`:
    Pearson's of the ranks (Spearman), NaN where all predictions are equal.

    Args:
        moments: Squared and absolute error; the true value and its square; then the ranks of both, their squares and product.
    """

    __repr__ = fields_shown

    moments: Float[np.ndarray, "9 rows"]

    @classmethod
    def of(cls, true: Float[np.ndarray, " rows"], predicted: Float[np.ndarray, " rows"]) -> ValueMeasures:
        """The measures of these predictions."""
        errors = predicted - true
        # About their mean: of values far from 0 the difference of the moments would lose its digits.
        centred = true - true.mean()
        of_true, of_predicted = (_centred_ranks(values) for values in (true, predicted))
        return cls(
            np.stack(
                [
                    *(errors**2, np.abs(errors), centred, centred**2),
                    *(of_true, of_predicted, of_true**2, of_predicted**2, of_true * of_predicted),
                ]
            )
        )

    def __call__(self, weights: Weights) -> Scores:
        """The scores where each row counts with its weight."""
        squared, absolute, mean, square, *ranks = (self.moments @ weights / weights.sum()).tolist()
        of_true, of_predicted, true_square, predicted_square, product = ranks
        spread = square - mean**2
        spreads = (true_square - of_true**2) * (predicted_square - of_predicted**2)
        return {
            "rmse": float(np.sqrt(squared)),
            "mae": absolute,
            "r2": 1 - _ratio(squared, spread if spread > 1e-12 * square else 0.0),
            "rank_correlation": _ratio(
                product - of_true * of_predicted, float(np.sqrt(spreads)) if spreads > 1e-12 else 0.0
            ),
        }


def equal_weights(rows: int) -> Weights:
    """Each row once."""
    return np.ones(rows)


def defined(scores: Scores) -> Scores:
    """The scores without those that are not defined."""
    return {name: value for name, value in scores.items() if np.isfinite(value)}


def row_log_losses(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> Float[np.ndarray, " rows"]:
    """`-log p(true class)` of each row, in nats."""
    given = probabilities[np.arange(len(true)), true].astype(np.float64)
    losses: Float[np.ndarray, " rows"] = -np.log(np.clip(given, SMALLEST_PROBABILITY, 1.0))
    return losses


def macro_auc_parts(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> Float[np.ndarray, " rows"]:
    """What each row adds to the mean AUC of each class against the rest: their mean is the score.

    An AUC is to first order a mean over rows: of each row of the class the share of the others that it stands above, of
    each of the others the share of the class that stands above it (DeLong, DeLong and Clarke-Pearson, Biometrics 44,
    1988). So a resample needs no sorting.
    """
    rows = len(true)
    present = [code for code in range(probabilities.shape[1]) if 0 < (true == code).sum() < rows]
    if not present:
        return np.full(rows, np.nan)
    parts = np.zeros(rows)
    for code in present:
        own, numbers = true == code, probabilities[:, code]
        above = _share_below(numbers[own], numbers[~own])
        area = float(above.mean())
        parts += area
        parts[own] += (above - area) * rows / own.sum()
        parts[~own] += (1 - _share_below(numbers[~own], numbers[own]) - area) * rows / (~own).sum()
    return parts / len(present)


def _share_below(
    numbers: Float[np.ndarray, " some"], others: Float[np.ndarray, " others"]
) -> Float[np.ndarray, " some"]:
    """The share of the others that each number stands above; of equal ones half."""
    ordered = np.sort(others)
    places = np.searchsorted(ordered, numbers, "left") + np.searchsorted(ordered, numbers, "right")
    share: Float[np.ndarray, " some"] = places / (2 * len(others))
    return share


def _centred_ranks(values: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
    """Ranks from -1/2 to 1/2; equal values have their mean rank."""
    return _share_below(values, values) - 0.5


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
