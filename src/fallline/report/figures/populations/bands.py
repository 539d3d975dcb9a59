"""A recorded value over the epochs: the best candidates each with its line and band, all others in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fallline.own.shown import fields_shown
from fallline.report.figures.populations.view import look_at_scores
from fallline.report.figures.style import COLOURS, all_short, folded, inches_of, no_formula, panels

GREY = "#b9c2cc"
MOST_GREY = 400
"""Candidates drawn in grey; more are the same grey."""
BAND = (0.1, 0.9)
"""Quantiles of the runs between which the band lies."""


@dataclass(frozen=True)
class Band:
    """What the runs of one candidate recorded.

    Args:
        name: Of the candidate.
        values: The value of each run at the end of each epoch; NaN where there is none, as after its end.
    """

    __repr__ = fields_shown

    name: str
    values: Float[np.ndarray, "runs epochs"]


def epoch_bands(
    bands: Sequence[Band],
    title: str,
    label: str,
    *,
    top: int,
    minimise: bool | None,
    runs: str,
    heading: str = "",
) -> Figure:
    """Median and band of the first candidates over the epochs, and the medians of all others in grey.

    Args:
        bands: The candidates, the best first.
        title: What the figure says.
        label: What is drawn, with its unit.
        top: How many are drawn in colour.
        minimise: Whether a lower value is better; None where neither is.
        runs: What the runs of a candidate are: `seeds`, `folds`, or `single`.
        heading: What the names are, where they do not say it.
    """
    top = min(top, len(COLOURS), len(bands))
    names = all_short([band.name for band in bands[:top]], 34)
    others = len(bands) - top
    heading = folded(heading, 40)
    words = [*names, *heading.split("\n"), *([f"the other {others:,}"] if others else [])]
    right = max(inches_of(words) + 0.3, 1.3)
    figure, (axis,) = panels(
        1, no_formula(title), width=5.6 + right, height=3.9, left=0.85, right=right, bottom=0.7
    )
    for band, name, colour in zip(bands[:top], names, COLOURS, strict=False):
        _draw(axis, band, name, colour)
    if others:
        lines = [_line(middle_of(band)) for band in bands[top : top + MOST_GREY]]
        axis.add_collection(
            LineCollection(
                lines,
                colors=GREY,
                linewidths=0.7,
                alpha=float(np.clip(40 / len(lines), 0.15, 0.8)),
                label=f"the other {others:,}",
            )
        )
    shown = np.concatenate([middle_of(band) for band in bands]) if bands else np.zeros(0)
    outside = look_at_scores(axis.yaxis, shown[~np.isnan(shown)], minimise)
    most = max((band.values.shape[1] for band in bands), default=1)
    axis.set_xlim(0.5 if most == 1 else 1, 1.5 if most == 1 else most)
    axis.set_xlabel(_said(runs, bands[:top]))
    axis.set_ylabel(label)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.2)
    if not np.isfinite(shown).any():
        axis.text(0.5, 0.5, "no finite value", ha="center", va="center", transform=axis.transAxes)
    elif outside:
        bad_end = 0.95 if minimise else 0.02
        axis.text(
            0.99, bad_end, "worse values are not shown", ha="right", fontsize=8, transform=axis.transAxes
        )
    _legend(axis, heading)
    return figure


def _legend(axis: Axes, heading: str) -> None:
    legend = axis.legend(
        frameon=False,
        fontsize=8,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.02),
        title=heading or None,
        title_fontsize=8,
        alignment="left",
    )
    # Those in grey are many and faint; their sign is one.
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)


def middle_of(band: Band) -> Float[np.ndarray, " epochs"]:
    """The median of the runs that were still trained, of at least half of them: else it follows the survivors alone."""
    there = np.isfinite(band.values)
    enough = there.sum(axis=0) * 2 >= max(len(band.values), 1)
    middle = np.full(band.values.shape[1], np.nan)
    if enough.any():
        middle[enough] = np.nanmedian(np.where(there, band.values, np.nan)[:, enough], axis=0)
    return middle


def _draw(axis: Axes, band: Band, name: str, colour: str) -> None:
    middle = middle_of(band)
    epochs = np.flatnonzero(np.isfinite(middle))
    if not len(epochs):
        axis.plot([], [], color=colour, label=f"{name} (no finite value)")
        return
    axis.plot(
        epochs + 1,
        middle[epochs],
        color=colour,
        linewidth=1.6,
        label=name,
        marker="o" if len(epochs) == 1 else None,
        zorder=3,
    )
    if len(band.values) > 1:
        there = np.where(np.isfinite(band.values), band.values, np.nan)[:, epochs]
        low, high = np.nanquantile(there, BAND, axis=0)
        axis.fill_between(epochs + 1, low, high, color=colour, alpha=0.18, linewidth=0, zorder=2)


def _line(middle: Float[np.ndarray, " epochs"]) -> Float[np.ndarray, "points 2"]:
    epochs = np.flatnonzero(np.isfinite(middle))
    return np.column_stack([epochs + 1, middle[epochs]])


def _said(runs: str, bands: Sequence[Band]) -> str:
    if runs == "single" or not any(len(band.values) > 1 for band in bands):
        return "epoch"
    return f"epoch\n(line: median of the {runs}; band: 10 to 90 % of them)"
