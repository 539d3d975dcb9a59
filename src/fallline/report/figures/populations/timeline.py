"""How far each candidate was trained, and how it ended: what a search spent its epochs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from fallline.own.shown import fields_shown
from fallline.report.figures.style import (
    MARK_COLOUR,
    TRAIN_COLOUR,
    VALIDATION_COLOUR,
    all_short,
    inches_of,
    no_formula,
    panels,
)

COLOURS = {
    "completed": VALIDATION_COLOUR,
    "early_stopped": "#1b8a5a",
    "pruned": "#b9c2cc",
    "diverged": MARK_COLOUR,
    "interrupted": "#e08214",
    "lost": "#7b4fa3",
    "paused": "#a3a31b",
    "running": "#17a2b8",
    "waiting": TRAIN_COLOUR,
}
WORDS = {"early_stopped": "stopped early", "lost": "lost with its workers"}
MOST_NAMES = 36
TALLEST = 5.0
"""Inches of the lines, where there are too many to name."""


@dataclass(frozen=True)
class Bar:
    """A network: the name of its candidate, the epochs that it completed and how it ended; whether it is the best."""

    __repr__ = fields_shown

    name: str
    epochs: int
    status: str
    is_best: bool = False


def epochs_spent(bars: Sequence[Bar], title: str, *, copies: Sequence[tuple[int, int, int]] = ()) -> Figure:
    """A line a network, as long as it was trained, coloured by how it ended.

    Args:
        bars: The networks, in the order in which they began.
        title: What the figure says.
        copies: (place of one that went on from another's weights, place of that other, epoch).
    """
    count = max(len(bars), 2)
    named = len(bars) <= MOST_NAMES
    names = all_short([bar.name for bar in bars], 36) if named else []
    row = 0.24 if named else min(0.24, TALLEST / count)
    left = inches_of(names) if named else 0.75
    there = [status for status in COLOURS if any(bar.status == status for bar in bars)]
    figure, (axis,) = panels(
        1, no_formula(title), width=5.2 + left + 1.2, height=1.2 + row * count, left=left, right=1.35
    )
    thick = 72 * row * (0.65 if row > 0.04 else 1.0)
    axis.add_collection(
        LineCollection(
            [[(0, place), (max(bar.epochs, 0), place)] for place, bar in enumerate(bars)],
            colors=[COLOURS.get(bar.status, TRAIN_COLOUR) for bar in bars],
            linewidths=thick,
            capstyle="butt",
            antialiased=row > 0.04,
        )
    )
    for place, bar in enumerate(bars):
        if bar.is_best:
            axis.plot(bar.epochs, place, "*", color="black", markersize=9, clip_on=False, zorder=4)
    for place, source, epoch in copies:
        axis.annotate(
            "",
            (epoch, place),
            (epoch, source),
            arrowprops={"arrowstyle": "->", "color": "black", "linewidth": 0.7},
        )
    handles = [
        Line2D([], [], color=COLOURS[status], linewidth=5, label=WORDS.get(status, status))
        for status in there
    ]
    if any(bar.is_best for bar in bars):
        handles.append(
            Line2D([], [], color="black", marker="*", linestyle="", markersize=8, label="the best")
        )
    axis.legend(handles=handles, frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.02))
    axis.set_ylim(count - 0.4, -0.6)
    axis.set_xlim(0, 1.02 * max([bar.epochs for bar in bars] or [1]) or 1)
    if named:
        axis.set_yticks(range(len(names)), names, fontsize=8)
    else:
        axis.set_ylabel("networks, in the order in which they began")
    axis.set_xlabel("epochs completed")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.2, axis="x")
    return figure
