"""Writing to standard output and standard error when their reader may have gone away."""

from __future__ import annotations

import contextlib
import os
import sys


def write_out(text: str) -> None:
    """Writes a line to standard output; a reader that has gone (`| head`) ends the output, not the work."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(1)


def write_error(text: str) -> None:
    """Writes a line to standard error, or nowhere when nobody reads it any more."""
    if not text:
        return
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def flush_output() -> None:
    """Writes out what standard output still holds, so that the interpreter finds nothing to fail on at its end."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(1)


def _silence(descriptor: int) -> None:
    # What is left in the buffer would raise again when the interpreter closes the stream.
    with contextlib.suppress(OSError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, descriptor)
        os.close(sink)
