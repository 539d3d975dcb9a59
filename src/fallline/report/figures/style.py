"""What all figures have in common: colours, margins, names and numbers on axes, and the file.

Matplotlib's object interface with the Agg canvas: no global figure state, no window, safe beside a
person's own plots.
"""

from __future__ import annotations

import math
import textwrap
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from fallline._files import written_whole
from fallline.own.names import short_name, short_names

TRAIN_COLOUR = "#7a8ca3"
VALIDATION_COLOUR = "#0b5fa5"
MARK_COLOUR = "#c8452f"
COLOURS = (
    *("#0b5fa5", "#e08214", "#1b8a5a", "#c8452f", "#7b4fa3"),
    *("#8c6239", "#d45f9e", "#6b7785", "#a3a31b", "#17a2b8"),
)
"""Of curves side by side, as many as are shown at most."""
DOTS_PER_INCH = 120
TITLE_SIZE = 11
TITLE_LINE = 0.2
"""Inches that a line of the title takes."""
SIGNS_PER_INCH = 12.5
"""Signs of a title in an inch of its line."""


def save_figure(figure: Figure, path: Path) -> None:
    """Writes a figure as a PNG file, or as SVG where the name ends so; whole or not at all."""
    FigureCanvasAgg(figure)
    vectors = path.suffix.casefold() == ".svg"
    with written_whole(path) as file, warnings.catch_warnings():
        # What the fonts lack is said once of all figures: see fonts.py.
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        # A date would make the same figure another file each time.
        kind: dict[str, Any] = {"format": "svg", "metadata": {"Date": None}} if vectors else {"format": "png"}
        figure.savefig(file, dpi=DOTS_PER_INCH, **kind)


def panels(
    count: int,
    title: str,
    *,
    width: float = 4.8,
    height: float = 3.9,
    left: float = 0.75,
    bottom: float = 0.55,
    right: float = 0.2,
) -> tuple[Figure, list[Axes]]:
    """A figure of some panels in a row under one title.

    Margins of fixed inches: matplotlib's own layout draws every figure two or three times, which takes longer than all
    else about it.

    Args:
        count: How many panels.
        title: What the figure says; broken into lines where it is long.
        width: Inches of a panel with its margin.
        height: Inches of the figure.
        left: Inches left of each panel, for its axis.
        bottom: Inches below the panels, for theirs.
        right: Inches right of each panel, for what stands beside it.
    """
    whole = width * count
    lines = [line for part in title.split("\n") for line in _broken(part, int(whole * SIGNS_PER_INCH))]
    top = 0.16 + TITLE_LINE * len(lines)
    figure = Figure(figsize=(whole, height))
    inner = width - left - right
    figure.subplots_adjust(
        left=left / whole,
        right=1 - right / whole,
        bottom=bottom / height,
        top=1 - top / height,
        wspace=(left + right) / inner,
    )
    figure.suptitle("\n".join(lines), fontsize=TITLE_SIZE, y=1 - 0.08 / height, va="top")
    axes: list[Axes] = list(figure.subplots(1, count, squeeze=False)[0])
    for axis in axes:
        axis.tick_params(labelsize=9)
    return figure, axes


def _broken(text: str, width: int) -> list[str]:
    """Lines of at most so many signs, as few as can be and of nearly one length."""
    for sign in (" = ", " ± "):  # a line does not end before or behind them
        text = text.replace(sign, sign.replace(" ", "\N{NO-BREAK SPACE}"))
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    even = textwrap.wrap(text, min(width, len(text) // max(len(lines), 1) + 8), break_on_hyphens=False)
    return even if len(even) == len(lines) else lines


def folded(text: str, width: int) -> str:
    """A text in two lines at the most, each of about so many signs, as it stands: what is beyond is cut."""
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    if len(lines) > 2:
        lines = [lines[0], short_name(" ".join(lines[1:]), width)]
    return no_formula("\n".join(lines))


def inches_of(names: Sequence[str]) -> float:
    """What the longest of some names takes on the left of a panel."""
    return 0.35 + 0.075 * max(map(_width, names), default=0)


def _width(name: str) -> int:
    """Columns that a name takes; signs of Chinese, Japanese and Korean take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in name)


def share_axes(axis: Axes) -> None:
    """Both axes from 0 to 100 %, with a little room so that lines on the border are seen."""
    for one, bound in ((axis.xaxis, axis.set_xlim), (axis.yaxis, axis.set_ylim)):
        bound(-0.02, 1.02)
        one.set_ticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "20", "40", "60", "80", "100"])
    axis.grid(alpha=0.2)


def readable_numbers(axis: Axis, values: Float[np.ndarray, " values"]) -> None:
    """Few ticks; 300k for 300000: neither overlapping zeros nor an offset such as 1e6."""
    axis.set_major_locator(MaxNLocator(6))
    largest = float(np.abs(values).max()) if len(values) else 0.0
    if largest >= 1e4:
        axis.set_major_formatter(EngFormatter(sep=""))


def powers_axis(axis: Axis, values: Float[np.ndarray, " values"]) -> None:
    """An axis of logarithms with plain numbers at it.

    Args:
        axis: The axis.
        values: What it shows, all above 0; within two decades 1, 2 and 5 are marked.
    """
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})  # type: ignore[attr-defined]
    # Matplotlib's own 6 × 10⁻¹ pushes the axis's words out of the figure.
    within = values.max() < 100 * values.min()
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if within else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def short(name: str, most: int = 18) -> str:
    """A name as a figure shows it: cut where it is long, and no sign taken for a formula."""
    return no_formula(short_name(name, most))


def all_short(names: Sequence[str], most: int = 18) -> list[str]:
    """Names likewise, that still differ."""
    return [no_formula(name) for name in short_names(names, most)]


def no_formula(name: str) -> str:
    """A text as it stands: a dollar sign would start matplotlib's own formula language."""
    return name.replace("$", r"\$")


def percent(share: float) -> str:
    """A share as people say it: 80 %, but 99.6 % and 0.4 %, as only all is 100 % and only none 0 %."""
    distance = 100 * min(share, 1 - share)
    if distance <= 0 or distance >= 1:
        return f"{100 * share:.0f} %"
    places = math.ceil(-math.log10(distance))  # the first digit that is not 0, or 9
    return f"{100 * share:.{max(places, 1)}f} %"
