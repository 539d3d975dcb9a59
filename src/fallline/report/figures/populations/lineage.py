"""Who went on from whose weights, and with which settings: the ancestry of the best, and the schedule that it had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fallline.own.shown import fields_shown
from fallline.report.figures.populations.view import WIDE
from fallline.report.figures.style import COLOURS, MARK_COLOUR, all_short, no_formula, panels, powers_axis

GREY = "#b9c2cc"
MOST_SETTINGS = 4


@dataclass(frozen=True)
class Course:
    """A network over the epochs.

    Args:
        name: What it is called.
        epochs: How many it completed.
        copies: (epoch, place of the network whose weights it went on from), in their order.
    """

    __repr__ = fields_shown

    name: str
    epochs: int
    copies: tuple[tuple[int, int], ...]


def ancestry(paths: Sequence[Course], best: int) -> list[tuple[int, int, int]]:
    """What the weights of a network went through: (place, from this epoch, to this epoch), the first first."""
    parts, place, end = [], best, paths[best].epochs
    while True:
        before = [copy for copy in paths[place].copies if copy[0] < end] or [(0, place)]
        epoch, source = before[-1]
        parts.append((place, epoch, end))
        if epoch == 0 or source == place:
            return parts[::-1]
        place, end = source, epoch


def weight_lineage(
    paths: Sequence[Course], best: int, schedule: Mapping[str, Sequence[tuple[int, Any]]], title: str
) -> Figure:
    """The networks as lines over the epochs with arrows where weights were taken over; beside it the best's settings.

    Args:
        paths: The networks.
        best: The place of the best.
        schedule: Setting -> (epoch from which it held, value), along the ancestry of the best.
        title: What the figure says.
    """
    drawn = {name: steps for name, steps in schedule.items() if _numbers(steps)}
    names = list(drawn)[:MOST_SETTINGS]
    height = 1.3 + max(2.4, min(0.2 * len(paths), 7.0), 1.15 * len(names))
    figure, (tree, *_) = panels(2 if names else 1, no_formula(title), width=5.0, height=height)
    _draw_tree(tree, paths, best)
    if names:
        frame = figure.axes[1].get_position()
        figure.axes[1].remove()
        each = frame.height / len(names)
        for k, name in enumerate(names):
            tall = each - 0.3 / height  # the name stands above
            axis = figure.add_axes((frame.x0, frame.y1 - (k + 1) * each, frame.width, tall))
            _draw_setting(axis, name, drawn[name], paths[best].epochs, COLOURS[k], last=k == len(names) - 1)
    return figure


def _draw_tree(axis: Axes, paths: Sequence[Course], best: int) -> None:
    for place, path in enumerate(paths):
        axis.plot([0, path.epochs], [place, place], color=GREY, linewidth=1.2, zorder=1)
        for epoch, source in path.copies:
            axis.annotate(
                "",
                (epoch, place),
                (epoch, source),
                arrowprops={
                    "arrowstyle": "->",
                    "color": "#6b7785",
                    "linewidth": 0.7,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
    parts = ancestry(paths, best)
    for k, (place, begin, end) in enumerate(parts):
        axis.plot([begin, end], [place, place], color=MARK_COLOUR, linewidth=2.2, zorder=3)
        if k:
            axis.plot([begin, begin], [parts[k - 1][0], place], color=MARK_COLOUR, linewidth=2.2, zorder=3)
    if len(paths) <= 30:
        axis.set_yticks(range(len(paths)), all_short([path.name for path in paths], 8), fontsize=7.5)
    axis.set_ylabel("networks")
    axis.set_ylim(max(len(paths), 2) - 0.4, -0.6)
    axis.set_xlabel("epoch (red: what the weights of the best went through)", fontsize=9)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _draw_setting(
    axis: Axes, name: str, steps: Sequence[tuple[int, Any]], epochs: int, colour: str, *, last: bool
) -> None:
    at = [epoch for epoch, _ in steps] + [epochs]
    values = [float(value) for _, value in steps]
    axis.step(at, [*values, values[-1]], where="post", color=colour, linewidth=1.6)
    axis.set_title(all_short([name], 30)[0], loc="left", fontsize=8.5, pad=3)
    low, high = min(values), max(values)
    if low > 0 and high > WIDE**0.5 * low:
        powers_axis(axis.yaxis, np.array(values))
        axis.set_ylim(low / 1.6, high * 1.6)
    elif low == high:
        axis.set_ylim(low - (abs(low) or 1) * 0.5, low + (abs(low) or 1) * 0.5)
    else:
        axis.margins(y=0.3)
    axis.tick_params(labelsize=8, labelbottom=last)
    axis.set_xlim(0, epochs)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.2)
    if last:
        axis.set_xlabel("epoch (settings that these weights were trained with)", fontsize=9)


def _numbers(steps: Sequence[tuple[int, Any]]) -> bool:
    return bool(steps) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for _, value in steps
    )
