"""Settings and scores as lines through parallel axes: where the good ones run together, and where they do not care."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from fallline.own.shown import fields_shown
from fallline.report.contents import format_number
from fallline.report.figures.populations.view import norm_of, score_view
from fallline.report.figures.style import MARK_COLOUR, all_short, inches_of, no_formula, panels, short

ABSENT = -0.1
"""Height of an axis that does not apply, below all its values."""
MOST_AXES = 10


@dataclass(frozen=True)
class Scale:
    """An axis.

    Args:
        name: What it is called.
        positions: Where each candidate stands, 0 (bottom) to 1 (top); NaN where the axis does not apply.
        ticks: Heights, and what is written there.
    """

    __repr__ = fields_shown

    name: str
    positions: Float[np.ndarray, " candidates"]
    ticks: tuple[tuple[float, str], ...]


def parallel_axes(
    scales: Sequence[Scale],
    scores: Float[np.ndarray, " candidates"],
    title: str,
    label: str,
    *,
    minimise: bool,
) -> Figure:
    """A line a candidate through the values of its settings to its score, dark where it is good; the best is marked.

    Args:
        scales: The axes, those that matter first.
        scores: The mean score of each candidate; NaN where it diverged.
        title: What the figure says.
        label: The score, with its unit.
        minimise: Whether a lower score is better.
    """
    if len(scales) > MOST_AXES:
        title += f"; {MOST_AXES} of {len(scales)} axes are shown"
        scales = scales[:MOST_AXES]
    first = [text for _, text in scales[0].ticks] if scales else []
    left = max(0.75, inches_of(all_short(first, 14)))
    figure, (axis,) = panels(
        1,
        no_formula(title),
        width=max(6.2, 1.5 * len(scales) + left + 1.0),
        height=4.3,
        left=left,
        right=1.0,
        bottom=0.5,
    )
    ends = score_view(scores, minimise)
    low, high = ends if ends is not None else (0.0, 1.0)
    norm = norm_of(scores, low, high)
    heights = np.array([np.where(np.isfinite(scale.positions), scale.positions, ABSENT) for scale in scales])
    last = np.where(np.isfinite(scores), np.clip(norm(scores), 0, 1), ABSENT)
    lines = np.vstack([heights, last]).T if len(scales) else last[:, None]
    _draw(axis, lines, scores, norm, minimise)
    absent = any(not np.isfinite(scale.positions).all() for scale in scales)
    for place, scale in enumerate(scales):
        _axis_line(axis, place, scale.ticks, not np.isfinite(scale.positions).all())
    told = np.asarray(norm.inverse(np.linspace(0, 1, 4))) if high > low else np.array([low])
    ticks = [(float(norm(value)), format_number(float(value))) for value in told] if ends is not None else []
    bad = bool((~np.isfinite(scores)).any())
    _axis_line(axis, len(scales), ticks, bad, "diverged", right=True)
    axis.set_ylim(ABSENT - 0.07 if absent or bad else -0.04, 1.04)
    axis.set_xlim(-0.05, len(scales) + 0.02)
    axis.set_xticks(
        range(len(scales) + 1),
        [*all_short([scale.name for scale in scales], 18), short(label, 18)],
        fontsize=9,
    )
    axis.tick_params(axis="x", length=0)
    axis.set_yticks([])
    for side in axis.spines.values():
        side.set_visible(False)
    return figure


def _draw(
    axis: Axes,
    lines: Float[np.ndarray, "candidates axes"],
    scores: Float[np.ndarray, " candidates"],
    norm: Normalize,
    minimise: bool,
) -> None:
    finite = np.isfinite(scores)
    colours = mpl.colormaps["viridis" if minimise else "viridis_r"]
    mapped = ScalarMappable(norm, colours)
    order = np.argsort(np.where(finite, scores if minimise else -scores, np.inf), kind="stable")[::-1]
    places = np.arange(lines.shape[1])
    alpha = float(np.clip(12 / max(len(scores), 1), 0.25, 0.8))
    # Those that diverged lie below, the good ones on top.
    axis.add_collection(
        LineCollection(
            [np.column_stack([places, lines[k]]) for k in order],
            colors=[
                (*mapped.to_rgba(scores[k])[:3], alpha) if finite[k] else (0.6, 0.6, 0.6, 0.5) for k in order
            ],
            linestyles=["solid" if finite[k] else (0, (1, 2)) for k in order],
            linewidths=1.1,
        )
    )
    if finite.any():
        best = order[-1]
        axis.plot(places, lines[best], color=MARK_COLOUR, linewidth=2.4, marker="o", markersize=4, zorder=4)
        axis.plot([], [], color=MARK_COLOUR, linewidth=2.4, label="the best")


def _axis_line(
    axis: Axes,
    place: int,
    ticks: Sequence[tuple[float, str]],
    absent: bool,
    word: str = "none",
    *,
    right: bool = False,
) -> None:
    axis.plot([place, place], [0, 1], color="black", linewidth=0.9, zorder=3)
    told = [*ticks, *([(ABSENT, word)] if absent else [])]
    names = all_short([text for _, text in told], 14)
    for (height, _), name in zip(told, names, strict=True):
        if not math.isfinite(height):
            continue
        axis.plot(
            [place, place + (0.03 if right else -0.03)],
            [height, height],
            color="black",
            linewidth=0.9,
            zorder=3,
        )
        axis.annotate(
            name,
            (place, height),
            xytext=(7 if right else -6, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8,
            zorder=5,
            annotation_clip=False,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        )
