"""After a training: the files of its folder, the scores of the test rows, the verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fallline.experiment.answers import answers
from fallline.experiment.constant import kept_to_constant
from fallline.experiment.doubt import Doubt
from fallline.experiment.falling import schedule_text
from fallline.experiment.many import Answers
from fallline.experiment.number_places import NumberPlaces
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.record import Trained, network_text, unjudged_report, write_judged, write_trained
from fallline.experiment.settings import Settings
from fallline.experiment.temperature import calibration_seen, with_temperature
from fallline.experiment.threshold import with_threshold
from fallline.history import History
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.report.contents import RunReport
from fallline.report.text import render_seen

COLUMNS_SHOWN = 20
"""Columns of a table that are shown before the training; the summary has them all."""


@dataclass(frozen=True)
class Experiment:
    """A finished run.

    Args:
        folder: Where its files are.
        report: What was trained, with which result.
        model: The trained network, with its best weights.
        history: What the training recorded.
    """

    __repr__ = fields_shown

    folder: Path
    report: RunReport
    model: Model
    history: History


def tell_data(settings: Settings, prepared: Prepared, say: Callable[[str], None]) -> None:
    """Says what was seen in the data.

    Args:
        settings: What the data are called.
        prepared: The data.
        say: Called with each sentence.
    """
    if prepared.seen is not None:
        say(render_seen(prepared.seen, most=COLUMNS_SHOWN))
    rows = ", ".join(f"{count:,} {name}" for name, count in prepared.rows.items())
    classes = f" of {len(prepared.classes)} classes" if prepared.classes else ""
    say(
        f'{settings.name}: {prepared.task}{classes}, target "{prepared.target.name}"; {prepared.inputs}; {rows} rows'
    )


def network_sentence(settings: Settings, prepared: Prepared, model: Model) -> str:
    """The network and its training in a line."""
    falls = schedule_text(settings)
    waves = len(NumberPlaces.of(prepared).scaled) if settings.numbers != "bins" else 0
    beside = "in place of" if settings.numbers == "periodic" else "beside"
    taken = f"; waves of {waves} column{'' if waves == 1 else 's'} of numbers {beside} the bins"
    return (
        f"network {network_text(settings, prepared, model)}, {settings.activation}{(waves and taken) or ''}; {settings.optimizer} "
        f"{settings.learning_rate:g}{falls and f' {falls}'}, batch size {settings.batch_size}, "
        f"at most {settings.epochs} epoch{'' if settings.epochs == 1 else 's'}"
    )


def finish(run: Trained, say: Callable[[str], None]) -> Experiment:
    """Writes a trained model, judges it on the test rows, and writes what they say.

    Args:
        run: The model after its training, and its folder.
        say: Called with each sentence about what is going on.
    """

    def watched(part: Part) -> Answers:
        unseen = None if run.many is None else run.many.unseen
        return answers(run.model, run.prepared.target, part.x) if unseen is None else unseen(part)

    if run.many is None or run.many.unseen is None:
        # Of folds each network is asked alone there, and their mean, which answers, claims less than each.
        run = dataclasses.replace(run, prepared=with_temperature(run.prepared, watched))
    if run.many is None and run.outcome.kind == "early_stopped":
        # A training that ended with its epochs may still learn what it has not, in whoever's hands.
        run = dataclasses.replace(run, prepared=kept_to_constant(run.model, run.prepared))
    run = dataclasses.replace(run, prepared=with_threshold(run.settings, run.prepared, watched))
    prepared, settings = run.prepared, run.settings
    if prepared.validation is not None:
        run = dataclasses.replace(run, doubt=Doubt.of(prepared, watched(prepared.validation)))
    report = unjudged_report(run)
    write_trained(run, report)
    begun = "interrupted; what was trained" if run.outcome.kind == "interrupted" else "the model"
    next_ = "looking at what it leans on" if prepared.test is None else "scoring it and the simpler models"
    say(f"{begun} is in {run.folder.path}; {next_} ...")
    # Only here: scikit-learn takes a second to load, which the training need not wait for.
    from fallline.experiment.importance import importance
    from fallline.experiment.judgement import by_harm, judge
    from fallline.experiment.judgement.case import NETWORK

    judgement = judge(run.model, prepared, settings, run.history, str(run.folder.path), watched=watched)
    report = dataclasses.replace(
        report,
        test=judgement.test,
        baselines=judgement.baselines,
        intervals=judgement.intervals,
        verdict=judgement.verdict,
        notes=by_harm(prepared, judgement.notes),
        drawn=judgement.drawn or report.drawn,
        population=None if run.many is None else run.many.tell(judgement),
        coverage=None if run.doubt is None else run.doubt.seen(prepared, prepared.test, judgement.said),
        calibration=calibration_seen(prepared, judgement.probabilities.get(NETWORK)),
        # Of a network that has learned nothing, what it leans on is chance.
        importance=importance(run.model, prepared, settings.seed)
        if run.outcome.kind != "diverged" and judgement.verdict.kind != "did_not_learn"
        else None,
    )
    report = write_judged(run, judgement, report)
    return Experiment(run.folder.path, report, run.model, run.history)
