"""A table of epochs that grows while training runs."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, TextIO

from fallline.callbacks.callback import Callback, Logs
from fallline.errors import UsageError


class CSVLogger(Callback):
    """Writes one row per epoch to a CSV file: `epoch` (counted from 0), then the values in alphabetical order.

    A metric with several values fills one cell, `"[0.1, 0.2]"`. An epoch without validation has `NA` in the
    columns of the validation, as in Keras. Rows appear within about 0.2 s, and the run is not held up for them.

    Args:
        filename: The file; its folder is there already.
        separator: What separates the cells, one character.
        append: Whether rows are added to an existing file, without another head; False: it is replaced.

    Raises:
        UsageError: the separator is not one character.

    Differs from Keras: where no epoch has been validated before the first row is written, the columns are those of
        the first epoch, each once more with `val_` if the run validates later (Keras adds them in any case).
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        if not isinstance(separator, str) or len(separator) != 1:
            raise UsageError(f"CSVLogger: separator must be one character, got {separator!r:.40}.")
        self.filename = Path(filename)
        self.separator = separator
        self.append = append
        self._file: TextIO | None = None
        self._columns: list[str] = []
        self._headed = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Opens the file."""
        self.close()
        self._columns = []
        self._headed = self.append and self.filename.is_file() and self.filename.stat().st_size > 0
        self._file = self.filename.open("a" if self.append else "w", newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the row of an epoch."""
        logs, file = logs or {}, self._file
        assert file is not None
        writer = csv.writer(file, delimiter=self.separator, lineterminator="\n")
        if not self._columns:
            self._columns = sorted(logs)
            if self.params.get("validation_freq", 1) > 1 and not any(n.startswith("val_") for n in logs):
                self._columns += [f"val_{name}" for name in self._columns]
            if not self._headed:
                writer.writerow(["epoch", *self._columns])
        writer.writerow([epoch, *(_cell(logs.get(name, "NA")) for name in self._columns)])
        file.flush()

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def granularity(self) -> str:
        """It reads logs alone."""
        return "boundary"


def _cell(value: Any) -> Any:
    return f'"[{", ".join(map(str, value))}]"' if isinstance(value, list) else value
