"""Scores over the number of training rows: would more rows help, or another network?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from fallline.own.shown import fields_shown
from fallline.report.figures.populations.view import look_at_scores
from fallline.report.figures.style import TRAIN_COLOUR, VALIDATION_COLOUR, no_formula, panels, powers_axis


@dataclass(frozen=True)
class SizeCurve:
    """The scores of the training rows, or of the validation rows, for each size.

    Args:
        name: `training rows` or `validation rows`.
        scores: Of each run at each size; NaN where it diverged.
    """

    __repr__ = fields_shown

    name: str
    scores: Float[np.ndarray, "sizes runs"]


def size_curves(
    sizes: Sequence[int], curves: Sequence[SizeCurve], title: str, label: str, *, minimise: bool, runs: str
) -> Figure:
    """Mean and the range of the runs over the number of training rows.

    Args:
        sizes: Training rows, ascending.
        curves: What is drawn, the validation rows first.
        title: What the figure says.
        label: The score, with its unit.
        minimise: Whether a lower score is better.
        runs: What the runs are: `seeds` or `folds`.
    """
    figure, (axis,) = panels(1, no_formula(title), width=5.8, height=3.9, bottom=0.7)
    several = False
    for curve, colour in zip(curves, (VALIDATION_COLOUR, TRAIN_COLOUR), strict=False):
        scores = np.where(np.isfinite(curve.scores), curve.scores, np.nan)
        there = np.flatnonzero(np.isfinite(scores).any(axis=1))
        at = np.asarray(sizes)[there]
        axis.plot(at, np.nanmean(scores[there], axis=1), "o-", color=colour, markersize=4, label=curve.name)
        if scores.shape[1] > 1:
            several = True
            low, high = np.nanmin(scores[there], axis=1), np.nanmax(scores[there], axis=1)
            axis.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
    values = np.concatenate([curve.scores.ravel() for curve in curves]) if curves else np.zeros(0)
    look_at_scores(axis.yaxis, values, minimise)
    if len(sizes) > 1:
        powers_axis(axis.xaxis, np.asarray(sizes, np.float64))
    ticks = _apart(sizes)
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    said = (
        f"training rows\n(line: mean of the {runs}; band: from the least to the greatest)"
        if several
        else "training rows"
    )
    axis.set_xlabel(said)
    axis.set_ylabel(label)
    axis.legend(frameon=False, fontsize=8)
    axis.grid(alpha=0.2)
    return figure


def _apart(sizes: Sequence[int]) -> list[int]:
    """Sizes whose numbers do not overlap on an axis of logarithms: from the largest down."""
    kept: list[int] = []
    reach = np.log(max(sizes) / min(sizes)) if len(sizes) > 1 else 0.0
    for size in sorted(sizes, reverse=True):
        if not kept or np.log(kept[-1] / size) >= reach / 9:
            kept.append(size)
    return kept[::-1]
