"""Failures as a person reads them: one to three lines, and the exit code that belongs to them."""

from __future__ import annotations

import errno

import click

from fallline.errors import FalllineError

BAD_INPUT = 2
DIVERGED = 3
INTERRUPTED = 130
OWN_MISTAKE = 1

MAX_LINES = 3
MAX_CHARACTERS = 600

EXIT_CODES = {"completed": 0, "early_stopped": 0, "diverged": DIVERGED, "interrupted": INTERRUPTED}
"""Kind of outcome of a training -> exit code."""


def exit_code_of(error: BaseException) -> int:
    """The exit code for a failure: 2 for the user's input, 130 for Ctrl-C, 1 for a mistake of Fallline's own."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return INTERRUPTED
    if isinstance(error, click.ClickException | FalllineError | OSError | MemoryError):
        return BAD_INPUT
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else OWN_MISTAKE
    return OWN_MISTAKE


def describe(error: BaseException) -> str:
    """The message for standard error: at most three lines, and empty where there is nothing to say."""
    if isinstance(error, SystemExit):
        return ""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    return _shortened(_message(error))


def _message(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted."
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx is not None else "fallline"
        return f"error: {error.format_message()}\nSee: {path} --help"
    if isinstance(error, click.ClickException):
        return f"error: {error.format_message()}"
    if isinstance(error, FalllineError):
        # Notes say for which member of a population.
        return "\n".join([f"error: {error}", *getattr(error, "__notes__", ())])
    if isinstance(error, OSError):
        return f"error: {describe_os_error(error)}"
    if isinstance(error, MemoryError):
        return "error: not enough memory for these data. Use fewer rows or columns (--drop), or a smaller network."
    return (
        f"error: a mistake in fallline itself: {type(error).__name__}: {_first_line(error)}\n"
        "Run again with FALLLINE_DEBUG=1 to see where, and please report it."
    )


def describe_os_error(error: OSError) -> str:
    """What the operating system refused, in plain words with the file's name and the remedy where there is one."""
    where = f'"{error.filename}"' if error.filename else "a file"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"cannot write {where}: the disk is full. Make room, or choose another --out."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"no permission for {where}."
    if error.errno == errno.ENOENT:
        return f"there is no {where}."
    if error.errno == errno.EISDIR:
        return f"{where} is a folder; a file is needed."
    return f"{where}: {error.strerror or error}."


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _shortened(message: str) -> str:
    lines = [line for line in message.splitlines() if line.strip()]
    return "\n".join(line[:MAX_CHARACTERS] for line in lines[:MAX_LINES])
