"""How good a network is on rows that it has not seen: one population over folds and seeds."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from fallline.engine import StochasticWeightAveraging
from fallline.errors import UnknownKeyError, UsageError
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.population.builder import Build
from fallline.population.endings import require_best
from fallline.population.folds import Fold, FoldedRows, out_of_fold, several_inputs
from fallline.population.folds.preparing import rows_of
from fallline.population.member import Member
from fallline.population.population import Population
from fallline.population.results.paired import mean_interval
from fallline.population.rows import row_count
from fallline.training.listed import split_callbacks


@dataclasses.dataclass(frozen=True, eq=False)
class Estimate:
    """A mean over folds, and how sure it is.

    Attributes:
        mean: The mean over folds, of each the mean over its seeds.
        standard_error: Of that mean, corrected for the training rows that folds share; NaN of a single fold.
        low: The lower end of the 95 % interval.
        high: The upper end.

    Source: Nadeau, Bengio, Inference for the generalization error (2003), for the correction.
    """

    __repr__ = fields_shown

    mean: float
    standard_error: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4g} ± {self.standard_error:.2g}"


@dataclasses.dataclass(frozen=True, eq=False)
class CrossValidation:
    """What `cross_validate` found.

    Attributes:
        scores: Recorded name -> (seeds, folds), of the epoch whose weights each network has: `val_loss` and the like of the
            fold's validation rows, `loss` of its training rows as that epoch recorded it. NaN where a network diverged.
        monitor: The name by which epochs are compared.
        predictions: For each row what the networks predict that have not seen it (rows, ...), the mean where there are
            several; None where the folds do not part the rows, or a network diverged.
        population: The networks: `population.members`, `population.ensemble()`.
        overlap: Validation rows / training rows of a fold, by which standard errors are corrected.

    Source: Stone, Cross-validatory choice and assessment of statistical predictions (1974).
    """

    __repr__ = fields_shown

    scores: Mapping[str, Float[np.ndarray, "seeds folds"]]
    monitor: str
    predictions: Any
    population: Population
    overlap: float

    def estimate(self, name: str | None = None) -> Estimate:
        """The mean of a recorded value over the folds, with its standard error and interval.

        Args:
            name: Which; None: `monitor`.

        Raises:
            UnknownKeyError: nothing of that name is recorded.
        """
        name = self.monitor if name is None else name
        if name not in self.scores:
            raise UnknownKeyError("recorded value", name, self.scores)
        return estimated(self.scores[name], self.overlap)

    @property
    def mean(self) -> float:
        """The mean of the monitored value over the folds."""
        return self.estimate().mean

    @property
    def standard_error(self) -> float:
        """Of that mean."""
        return self.estimate().standard_error

    def __str__(self) -> str:
        seeds, folds = self.scores[self.monitor].shape
        lines = [f"{folds} folds x {seeds} {'seed' if seeds == 1 else 'seeds'}: mean ± standard error"]
        lines += [f"{name:20s} {self.estimate(name)}" for name in self.scores if name.startswith("val_")]
        return "\n".join(lines)


def cross_validate(
    build: Build,
    x: Any,
    y: Any = None,
    *,
    cv: Any = 5,
    groups: Any = None,
    preprocess: Any = None,
    seeds: int | Sequence[int] = 1,
    epochs: int = 1,
    **fit: Any,
) -> CrossValidation:
    """Trains a network on each fold of the rows, and judges it on the rest; all folds and seeds as one population.

        found = fl.cross_validate(build, x, y, cv=5, seeds=3, epochs=50, preprocess=StandardScaler())
        print(found)                # val_loss             0.3021 ± 0.014
        found.predictions           # of each row by networks that have not seen it

    Args:
        build: A function that gives a compiled model.
        x: Inputs.
        y: Targets.
        cv: How many folds, a splitter of scikit-learn, or pairs of row numbers, see `Population.fit`.
        groups: The group of each row: rows of one are never on both sides.
        preprocess: What each fold fits to its training rows alone: a transformer of scikit-learn, or a function `f(x, y)`
            that gives a function of rows.
        seeds: How many seeds each fold has, or which.
        epochs: Epochs of each network.
        **fit: Further arguments of `Population.fit`: `batch_size`, `callbacks`, `monitor`, `class_weight`, ...

    Raises:
        UsageError, DataError, ShapeError: see `Population` and its `fit`.
        NotReadyError: every network diverged.

    Warns:
        TrainingWarning: a network diverged.

    Source: scikit-learn for names (`cross_validate`).
    """
    if "folds" in fit:
        raise UsageError("cross_validate: the folds are cv=; leave folds out.")
    population = Population(build, {}, seeds=seeds)
    population.fit(x, y, epochs=epochs, folds=cv, groups=groups, preprocess=preprocess, **fit)
    assert population.monitor is not None
    assert population.folded is not None
    require_best(population.members, minimise=population.minimise)
    bad = any(member.diverged for member in population.members)
    predictions = None
    rows = np.concatenate([fold.validation for fold in population.folded.folds])
    counts = np.bincount(rows, minlength=row_count(x))
    if not bad and counts.min() == counts.max():
        predictions = out_of_fold(population.members, x, population.folded)
    return CrossValidation(
        recorded(population, len(population.folded.folds), fit.get("callbacks")),
        population.monitor,
        predictions,
        population,
        overlap_of(population.folded.folds),
    )


def recorded(
    population: Population, folds: int, callbacks: Any = None
) -> dict[str, Float[np.ndarray, "seeds folds"]]:
    """Recorded name -> the value of the epoch whose weights each member has (seeds, folds).

    Where members end with averages of weights, which are those of no epoch, the validation rows are evaluated once more.
    """
    places = {seed: index for index, seed in enumerate(population.seeds)}
    first = next(member for member in population.members if member.values)
    names = [name for name, values in first.values.items() if np.ndim(values) == 1]
    found = {name: np.full((len(places), folds), np.nan) for name in names}
    averages = _ends_with_averages(first.model, callbacks)
    for member in population.members:
        assert member.fold is not None
        values = {name: member.value(name) for name in names}
        if averages and not member.diverged:
            values |= _evaluated(member, population.folded)
        for name in names:
            found[name][places[member.seed], member.fold] = values[name]
    return found


def _ends_with_averages(model: Model, callbacks: Any) -> bool:
    """Whether a run ends with averages of weights, by a rule or by the optimizer."""
    listed = callbacks() if inspect.isroutine(callbacks) else callbacks
    rules, _, _ = split_callbacks(listed)
    params, state, optimizer = model.run_variables.params, model.optimizer_state, model.optimizer
    by_optimizer = (
        optimizer is not None and state is not None and optimizer.finish(params, state) is not params
    )
    return by_optimizer or any(isinstance(rule, StochasticWeightAveraging) for rule in rules)


def _evaluated(member: Member, folded: FoldedRows | None) -> dict[str, float]:
    """Recorded name -> its value on a member's validation rows, of the weights that it has."""
    assert folded is not None
    assert member.fold is not None
    rows = np.asarray(folded.shares[member.fold].validation)

    def taken(given: Any) -> Any:
        inputs = None if given is None else several_inputs(given)
        if inputs is None:
            return None if given is None else rows_of(given, rows)
        cut = {name: rows_of(values, rows) for name, values in inputs.items()}
        return cut if isinstance(given, Mapping) else list(cut.values())

    judged = member.model.evaluate(
        taken(folded.x), taken(folded.y), sample_weight=taken(folded.sample_weight), return_dict=True
    )
    return {f"val_{name}": value for name, value in judged.items() if np.ndim(value) == 0}


def estimated(scores: Float[np.ndarray, "seeds folds"], overlap: float) -> Estimate:
    """The mean over folds and how sure it is; seeds of a fold are averaged first, as they make no new rows."""
    of_folds = scores.mean(axis=0)
    if of_folds.size == 1 and scores.shape[0] > 1:
        return Estimate(*mean_interval(scores[:, 0]))  # one division of the rows: over the seeds
    return Estimate(*mean_interval(of_folds, overlap))


def overlap_of(folds: Sequence[Fold]) -> float:
    """Validation rows / training rows of the folds."""
    return sum(fold.validation.size for fold in folds) / sum(fold.train.size for fold in folds)
