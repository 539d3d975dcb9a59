"""`tf.summary`: event files for TensorBoard, written at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from fallline.events import EventWriter, histogram_summary, image_summary, scalar_summary
from fallline.own.loading import load


class SummaryWriter:
    """Writes an event file; within `as_default` the functions of this module write to it."""

    def __init__(self, logdir: Any, filename_suffix: str | None = None) -> None:
        self.events = EventWriter(logdir, filename_suffix or "")

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Within, it is the one that is written to."""
        _open.append(self)
        before = _step[:]
        if step is not None:
            _step[:] = [int(step)]
        try:
            yield self
        finally:
            _open.remove(self)
            _step[:] = before
            self.flush()

    def set_as_default(self, step: Any = None) -> None:
        """From now on it is the one that is written to."""
        _open.append(self)

    def flush(self) -> None:
        """Puts what is written on the disk."""
        self.events.flush()

    def close(self) -> None:
        """Closes the file."""
        self.events.close()


_open: list[SummaryWriter] = []
_step: list[int] = []


def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: Any = None, filename_suffix: Any = None, **_: Any
) -> SummaryWriter:
    """A writer into a folder, which is made where it is missing."""
    return SummaryWriter(np.asarray(logdir)[()], filename_suffix)


def _write(summary: bytes, step: Any) -> bool:
    if not _open:
        return False
    at = step if step is not None else (_step[0] if _step else None)
    _open[-1].events.add_summary(summary, None if at is None else int(at))
    return True


def scalar(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Writes a number under a name; says whether there is a writer."""
    return _write(scalar_summary(name, np.asarray(data)), step)


def histogram(name: str, data: Any, step: Any = None, buckets: Any = None, description: Any = None) -> bool:
    """Writes how numbers are distributed under a name; says whether there is a writer."""
    return _write(histogram_summary(name, np.asarray(data)), step)


def image(name: str, data: Any, step: Any = None, max_outputs: int = 3, description: Any = None) -> bool:
    """Writes images (images, height, width, channels) under a name; says whether there is a writer."""
    return _write(image_summary(name, np.asarray(data), max_outputs), step)


def text(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Taken and left alone."""
    return bool(_open)


def trace_on(*_: Any, **__: Any) -> None:
    """Taken and left alone: nothing is traced."""


trace_export = trace_off = trace_on


class experimental:  # noqa: N801 - TensorFlow's
    """The step of what is written without one."""

    @staticmethod
    def set_step(step: Any) -> None:
        """The step from now on."""
        _step[:] = [int(step)]

    @staticmethod
    def get_step() -> int | None:
        """That step."""
        return _step[0] if _step else None


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(load("fallline.graph.summary"), name)
