"""What is said of networks that answer together: how good they are together, alone, and on rows that they have not seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl  # noqa: TID253  (only who writes tables imports this module)

from fallline.experiment.answers import answers_of
from fallline.experiment.judgement import Judgement
from fallline.experiment.judgement.bootstrap import Estimates
from fallline.experiment.judgement.case import NETWORK
from fallline.experiment.judgement.judging import UNSHOWN
from fallline.experiment.judgement.tested import Tested
from fallline.experiment.kept.row_files import tested_table
from fallline.experiment.many import Answers
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.populations.folding import Folding, some
from fallline.experiment.scores import ClassMeasures, ValueMeasures, defined, equal_weights
from fallline.experiment.settings import Settings
from fallline.experiment.threshold import rare_class
from fallline.population import Member
from fallline.population.results.divergence import divergence_text
from fallline.report.contents import LABELS, Scores, format_score, format_scored
from fallline.report.population_seen import PopulationSeen


def tell_joined(
    settings: Settings,
    prepared: Prepared,
    folding: Folding | None,
    held_out: Answers | None,
    members: Sequence[Member],
    used: Sequence[Member],
    judgement: Judgement,
) -> PopulationSeen:
    """What several networks showed that answer together.

    Args:
        settings: Their settings.
        prepared: The data.
        folding: The folds, where there are some.
        held_out: What was said of the rows of the folds, each by networks that have not seen it.
        members: All networks.
        used: Those that answer.
        judgement: What the test rows say of all of them together.
    """
    threshold = judgement.thresholds.get(NETWORK, prepared.target.threshold)
    columns: dict[str, dict[str, str]] = {}
    sentences: list[str] = []
    if folding is not None and held_out is not None:
        said, told = _out_of_fold(settings, prepared, folding, held_out, threshold)
        columns["out of fold (95 % interval)"] = said
        sentences += told
    if prepared.test is not None and judgement.test is not None:
        columns["test: together"] = {
            name: format_score(name, value) for name, value in judgement.test.items()
        }
        alone = [_alone(prepared, folding, member, prepared.test, threshold) for member in used]
        columns["one alone (lowest-highest)"] = _spread(alone)
        sentences += _gain(prepared, judgement.test, alone)
    metrics = [name for name in LABELS if any(name in of for of in columns.values())]
    table = (
        ("measure", *columns),
        *((LABELS[name], *(of.get(name, "-") for of in columns.values())) for name in metrics),
    )
    diverged = divergence_text(members)
    return PopulationSeen(
        _heading(settings, used), table if columns else (), (*sentences, *([diverged] if diverged else []))
    )


def out_of_fold_table(prepared: Prepared, folding: Folding, held_out: Answers) -> pl.DataFrame:
    """The rows of the folds: `row`, `fold`, `true`, `prediction` and for classes `probability_<class>`."""
    fold_of = np.zeros(len(folding.part), np.int64)
    for number, fold in enumerate(folding.folds, 1):
        fold_of[fold.held] = number
    known = np.isfinite(held_out.reshape(len(held_out), -1)).all(axis=1)
    part = some(folding.part, known)
    table = tested_table(prepared, part, held_out[known])
    folds = pl.Series("fold", fold_of[known][np.argsort(part.numbers)])
    return table.insert_column(1, folds)


def _heading(settings: Settings, used: Sequence[Member]) -> str:
    networks = len(used)
    if settings.folds is None:
        return f"An ensemble: {networks} networks of different seeds, whose answers are averaged."
    each = "" if settings.ensemble is None else f", {settings.ensemble} seeds each"
    return (
        f"{settings.folds} folds{each}: {networks} networks, whose answers are averaged. Each learned from "
        f"{settings.folds - 1} of {settings.folds} parts of the rows."
    )


def _out_of_fold(
    settings: Settings, prepared: Prepared, folding: Folding, held_out: Answers, threshold: float
) -> tuple[dict[str, str], list[str]]:
    known = np.isfinite(held_out.reshape(len(held_out), -1)).all(axis=1)
    if known.sum() < 2:
        return {}, []
    part = some(folding.part, known)
    tested = Tested(prepared, settings, part, {NETWORK: held_out[known]}, {NETWORK: threshold})
    found: Estimates = tested.scores[NETWORK]
    said = {
        name: format_scored(name, estimate.value, estimate.interval())
        for name, estimate in found.items()
        if name not in UNSHOWN and np.isfinite(estimate.value)
    }
    seeds = settings.ensemble
    who = "the one network that has" if seeds is None else f"the {seeds} networks that have"
    told = [
        f"Out of fold: each of {len(part):,} rows is answered by {who} not seen it, neither in learning nor in stopping. "
        "The intervals are a bootstrap over these rows; what other seeds and divisions would change is not in them."
    ]
    each = [
        _measured(prepared, some(folding.part, fold.held), held_out[fold.held], threshold)
        for fold in folding.folds
        if np.isfinite(held_out[fold.held]).all()
    ]
    name = _proper(prepared)
    values = [of[name] for of in each if name in of]
    if len(values) > 1:
        told.append(
            f"Fold by fold the {_label(name)} is {format_score(name, min(values))} to {format_score(name, max(values))}."
        )
    if len(part) < len(folding.part):
        told.append(
            f"{len(folding.part) - len(part):,} rows have no answer: the networks of their fold diverged."
        )
    return said, told


def _alone(
    prepared: Prepared, folding: Folding | None, member: Member, part: Part, threshold: float
) -> Scores:
    """The scores of one network."""
    inputs = part.x if folding is None or member.fold is None else folding.inputs(member.fold, part)
    said = answers_of(prepared.target, np.asarray(member.model.predict(inputs, verbose=0)))
    return _measured(prepared, part, said, threshold)


def _measured(prepared: Prepared, part: Part, said: Answers, threshold: float) -> Scores:
    if prepared.task == "regression":
        measures: ClassMeasures | ValueMeasures = ValueMeasures.of(
            np.asarray(prepared.target.decode(part.y)), said
        )
    else:
        decided = prepared.target.decide(said, threshold)
        measures = ClassMeasures.of(part.y.astype(np.int64), said, decided, rare_class(prepared))
    return defined(measures(equal_weights(len(part))))


def _spread(alone: Sequence[Scores]) -> dict[str, str]:
    """Mean, lowest and highest of each score: `0.912 (0.893-0.929)`."""
    names = [name for name in alone[0] if name not in UNSHOWN and all(name in of for of in alone)]
    values = {name: [of[name] for of in alone] for name in names}
    return {
        name: format_scored(name, float(np.mean(of)), (min(of), max(of)) if len(of) > 1 else None)
        for name, of in values.items()
    }


def _gain(prepared: Prepared, together: Scores, alone: Sequence[Scores]) -> list[str]:
    """What answering together brings, in the score that decides."""
    name = _proper(prepared)
    values = [of[name] for of in alone if name in of]
    if name not in together or len(values) < 2:
        return []
    better = sum(together[name] < value for value in values)
    mean = float(np.mean(values))
    ours, theirs = (format_score(name, value) for value in (together[name], mean))
    said = "the same" if ours == theirs else "better" if together[name] < mean else "worse"
    return [
        f"Together the {_label(name)} on the test rows is {ours}, against {theirs} of one alone on average: {said}; "
        f"they beat {better} of {len(values)} of them."
    ]


def _proper(prepared: Prepared) -> str:
    return "rmse" if prepared.task == "regression" else "log_loss"


def _label(name: str) -> str:
    return LABELS[name]
