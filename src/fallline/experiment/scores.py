"""How good predictions are on rows that the training never saw, in the measures people expect for each task."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from sklearn import metrics  # noqa: TID253  (only who scores imports this module)

from fallline.report.contents import Scores

SMALLEST_PROBABILITY = 1e-7
"""Probabilities are kept this far from 0 before a logarithm: float32 knows no smaller distance from 1."""


def classification_scores(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> Scores:
    """Accuracy, balanced accuracy, macro F1 and log loss; AUC too where there are two classes.

    A class that the rows lack counts in none of the averages. AUC is left out where the rows hold one class.

    Args:
        true: Index of each row's class.
        probabilities: What the network gives each class; rows sum to 1.
    """
    predicted = probabilities.argmax(axis=1)
    present = np.unique(true)
    recalls = [float(np.mean(predicted[true == label] == label)) for label in present]
    scores = {
        "accuracy": float(np.mean(predicted == true)),
        "balanced_accuracy": float(np.mean(recalls)),
        "macro_f1": float(
            metrics.f1_score(true, predicted, labels=present, average="macro", zero_division=0.0)
        ),
        "log_loss": float(np.mean(row_log_losses(true, probabilities))),
    }
    if probabilities.shape[1] == 2 and len(present) == 2:
        scores["auc"] = float(metrics.roc_auc_score(true, probabilities[:, 1]))
    return scores


def regression_scores(true: Float[np.ndarray, " rows"], predicted: Float[np.ndarray, " rows"]) -> Scores:
    """RMSE and MAE in the target's own unit, and R² (left out where all true values are equal)."""
    scores = {
        "rmse": float(np.sqrt(np.mean((predicted - true) ** 2))),
        "mae": float(np.mean(np.abs(predicted - true))),
    }
    if len(true) > 1 and np.ptp(true) > 0:
        scores["r2"] = float(metrics.r2_score(true, predicted))
    return scores


def row_log_losses(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"]
) -> Float[np.ndarray, " rows"]:
    """`-log p(true class)` of each row, in nats."""
    given = probabilities[np.arange(len(true)), true].astype(np.float64)
    losses: Float[np.ndarray, " rows"] = -np.log(np.clip(given, SMALLEST_PROBABILITY, 1.0))
    return losses
