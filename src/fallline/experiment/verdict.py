"""Whether the network earned its keep: one sentence, with the difference to the linear model and its uncertainty.

Both models score the same rows, so the difference is judged row by row: a paired bootstrap over the test
rows (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13) gives its 95 % interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from fallline.report.contents import BASELINE_NAMES, Scores, format_number, format_score

RESAMPLES = 1000
ROW_DRAWS = 20_000_000
"""Rows drawn in all resamples together: beyond, fewer resamples; 200 suffice where rows are many."""
INTERVAL = (2.5, 97.5)
REMEDIES = {
    "completed": "give the network more epochs or rows",
    "early_stopped": "give the network more rows",
    "diverged": "train it anew with a smaller learning rate: it diverged",
    "interrupted": "let it train to its end",
}
"""How a run ended -> what may make the network better than the linear model."""
SIMPLER = "the simpler one will do"
RARE_CLASSES_FOUND = 0.05
"""Balanced accuracy above the trivial model's from which rare classes count as found."""


@dataclass(frozen=True)
class Difference:
    """By how much the network is better than the linear model in one measure.

    Args:
        value: The difference, positive where the network is better.
        low: Lower end of its 95 % interval.
        high: Upper end of its 95 % interval.
    """

    value: float
    low: float
    high: float

    @property
    def side(self) -> int:
        """1 where the network is better beyond chance, -1 where it is worse, 0 where the rows cannot tell."""
        return int(self.low > 0) - int(self.high < 0)


def paired_difference(
    network: Float[np.ndarray, " rows"],
    linear: Float[np.ndarray, " rows"],
    measure: Callable[[Float[np.ndarray, "..."]], Float[np.ndarray, "..."]],
    seed: int = 0,
) -> Difference:
    """`measure(mean loss of the linear model) - measure(mean loss of the network)`, with its interval.

    Args:
        network: The network's loss on each row.
        linear: The linear model's loss on the same rows.
        measure: What is made of a mean of row losses (the square root for RMSE).
        seed: Of the resampling.
    """
    count = len(network)
    losses = np.stack([linear, network], axis=1).astype(np.float64)
    generator = np.random.default_rng(seed)
    resamples = int(np.clip(ROW_DRAWS // count, 200, RESAMPLES))
    means = np.stack([losses[generator.integers(count, size=count)].mean(axis=0) for _ in range(resamples)])
    drawn = measure(means[:, 0]) - measure(means[:, 1])
    low, high = np.percentile(drawn, INTERVAL)
    whole = measure(losses.mean(axis=0))
    return Difference(float(whole[0] - whole[1]), float(low), float(high))


def classification_verdict(
    task: str,
    network: Scores,
    baselines: dict[str, Scores],
    right: Difference,
    log_loss: Difference,
    outcome: str = "completed",
) -> str:
    """The sentence for a classifier.

    Args:
        task: `binary` or `multiclass`.
        network: The network's scores.
        baselines: The scores of `trivial` and `linear`.
        right: The difference in the share of right rows.
        log_loss: The difference in log loss.
        outcome: How the run ended, a key of `REMEDIES`.
    """
    linear = BASELINE_NAMES[task]["linear"]
    mine, theirs = (format_score("accuracy", scores["accuracy"]) for scores in (network, baselines["linear"]))
    facts = f"gets {mine} of the test rows right, {linear} {theirs} ({_points(right)})"
    trivial = baselines["trivial"]
    most = format_score("accuracy", trivial["accuracy"])
    if network["accuracy"] < trivial["accuracy"]:
        balanced = [format_score("accuracy", scores["balanced_accuracy"]) for scores in (network, trivial)]
        found = network["balanced_accuracy"] > trivial["balanced_accuracy"] + RARE_CLASSES_FOUND
        # The weights of a run that diverged may favour a class by chance.
        if found and outcome != "diverged":
            return (
                f"The network finds rare classes at the price of accuracy: balanced accuracy {balanced[0]} against "
                f"{balanced[1]}, but {mine} of the test rows right, where always the most frequent class gives {most}."
            )
        if outcome == "diverged" or log_loss.side < 1 or network["log_loss"] >= trivial["log_loss"]:
            return (
                f"The network did not learn: {mine} right, where always the most frequent class gives {most}."
            )
    if right.side > 0:
        return f"The network earned its keep: it {facts}."
    if right.side < 0:
        return f"The network did not earn its keep: it {facts}. Use {linear}, or {REMEDIES[outcome]}."
    detail = f"log loss {network['log_loss']:.3f} against {baselines['linear']['log_loss']:.3f}"
    chance = (
        f"both get {mine} of the test rows right"
        if right.value == 0
        else f"the network {facts}, which may be chance"
    )
    if log_loss.side > 0 and network["log_loss"] < trivial["log_loss"]:
        return f"The network earned its keep by its probabilities: {detail}; in accuracy {chance}."
    if log_loss.side < 0:
        return (
            f"The network's probabilities are worse: {detail}; in accuracy {chance}. {SIMPLER.capitalize()}."
        )
    return f"The network and {linear} cannot be told apart on these test rows: {chance}; {SIMPLER}."


def regression_verdict(
    target: str,
    network: Scores,
    baselines: dict[str, Scores],
    rmse: Difference,
    outcome: str = "completed",
) -> str:
    """The sentence for a regression.

    Args:
        target: Name of the target, the unit of the errors.
        network: The network's scores.
        baselines: The scores of `trivial` and `linear`.
        rmse: The difference in RMSE.
        outcome: How the run ended, a key of `REMEDIES`.
    """
    linear = BASELINE_NAMES["regression"]["linear"]
    mine, theirs = (format_score("rmse", scores["rmse"]) for scores in (network, baselines["linear"]))
    facts = f"misses {target} by {mine} (RMSE), {linear} by {theirs} ({_errors(rmse)})"
    if network["rmse"] >= baselines["trivial"]["rmse"]:
        mean = format_score("rmse", baselines["trivial"]["rmse"])
        return f"The network did not learn: it misses {target} by {mine} (RMSE), always the mean by {mean}."
    if rmse.side > 0:
        return f"The network earned its keep: it {facts}."
    if rmse.side < 0:
        return f"The network did not earn its keep: it {facts}. Use {linear}, or {REMEDIES[outcome]}."
    return f"The network and {linear} cannot be told apart on these test rows: the network {facts}, which may be chance; {SIMPLER}."


def _points(difference: Difference) -> str:
    value, low, high = (100 * part for part in (difference.value, difference.low, difference.high))
    return f"{value:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}"


def _errors(difference: Difference) -> str:
    value, low, high = (format_number(part) for part in (difference.value, difference.low, difference.high))
    return f"difference {value}, 95 % interval {low} to {high}"
