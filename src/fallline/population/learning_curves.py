"""How good a network is by the number of rows that train it: would more rows help?"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from fallline.errors import UnknownKeyError, UsageError
from fallline.own.shown import fields_shown
from fallline.population.builder import Build, Builder
from fallline.population.cross_validation import Estimate, estimated, overlap_of, recorded
from fallline.population.endings import require_best
from fallline.population.folds import draw_folds, sized_folds
from fallline.population.population import Population
from fallline.population.rows import classes_of, row_count

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclasses.dataclass(frozen=True, eq=False)
class LearningCurve:
    """What `learning_curve` found.

    Attributes:
        sizes: Training rows, ascending.
        scores: Recorded name -> (sizes, seeds, folds), of the epoch whose weights each network has; NaN where one diverged.
        monitor: The name by which epochs are compared.
        minimise: Whether less of it is better.
        population: The networks.
        overlap: Validation rows / training rows of a fold of the largest size, by which standard errors are corrected; on
            the safe side for smaller ones, whose training rows are shared less.

    Source: scikit-learn for names (`learning_curve`).
    """

    __repr__ = fields_shown

    sizes: tuple[int, ...]
    scores: Mapping[str, Float[np.ndarray, "sizes seeds folds"]]
    monitor: str
    minimise: bool
    population: Population
    overlap: float

    def estimates(self, name: str | None = None) -> tuple[Estimate, ...]:
        """For each size the mean of a recorded value over the folds, with its standard error and interval.

        Args:
            name: Which; None: `monitor`.

        Raises:
            UnknownKeyError: nothing of that name is recorded.
        """
        name = self.monitor if name is None else name
        if name not in self.scores:
            raise UnknownKeyError("recorded value", name, self.scores)
        return tuple(estimated(scores, self.overlap) for scores in self.scores[name])

    def plot(self, path: str | Path | None = None) -> Figure:
        """The monitored value over the number of training rows; the title says whether more rows would help.

        Args:
            path: Where to write it, as PNG or SVG by its ending; None: nowhere.
        """
        from fallline.population.results.sizes import size_picture  # here: it loads matplotlib

        validation = self.scores[self.monitor]
        training = self.scores.get(self.monitor.removeprefix("val_"))
        folds = validation.shape[2]

        def runs(scores: Float[np.ndarray, "sizes seeds folds"]) -> Float[np.ndarray, "sizes runs"]:
            return scores.mean(axis=1) if folds > 1 else scores[:, :, 0]

        return size_picture(
            self.sizes,
            runs(validation),
            None if training is None else runs(training),
            minimise=self.minimise,
            monitor=self.monitor,
            overlap=self.overlap if folds > 1 else 0.0,
            runs="folds" if folds > 1 else "seeds",
            path=path,
        )

    def __str__(self) -> str:
        lines = [f"{self.monitor} by training rows: mean ± standard error"]
        lines += [f"{size:>10,d}  {found}" for size, found in zip(self.sizes, self.estimates(), strict=True)]
        return "\n".join(lines)


def learning_curve(
    build: Build,
    x: Any,
    y: Any = None,
    *,
    sizes: Any = (0.1, 0.325, 0.55, 0.775, 1.0),
    cv: Any = 5,
    groups: Any = None,
    preprocess: Any = None,
    seeds: int | Sequence[int] = 1,
    epochs: int = 1,
    **fit: Any,
) -> LearningCurve:
    """Trains a network on more and more of the training rows of each fold, and judges all on the same validation rows.

    A smaller training set is part of the larger ones, and holds the classes as the whole does. Each number of rows is a
    program of its own; folds and seeds of it train together. An epoch of few rows has few steps: give epochs enough for the
    smallest set, with `EarlyStopping` for the others.

    Args:
        build: A function that gives a compiled model.
        x: Inputs.
        y: Targets.
        sizes: Numbers of training rows, or shares (floats up to 1) of the smallest training set of a fold.
        cv: How many folds, a splitter of scikit-learn, or pairs of row numbers, see `Population.fit`.
        groups: The group of each row: rows of one are never on both sides.
        preprocess: What each training set fits for itself, see `cross_validate`.
        seeds: How many seeds each has, or which.
        epochs: Epochs of each network.
        **fit: Further arguments of `Population.fit`.

    Raises:
        UsageError, DataError, ShapeError: see `Population` and its `fit`, and where a size is none that the folds have.
        NotReadyError: every network diverged.

    Warns:
        TrainingWarning: a network diverged.

    Source: scikit-learn for names (`learning_curve`).
    """
    if "folds" in fit:
        raise UsageError("learning_curve: the folds are cv=; leave folds out.")
    population = Population(build, {}, seeds=seeds)
    codes = classes_of(Builder(build, ()).model({}, population.seed), y)
    folds = draw_folds(cv, row_count(x, y), x=x, y=y, classes=codes, groups=groups, seed=population.seed)
    counts, sized = sized_folds(folds, sizes, codes, population.seed)
    population.fit(
        x,
        y,
        epochs=epochs,
        folds=[(fold.train, fold.validation) for fold in sized],
        groups=groups,
        preprocess=preprocess,
        **fit,
    )
    assert population.monitor is not None
    require_best(population.members, minimise=population.minimise)
    found = recorded(population, len(sized), fit.get("callbacks"))
    return LearningCurve(
        sizes=counts,
        scores={
            name: np.moveaxis(values.reshape(len(values), len(counts), len(folds)), 1, 0)
            for name, values in found.items()
        },
        monitor=population.monitor,
        minimise=population.minimise,
        population=population,
        overlap=overlap_of(folds),
    )
