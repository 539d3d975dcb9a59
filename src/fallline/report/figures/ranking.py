"""Whether rows of a class get higher probabilities of it than other rows: ROC, and precision-recall beside it.

Where positive rows are rare, precision and recall show what the ROC curve hides: thousands of false alarms are a small
share of the negative rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fallline.report.figures.curves import Area, Curve, area, curve, thinned
from fallline.report.figures.style import (
    COLOURS,
    MARK_COLOUR,
    TRAIN_COLOUR,
    VALIDATION_COLOUR,
    all_short,
    inches_of,
    panels,
    percent,
    share_axes,
)

Probabilities = Float[np.ndarray, "rows classes"]
MOST_CURVES = 10
"""Classes up to which each has its curve; beyond, its area only."""
MOST_AREAS = 30


def ranking_curves(
    true: Int[np.ndarray, " rows"],
    probabilities: Mapping[str, Probabilities],
    classes: Sequence[str],
    threshold: float = 0.5,
    intervals: Mapping[str, tuple[float, float]] | None = None,
) -> Figure | None:
    """ROC and precision-recall of two classes; of more, each class against the rest.

    Args:
        true: Index of each row's class.
        probabilities: Name of a model -> what it gives each class; the first is the network, the others are drawn
            beside it where there are two classes.
        classes: Names of the classes; of two, the second is the positive one.
        intervals: Of two classes: name of a model -> the interval of its AUC, where another is to be shown than DeLong's,
            as rows that belong together make it wider.
        threshold: Of two classes: rows whose probability is above it are taken for the second.

    Returns:
        None where all rows are of one class: there is nothing to rank.
    """
    present = np.unique(true)
    if len(present) < 2:
        return None
    if len(classes) == 2:
        binary = {name: area(true == 1, said[:, 1]) for name, said in probabilities.items()}
        for name, ends in (intervals or {}).items():
            binary[name] = Area(binary[name].value, *ends)
        return _two_classes(true, probabilities, binary, classes, threshold)
    said = next(iter(probabilities.values()))
    areas = {int(k): area(true == k, said[:, k]) for k in present}
    hardest = sorted(areas, key=lambda k: areas[k].value)
    title = _classes_finding(areas, classes, hardest)
    if len(present) > MOST_CURVES:
        return _areas(areas, classes, hardest[:MOST_AREAS], title)
    return _each_class(true, said, classes, areas, hardest, title)


def _two_classes(
    true: Int[np.ndarray, " rows"],
    models: Mapping[str, Probabilities],
    areas: Mapping[str, Area],
    classes: Sequence[str],
    threshold: float,
) -> Figure:
    actual = true == 1
    curves = {name: curve(actual, said[:, 1]) for name, said in models.items()}
    network = next(iter(models))
    # The last score above the threshold; at 0 there is none.
    place = int(np.searchsorted(-curves[network].thresholds, -threshold, side="left")) - 1
    name = all_short(classes, 24)[1]
    figure, (roc, recall) = panels(
        2, _threshold_finding(areas[network], curves[network], place, name, threshold)
    )
    for shown, colour in zip(models, (VALIDATION_COLOUR, TRAIN_COLOUR, COLOURS[1], COLOURS[2]), strict=False):
        first = shown == network
        style: dict[str, Any] = {
            "color": colour,
            "linewidth": 1.8 if first else 1.1,
            "zorder": 3 if first else 2,
        }
        _draw(roc, recall, curves[shown], shown, areas[shown], style)
    base = curves[network].base_rate
    roc.plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle=":", label="chance: AUC 0.5")
    recall.axhline(
        base, color="black", linewidth=0.8, linestyle=":", label=f"chance: the base rate, {percent(base)}"
    )
    if place > 0:
        said = f"threshold {threshold:.3g}"
        at = curves[network]
        roc.plot(at.false_alarms[place], at.found[place], "o", color=MARK_COLOUR, zorder=4, label=said)
        recall.plot(at.found[place], at.precision[place], "o", color=MARK_COLOUR, zorder=4, label=said)
    _label(roc, recall, all_short(classes, 16)[1])
    return figure


def _draw(roc: Axes, recall: Axes, drawn: Curve, name: str, found: Area, style: Mapping[str, Any]) -> None:
    kept = thinned(np.arange(len(drawn.found)))
    roc.plot(drawn.false_alarms[kept], drawn.found[kept], label=f"{name}: AUC {found.words}", **style)
    # Each precision holds back to the recall before it, as the average precision counts it.
    recall.plot(
        drawn.found[kept],
        np.append(drawn.precision[1], drawn.precision[1:])[kept],
        drawstyle="steps-pre",
        label=f"{name}: average precision {drawn.average_precision:.3f}",
        **style,
    )


def _label(roc: Axes, recall: Axes, name: str) -> None:
    roc.set_xlabel("false alarms (% of the other rows)")
    roc.set_ylabel(f"found (% of {name})")
    recall.set_xlabel(f"recall: found (% of {name})")
    recall.set_ylabel("precision: right (% of those named so)")
    for axis in (roc, recall):
        share_axes(axis)
        axis.xaxis.label.set_fontsize(9)
        axis.yaxis.label.set_fontsize(9)
    roc.legend(frameon=False, fontsize=8, loc="lower right")
    recall.legend(frameon=True, framealpha=0.8, edgecolor="none", fontsize=8, loc="best")


def _threshold_finding(found: Area, drawn: Curve, place: int, name: str, threshold: float) -> str:
    said = f"AUC {found.value:.3f}"
    if found.low is not None and found.high is not None:
        said += f" (95 % interval {found.low:.3f} to {found.high:.3f})"
    at = f"at the threshold {threshold:.3g}"
    if place <= 0:
        return f"{said}; {at} no row is named {name}"
    # A line does not end between a number and its percent sign.
    found_of, right = (
        percent(float(of[place])).replace(" ", "\N{NO-BREAK SPACE}") for of in (drawn.found, drawn.precision)
    )
    return f"{said}; {at}, {found_of} of {name} are found, and {right} of those named so are right"


def _each_class(
    true: Int[np.ndarray, " rows"],
    said: Probabilities,
    classes: Sequence[str],
    areas: Mapping[int, Area],
    hardest: Sequence[int],
    title: str,
) -> Figure:
    figure, (roc, recall) = panels(2, title, height=4.3)
    names = all_short(classes, 16)
    for colour, k in zip(COLOURS, hardest, strict=False):
        drawn = curve(true == k, said[:, k])
        _draw(roc, recall, drawn, names[k], areas[k], {"color": colour, "linewidth": 1.1})
    roc.plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle=":")
    _label(roc, recall, "the class")
    for axis in (roc, recall):
        size = 8 if len(areas) <= 6 else 7
        axis.legend(
            frameon=True,
            framealpha=0.8,
            edgecolor="none",
            fontsize=size,
            loc="lower right" if axis is roc else "lower left",
        )
    return figure


def _areas(areas: Mapping[int, Area], classes: Sequence[str], shown: Sequence[int], title: str) -> Figure:
    """The area of each class with its interval, the hardest on top."""
    all_names = all_short(classes, 24)
    names = [all_names[k] for k in shown]
    figure, (axis,) = panels(1, title, width=7.0, height=1.2 + 0.2 * len(shown), left=inches_of(names))
    places = np.arange(len(shown))
    values = np.array([areas[k].value for k in shown])
    low, high = (
        np.array([value if end is None else end for value, end in zip(values, ends, strict=True)])
        for ends in ([areas[k].low for k in shown], [areas[k].high for k in shown])
    )
    axis.errorbar(
        values,
        places,
        xerr=[values - low, high - values],
        fmt="o",
        markersize=4,
        color=VALIDATION_COLOUR,
        ecolor=TRAIN_COLOUR,
        capsize=2,
    )
    axis.set_yticks(places, names, fontsize=8)
    axis.set_ylim(len(shown) - 0.4, -0.6)
    axis.set_xlabel("AUC against the rest (0.5 is chance, 1 the best), 95 % interval")
    axis.xaxis.label.set_fontsize(9)
    axis.grid(alpha=0.2)
    return figure


def _classes_finding(areas: Mapping[int, Area], classes: Sequence[str], hardest: Sequence[int]) -> str:
    mean = float(np.mean([found.value for found in areas.values()]))
    said = f"Each class against the rest: mean AUC {mean:.3f}"
    worst = areas[hardest[0]]
    if worst.value < 1:
        said += f"; hardest is {all_short(classes, 24)[hardest[0]]}, {worst.words}"
    shown = min(len(hardest), MOST_AREAS) if len(hardest) > MOST_CURVES else len(hardest)
    if shown < len(hardest):
        said += f"; the {shown} hardest of {len(hardest)}"
    if (absent := len(classes) - len(areas)) > 0:
        said += f"; {absent} {'class has' if absent == 1 else 'classes have'} no test row"
    return said
