"""What the model file of a run says of itself: its header alone, for which neither JAX nor a data-frame library is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallline._files import read_description, require_model
from fallline.errors import SavedFileError
from fallline.experiment.kept.run_folder import CONFIG, MODEL
from fallline.report.contents import RunReport

NEEDED = ("preprocessing", "form", "target", "settings", "report")


@dataclass(frozen=True)
class SavedFile:
    """The model file of a run.

    Args:
        path: The file.
        description: What it says of the network: layers, precision, how it was compiled.
        extra: What `fallline train` stored beside the network.
        report: How it was trained, and its scores.
    """

    path: Path
    description: dict[str, Any]
    extra: dict[str, Any]
    report: RunReport


def read_saved(run_or_model: str | Path) -> SavedFile:
    """The model file of a run folder, or a model file that `fallline train` wrote.

    Raises:
        SavedFileError: there is no such file, it is damaged, or `fallline train` did not write it.
    """
    if not isinstance(run_or_model, str | os.PathLike):
        raise SavedFileError(
            f"a run is the path of its folder, or of its model file; got {run_or_model!r:.60}."
        )
    path = Path(run_or_model)
    if path.is_dir():
        if not (path / MODEL).is_file():
            raise SavedFileError(
                f'"{path}" holds no {MODEL}: it is no run folder, or its training did not finish an epoch.'
            )
        path = path / MODEL
    elif not path.exists():
        raise SavedFileError(f'there is no run folder or model file "{path}". `fallline train` makes one.')
    description = read_description(path)
    require_model(description, path)
    extra = description.get("extra")
    missing = [name for name in NEEDED if name not in extra] if isinstance(extra, dict) else list(NEEDED)
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
    assert isinstance(extra, dict)
    return SavedFile(path, description, extra, RunReport.from_json(extra["report"]))


def describe(run_or_model: str | Path) -> str:
    """What a run is, in 80 columns: task, data, layers, training, scores.

    Raises:
        SavedFileError: as `read_saved`.
    """
    from fallline.report.text import render_description

    file = read_saved(run_or_model)
    layers = file.extra.get("layers")
    return render_description(file.report, layers if isinstance(layers, str) else _layers_of(file.path))


def _layers_of(path: Path) -> str:
    """The table of layers of a file that an earlier version wrote without it."""
    from fallline.models import load_model

    lines: list[str] = []
    load_model(path).summary(print_fn=lines.append)
    return "\n".join(lines)
