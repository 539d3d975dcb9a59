"""A run read back from its folder, or from the model file alone, which carries all that scoring needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fallline.data.forms.table import TableForm
from fallline.data.target import TargetEncoder
from fallline.errors import SavedFileError
from fallline.experiment.parts import Preprocessor
from fallline.experiment.preparation import preprocessor_of
from fallline.experiment.run_folder import CONFIG, MODEL
from fallline.models import Model, load_model
from fallline.own.shown import fields_shown
from fallline.report.contents import RunReport
from fallline.report.text import render_description

NEEDED = ("preprocessing", "form", "target", "report")


@dataclass(frozen=True)
class SavedRun:
    """A trained network with what belongs to it.

    Args:
        model: The network.
        preprocessor: How rows become its inputs.
        form: How the columns of its table are written; None of images.
        target: How its answers become predictions.
        report: How it was trained, and its scores.
    """

    __repr__ = fields_shown

    model: Model
    preprocessor: Preprocessor
    form: TableForm | None
    target: TargetEncoder
    report: RunReport


def open_run(run_or_model: str | Path) -> SavedRun:
    """The run in a folder, or in a model file that `fallline train` wrote.

    Raises:
        SavedFileError: there is no such file, it is damaged, or `fallline train` did not write it.
    """
    path = Path(run_or_model)
    if path.is_dir():
        if not (path / MODEL).is_file():
            raise SavedFileError(
                f'"{path}" holds no {MODEL}: it is no run folder, or its training did not finish an epoch.'
            )
        path = path / MODEL
    elif not path.exists():
        raise SavedFileError(f'there is no run folder or model file "{path}". `fallline train` makes one.')
    model = load_model(path)
    missing = [name for name in NEEDED if name not in model.extra]
    if missing == ["form"]:
        raise SavedFileError(
            f'"{path}" was written by an earlier version of Fallline. Train it again: '
            f"fallline train --config {path.parent / CONFIG}."
        )
    if missing:
        raise SavedFileError(
            f'"{path}" is a model without {", ".join(missing)}: it was not written by `fallline train`. '
            "Load it in Python with fallline.load_model."
        )
    return SavedRun(
        model,
        preprocessor_of(model.extra["preprocessing"]),
        None if model.extra["form"] is None else TableForm.from_config(model.extra["form"]),
        TargetEncoder.from_config(model.extra["target"]),
        RunReport.from_json(model.extra["report"]),
    )


def describe(run_or_model: str | Path) -> str:
    """What a run is, in 80 columns: task, data, layers, training, scores.

    Raises:
        SavedFileError: as `open_run`.
    """
    run = open_run(run_or_model)
    lines: list[str] = []
    run.model.summary(print_fn=lines.append)
    return render_description(run.report, "\n".join(lines))
