"""Candidates with the intervals of their scores, the best on top; beside them how surely each is worse than it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fallline.own.shown import fields_shown
from fallline.report.figures.populations.view import look_at_scores
from fallline.report.figures.style import (
    MARK_COLOUR,
    TRAIN_COLOUR,
    VALIDATION_COLOUR,
    all_short,
    folded,
    inches_of,
    no_formula,
    panels,
    readable_numbers,
)

MOST_ROWS = 30
GREY = "#c3cad2"


@dataclass(frozen=True)
class Row:
    """A candidate.

    Args:
        name: What it is called.
        mean: Its mean score; NaN where it has none.
        low: Lower end of the 95 % interval of the mean; NaN without.
        high: Upper end.
        scores: Its runs; those that diverged are left out.
        diverged: How many runs diverged.
        with_best: Whether it cannot be told from the best.
        behind: By how much it is worse than the best over the same runs, with the ends of the 95 % interval; None of the
            best, or without runs in common.
        note: What stands at its end: `wins 3 of 20, p = 0.01`.
    """

    __repr__ = fields_shown

    name: str
    mean: float
    low: float
    high: float
    scores: tuple[float, ...]
    diverged: int
    with_best: bool
    behind: tuple[float, float, float] | None
    note: str = ""


def score_intervals(
    rows: Sequence[Row],
    title: str,
    label: str,
    *,
    minimise: bool,
    runs: str,
    differences: bool = False,
    heading: str = "",
) -> Figure:
    """A line a candidate: its runs as dots, its mean with its interval, and what is to be said of it.

    Args:
        rows: The candidates, the best first.
        title: What the figure says.
        label: The score, with its unit.
        minimise: Whether a lower score is better.
        runs: What the runs are: `seeds`, `folds`, or `single`.
        differences: Whether a second panel shows how far each is behind the best over the same runs.
        heading: What the names are, where they do not say it.
    """
    shown = rows[:MOST_ROWS]
    if len(shown) < len(rows):
        title += f"; the first {len(shown)} of {len(rows):,} are shown"
    names = all_short([row.name for row in shown], 40)
    notes = [row.note for row in shown]
    heading = folded(heading, 44)
    left, right = inches_of([*names, *heading.split("\n")]), inches_of(notes) if any(notes) else 0.2
    count = 2 if differences else 1
    height = 1.5 + 0.25 * max(len(shown), 2)
    figure, axes = panels(
        count, no_formula(title), width=4.2 + left + right, height=height, left=left, right=right, bottom=0.7
    )
    if differences:
        # The names stand at the first panel alone, the notes at the last.
        _lay(figure, axes, left, right)
    _draw_scores(axes[0], shown, names)
    all_scores = np.array([score for row in shown for score in row.scores], np.float64)
    ends = np.array([end for row in shown for end in (row.low, row.high)], np.float64)
    look_at_scores(axes[0].xaxis, all_scores, minimise, ends=ends)
    low, high = axes[0].get_xlim()
    outside = int(np.sum((all_scores < low) | (all_scores > high)))
    if heading:
        axes[0].annotate(
            heading,
            (0, -0.85),
            xytext=(-7, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8,
            style="italic",
            annotation_clip=False,
        )
    axes[0].set_xlabel(_said(label, runs, outside, len(rows)))
    if differences:
        _draw_behind(axes[1], shown, runs)
    for row, place in zip(shown, range(len(shown)), strict=True):
        axes[-1].annotate(
            row.note,
            (1, place),
            xytext=(6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=8,
            annotation_clip=False,
        )
    for axis in axes:
        axis.xaxis.label.set_fontsize(9)
    return figure


def _lay(figure: Figure, axes: Sequence[Axes], left: float, right: float) -> None:
    whole = 3.5 * 2 + left + right + 0.3
    figure.set_figwidth(whole)
    bottom, top = figure.subplotpars.bottom, figure.subplotpars.top
    for k, axis in enumerate(axes):
        axis.set_position(((left + k * 3.8) / whole, bottom, 3.5 / whole, top - bottom))


def _draw_scores(axis: Axes, rows: Sequence[Row], names: Sequence[str]) -> None:
    for place, row in enumerate(rows):
        # Below the interval, which would hide them.
        axis.plot(row.scores, [place + 0.27] * len(row.scores), "o", color=GREY, markersize=2.6, zorder=1)
        colour = VALIDATION_COLOUR if row.with_best else TRAIN_COLOUR
        if math.isfinite(row.mean):
            if math.isfinite(row.low):
                axis.plot([row.low, row.high], [place, place], color=colour, linewidth=2, zorder=2)
            axis.plot(row.mean, place, "o", color=colour, markersize=5.5, zorder=3)
        if row.diverged:
            told = "diverged" if not row.scores else f"{row.diverged} diverged"
            axis.annotate(
                told,
                (1, place),
                xytext=(-4, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=8,
                color=MARK_COLOUR,
                bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
            )
    _rows_of(axis, len(rows))
    axis.set_yticks(range(len(rows)), names, fontsize=8)


def _draw_behind(axis: Axes, rows: Sequence[Row], runs: str) -> None:
    ends = [0.0]
    for place, row in enumerate(rows):
        if row.behind is None or not math.isfinite(row.behind[0]):
            continue
        mean, low, high = row.behind
        colour = VALIDATION_COLOUR if row.with_best else TRAIN_COLOUR
        if math.isfinite(low):
            axis.plot([low, high], [place, place], color=colour, linewidth=2)
            ends += [low, high]
        axis.plot(mean, place, "o", color=colour, markersize=5.5)
        ends.append(mean)
    axis.axvline(0, color="black", linewidth=0.8)
    _rows_of(axis, len(rows))
    axis.set_yticks(range(len(rows)), [])
    readable_numbers(axis.xaxis, np.array(ends))
    same = "the same runs" if runs == "single" else f"the same {runs}"
    axis.set_xlabel(f"behind the best over {same},\n95 % interval of each alone")


def _rows_of(axis: Axes, count: int) -> None:
    axis.set_ylim(max(count, 2) - 0.4, -1.0)
    axis.grid(alpha=0.2, axis="x")


def _said(label: str, runs: str, outside: int, count: int) -> str:
    said = label if runs == "single" else f"{label}: mean with 95 % interval, and the {runs}"
    said = f"{said}; {outside} are far off" if outside else said
    if runs == "single" or count == 1:
        return said
    return f"{said}\n(blue: not told from the best; p adjusted for all comparisons)"
