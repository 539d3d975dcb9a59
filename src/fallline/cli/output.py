"""Writing to standard output and standard error when their reader may have gone away."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

PLAIN_SIGNS = str.maketrans({"─": "-", "²": "2"})
"""What stands for the signs of the tables where the terminal has no Unicode."""


def write_out(text: str) -> None:
    """Writes a line to standard output; a reader that has gone (`| head`) ends the output, not the work."""
    stream = standard_output()
    if stream is None:
        return
    if not (stream.encoding or "utf-8").casefold().startswith("utf"):
        text = text.translate(PLAIN_SIGNS)
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        _silence(1)


def write_error(text: str) -> None:
    """Writes a line to standard error, or nowhere when nobody reads it any more."""
    stream = standard_error()
    if not text or stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        stream.write(text + "\n")
        stream.flush()


def flush_output() -> None:
    """Writes out what standard output still holds, so that the interpreter finds nothing to fail on at its end."""
    stream = standard_output()
    if stream is None:
        return
    try:
        stream.flush()
    except BrokenPipeError:
        _silence(1)


def standard_output() -> TextIO | None:
    """Standard output, or None where the person closed it (`>&-`)."""
    return sys.stdout


def standard_error() -> TextIO | None:
    """Standard error, or None where the person closed it (`2>&-`)."""
    return sys.stderr


def _silence(descriptor: int) -> None:
    # What is left in the buffer would raise again when the interpreter closes the stream.
    with contextlib.suppress(OSError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, descriptor)
        os.close(sink)
