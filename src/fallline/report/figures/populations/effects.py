"""What the values of each axis change: a panel of rows an axis, the one that matters most on top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from fallline.own.shown import fields_shown
from fallline.report.figures.populations.view import look_at_scores
from fallline.report.figures.style import (
    MARK_COLOUR,
    TRAIN_COLOUR,
    VALIDATION_COLOUR,
    all_short,
    inches_of,
    no_formula,
    panels,
    short,
)

MOST_ROWS = 40
GREY = "#c3cad2"


@dataclass(frozen=True)
class LevelRow:
    """A value of an axis.

    Args:
        name: The value, or the bin.
        mean: Mean score of the candidates that have it; NaN without.
        low: Lower end of its 95 % interval; NaN without.
        high: Upper end.
        scores: Their scores.
        diverged: How many of them diverged.
        is_best: Whether its mean is the best of the axis.
    """

    __repr__ = fields_shown

    name: str
    mean: float
    low: float
    high: float
    scores: tuple[float, ...]
    diverged: int
    is_best: bool


@dataclass(frozen=True)
class AxisPanel:
    """An axis: its name, what is to be said of it, whether it matters beyond chance, and its values."""

    __repr__ = fields_shown

    name: str
    note: str
    is_real: bool
    rows: tuple[LevelRow, ...]


def axis_effects(axes: Sequence[AxisPanel], title: str, label: str, *, minimise: bool) -> Figure:
    """Mean score for each value of each axis, the other axes averaged, with the candidates as dots.

    Args:
        axes: The axes, the one that matters most first.
        title: What the figure says.
        label: The score, with its unit.
        minimise: Whether a lower score is better.
    """
    shown = _first(axes)
    if len(shown) < len(axes):
        title += f"; {len(shown)} of {len(axes)} axes are shown"
    count = sum(len(panel.rows) + 1.4 for panel in shown)
    names = [name for panel in shown for name in all_short([row.name for row in panel.rows], 28)]
    left = inches_of(names)
    right = 1.0 if any(row.diverged for panel in shown for row in panel.rows) else 0.2
    figure, (axis,) = panels(
        1,
        no_formula(title),
        width=5.2 + left + right,
        height=1.2 + 0.24 * max(count, 3),
        left=left,
        bottom=0.75,
        right=right,
    )
    place, ticks = 0.6, []
    for panel in shown:
        axis.text(
            0.008,
            place - 0.15,
            f"{short(panel.name, 26)}: {panel.note}",
            transform=axis.get_yaxis_transform(),
            fontsize=8.5,
            fontweight="bold" if panel.is_real else "normal",
            color="black" if panel.is_real else "#59636e",
            va="center",
        )
        for row in panel.rows:
            place += 1
            ticks.append(place)
            colour = VALIDATION_COLOUR if panel.is_real and row.is_best else TRAIN_COLOUR
            # Below the interval, which would hide them.
            axis.plot(row.scores, [place + 0.27] * len(row.scores), "o", color=GREY, markersize=2.6, zorder=1)
            if math.isfinite(row.low):
                axis.plot([row.low, row.high], [place, place], color=colour, linewidth=2, zorder=2)
            if math.isfinite(row.mean):
                axis.plot(row.mean, place, "o", color=colour, markersize=5.5, zorder=3)
            if row.diverged:
                axis.text(
                    1.01,
                    place,
                    f"{row.diverged} diverged",
                    transform=axis.get_yaxis_transform(),
                    va="center",
                    fontsize=8,
                    color=MARK_COLOUR,
                )
        place += 1.4
        if panel is not shown[-1]:
            axis.axhline(place - 0.75, color="#d9dee4", linewidth=0.8)
    axis.set_ylim(place - 0.7, 0)
    axis.set_yticks(ticks, names, fontsize=8)
    rows = [row for panel in shown for row in panel.rows]
    values = np.array([score for row in rows for score in row.scores], np.float64)
    ends = np.array([end for row in rows for end in (row.low, row.high)], np.float64)
    look_at_scores(axis.xaxis, values, minimise, ends=ends)
    low, high = axis.get_xlim()
    outside = int(np.sum((values < low) | (values > high)))
    far = f"; {outside} are far off" if outside else ""
    axis.set_xlabel(
        f"{label}: mean with 95 % interval, the other axes averaged{far}\n(bold: beyond chance)", fontsize=9
    )
    axis.grid(alpha=0.2, axis="x")
    return figure


def _first(axes: Sequence[AxisPanel]) -> list[AxisPanel]:
    kept: list[AxisPanel] = []
    for panel in axes:
        if kept and sum(len(each.rows) for each in kept) + len(panel.rows) > MOST_ROWS:
            break
        kept.append(panel)
    return kept
