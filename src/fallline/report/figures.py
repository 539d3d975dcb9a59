"""Figures of a run. Each title says the finding; axes carry units.

Matplotlib's object interface with the Agg canvas: no global figure state, no window, safe beside a
person's own plots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from fallline._files import written_whole
from fallline.report.contents import format_number

TRAIN_COLOUR = "#7a8ca3"
VALIDATION_COLOUR = "#0b5fa5"
MARK_COLOUR = "#c8452f"
DOTS_PER_INCH = 120
MAX_POINTS = 5000
"""Points of a scatter plot: more of them only blacken the paper."""
MAX_CELL_TEXTS = 15
"""Classes up to which the cells of a confusion matrix hold readable numbers."""
MAX_CLASS_LABELS = 30

History = Mapping[str, Sequence[float]]


def save_figure(figure: Figure, path: Path) -> None:
    """Writes a figure as a PNG file, whole or not at all."""
    FigureCanvasAgg(figure)
    with written_whole(path) as file:
        figure.savefig(file, dpi=DOTS_PER_INCH, format="png")


def learning_curves(history: History, *, best_epoch: int | None, labels: Mapping[str, str]) -> Figure:
    """Loss (and the first metric) over the epochs for the training and validation rows.

    Args:
        history: Name -> value at the end of each epoch: `loss`, `val_loss`, and metrics.
        best_epoch: The epoch whose weights were kept, counted from 1; None for the last.
        labels: Name -> what its axis says, with the unit; a name that is missing speaks for itself.
    """
    metrics = [name for name in history if name != "loss" and not name.startswith("val_")]
    panels = ["loss", *metrics[:1]]
    figure = Figure(figsize=(4.8 * len(panels), 3.8), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, name in zip(axes, panels, strict=True):
        _draw_curves(axis, history, name, best_epoch)
        axis.set_ylabel(labels.get(name, name.replace("_", " ")))
    figure.suptitle(_curves_finding(history, best_epoch), fontsize=11)
    return figure


def confusion_matrix(
    true: Int[np.ndarray, " rows"], predicted: Int[np.ndarray, " rows"], classes: Sequence[str]
) -> Figure:
    """Which class is taken for which, as a share of the rows of each true class.

    Args:
        true: Index of each row's class.
        predicted: Index of the class that the network gave it.
        classes: Names of the classes.
    """
    count = len(classes)
    table = np.bincount(true * count + predicted, minlength=count * count).reshape(count, count)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    size = float(np.clip(2.4 + 0.36 * count, 4.6, 11.0))
    figure = Figure(figsize=(size + 0.8, size), layout="constrained")
    axis = figure.subplots()
    image = axis.imshow(100 * share, cmap="Blues", vmin=0, vmax=100)
    figure.colorbar(image, ax=axis, label="% of the true class", fraction=0.046)
    every = max(1, -(-count // MAX_CLASS_LABELS))
    labels = [_short(name) for name in classes[::every]]
    upright = max(map(len, labels)) <= 3
    axis.set_xticks(
        range(0, count, every), labels, rotation=0 if upright else 60, ha="center" if upright else "right"
    )
    axis.set_yticks(range(0, count, every), labels)
    axis.set_xlabel("predicted class")
    axis.set_ylabel("true class")
    if count <= MAX_CELL_TEXTS:
        for row, column in np.argwhere(table > 0):
            colour = "white" if share[row, column] > 0.5 else "black"
            axis.text(
                column, row, f"{table[row, column]}", ha="center", va="center", color=colour, fontsize=8
            )
    axis.set_title(_confusion_finding(table, classes), fontsize=10)
    return figure


def residuals(true: Float[np.ndarray, " rows"], predicted: Float[np.ndarray, " rows"], target: str) -> Figure:
    """Predicted against true values, and how large the errors are, in the target's own unit.

    Args:
        true: The target of each row.
        predicted: What the network said.
        target: Name of the target.
    """
    error = predicted - true
    shown = np.linspace(0, len(true) - 1, min(len(true), MAX_POINTS)).astype(int)
    figure = Figure(figsize=(9.6, 4.0), layout="constrained")
    scatter, histogram = figure.subplots(1, 2)
    scatter.scatter(true[shown], predicted[shown], s=8, alpha=0.4, color=VALIDATION_COLOUR, edgecolors="none")
    ends = [float(min(true.min(), predicted.min())), float(max(true.max(), predicted.max()))]
    scatter.plot(ends, ends, color=MARK_COLOUR, linewidth=1, label="predicted = true")
    scatter.set_xlabel(f"true {_short(target, 30)}")
    scatter.set_ylabel(f"predicted {_short(target, 30)}")
    scatter.legend(frameon=False, fontsize=8)
    histogram.hist(error, bins=min(60, max(10, len(error) // 20)), color=TRAIN_COLOUR)
    histogram.axvline(0, color=MARK_COLOUR, linewidth=1)
    histogram.set_xlabel(f"error in {_short(target, 30)} (predicted − true)")
    histogram.set_ylabel("test rows")
    for axis, values in ((scatter.xaxis, true), (scatter.yaxis, predicted), (histogram.xaxis, error)):
        axis.set_major_locator(MaxNLocator(6))
        if np.abs(values).max() >= 1e4:
            axis.set_major_formatter(
                EngFormatter(sep="")
            )  # 300k: neither overlapping zeros nor an offset "1e6"
    half = format_number(float(np.median(np.abs(error))))
    bias = format_number(float(np.mean(error)))
    figure.suptitle(
        f"Half of {len(true):,} predictions are within {half} of the true {_short(target, 24)}; mean error {bias}",
        fontsize=11,
    )
    return figure


def _draw_curves(axis: Axes, history: History, name: str, best_epoch: int | None) -> None:
    epochs = np.arange(1, len(history[name]) + 1)
    marker = "o" if len(epochs) == 1 else None
    axis.plot(epochs, history[name], color=TRAIN_COLOUR, label="training", marker=marker)
    validation = history.get(f"val_{name}")
    if validation is not None:
        axis.plot(epochs, validation, color=VALIDATION_COLOUR, label="validation", marker=marker)
    if best_epoch is not None:
        axis.axvline(
            best_epoch, color=MARK_COLOUR, linewidth=1, linestyle="--", label=f"kept: epoch {best_epoch}"
        )
    values = np.concatenate([history[name], validation if validation is not None else []])
    values = values[np.isfinite(values)]
    if not len(values):
        axis.text(0.5, 0.5, "no finite value", ha="center", va="center", transform=axis.transAxes)
        axis.set_xticks([])
        axis.set_yticks([])
        return
    if name == "loss" and len(values) and values.min() > 0 and values.max() > 20 * values.min():
        axis.set_yscale("log")
    axis.set_xlabel("epoch")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.legend(frameon=False, fontsize=8)
    axis.grid(alpha=0.2)


def _curves_finding(history: History, best_epoch: int | None) -> str:
    epochs = len(history["loss"])
    validation = history.get("val_loss")
    if not np.isfinite(history["loss"][-1]):
        return f"The loss stopped being finite in epoch {epochs}"
    if validation is None:
        return f"Training loss {format_number(history['loss'][-1])} after {epochs} epochs; no validation rows"
    best = best_epoch or int(np.argmin(np.nan_to_num(validation, nan=np.inf))) + 1
    value = format_number(validation[best - 1])
    if best < epochs:
        return f"Validation loss is lowest, {value}, at epoch {best}; the training ran to epoch {epochs}"
    return f"Validation loss is {value} and still falling at epoch {epochs}, the last: more epochs may help"


def _confusion_finding(table: Int[np.ndarray, "classes classes"], classes: Sequence[str]) -> str:
    right = 100 * np.trace(table) / max(table.sum(), 1)
    wrong = table - np.diag(np.diag(table))
    said = f"{right:.1f} % of {table.sum():,} test rows right"
    if wrong.sum() == 0:
        return f"{said}: no confusions"
    row, column = divmod(int(np.argmax(wrong)), len(classes))
    if wrong[row, column] == 1:
        each = ", each a different confusion" if wrong.sum() > 1 else ""
        return f"{said};\n{wrong.sum()} wrong{each}"
    pair = f"{_short(classes[row])} is taken for {_short(classes[column])}"
    return f"{said};\nmost often {pair} ({wrong[row, column]} times)"


def _short(name: str, most: int = 18) -> str:
    # A dollar sign would start matplotlib's own formula language.
    name = name.replace("$", r"\$")
    return name if len(name) <= most else name[: most - 1] + "…"
