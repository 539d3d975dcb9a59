"""A run read back from its folder, or from the model file alone, which carries all that scoring needs."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline.data.forms.table import TableForm
from fallline.data.target import TargetEncoder
from fallline.experiment.kept.saved_file import SavedFile, read_saved
from fallline.experiment.sources import Preprocessor, preprocessor_of
from fallline.own.shown import fields_shown
from fallline.report.contents import RunReport

if TYPE_CHECKING:
    from fallline.models import Model


@dataclass(frozen=True)
class SavedRun:
    """A trained network with what belongs to it.

    Args:
        file: Its file, as it describes itself.
        preprocessor: How rows become its inputs.
        form: How the columns of its table are written; None of images.
        target: How its answers become predictions.
    """

    __repr__ = fields_shown

    file: SavedFile
    preprocessor: Preprocessor
    form: TableForm | None
    target: TargetEncoder

    @functools.cached_property
    def model(self) -> Model:
        """The network; read when it is first asked for, as that loads JAX and compiles nothing yet.

        Raises:
            SavedFileError: the file is damaged.
        """
        from fallline.models import load_model

        return load_model(self.file.path)

    @property
    def report(self) -> RunReport:
        """How it was trained, and its scores."""
        return self.file.report


def open_run(run_or_model: str | Path) -> SavedRun:
    """The run in a folder, or in a model file that `fallline train` wrote.

    Raises:
        SavedFileError: there is no such file, it is damaged, or `fallline train` did not write it.
    """
    file = read_saved(run_or_model)
    form: Any = file.extra["form"]
    return SavedRun(
        file,
        preprocessor_of(file.extra["preprocessing"]),
        None if form is None else TableForm.from_config(form),
        TargetEncoder.from_config(file.extra["target"]),
    )
