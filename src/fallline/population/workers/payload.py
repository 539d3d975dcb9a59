"""What goes to a worker and what comes back, as bytes: so each backend carries it alike."""

from __future__ import annotations

import dataclasses
import importlib
import platform
import sys
import traceback
from types import ModuleType
from typing import Any

from fallline.errors import FalllineError, UsageError


@dataclasses.dataclass(frozen=True)
class Task:
    """A part of a group of members, to be trained in one process.

    Attributes:
        number: Tells it from the others.
        content: What the function takes: settings, seeds, states, as NumPy arrays and plain objects.
        about: What it is, in a person's words, for messages: "members 0 to 31".
        attempt: How many processes died of it, or ran past their time.
    """

    number: int
    content: Any
    about: str = ""
    attempt: int = 0


@dataclasses.dataclass(frozen=True)
class Done:
    """What became of a task.

    Attributes:
        task: The task.
        content: What the function gave.
        lost: Why there is no content, where each process that had the task died; "" elsewhere.
    """

    task: Task
    content: Any = None
    lost: str = ""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a worker sends back.

    Attributes:
        content: What the function gave.
        error: What it raised, fit to be carried.
        warnings: What it warned of: (class, text), each once.
        said: The end of what it printed.
    """

    content: Any = None
    error: BaseException | None = None
    warnings: tuple[tuple[type[Warning], str], ...] = ()
    said: str = ""


def packed(thing: Any, what: str) -> bytes:
    """The bytes of anything, functions written in the program that runs included.

    Raises:
        UsageError: it holds what cannot leave this process, such as a lock or an open file.
    """
    cloudpickle = _pickles()
    try:
        return cloudpickle.dumps((_versions(), cloudpickle.dumps(thing)))
    except Exception as error:
        raise UsageError(
            f"{what} cannot be sent to another process: {error}. Make what it needs inside of the builder, or train in this "
            "process, without joblib.parallel_config."
        ) from error


def unpacked(data: bytes, where: str) -> Any:
    """What `packed` packed.

    Raises:
        UsageError: the process that packed it has other versions, or modules that this one lacks.
    """
    cloudpickle = _pickles()
    theirs, content = cloudpickle.loads(data)
    ours = _versions()
    if ours != theirs:
        name = next(name for name in ours if ours[name] != theirs.get(name))
        raise UsageError(
            f"{where} has {name} {ours[name]}, but what it received comes from {name} {theirs.get(name)}. Install the same "
            "versions on all machines."
        )
    try:
        return cloudpickle.loads(content)
    except ModuleNotFoundError as error:
        raise UsageError(
            f'{where} cannot import "{error.name}", which the builder or a callback needs. Install it there, or write the '
            "builder in the program itself; a file goes to workers by client.upload_file (Dask) or "
            "ray.init(runtime_env=...) (Ray)."
        ) from error


def carried(error: BaseException) -> BaseException:
    """The error as it comes out of a pickle, or one that says the same where that is another or none at all.

    Errors with arguments of their own are the usual case: loky loses their text with the pool, Ray with the task.
    Its traceback, which does not travel, is a note; an error that speaks for itself needs none.
    """
    cloudpickle = _pickles()
    if not isinstance(error, FalllineError):
        told = "".join(traceback.format_exception(error)).rstrip()
        error.add_note(f"In the worker:\n{told}")
    try:
        again = cloudpickle.loads(cloudpickle.dumps(error))
        if type(again).__qualname__ == type(error).__qualname__ and str(again) == str(error):
            return error
    except Exception:
        pass  # an error of another's class may raise anything here
    plain = RuntimeError(f"{type(error).__name__}: {error}")
    for note in getattr(error, "__notes__", ()):
        plain.add_note(note)
    return plain


def _pickles() -> ModuleType:
    """What joblib itself sends functions with; it brought a copy of its own until it asked for it."""
    try:
        return importlib.import_module("cloudpickle")
    except ImportError:
        return importlib.import_module("joblib.externals.cloudpickle")


def _versions() -> dict[str, str]:
    """What must be alike, since classes are sent by their names and functions as bytecode."""
    import jax

    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, "fallline": sys.modules["fallline"].__version__, "jax": jax.__version__}
