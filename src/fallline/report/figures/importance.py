"""What the network leans on: a bar a column, with its uncertainty."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from fallline.calibration.reliability import Z
from fallline.report.contents import LABELS, format_number
from fallline.report.figures.style import TRAIN_COLOUR, VALIDATION_COLOUR, all_short, inches_of, panels
from fallline.report.importance import Importance

MOST_BARS = 20
UNITS = {
    "log_loss": "rise of the log loss (nats a row)",
    "r2": "fall of R² (share of the target's variance)",
}


def column_importance(importance: Importance) -> Figure:
    """By how much the score gets worse where a column is shuffled, the most important on top.

    Args:
        importance: As it was measured.
    """
    shown = importance.columns[:MOST_BARS]
    names = all_short([column.name for column in shown], 28)
    title = importance_finding(importance)
    if len(shown) < len(importance.columns):
        title += f"; {len(shown)} of {len(importance.columns):,} columns are shown"
    figure, (axis,) = panels(
        1, title, width=7.0, height=1.5 + 0.24 * len(shown), left=inches_of(names), bottom=0.75
    )
    beyond = set(importance.leaned_on)
    places = np.arange(len(shown))
    axis.barh(
        places,
        [column.mean for column in shown],
        xerr=[Z * column.standard_error for column in shown],
        color=[VALIDATION_COLOUR if column in beyond else TRAIN_COLOUR for column in shown],
        error_kw={"elinewidth": 1, "capsize": 2},
        height=0.7,
    )
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_yticks(places, names, fontsize=9)
    axis.set_ylim(len(shown) - 0.4, -0.6)
    axis.locator_params(axis="x", nbins=7)
    figure.supxlabel(  # below all of it: beside long names the panel is narrower than the text
        f"{UNITS[importance.measure]} where the column is shuffled, 95 % interval\n({importance.basis})",
        fontsize=9,
        y=0.05 / figure.get_figheight(),
    )
    axis.grid(alpha=0.2, axis="x")
    return figure


def importance_finding(importance: Importance) -> str:
    """The column that matters most, with what the score becomes without it."""
    if not importance.leaned_on:
        return "No single column matters beyond chance on these rows"
    first = importance.giveaway or importance.columns[0]
    rises = importance.measure == "log_loss"
    worse = importance.score + (first.mean if rises else -first.mean)
    names = [column.name for column in importance.columns]
    name, label = all_short(names, 30)[names.index(first.name)], LABELS[importance.measure]
    moved = f"shuffled, {label} {'rises' if rises else 'falls'} from {format_number(importance.score)} to {format_number(worse)}"
    if importance.giveaway is None:
        return f"It leans most on {name}: {moved}"
    return (
        f"{name} carries nearly everything: is it known before the answer is? {moved[0].upper()}{moved[1:]}"
    )
