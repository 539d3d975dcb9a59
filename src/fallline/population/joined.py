"""From the members of a population to one model: their predictions averaged, or their weights."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fallline._ranges import whole
from fallline._tree import replace
from fallline.data.batch import Batch
from fallline.errors import FalllineWarning, NotReadyError, UsageError, suggestion, warn
from fallline.losses.crossentropy import Crossentropy
from fallline.models import Ensemble, Model, Selection, greedy_selection, greedy_soup, uniform_soup
from fallline.own.shown import fields_shown
from fallline.population.endings import require_best
from fallline.population.folds import FoldedRows, out_of_fold
from fallline.population.member import Member

SELECTIONS = ("best", "greedy", "all")
AVERAGES = ("predictions", "weights")


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """Rows that trained nobody; several inputs by their names in a dictionary, or in order in a tuple."""

    __repr__ = fields_shown

    x: Any
    y: Any
    sample_weight: Any = None

    @staticmethod
    def of(rows: Batch | None) -> HeldOut | None:
        """Rows as the networks take them."""
        return None if rows is None else HeldOut(rows.x, rows.y, rows.weight)

    def inputs(self, model: Model) -> Any:
        """The inputs as a model takes them."""
        if not isinstance(self.x, tuple):
            return self.x
        keyed = isinstance(model.input, dict)
        return dict(zip(sorted(model.input), self.x, strict=True)) if keyed else list(self.x)


def joined(
    members: Sequence[Member],
    *,
    minimise: bool,
    top: int | None = None,
    select: str = "best",
    average: str = "predictions",
    held_out: HeldOut | None = None,
    folded: FoldedRows | None = None,
    loss: Any = None,
    statistics: Any = None,
) -> Model:
    """One model of the members of a population; see `Population.ensemble`.

    Args:
        members: The members.
        minimise: Whether a smaller score is better.
        top: How many; where there are folds, how many candidates with all their folds. None: the best candidate's.
        select: "best", "greedy" or "all".
        average: "predictions" or "weights".
        held_out: Rows that trained nobody, for a greedy choice.
        folded: The folds, if there are any, whose rows serve for it then.
        loss: What a greedy choice makes small; None: the loss of the models.
        statistics: Training inputs for batch normalisation, where weights are averaged.

    Raises:
        UsageError: an argument is wrong, there are fewer members, or they cannot be joined.
        NotReadyError: nothing is trained, or every member diverged.
    """
    for name, value, known in (("select", select, SELECTIONS), ("average", average, AVERAGES)):
        if value not in known:
            raise UsageError(f"ensemble: {name} {value!r:.40} is unknown. {suggestion(str(value), known)}")
    if folded is not None and folded.transforms is not None:
        raise UsageError(
            "ensemble: each fold has a preprocessing of its own, which no one model has. Put it into the network (a Normalization "
            "layer that is adapted), or train the chosen settings on all rows, without folds."
        )
    # Of a population that was loaded the members alone tell of folds.
    by_candidate = folded is not None or any(member.fold is not None for member in members)
    if select == "best" and top is None and not by_candidate:
        units = _of_best_candidate(members, minimise=minimise)
    else:
        units = _units(members, minimise=minimise, by_candidate=by_candidate)
    if select == "all" and top is not None:
        raise UsageError('ensemble: select="all" takes all; leave top out, or take "best".')
    count = (
        (1 if by_candidate and select == "best" else len(units))
        if top is None
        else whole("ensemble: top", top, 1)
    )
    if count > len(units) and select == "best":
        what = "candidates" if by_candidate else "members"
        lost = len({m.candidate if by_candidate else m.number for m in members}) - len(units)
        raise UsageError(
            f"ensemble: top={count} of {len(units)} {what} that can be taken"
            + (f" ({lost} diverged or were never trained)" if lost else "")
            + f". Take {len(units)} or fewer."
        )
    if average == "weights":
        return _soup(units if select != "best" else units[:count], select, held_out, folded, statistics)
    if select == "greedy":
        return _greedy(units, count if top is not None else 50, held_out, folded, loss)
    return Ensemble([member.model for unit in units[:count] for member in unit])


def _units(members: Sequence[Member], *, minimise: bool, by_candidate: bool) -> list[list[Member]]:
    """What is chosen or left as a whole, best first: members, or all folds and seeds of a candidate."""
    require_best(members, minimise=minimise)
    units: dict[int, list[Member]] = {}
    for member in members:
        units.setdefault(member.candidate if by_candidate else member.number, []).append(member)
    usable = [unit for unit in units.values() if all(math.isfinite(member.score) for member in unit)]
    if not usable:
        raise NotReadyError(
            "ensemble: no candidate has all its folds trained: in each a member diverged or was left."
        )
    sign = 1 if minimise else -1
    return sorted(usable, key=lambda unit: (sign * float(np.mean([m.score for m in unit])), unit[0].number))


def _of_best_candidate(members: Sequence[Member], *, minimise: bool) -> list[list[Member]]:
    """The members of the best candidate, each alone; one of which a member diverged stands behind those without.

    Raises:
        UsageError: it has one alone, and there are other candidates.
    """
    require_best(members, minimise=minimise)
    candidates: dict[int, list[Member]] = {}
    for member in members:
        candidates.setdefault(member.candidate, []).append(member)
    sign = 1 if minimise else -1

    def place(group: list[Member]) -> tuple[bool, float]:
        scores = np.array([member.score for member in group])
        finite = np.isfinite(scores)
        return not finite.all(), sign * float(scores[finite].mean()) if finite.any() else math.inf

    best = [member for member in min(candidates.values(), key=place) if math.isfinite(member.score)]
    if len(best) == 1 and len(candidates) > 1:
        raise UsageError(
            'ensemble: the best candidate has one member. Give top=, how many of the best members, or select="greedy" or "all"; or '
            "train each candidate with several seeds."
        )
    return [[member] for member in best]


def _greedy(
    units: list[list[Member]],
    size: int,
    held_out: HeldOut | None,
    folded: FoldedRows | None,
    loss: Any,
) -> Ensemble:
    units = sorted(units, key=lambda unit: unit[0].number)
    models = [member.model for unit in units for member in unit]
    whole_ensemble = Ensemble(models)
    scale, *others = whole_ensemble._scales
    if others:
        raise UsageError('ensemble: select="greedy" is for models of one output; take "best".')
    rows = _rows(held_out, folded)
    found = models[0].loss if loss is None else loss
    if isinstance(found, Crossentropy) and scale.logits:
        found = replace(found, from_logits=False)
    if held_out is None and folded is not None:
        predictions = np.stack([scale.probabilities(out_of_fold(unit, rows.x, folded)) for unit in units])
    else:
        each = iter(scale.probabilities(whole_ensemble.predict_each(rows.inputs(models[0]))))
        predictions = np.stack([np.mean([next(each) for _ in unit], axis=0) for unit in units])
    chosen: Selection = greedy_selection(
        predictions, np.asarray(rows.y), found, size=size, sample_weight=rows.sample_weight
    )
    weights = [
        count / len(unit) for unit, count in zip(units, chosen.weights.tolist(), strict=True) for _ in unit
    ]
    return Ensemble(models, weights)


def _soup(
    units: list[list[Member]],
    select: str,
    held_out: HeldOut | None,
    folded: FoldedRows | None,
    statistics: Any,
) -> Model:
    members = [member for unit in units for member in unit]
    if len({(member.seed, member.fold) for member in members}) > 1:
        warn(
            "ensemble: the members began with other weights or had other rows; the mean of such weights is rarely a good network. Take "
            'average="predictions", or average the weights of one run (StochasticWeightAveraging).',
            FalllineWarning,
        )
    models = [member.model for member in members]
    if select != "greedy":
        return uniform_soup(models, statistics=statistics).model
    if held_out is None and folded is not None:
        raise UsageError(
            'ensemble: a greedy soup needs rows that trained nobody; with folds each row trained some. Take select="best", or '
            "train with validation_data."
        )
    rows = _rows(held_out, None)
    return greedy_soup(
        models, rows.inputs(models[0]), rows.y, sample_weight=rows.sample_weight, statistics=statistics
    ).model


def _rows(held_out: HeldOut | None, folded: FoldedRows | None) -> HeldOut:
    if held_out is None and folded is not None:
        return HeldOut(folded.x, folded.y, folded.sample_weight)
    if held_out is None or held_out.y is None:
        raise UsageError(
            'ensemble: select="greedy" looks at rows that trained nobody. Fit with validation_data, validation_split or folds, '
            "or pass x= and y=."
        )
    return held_out
