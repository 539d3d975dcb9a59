"""The facts of one finished run, as every kind of report reads them."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from fallline.errors import SavedFileError
from fallline.own.shown import fields_shown
from fallline.report.calibration_seen import CalibrationSeen
from fallline.report.coverage_seen import CoverageSeen
from fallline.report.importance import Importance
from fallline.report.population_seen import PopulationSeen
from fallline.report.table_seen import TableSeen
from fallline.report.verdict import Verdict

Scores = dict[str, float]
"""Name of a metric -> its value on the test rows."""

Interval = tuple[float, float]
"""Lower and upper end of a 95 % interval."""

LABELS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss",
    "auc": "AUC",
    "macro_auc": "macro AUC",
    "average_precision": "average precision",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
}
"""Name of a metric -> how people write it."""

SHARES = ("accuracy", "balanced_accuracy", "precision", "recall")
"""Metrics that people write in percent."""
OF_RARE = ("average_precision", "precision", "recall", "f1")
"""Metrics of the rare class of two."""

BASELINE_NAMES = {
    "binary": {
        "trivial": "most frequent class",
        "linear": "logistic regression",
        "boosting": "boosted trees",
    },
    "multiclass": {
        "trivial": "most frequent class",
        "linear": "logistic regression",
        "boosting": "boosted trees",
    },
    "regression": {"trivial": "mean", "linear": "ridge regression", "boosting": "boosted trees"},
}
"""Task -> name of a baseline -> what it is called."""


@dataclass(frozen=True)
class RunReport:
    """What was trained, on what, with which result.

    Args:
        name: What the run is called.
        data: The data as the person named them.
        target: Name of the column that is predicted.
        task: `binary`, `multiclass` or `regression`.
        classes: The classes as they stand in the data; empty for regression.
        rows: Rows of each part: `train`, `validation`, `test`.
        inputs: What one row is, in words: `8 columns become 89 features: 8 scaled values, 81 bins`, `28 x 28 pixels`.
        network: The network in words: `108-128-64-2, 22,466 parameters`.
        recipe: The numbers of the training: optimizer, learning rate, batch size, ...
        outcome: `completed`, `early_stopped`, `diverged` or `interrupted`.
        message: What the outcome means and what to do, one sentence.
        epochs: Epochs that were trained to their end.
        best_epoch: The epoch whose weights the model holds, counted from 1; None where none was chosen.
        seconds: Time of the training, with compiling.
        test: Scores on the test rows; None without a test part.
        baselines: Name of a baseline (`trivial`, `linear`, `boosting`) -> its scores on the same rows; None without a
            test part.
        verdict: Whether the network earned its keep.
        notes: What else the person should know, one sentence each, the worst first.
        table: What was seen in the table, column by column; None of images.
        intervals: Name of a model (`network` or a baseline) -> metric -> the 95 % interval of its score; a bootstrap over
            the test rows, which does not hold what another seed or split would change.
        threshold: Of two classes: the probability of the second above which it is predicted; None of other tasks.
        rare: The rare class of two, of which precision and the like are; None without.
        importance: What the network leans on, column by column; None where that was not measured.
        drawn: What the bootstrap of the intervals draws: `the test rows`, or whole groups or blocks of them.
        population: What the networks of the run showed, where there are several.
        coverage: What the intervals of a number, or the sets of classes, hold of the test rows; None where not known.
        reasons: Why the training is as it is, where that was left to Fallline, one sentence each.
        calibration: Of classes: how far the probabilities of the test rows come true; None where that is not known.
    """

    __repr__ = fields_shown

    name: str
    data: str
    target: str
    task: str
    classes: tuple[str, ...]
    rows: dict[str, int]
    inputs: str
    network: str
    recipe: dict[str, Any]
    outcome: str
    message: str
    epochs: int
    best_epoch: int | None
    seconds: float
    test: Scores | None
    baselines: dict[str, Scores] | None
    verdict: Verdict
    notes: tuple[str, ...] = ()
    table: TableSeen | None = None
    intervals: dict[str, dict[str, Interval]] = field(default_factory=dict)
    threshold: float | None = None
    rare: str | None = None
    importance: Importance | None = None
    drawn: str = "the test rows"
    population: PopulationSeen | None = None
    calibration: CalibrationSeen | None = None
    coverage: CoverageSeen | None = None
    reasons: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON value."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> RunReport:
        """The report that `to_json` described.

        Raises:
            SavedFileError: the value is no such report.
        """
        try:
            read: dict[str, Any] = {
                "classes": tuple(value["classes"]),
                "notes": tuple(value["notes"]),
                "reasons": tuple(value.get("reasons", ())),
                "verdict": Verdict.from_json(value["verdict"]),
                "intervals": {
                    model: {metric: (float(low), float(high)) for metric, (low, high) in of.items()}
                    for model, of in value["intervals"].items()
                },
            }
            if value.get("table") is not None:
                read["table"] = TableSeen.from_json(value["table"])
            if value.get("population") is not None:
                read["population"] = PopulationSeen.from_json(value["population"])
            if value.get("calibration") is not None:
                read["calibration"] = CalibrationSeen.from_json(value["calibration"])
            if value.get("coverage") is not None:
                read["coverage"] = CoverageSeen.from_json(value["coverage"])
            if value.get("importance") is not None:
                read["importance"] = Importance.from_json(value["importance"])
            return cls(**(value | read))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SavedFileError(f"the saved report of the run cannot be read: {error}.") from error


def format_score(metric: str, value: float | None) -> str:
    """A score as people write it: shares of rows in percent; RMSE and MAE as numbers in the target's own unit."""
    if value is None:
        return "-"
    if metric in SHARES:
        return f"{100 * value:.1f} %"
    if metric in ("rmse", "mae"):
        return format_number(value)
    # Adding 0 makes -0.0 a plain 0.
    return f"{round(value, 3) + 0.0:.3f}"


