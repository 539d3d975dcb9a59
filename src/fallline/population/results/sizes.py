"""What scores over the number of training rows say: would more rows help?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from fallline.population.results.findings import p_text
from fallline.population.results.paired import paired_test
from fallline.report.contents import alike

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVEL = 0.05
Scores = Float[np.ndarray, "sizes runs"]


def size_finding(
    sizes: Sequence[int],
    scores: Scores,
    *,
    minimise: bool,
    monitor: str,
    overlap: float = 0.0,
    runs: str = "folds",
) -> str:
    """Whether the score still gets better from the last size but one to the last, over the same runs.

    `From 400 to 800 training rows val_loss falls from 0.30 to 0.25 (p = 0.01 over 5 folds): more rows would help further.`

    Args:
        sizes: Training rows, ascending.
        scores: Of the validation rows: each run at each size; NaN where it diverged.
        minimise: Whether a lower score is better.
        monitor: Name of the score.
        overlap: Test rows / training rows of a fold; see `paired_test`.
        runs: What the runs are.
    """
    both = np.isfinite(scores[-2:]).all(axis=0) if len(sizes) > 1 else np.zeros(0, bool)
    if not both.any():
        return f"{monitor} of {sizes[-1]:,} training rows: nothing to compare it with"
    before, after = scores[-2][both], scores[-1][both]
    first, last = alike([float(before.mean()), float(after.mean())])
    said = f"From {sizes[-2]:,} to {sizes[-1]:,} training rows {monitor}"
    test = paired_test((before - after) if minimise else (after - before), overlap)
    if math.isnan(test.p):
        return f"{said} goes from {first} to {last}, in one run"
    told = f"p {'' if test.p < 0.001 else '= '}{p_text(test.p)} over {test.runs} {runs}"
    if test.p >= LEVEL:
        return f"{said} goes from {first} to {last}, which may be chance ({told}): whether more rows help is open"
    moves = "falls" if after.mean() < before.mean() else "rises"
    better = test.difference > 0
    return f"{said} {moves} from {first} to {last} ({told}): {'more rows should help further' if better else 'it gets worse'}"


def size_picture(
    sizes: Sequence[int],
    validation: Scores,
    training: Scores | None = None,
    *,
    minimise: bool,
    monitor: str,
    overlap: float = 0.0,
    runs: str = "folds",
    path: str | Path | None = None,
) -> Figure:
    """The learning curve over the number of training rows, with what it says as its title.

    Args:
        sizes: Training rows, ascending.
        validation: Of the validation rows: the score of each run at each size; NaN where it diverged.
        training: Of the training rows likewise, or None.
        minimise: Whether a lower score is better.
        monitor: Name of the score.
        overlap: Test rows / training rows of a fold; see `paired_test`.
        runs: What the runs are.
        path: Where to write it, as PNG or SVG by its ending; None: nowhere.
    """
    from fallline.report.figures import save_figure
    from fallline.report.figures.populations import SizeCurve, size_curves

    curves = [SizeCurve("validation rows", validation)]
    curves += [] if training is None else [SizeCurve("training rows", training)]
    title = size_finding(sizes, validation, minimise=minimise, monitor=monitor, overlap=overlap, runs=runs)
    figure = size_curves(sizes, curves, title, monitor, minimise=minimise, runs=runs)
    if path is not None:
        save_figure(figure, Path(path))
    return figure
