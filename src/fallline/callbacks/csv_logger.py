"""A table of epochs that grows while training runs."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any, TextIO

from fallline._files import written_whole
from fallline._ranges import truth
from fallline.callbacks.callback import Callback, Logs
from fallline.callbacks.logs import before_the_cut
from fallline.callbacks.paths import checked_path
from fallline.engine import Resume
from fallline.errors import UsageError
from fallline.registry.argument_names import check_names


@check_names
class CSVLogger(Callback):
    """Writes one row per epoch to a CSV file: `epoch` (counted from 0), then the values in alphabetical order.

    A metric with several values fills one cell, `"[0.1, 0.2]"`. An epoch without validation has `NA` in the
    columns of the validation, as in Keras. Rows appear within about 0.2 s, and the run is not held up for them.
    Where `BackupAndRestore` goes on with a training, each epoch stands in the file once.

    Args:
        filename: The file; its folder is there already.
        separator: What separates the cells, one character.
        append: Whether rows are added to an existing file, without another head; False: it is replaced.

    Raises:
        UsageError: an argument is not what it must be; before training, if the file cannot be written.

    Source: Keras 3 for names and arguments.

    Differs from Keras: where no epoch has been validated before the first row is written, the columns are those of
        the first epoch, each once more with `val_` if the run validates later (Keras adds them in any case).
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        if not isinstance(separator, str) or len(separator) != 1 or separator in '\n\r"':
            raise UsageError(
                f"CSVLogger: separator must be one character, and none that ends or quotes a cell, got {separator!r:.40}."
            )
        self.filename = Path(checked_path("CSVLogger: filename", filename, "a file"))
        self.separator = separator
        self.append = truth("CSVLogger: append", append)
        self._file: TextIO | None = None
        self._columns: list[str] = []
        self._headed = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Opens the file.

        Raises:
            UsageError: it cannot be written.
        """
        self.close()
        self._columns = []
        self._headed = self.append and self.filename.is_file() and self.filename.stat().st_size > 0
        try:
            self._file = self.filename.open("a" if self.append else "w", newline="", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"CSVLogger: {self.filename} cannot be written ({error.strerror}). Its folder must be there already."
            ) from error

    def on_resume(self, resume: Resume) -> None:
        """Puts each epoch before the cut into the file once.

        A new file begins with them. One that is added to has them; the rows after the last backup, which the run is
        about to write again, are taken out.
        """
        if not self.append:
            for epoch, logs in before_the_cut(resume, self.params.get("validation_freq", 1)):
                self.on_epoch_end(epoch, logs)
            return
        self.close()
        with self.filename.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, delimiter=self.separator))
        first = resume.initial_epoch + resume.epochs
        while rows and rows[-1] and rows[-1][0].isdigit() and int(rows[-1][0]) >= first:
            rows.pop()
        with written_whole(self.filename) as whole:
            text = io.StringIO()
            csv.writer(text, delimiter=self.separator, lineterminator="\n").writerows(rows)
            whole.write(text.getvalue().encode())
        self._headed = bool(rows)
        self._file = self.filename.open("a", newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the row of an epoch."""
        logs, file = logs or {}, self._file
        assert file is not None
        writer = csv.writer(file, delimiter=self.separator, lineterminator="\n")
        if not self._columns:
            self._columns = sorted(logs)
            if self.params.get("validation_freq", 1) != 1 and not any(n.startswith("val_") for n in logs):
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
