"""Whether probabilities come true: of the rows that are given 80 %, 80 % should be right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.figure import Figure
from scipy.special import bdtr, bdtrc

from fallline.calibration import Reliability, reliability
from fallline.report.figures.curves import brier_score
from fallline.report.figures.style import (
    TRAIN_COLOUR,
    VALIDATION_COLOUR,
    all_short,
    panels,
    percent,
    share_axes,
)

LEVEL = 0.01
"""Chance that a bin of true probabilities is called off, over all bins together (Bonferroni)."""
LEAST_ROWS = 100
"""Of fewer, it is not said that there is no gap: only a wide one would be beyond chance."""
LEAST_GAP = 0.01
"""A gap between what is said and what comes true that is worth a word."""
HEIGHT_OF_SHARES = 0.15
"""The tallest bar of the shares of rows, as a share of the axis."""


def reliability_diagram(
    true: Int[np.ndarray, " rows"], probabilities: Float[np.ndarray, "rows classes"], classes: Sequence[str]
) -> Figure:
    """What came true beside what was said, in bins of about as many rows each.

    Of two classes, it is the probability of the second. Of more, it is the probability of the class that is predicted,
    and it comes true where that class is right.

    Args:
        true: Index of each row's class.
        probabilities: What the network gives each class; rows sum to 1.
        classes: Names of the classes.
    """
    two = len(classes) == 2
    said = probabilities[:, 1] if two else probabilities.max(axis=1)
    came: Bool[np.ndarray, " rows"] = true == 1 if two else true == probabilities.argmax(axis=1)
    bins = reliability(came, said)
    brier = brier_score(true, probabilities)
    name = all_short(classes, 20)[1] if two else ""
    figure, (axis,) = panels(1, calibration_finding(bins, name), width=5.6, height=5.6, bottom=1.55)
    axis.plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle=":", label="as often as said")
    axis.errorbar(
        bins.said,
        bins.came,
        yerr=[bins.came - bins.low, bins.high - bins.came],
        fmt="o-",
        color=VALIDATION_COLOUR,
        ecolor=TRAIN_COLOUR,
        markersize=5,
        linewidth=1.2,
        capsize=2,
        label=f"{_rows_words(bins)}, with 95 % interval",
    )
    counts, edges = np.histogram(said, bins=20, range=(0, 1))
    axis.bar(
        edges[:-1],
        HEIGHT_OF_SHARES * counts / counts.max(),
        width=0.05,
        align="edge",
        bottom=-0.02,
        color=TRAIN_COLOUR,
        alpha=0.35,
        label="how many rows are given it",
    )
    share_axes(axis)
    axis.set_xlabel(
        f"said: probability of {name} (%)" if two else "said: probability of the predicted class (%)"
    )
    axis.set_ylabel(
        f"came true: rows that are {name} (%)" if two else "came true: rows predicted rightly (%)"
    )
    axis.plot(
        [],
        [],
        " ",
        label=f"expected calibration error {100 * bins.error:.1f} points, Brier score {brier:.3f}",
    )
    # Below: inside it would cover points, which may lie anywhere.
    axis.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    return figure


def _rows_words(bins: Reliability) -> str:
    least, most = int(bins.rows.min()), int(bins.rows.max())
    rows = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    return f"{rows} {'row' if most == 1 else 'rows'} a point"


def calibration_finding(bins: Reliability, name: str) -> str:
    """The bin that is off for most rows, beyond chance; and in which direction the whole leans."""
    gap = np.abs(bins.came - bins.said)
    hits = np.round(bins.came * bins.rows)
    # Exact tails: a normal approximation blames one hit among ten rows that are given 1 %.
    chance = np.minimum(bdtr(hits, bins.rows, bins.said), bdtrc(hits - 1, bins.rows, bins.said))
    off = (chance < LEVEL / (2 * len(bins.rows))) & (gap >= LEAST_GAP)
    if not off.any():
        rows = int(bins.rows.sum())
        if rows < LEAST_ROWS:
            return f"{rows:,} test {'row is' if rows == 1 else 'rows are'} too few to say whether probabilities come true"
        return (
            f"No gap beyond chance between what is said and what comes true: {rows:,} test rows, "
            f"mean gap {100 * bins.error:.1f} points"
        )
    worst = int(np.argmax(np.where(off, bins.rows * gap, -1.0)))
    said, came = percent(float(bins.said[worst])), percent(float(bins.came[worst]))
    sides = f"Probabilities of {said} {f'for {name} come true' if name else 'are right'} in {came} of rows"
    return f"{sides}: {_leaning(bins, two=bool(name))}"


def _leaning(bins: Reliability, two: bool) -> str:
    """In which direction the whole leans.

    Of two classes, over-confident where high probabilities are too high and low ones too low, more than all of them are
    too high or too low. Of the predicted class of several, where they are too high.
    """
    gap = bins.rows * (bins.said - bins.came)
    bias = float(gap.sum())
    likely = bins.said >= 0.5
    boldness = float(gap[likely].sum() - gap[~likely].sum()) if two else bias
    if (likely.any() or not two) and abs(boldness) >= abs(bias):
        return "over-confident" if boldness > 0 else "under-confident"
    return "too high" if bias > 0 else "too low"
