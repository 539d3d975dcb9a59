"""The main job: settings -> data -> network -> training -> judgement -> run folder."""

from __future__ import annotations

import dataclasses
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallline.callbacks import Callback
from fallline.callbacks.progress import TrainingProgress
from fallline.engine import Rule
from fallline.errors import TrainingWarning
from fallline.experiment import network
from fallline.experiment.answers import answers
from fallline.experiment.falling import schedule_text
from fallline.experiment.kept import run_folder
from fallline.experiment.parts import Prepared
from fallline.experiment.preparation import prepare
from fallline.experiment.record import (
    Trained,
    network_text,
    outcome_of,
    unjudged_report,
    write_judged,
    write_trained,
)
from fallline.experiment.settings import Settings
from fallline.experiment.tables import by_name
from fallline.experiment.threshold import check_threshold, with_threshold
from fallline.history import History
from fallline.models import Sequential
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
    model: Sequential
    history: History


def run_experiment(
    settings: Settings,
    *,
    out: str | Path | None = None,
    force: bool = False,
    progress: TrainingProgress | None = None,
    announce: Callable[[str], None] | None = None,
    rows: Any = None,
) -> Experiment:
    """Trains a network as the settings say and writes its run folder.

    A training that diverges, or is interrupted by Ctrl-C after its first step, is judged and written like any
    other; `report.outcome` tells.

    Args:
        settings: What to train on, and how.
        out: The run folder; None for `runs/<data>-<number>`.
        force: Write over the run that is in the folder; it stays until the new model is written.
        progress: Shows the training while it runs.
        announce: Called with each sentence about what was found and chosen.
        rows: A data frame (pandas, polars, pyarrow, ...) to train on; `settings.data` is then its name.

    Raises:
        UsageError: the settings do not fit the data, or the run folder exists.
        DataError: the data cannot be used, or the folder cannot be written.
        KeyboardInterrupt: interrupted before the first step was done (no folder is left), or during
            the scoring after the training (model, settings and history are written).
    """
    say = announce or (lambda _: None)
    run_folder.check_free(out, force=force)
    network.check_names(settings)
    prepared = prepare(settings, rows)
    check_threshold(settings, prepared)
    settings = network.with_defaults(
        settings,
        network.facts(prepared),
        watched=prepared.validation is not None,
        own_test=prepared.own_test,
    )
    settings = by_name(settings, prepared)
    model = network.build(settings, prepared)
    if prepared.seen is not None:
        say(render_seen(prepared.seen, most=COLUMNS_SHOWN))
    say(_data_sentence(settings, prepared))
    say(_network_sentence(settings, prepared, model))
    folder = run_folder.claim(out, settings.name, force=force)
    try:
        # What they say, the verdict says.
        with warnings.catch_warnings(action="ignore", category=TrainingWarning):
            history, seconds = _train(model, settings, prepared, progress)
    except BaseException:
        folder.discard()
        raise
    prepared = with_threshold(settings, prepared, lambda part: answers(model, prepared.target, part.x))
    run = Trained(folder, settings, prepared, model, history, seconds)
    report = unjudged_report(run)
    write_trained(run, report)
    begun = "interrupted; what was trained" if run.outcome.kind == "interrupted" else "the model"
    next_ = "looking at what it leans on" if prepared.test is None else "scoring it and the simpler models"
    say(f"{begun} is in {folder.path}; {next_} ...")
    # Only here: scikit-learn takes a second to load, which the training need not wait for.
    from fallline.experiment.importance import importance
    from fallline.experiment.judgement import by_harm, judge

    judgement = judge(model, prepared, settings, history, str(folder.path))
    report = dataclasses.replace(
        report,
        test=judgement.test,
        baselines=judgement.baselines,
        intervals=judgement.intervals,
        verdict=judgement.verdict,
        notes=by_harm(prepared, judgement.notes),
        drawn=judgement.drawn or report.drawn,
        # Of a network that has learned nothing, what it leans on is chance.
        importance=importance(model, prepared, settings.seed)
        if run.outcome.kind != "diverged" and judgement.verdict.kind != "did_not_learn"
        else None,
    )
    report = write_judged(run, judgement, report)
    return Experiment(folder.path, report, model, history)


def _train(
    model: Sequential, settings: Settings, prepared: Prepared, progress: TrainingProgress | None
) -> tuple[History, float]:
    validation = prepared.validation
    assert settings.epochs is not None
    callbacks: list[Callback | Rule] = [*network.rules(settings, watched=validation is not None)]
    callbacks += [] if progress is None else [progress]
    start = time.perf_counter()
    try:
        model.fit(
            prepared.train.x,
            prepared.train.y,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            verbose=0,
            callbacks=callbacks,
            validation_data=None if validation is None else (validation.x, validation.y),
            seed=settings.seed,
        )
    except KeyboardInterrupt:
        # Before the first step there is nothing to keep.
        if model.history is None or not (model.history.epoch or outcome_of(model.history).step):
            raise
    finally:
        if progress is not None:
            progress.close()
    assert model.history is not None
    return model.history, time.perf_counter() - start


def _data_sentence(settings: Settings, prepared: Prepared) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in prepared.rows.items())
    classes = f" of {len(prepared.classes)} classes" if prepared.classes else ""
    return f'{settings.name}: {prepared.task}{classes}, target "{prepared.target.name}"; {prepared.inputs}; {rows} rows'


def _network_sentence(settings: Settings, prepared: Prepared, model: Sequential) -> str:
    falls = schedule_text(settings)
    return (
        f"network {network_text(settings, prepared, model)}, {settings.activation}; {settings.optimizer} "
        f"{settings.learning_rate:g}{falls and f' {falls}'}, batch size {settings.batch_size}, "
        f"at most {settings.epochs} epoch{'' if settings.epochs == 1 else 's'}"
    )
