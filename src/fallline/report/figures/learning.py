"""Loss and first metric over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fallline.report.contents import format_number
from fallline.report.figures.style import MARK_COLOUR, TRAIN_COLOUR, VALIDATION_COLOUR, panels, powers_axis

History = Mapping[str, Sequence[float]]
CALIBRATED = "val_calibrated_crossentropy"
"""The validation loss at the best temperature, by which the epoch was chosen where it is recorded."""


def learning_curves(history: History, *, best_epoch: int | None, labels: Mapping[str, str]) -> Figure:
    """Loss (and the first metric) over the epochs for the training and validation rows.

    Args:
        history: Name -> value at the end of each epoch: `loss`, `val_loss`, metrics, and the `learning_rate` of a run
            in which it falls, which is not drawn.
        best_epoch: The epoch whose weights were kept, counted from 1; None for the last.
            Where the validation loss at the best temperature is among them it was chosen by that, which is drawn too.
        labels: Name -> what its axis says, with the unit; a name that is missing speaks for itself.
    """
    metrics = [
        name for name in history if name not in ("loss", "learning_rate") and not name.startswith("val_")
    ]
    names = ["loss", *metrics[:1]]
    figure, axes = panels(len(names), _curves_finding(history, best_epoch))
    for axis, name in zip(axes, names, strict=True):
        _draw_curves(axis, history, name, best_epoch)
        axis.set_ylabel(labels.get(name, name.replace("_", " ")))
    return figure


def _draw_curves(axis: Axes, history: History, name: str, best_epoch: int | None) -> None:
    epochs = np.arange(1, len(history[name]) + 1)
    marker = "o" if len(epochs) == 1 else None
    axis.plot(epochs, history[name], color=TRAIN_COLOUR, label="training", marker=marker)
    validation = history.get(f"val_{name}")
    if validation is not None:
        axis.plot(epochs, validation, color=VALIDATION_COLOUR, label="validation", marker=marker)
    calibrated = history.get(CALIBRATED) if name == "loss" else None
    if calibrated is not None:
        label = "validation, at the best temperature"
        axis.plot(epochs, calibrated, color=VALIDATION_COLOUR, linestyle=":", label=label, marker=marker)
    if best_epoch is not None:
        axis.axvline(
            best_epoch, color=MARK_COLOUR, linewidth=1, linestyle="--", label=f"kept: epoch {best_epoch}"
        )
    drawn = [history[name], *(of for of in (validation, calibrated) if of is not None)]
    values = np.concatenate(drawn)
    values = values[np.isfinite(values)]
    if not len(values):
        axis.text(0.5, 0.5, "no finite value", ha="center", va="center", transform=axis.transAxes)
        axis.set_xticks([])
        axis.set_yticks([])
        return
    if name == "loss" and len(values) and values.min() > 0 and values.max() > 20 * values.min():
        powers_axis(axis.yaxis, values)
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
        return f"Training loss {format_number(history['loss'][-1])} after {epochs} epoch{'' if epochs == 1 else 's'}; no validation rows"
    watched, what = history.get(CALIBRATED, validation), "Validation loss"
    if CALIBRATED in history:
        what = "Validation loss at the best temperature"
    best = best_epoch or int(np.argmin(np.nan_to_num(watched, nan=np.inf))) + 1
    value = format_number(watched[best - 1])
    if best < epochs:
        return f"{what} is lowest, {value}, at epoch {best}; the training ran to epoch {epochs}"
    return f"{what} is {value} and still falling at epoch {epochs}, the last: more epochs may help"
