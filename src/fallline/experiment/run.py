"""The main job: settings -> data -> network -> training -> judgement -> run folder."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import fallline
from fallline._outcome import Outcome
from fallline.callbacks import Callback
from fallline.callbacks.progress import TrainingProgress
from fallline.engine import Rule
from fallline.experiment import network, run_folder
from fallline.experiment.parts import Prepared
from fallline.experiment.preparation import prepare, preprocessing_config
from fallline.experiment.run_folder import RunFolder
from fallline.experiment.settings import Settings
from fallline.history import History
from fallline.models import Sequential
from fallline.report.contents import RunReport
from fallline.report.summary import render_summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fallline.experiment.judgement import Judgement

LOSS_LABELS = {
    "binary": "cross-entropy (nats a row)",
    "multiclass": "cross-entropy (nats a row)",
    "regression": "squared error (in standard deviations²)",
}


@dataclass(frozen=True)
class Experiment:
    """A finished run.

    Args:
        folder: Where its files are.
        report: What was trained, with which result.
        model: The trained network, with its best weights.
        history: What the training recorded.
    """

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
) -> Experiment:
    """Trains a network as the settings say and writes its run folder.

    A training that diverges, or is interrupted by Ctrl-C after its first step, is judged and written like any
    other; `report.outcome` tells.

    Args:
        settings: What to train on, and how.
        out: The run folder; None for `runs/<data>-<number>`.
        force: Write over the run that is in the folder.
        progress: Shows the training while it runs.
        announce: Called with each sentence about what was found and chosen.

    Raises:
        UsageError: the settings do not fit the data, or the run folder exists.
        DataError: the data cannot be used, or the folder cannot be written.
        KeyboardInterrupt: interrupted before the first step was done; no folder is left.
    """
    say = announce or (lambda _: None)
    run_folder.check_free(out, force=force)
    network.check_names(settings)
    prepared = prepare(settings)
    settings = network.with_defaults(settings, len(prepared.train), watched=prepared.validation is not None)
    model = network.build(settings, prepared)
    say(_data_sentence(settings, prepared))
    say(_network_sentence(settings, prepared, model))
    folder = run_folder.claim(out, settings.name, force=force)
    try:
        history, seconds = _train(model, settings, prepared, progress)
    except BaseException:
        folder.discard()
        raise
    if outcome_of(history).kind == "interrupted":
        say("interrupted; scoring and writing what was trained ...")
    # Only here: scikit-learn takes a second to load, which the training need not wait for.
    from fallline.experiment.judgement import judge

    judgement = judge(model, prepared, settings.seed)
    report = _report(folder, settings, prepared, model, history, judgement, seconds)
    _write(folder, settings, prepared, model, history, judgement, report)
    return Experiment(folder.path, report, model, history)


def _train(
    model: Sequential, settings: Settings, prepared: Prepared, progress: TrainingProgress | None
) -> tuple[History, float]:
    validation = prepared.validation
    assert settings.epochs is not None
    callbacks: list[Callback | Rule] = [] if validation is None else [network.early_stopping(settings)]
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


def _report(
    folder: RunFolder,
    settings: Settings,
    prepared: Prepared,
    model: Sequential,
    history: History,
    judgement: Judgement,
    seconds: float,
) -> RunReport:
    outcome = outcome_of(history)
    return RunReport(
        name=str(folder.path),
        data=settings.data,
        target=prepared.target.name,
        task=prepared.task,
        classes=prepared.classes,
        rows=prepared.rows,
        inputs=prepared.inputs,
        network=_network_text(settings, prepared, model),
        recipe=network.recipe(settings),
        outcome=outcome.kind,
        message=_message(settings, history),
        epochs=epochs_done(history),
        best_epoch=None if outcome.best_epoch is None else outcome.best_epoch + 1,
        seconds=seconds,
        test=judgement.test,
        baselines=judgement.baselines,
        verdict=judgement.verdict,
        notes=(*prepared.notes, *judgement.notes),
    )


def _write(
    folder: RunFolder,
    settings: Settings,
    prepared: Prepared,
    model: Sequential,
    history: History,
    judgement: Judgement,
    report: RunReport,
) -> None:
    """The files of the run, the dearest first: if the disk is full, what is written is kept."""
    extra = {
        "preprocessing": preprocessing_config(prepared.preprocessor),
        "target": prepared.target.to_config(),
        "settings": settings.to_json(),
        "report": run_folder.without_nonfinite(report.to_json()),
    }
    folder.clear()
    folder.write(run_folder.MODEL, lambda path: model.save(path, extra=extra))
    folder.write_json(run_folder.CONFIG, {"fallline": fallline.__version__, "settings": settings.to_json()})
    folder.write(run_folder.HISTORY_JSON, history.to_json)
    folder.write(run_folder.HISTORY_CSV, history.to_csv)
    figures = _figures(prepared, history, judgement, report)
    folder.write_text(run_folder.SUMMARY, render_summary(report, list(figures)))
    _save(folder, figures)


def _figures(
    prepared: Prepared, history: History, judgement: Judgement, report: RunReport
) -> dict[str, Figure]:
    # Only here: matplotlib takes half a second to load.
    from fallline.report.figures import confusion_matrix, learning_curves, residuals

    figures = {}
    if history.epoch:
        figures[run_folder.LEARNING_CURVES] = learning_curves(
            history.history, best_epoch=report.best_epoch, loss=LOSS_LABELS[prepared.task]
        )
    true, predicted = judgement.true, judgement.predicted
    if true is not None and predicted is not None:
        if prepared.task == "regression":
            figures[run_folder.RESIDUALS] = residuals(true, predicted, prepared.target.name)
        else:
            figures[run_folder.CONFUSION_MATRIX] = confusion_matrix(true, predicted, prepared.classes)
    return figures


def _save(folder: RunFolder, figures: dict[str, Figure]) -> None:
    from fallline.report.figures import save_figure

    for name, figure in figures.items():
        folder.write(name, functools.partial(save_figure, figure))


def outcome_of(history: History) -> Outcome:
    """How the training of one network ended."""
    assert isinstance(history.outcome, Outcome)
    return history.outcome


def epochs_done(history: History) -> int:
    """Epochs that were trained to their end: the one in which a training diverged does not count."""
    outcome = outcome_of(history)
    return outcome.epoch if outcome.kind == "diverged" else len(history.epoch)


def _message(settings: Settings, history: History) -> str:
    outcome = outcome_of(history)
    if outcome.kind == "diverged":
        rate = (settings.learning_rate or 0.0) / 10
        return (
            f"The loss stopped being finite in epoch {outcome.epoch + 1}; the last good weights are kept. "
            f"Try a learning rate ten times smaller: --learning-rate {rate:g}."
        )
    if outcome.kind == "interrupted":
        return f"Interrupted after {epochs_done(history)} epochs; the best weights so far are kept."
    return outcome.message


def _data_sentence(settings: Settings, prepared: Prepared) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in prepared.rows.items())
    classes = f" of {len(prepared.classes)} classes" if prepared.classes else ""
    return f'{settings.name}: {prepared.task}{classes}, target "{prepared.target.name}"; {prepared.inputs}; {rows} rows'


def _network_sentence(settings: Settings, prepared: Prepared, model: Sequential) -> str:
    return (
        f"network {_network_text(settings, prepared, model)}, {settings.activation}; {settings.optimizer} "
        f"{settings.learning_rate:g}, batch size {settings.batch_size}, at most {settings.epochs} epochs"
    )


def _network_text(settings: Settings, prepared: Prepared, model: Sequential) -> str:
    outputs = len(prepared.classes) if prepared.task == "multiclass" else 1
    inputs = int(prepared.train.x[0].size)
    widths = "-".join(str(units) for units in (inputs, *(settings.layers or ()), outputs))
    return f"{widths} ({model.count_params():,} parameters)"