def format_scored(metric: str, value: float | None, ends: Interval | None) -> str:
    """A score with its 95 % interval: `0.912 (0.893-0.929)`, `91.2 % (88.0-93.9)`, `1.5 (-2 to 3)`."""
    said = format_score(metric, value)
    if value is None or ends is None:
        return said
    if metric in SHARES:
        low, high = (f"{100 * end:.1f}" for end in ends)
    elif metric in ("rmse", "mae"):
        low, high = map(format_number, ends)
        if 1e-3 <= value < 1e6:
            # All three to the same place.
            places = max(0, 3 - math.floor(math.log10(value)))
            said, low, high = (f"{number:,.{places}f}" for number in (value, *ends))
    else:
        low, high = (format_score(metric, end) for end in ends)
    return f"{said} ({low}{' to ' if ends[0] < 0 else '-'}{high})"


def format_number(value: float) -> str:
    """A number to about four significant digits, with thousands separated."""
    size = abs(value)
    if size >= 1e9:
        return f"{value:.3e}"
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 100:
        return f"{value:.1f}"
    if size >= 1e-3 or size == 0:
        return f"{value:.4g}"
    return f"{value:.3e}"


def alike(values: list[float], most: int | None = None) -> list[str]:
    """Numbers of one bracket with the same places: three digits of their largest.

    Args:
        values: The numbers.
        most: Places behind the point at the most; None for as many as it takes.
    """
    largest = max(map(abs, values))
    if largest == 0:
        return ["0" for _ in values]
    if not 1e-6 < largest < 1e9 and (most is None or largest > 1):
        return [f"{value:.2e}" for value in values]
    places = max(0, 2 - math.floor(math.log10(max(largest, 1e-12))))
    places = places if most is None else min(places, most)
    # Adding 0 makes -0.0 a plain 0.
    return [f"{round(value, places) + 0.0:,.{places}f}" for value in values]


def rows_label(report: RunReport) -> str:
    """What heads a table of scores: how many rows, and the unit of the errors."""
    rows = f"{report.rows.get('test', 0):,} test rows"
    return f"{rows}, errors in {report.target}" if report.task == "regression" else rows


def metric_label(report: RunReport, metric: str) -> str:
    """What people call a metric; of precision and the like with the class that it is of."""
    said = LABELS.get(metric, metric)
    return f"{said} of {rare_label(report)}" if report.rare is not None and metric in OF_RARE else said


def rare_label(report: RunReport) -> str:
    """The rare class as people read it: `aspen = 1`."""
    return f"{report.target} = {report.rare}"


def score_names(report: RunReport) -> list[str]:
    """The metrics of a report, in the order in which people read them."""
    test = report.test or {}
    return [name for name in LABELS if name in test] + sorted(name for name in test if name not in LABELS)
