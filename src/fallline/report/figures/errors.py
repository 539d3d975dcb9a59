"""The errors of a regression: how large they are, and whether they grow with the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fallline.report.contents import alike, format_number
from fallline.report.figures.style import (
    MARK_COLOUR,
    TRAIN_COLOUR,
    VALIDATION_COLOUR,
    panels,
    readable_numbers,
    short,
)

MAX_POINTS = 5000
"""Points of a scatter plot: more of them only blacken the paper."""
STRETCHES = 10
LEAST_ROWS_IN_A_STRETCH = 20
GROWS = 2.0
"""Times that the errors in the last third of the predictions are those in the first, from which they grow."""
LEAST_ROWS_TO_COMPARE = 60
WORST = 0.01
HEAVY = 0.5
"""Share of the squared error from which the worst rows carry most of it."""
LEAST_ROWS_OF_TAILS = 200
FAR = 4.0
"""Times the span of 99 % of the rows that all of them span, from which an axis leaves the outermost out."""


@dataclass(frozen=True)
class Stretch:
    """The errors of the rows whose predictions lie together.

    Args:
        predicted: Median of the predictions.
        low: The error below which a sixth of the rows lie (16 %).
        median: The median error.
        high: The error above which a sixth of them lie (84 %).
    """

    predicted: float
    low: float
    median: float
    high: float


def residuals(true: Float[np.ndarray, " rows"], predicted: Float[np.ndarray, " rows"], target: str) -> Figure:
    """Predicted against true values; errors over predictions with median and spread; how large the errors are.

    All in the target's own unit.

    Args:
        true: The target of each row.
        predicted: What the network said.
        target: Name of the target.
    """
    error = predicted - true
    # Evenly over the values, so that both ends are among the points.
    shown = np.argsort(true, kind="stable")[
        np.linspace(0, len(true) - 1, min(len(true), MAX_POINTS)).astype(int)
    ]
    name = short(target, 30)
    figure, (scatter, spread, histogram) = panels(3, errors_finding(true, predicted, target), width=4.2)
    dots: dict[str, Any] = {"s": 8, "alpha": 0.4, "color": VALIDATION_COLOUR, "edgecolors": "none"}
    scatter.scatter(true[shown], predicted[shown], **dots)
    ends = [float(min(true.min(), predicted.min())), float(max(true.max(), predicted.max()))]
    scatter.plot(ends, ends, color=MARK_COLOUR, linewidth=1, label="predicted = true")
    scatter.set_xlabel(f"true {name}")
    scatter.set_ylabel(f"predicted {name}")
    scatter.legend(frameon=False, fontsize=8)
    spread.scatter(predicted[shown], error[shown], **dots)
    spread.axhline(0, color=MARK_COLOUR, linewidth=1)
    _draw_stretches(spread, stretches(predicted, error))
    spread.set_xlabel(f"predicted {name}")
    spread.set_ylabel("error (predicted − true)")
    low, high, _ = view(error)
    histogram.hist(error, bins=min(60, max(10, len(error) // 20)), range=(low, high), color=TRAIN_COLOUR)
    histogram.axvline(0, color=MARK_COLOUR, linewidth=1)
    histogram.set_xlabel(f"error in {short(target, 16)} (predicted − true)")
    histogram.set_ylabel("test rows")
    _look_at(scatter, true, predicted)
    _look_at(spread, predicted, error)
    _look_at(histogram, error)
    return figure


def view(values: Float[np.ndarray, " rows"]) -> tuple[float, float, Bool[np.ndarray, " rows"]]:
    """From where to where an axis goes, and which rows are beyond: a few must not press all others into a line."""
    low, high = (float(end) for end in np.quantile(values, [0.005, 0.995]))
    width = high - low
    least, most = float(values.min()), float(values.max())
    if len(values) < LEAST_ROWS_OF_TAILS or width == 0 or most - least <= FAR * width:
        return least, most, np.zeros(len(values), bool)
    low, high = max(least, low - width / 2), min(most, high + width / 2)
    return low, high, (values < low) | (values > high)


def stretches(
    predicted: Float[np.ndarray, " rows"], error: Float[np.ndarray, " rows"]
) -> tuple[Stretch, ...]:
    """Errors along the predictions: ten stretches of as many rows each, or fewer of at least twenty."""
    count = min(STRETCHES, len(error) // LEAST_ROWS_IN_A_STRETCH)
    if count < 2 or np.ptp(predicted) == 0:
        return ()
    parts = np.array_split(np.argsort(predicted, kind="stable"), count)
    return tuple(
        Stretch(float(np.median(predicted[rows])), *map(float, np.quantile(error[rows], [0.16, 0.5, 0.84])))
        for rows in parts
    )


def growth(predicted: Float[np.ndarray, " rows"], error: Float[np.ndarray, " rows"]) -> float | None:
    """How many times larger the median absolute error is in the last third of the predictions than in the first.

    None where rows are few, or the predictions or errors of a third are all alike.
    """
    if len(error) < LEAST_ROWS_TO_COMPARE:
        return None
    thirds = np.array_split(np.argsort(predicted, kind="stable"), 3)
    first, last = (float(np.median(np.abs(error[rows]))) for rows in (thirds[0], thirds[-1]))
    if first == 0 or last == 0 or np.ptp(predicted) == 0:
        return None
    return last / first


def share_of_worst(error: Float[np.ndarray, " rows"]) -> float:
    """Which part of the squared error the worst 1 % of rows carry."""
    squared = np.sort(error**2)[::-1]
    total = float(squared.sum())
    return float(squared[: max(1, round(WORST * len(squared)))].sum()) / total if total > 0 else 0.0


def errors_finding(
    true: Float[np.ndarray, " rows"], predicted: Float[np.ndarray, " rows"], target: str
) -> str:
    """The typical error, and what stands out: a bias, errors that grow with the value, a few rows that carry most."""
    error = predicted - true
    typical = float(np.median(np.abs(error)))
    half, bias = format_number(typical), alike([typical, float(np.mean(error))])[1]
    rows = f"{len(true):,} {'prediction is' if len(true) == 1 else 'predictions are'}"
    said = f"Half of {rows} within {half} of the true {short(target, 24)}; mean error {bias}"
    times = growth(predicted, error)
    if times is not None and times >= GROWS:
        said += f"; errors grow with the value, {times:.1f}-fold from the lowest to the highest third"
    elif times is not None and times <= 1 / GROWS:
        said += f"; errors are {1 / times:.1f} times larger among low predictions than among high ones"
    share = share_of_worst(error)
    if len(true) >= LEAST_ROWS_OF_TAILS and share >= HEAVY:
        said += f"; the worst 1 % of rows carry {100 * share:.0f} % of the squared error"
    return said


def _draw_stretches(axis: Axes, parts: tuple[Stretch, ...]) -> None:
    if not parts:
        return
    at = [part.predicted for part in parts]
    axis.plot(at, [part.median for part in parts], color="black", linewidth=1.5, label="median error")
    axis.fill_between(
        at,
        [part.low for part in parts],
        [part.high for part in parts],
        color="black",
        alpha=0.15,
        linewidth=0,
        label="two thirds of the rows",
    )
    axis.legend(frameon=False, fontsize=8)


def _look_at(axis: Axes, x: Float[np.ndarray, " rows"], y: Float[np.ndarray, " rows"] | None = None) -> None:
    """Axes that show nearly all rows, and how many they do not show."""
    beyond = np.zeros(len(x), bool)
    for one, bound, values in ((axis.xaxis, axis.set_xlim, x), (axis.yaxis, axis.set_ylim, y)):
        if values is None:
            continue
        low, high, outside = view(values)
        readable_numbers(one, np.array([low, high]))
        if outside.any():
            bound(low, high)
            beyond |= outside
    if beyond.any():
        count = int(beyond.sum())
        axis.text(
            0.98,
            0.02,
            f"{count:,} {'row is' if count == 1 else 'rows are'} outside",
            transform=axis.transAxes,
            ha="right",
            fontsize=8,
        )
