"""A run read back from its folder, or from the model file alone, which carries all that scoring needs."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline.data.forms.table import TableForm
from fallline.data.target import TargetEncoder
from fallline.errors import UsageError
from fallline.experiment.doubt import Doubt
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
        doubt: How far off they may be; None where that is not known.
    """

    __repr__ = fields_shown

    file: SavedFile
    preprocessor: Preprocessor
    form: TableForm | None
    target: TargetEncoder
    doubt: Doubt | None = None

    def checked_doubt(self, level: float) -> Doubt:
        """How far off the answers may be, at a level that can be told.

        Raises:
            UsageError: the run knows nothing of it, or its validation rows are too few for the level.
        """
        if self.doubt is None:
            raise UsageError(
                f'"{self.file.path}" has no intervals: it was trained without validation rows (give --validation), by an '
                "earlier version (train it again), or it diverged (try a smaller --learning-rate)."
            )
        self.doubt.check(level)
        return self.doubt

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
    doubt: Any = file.extra.get("doubt")
    return SavedRun(
        file,
        preprocessor_of(file.extra["preprocessing"]),
        None if form is None else TableForm.from_config(form),
        TargetEncoder.from_config(file.extra["target"]),
        None if doubt is None else Doubt.from_config(doubt),
    )
