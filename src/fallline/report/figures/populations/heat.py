"""The scores over two axes, all others averaged."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from fallline.report.contents import alike
from fallline.report.figures.populations.view import norm_of, score_view
from fallline.report.figures.style import (
    MARK_COLOUR,
    all_short,
    inches_of,
    no_formula,
    panels,
    powers_axis,
    short,
)

MOST_NUMBERS = 100
"""Cells up to which each shows its number."""


def score_map(
    across: tuple[str, Sequence[str]],
    upward: tuple[str, Sequence[str]],
    means: Float[np.ndarray, "upward across"],
    diverged: Int[np.ndarray, "upward across"],
    title: str,
    label: str,
    *,
    minimise: bool,
) -> Figure:
    """A cell for each pair of values, dark where the mean score is good; the best is framed.

    Args:
        across: Name and values of the axis that runs across.
        upward: Name and values of the axis that runs upward.
        means: Mean score of each cell; NaN where there is none.
        diverged: How many candidates of each cell diverged.
        title: What the figure says.
        label: The score, with its unit.
        minimise: Whether a lower score is better.
    """
    names = all_short(upward[1], 22)
    left = inches_of(names) + 0.25
    columns = [
        name.replace(" to ", "\nto ") if " to " in name else all_short([name], 22)[0] for name in across[1]
    ]
    wide = max(
        3.6, len(columns) * max(0.78, *(0.09 * len(part) for name in columns for part in name.split("\n")))
    )
    tall = max(1.6, 0.42 * len(names))
    figure, (axis,) = panels(
        1,
        no_formula(title),
        width=wide + left + 1.15,
        height=1.5 + tall,
        left=left,
        right=1.15,
        bottom=0.75,
    )
    ends = score_view(means.ravel(), minimise)
    low, high = ends if ends is not None else (0.0, 1.0)
    norm = norm_of(means.ravel(), low, high)
    colours = mpl.colormaps["viridis" if minimise else "viridis_r"]
    axis.imshow(means, cmap=colours, norm=norm, aspect="auto", origin="lower")
    _cells(axis, means, diverged, norm, minimise)
    finite = np.isfinite(means)
    if finite.any():
        flat = np.where(finite, means if minimise else -means, np.inf)
        row, column = np.unravel_index(int(np.argmin(flat)), means.shape)
        axis.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                fill=False,
                edgecolor=MARK_COLOUR,
                linewidth=2.5,
                clip_on=False,
                zorder=4,
            )
        )
        bar = figure.add_axes(
            (
                1 - 1.0 / figure.get_figwidth(),
                axis.get_position().y0,
                0.14 / figure.get_figwidth(),
                axis.get_position().height,
            )
        )
        figure.colorbar(ScalarMappable(norm, colours), cax=bar)
        if isinstance(norm, LogNorm):
            powers_axis(bar.yaxis, np.array([low, high]))
        bar.tick_params(labelsize=8)
        bar.set_ylabel(short(label, max(int(tall * 10), 12)), fontsize=8.5)
    axis.set_xticks(range(len(columns)), columns, fontsize=8)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set_xlabel(short(across[0], 40), fontsize=9)
    axis.set_ylabel(short(upward[0], max(int(tall * 10), 12)), fontsize=9)
    axis.set_facecolor("#f0f2f4")
    return figure


def _cells(
    axis: Axes,
    means: Float[np.ndarray, "upward across"],
    diverged: Int[np.ndarray, "upward across"],
    norm: Normalize,
    minimise: bool,
) -> None:
    if means.size > MOST_NUMBERS:
        return
    finite = means[np.isfinite(means)].tolist()
    told = iter(alike(finite) if finite else [])
    for row, column in np.ndindex(*means.shape):
        lost = int(diverged[row, column])
        if np.isfinite(means[row, column]):
            share = float(np.clip(norm(means[row, column]), 0, 1))
            dark = share < 0.55 if minimise else share > 0.45
            text = next(told) + (f"\n{lost} div." if lost else "")
            axis.text(
                column, row, text, ha="center", va="center", fontsize=8, color="white" if dark else "black"
            )
        elif lost:
            axis.text(column, row, "diverged", ha="center", va="center", fontsize=7.5, color=MARK_COLOUR)
