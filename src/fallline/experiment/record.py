"""What a training leaves: the report of the run, and the files of its folder."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fallline
from fallline.experiment import network
from fallline.experiment.answers import answers
from fallline.experiment.doubt import Doubt
from fallline.experiment.kept import run_folder
from fallline.experiment.kept.program import keep_prediction
from fallline.experiment.kept.row_files import split_table, tested_table
from fallline.experiment.kept.run_folder import RunFolder
from fallline.experiment.kept.saved_file import read_saved
from fallline.experiment.many import Many
from fallline.experiment.parts import Prepared
from fallline.experiment.settings import Settings
from fallline.experiment.sources import preprocessing_config
from fallline.experiment.threshold import rare_class
from fallline.history import History
from fallline.history.outcome import Outcome
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.report.contents import BASELINE_NAMES, RunReport
from fallline.report.summary import render_summary
from fallline.report.verdict import NOT_SCORED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fallline.experiment.judgement import Judgement

CLASSES_LABELS = {"loss": "cross-entropy (nats a row)", "accuracy": "accuracy (share of rows)"}
AXIS_LABELS = {
    "binary": CLASSES_LABELS,
    "multiclass": CLASSES_LABELS,
    "regression": {
        "loss": "squared error (std. deviations²)",
        "mae": "absolute error (std. deviations)",
    },
}


@dataclass(frozen=True)
class Trained:
    """A network after its training.

    Args:
        folder: Where its files go.
        settings: Its complete settings.
        prepared: The data it was trained on.
        model: The network, with its best weights.
        history: What the training recorded.
        seconds: Time of the training, with compiling.
        many: What there is beside the model, where it was made of several networks, or chosen among them.
        doubt: How far off its answers may be; None where that is not known, or not yet.
        reasons: Why the training is as it is, where that was left to Fallline.
    """

    __repr__ = fields_shown

    folder: RunFolder
    settings: Settings
    prepared: Prepared
    model: Model
    history: History
    seconds: float
    many: Many | None = None
    doubt: Doubt | None = None
    reasons: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """How the training ended."""
        return outcome_of(self.history)


def unjudged_report(run: Trained) -> RunReport:
    """The facts of a run before its test rows are scored."""
    best, rare = run.outcome.best_epoch, rare_class(run.prepared)
    if run.many is not None and run.many.networks > 1:
        best = None  # each has its own
    return RunReport(
        name=str(run.folder.path),
        data=run.settings.shown_data,
        target=run.prepared.target.name,
        task=run.prepared.task,
        classes=run.prepared.classes,
        rows=_rows(run),
        inputs=run.prepared.inputs,
        network=network_text(
            run.settings, run.prepared, run.model, 1 if run.many is None else run.many.networks
        ),
        recipe=network.recipe(run.settings),
        outcome=run.outcome.kind,
        message=_message(run),
        epochs=_epochs_done(run),
        best_epoch=None if best is None else best + 1,
        seconds=run.seconds,
        test=None,
        baselines=None,
        verdict=NOT_SCORED,
        notes=run.prepared.notes,
        table=run.prepared.seen,
        reasons=run.reasons,
        threshold=run.prepared.target.threshold if run.prepared.task == "binary" else None,
        rare=None if rare is None else run.prepared.classes[rare],
    )


def write_trained(run: Trained, report: RunReport) -> None:
    """Writes model, settings and history, the dearest first: if the disk is full, what is written is kept.

    An earlier run in the folder stays whole until the new model is there.
    """
    write_model(run, report)
    kept = () if run.many is None else run.many.kept
    run.folder.clear(keep=(run_folder.MODEL, *kept))
    config = {
        "fallline": fallline.__version__,
        "settings": run.settings.to_json(),
        "relative_to": run_folder.where_paths_begin(run.folder.path),
    }
    run.folder.write_json(run_folder.CONFIG, config)
    run.folder.write(run_folder.HISTORY_JSON, run.history.to_json)
    run.folder.write(run_folder.HISTORY_CSV, run.history.to_csv)
    run.folder.write_table(run_folder.SPLIT, split_table(run.settings, run.prepared))
    if run.many is not None:
        for name, table in run.many.tables.items():
            run.folder.write_table(name, table)


def write_model(run: Trained, report: RunReport) -> None:
    """Writes the model with all that scoring and `fallline info` need."""
    layers: list[str] = []
    run.model.summary(print_fn=layers.append)
    extra = {
        "preprocessing": preprocessing_config(run.prepared.folded or run.prepared.preprocessor),
        "form": None if run.prepared.form is None else run.prepared.form.to_config(),
        "target": run.prepared.target.to_config(),
        "doubt": None if run.doubt is None else run.doubt.to_config(),
        "settings": run.settings.to_json(),
        "layers": "\n".join(layers),
        "report": run_folder.without_nonfinite(report.to_json()),
    }
    run.folder.write(run_folder.MODEL, lambda path: run.model.save(path, extra=extra))


def write_judged(run: Trained, judgement: Judgement, report: RunReport) -> RunReport:
    """Writes the model again with its scores, the predictions of the test rows, the summary, the figures and the baselines.

    Returns:
        The report, with a note where the figures lack something.
    """
    write_model(run, report)
    if (test := run.prepared.test) is not None:
        said = answers(run.model, run.prepared.target, test.x)
        run.folder.write_table(run_folder.TEST_PREDICTIONS, tested_table(run.prepared, test, said))
        keep_prediction(run.model, read_saved(run.folder.path), test.x)  # for the first `fallline predict`
    figures = _figures(run, judgement, report)
    if (lacking := _save(run.folder, figures)) is not None:  # before the summary, which links to them
        report = dataclasses.replace(report, notes=(*report.notes, lacking))
    run.folder.write_text(run_folder.SUMMARY, render_summary(report, list(figures)))
    # Only here: scikit-learn and skops take seconds to load.
    from fallline.experiment.baselines.kept import write_baseline

    for name, baseline in judgement.fitted.items():
        # Each model of two classes has a threshold of its own.
        at = judgement.thresholds.get(name, run.prepared.target.threshold)
        target = dataclasses.replace(run.prepared.target, threshold=at, temperature=1.0)
        run.folder.write(run_folder.BASELINES[name], functools.partial(write_baseline, baseline, target))
    return report


def outcome_of(history: History) -> Outcome:
    """How the training of one network ended."""
    assert isinstance(history.outcome, Outcome)
    return history.outcome


def network_text(settings: Settings, prepared: Prepared, model: Model, networks: int = 1) -> str:
    """Widths of the layers and number of parameters: `64-128-10 (9,610 parameters)`, `8 x 64-128-10 (76,880 parameters)`."""
    outputs = len(prepared.classes) if prepared.task == "multiclass" else 1
    inputs = (
        int(prepared.train.x[0].size) if networks == 1 or prepared.folded is None else prepared.folded.width
    )
    widths = f"{networks} x " if networks > 1 else ""
    widths += "-".join(str(units) for units in (inputs, *(settings.layers or ()), outputs))
    return f"{widths} ({model.count_params():,} parameters)"


def _figures(run: Trained, judgement: Judgement, report: RunReport) -> dict[str, Figure]:
    # Only here: matplotlib takes half a second to load.
    from fallline.report import figures as draw

    figures: dict[str, Figure | None] = {}
    prepared, history = run.prepared, run.history
    if history.epoch and (run.many is None or run.many.networks == 1):
        figures[run_folder.LEARNING_CURVES] = draw.learning_curves(
            history.history, best_epoch=report.best_epoch, labels=AXIS_LABELS[prepared.task]
        )
    true, predicted = judgement.true, judgement.predicted
    if true is not None and predicted is not None:
        if prepared.task == "regression":
            figures[run_folder.RESIDUALS] = draw.residuals(true, predicted, prepared.target.name)
        else:
            figures[run_folder.CONFUSION_MATRIX] = draw.confusion_matrix(true, predicted, prepared.classes)
    if true is not None and judgement.probabilities:
        names = BASELINE_NAMES[prepared.task]
        said = {names.get(name, name): given for name, given in judgement.probabilities.items()}
        ends = {
            names.get(name, name): of["auc"]
            for name, of in judgement.intervals.items()
            if name in judgement.probabilities and "auc" in of
        }
        figures[run_folder.ROC] = draw.ranking_curves(
            true, said, prepared.classes, prepared.target.threshold, intervals=ends
        )
        figures[run_folder.CALIBRATION] = draw.reliability_diagram(true, said["network"], prepared.classes)
    if report.importance is not None:
        figures[run_folder.IMPORTANCE] = draw.column_importance(report.importance)
    if run.many is not None:
        figures |= {name: make() for name, make in run.many.figures.items()}
    return {name: figure for name, figure in figures.items() if figure is not None}


def _save(folder: RunFolder, figures: dict[str, Figure]) -> str | None:
    """Writes the figures, and says what their fonts lack."""
    from fallline.report.figures import give_fonts, save_figure

    lacking = give_fonts(figures.values())
    for name, figure in figures.items():
        folder.write(name, functools.partial(save_figure, figure))
    return lacking


def _rows(run: Trained) -> dict[str, int]:
    """Rows of each part; with folds all that learn in one of them are training rows."""
    rows = run.prepared.rows
    if run.settings.folds is None:
        return rows
    return {"train": rows["train"] + rows.get("validation", 0)} | {
        name: count for name, count in rows.items() if name == "test"
    }


def _epochs_done(run: Trained) -> int:
    # The epoch in which a training diverged does not count.
    return run.outcome.epoch if run.outcome.kind == "diverged" else len(run.history.epoch)


def _message(run: Trained) -> str:
    if run.many is not None and run.many.message:
        return run.many.message
    if run.outcome.kind == "diverged":
        # Of a rate that was far out of range, a tenth is no better.
        rate = min((run.settings.learning_rate or 0.0) / 10, 1e-2)
        kept = "the last good weights" if run.outcome.epoch else "the weights it began with"
        return (
            f"The loss stopped being finite in epoch {run.outcome.epoch + 1}; {kept} are kept. "
            f"Try a smaller learning rate: --learning-rate {rate:g}."
        )
    if run.outcome.kind == "interrupted":
        done = _epochs_done(run)
        return f"Interrupted after {done} epoch{'' if done == 1 else 's'}; the best weights so far are kept."
    return run.outcome.message
