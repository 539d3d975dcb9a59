"""The file that TensorBoard reads: records of values, of steps and of times, one behind the other.

TensorBoard has two loaders, which leave out points in different cases; what is written here both show whole:

- Each writer has a file of its own: two that share one write over each other.
- A file says first of which version it is, else points whose step goes back are dropped.
- A writer that goes on where another ended says so, and from which step on: what the older wrote from there on is then
  taken back by both loaders, not by one.
- Of one tag the steps must grow: a point whose step does not is left out by one loader, or takes others with it. A writer
  warns of that once.

Source: TensorFlow, core/util/event.proto, core/lib/io/record_writer.cc; TensorBoard, backend/event_processing.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from fallline.errors import DataError, UsageError, warn
from fallline.events.summaries import tags_of
from fallline.wire.crc32c import masked_crc32c
from fallline.wire.protobuf import bytes_field, double_field, whole_field

VERSION = "brain.Event:2"
START = 1

_counter = itertools.count()
_open: weakref.WeakSet[EventWriter] = weakref.WeakSet()


class EventWriter:
    """Writes an event file. What it has not put on the disk yet, it does when it is closed, or at the end of the program.

    Args:
        logdir: The folder; it is made where it is missing. It is the run's name in TensorBoard: one for each training.
        filename_suffix: What the file's name ends with.
        flush_secs: After so many seconds, what is written is put on the disk.
        clock: Says the time in seconds since 1970.

    Raises:
        UsageError: the folder is no path, or cannot be made.
    """

    def __init__(
        self,
        logdir: Any,
        filename_suffix: str = "",
        flush_secs: float = 120.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not isinstance(logdir, str | os.PathLike) or not os.fspath(logdir):
            raise UsageError(f"FileWriter: expected the folder of the event files, got {logdir!r:.60}.")
        self.logdir = Path(os.fsdecode(logdir))
        self._suffix = filename_suffix
        self._flush_seconds = flush_secs
        self._clock = clock
        self._steps: dict[str, int] = {}
        self._told = False
        self._file: BinaryIO | None = None
        self.reopen()

    @property
    def path(self) -> Path:
        """The file that is written to."""
        return self._path

    @property
    def is_open(self) -> bool:
        """Whether it can be written to."""
        return self._file is not None

    def add_summary(self, summary: bytes, global_step: int | None = None) -> None:
        """Writes values under their tags.

        Args:
            summary: The values, as `scalar_summary` and the like give them.
            global_step: The step, which should grow; 0 if None.

        Raises:
            DataError: it is no summary.
        """
        step = 0 if global_step is None else int(global_step)
        try:
            tags = list(tags_of(summary))
        except (TypeError, ValueError) as error:
            raise DataError(
                f"add_summary: expected what a summary operation gives when it is run, got {summary!r:.60}."
            ) from error
        if not tags or not self._is_written_to():
            return
        self._begin(step)
        self._warn_of_steps(tags, step, global_step is None)
        self._write(step, bytes_field(5, summary))

    def add_graph(self, definition: bytes, global_step: int = 0) -> None:
        """Writes the graph, as `graph_definition` gives it. One for each run: of two, TensorBoard shows either."""
        if self._is_written_to():
            self._write(global_step, bytes_field(4, definition))

    def flush(self) -> None:
        """Puts what is written on the disk; nothing where the writer is closed."""
        if self._file is not None:
            self._file.flush()
            self._flushed = self._clock()

    def close(self) -> None:
        """Closes the file; closed again, it stays so."""
        if self._file is not None:
            self._finalizer()
            self._file = None
            _open.discard(self)

    def reopen(self) -> None:
        """Goes on in a new file after `close`; nothing where the writer is open."""
        if self._file is not None:
            return
        try:
            self.logdir.mkdir(parents=True, exist_ok=True)
            now = self._clock()
            # Loaders read the files of a run in the order of their names.
            unique = f"{os.getpid()}.{next(_counter):06d}"
            name = f"events.out.tfevents.{int(now):010d}.{socket.gethostname()}.{unique}{self._suffix}"
            self._path = self.logdir / name
            self._file = file = self._path.open("xb")
        except OSError as error:
            raise UsageError(
                f"FileWriter: no event file can be written in {self.logdir}: {error.strerror or error}."
            ) from error
        self._finalizer = weakref.finalize(self, file.close)
        # Beside an open writer of the same run this one begins nothing anew: the other's points must not be taken back.
        self._has_begun = any(other.logdir == self.logdir for other in _open)
        _open.add(self)
        self._flushed = now
        # A viewer may have been started before: it sees the run at once.
        self._record(double_field(1, float(int(now))) + bytes_field(3, VERSION))
        self.flush()

    def _is_written_to(self) -> bool:
        """Whether the writer is open. In TensorFlow what comes after `close` is left out too: a program goes on."""
        if self._file is None:
            warn(
                f"FileWriter: the writer of {self.logdir} is closed, and what comes now is not written. Close it after the last "
                "step; reopen() begins a new file."
            )
        return self._file is not None

    def _begin(self, step: int) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._write(step, bytes_field(7, whole_field(1, START)))

    def _warn_of_steps(self, tags: list[str], step: int, is_missing: bool) -> None:
        for tag in tags:
            last = self._steps.get(tag)
            if last is not None and step <= last and not self._told:
                self._told = True
                came = "no global_step, which is step 0" if is_missing else f"step {step}"
                warn(
                    f'add_summary: "{tag}" came with {came}, after step {last}. TensorBoard leaves out points of a tag whose '
                    "step does not grow. Write add_summary(summary, step)."
                )
            self._steps[tag] = step

    def _write(self, step: int, content: bytes) -> None:
        now = self._clock()
        self._record(double_field(1, now) + whole_field(2, step) + content)
        if now - self._flushed >= self._flush_seconds:
            self.flush()

    def _record(self, event: bytes) -> None:
        assert self._file is not None
        length = struct.pack("<Q", len(event))
        checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, event))
        self._file.write(length + next(checks) + event + next(checks))
