"""Which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from matplotlib.figure import Figure

from fallline.report.figures.style import all_short

MAX_CELL_TEXTS = 15
"""Classes up to which the cells of a confusion matrix hold readable numbers."""
MAX_CLASS_LABELS = 30
MOST_SIGNS = 20
"""Of two names in one line of the title."""


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
    labels = all_short(classes)[::every]
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
    whole = all_short(classes)
    names = [whole[code] for code in (row, column)]
    # One line holds two short names.
    space = "\n" if sum(map(len, names)) > MOST_SIGNS else " "
    pair = f"{names[0]} is taken for{space}{names[1]}"
    return f"{said};\nmost often {pair} ({wrong[row, column]} times)"
