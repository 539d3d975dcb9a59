"""What a worker does with a task: it takes its share of the machine, keeps quiet, and sends back what can be carried."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fallline._files import processors
from fallline.population.workers.payload import Answer, carried, packed, unpacked

Tell = Callable[[dict[str, Any]], None]
Function = Callable[[Any, Any, Tell], Any]

MOST_SAID = 4_000
"""Characters of what a worker printed that it sends back: the end, where an error stands."""

SECONDS_BETWEEN_MESSAGES = 0.2

PROCESS = uuid.uuid4().hex
"""Tells this process from all others, also of other machines."""

_training = threading.Lock()
"""Held while a task runs. A worker of Dask has a thread for each processor; one task takes them all."""

_held: dict[str, Any] = {}
"""The data that this process holds, by their key: those of the last population."""


def attend(
    package: bytes,
    data: Any,
    key: str,
    tell: Tell,
    share: int | None,
    origin: str,
    begun: Callable[[], None] = lambda: None,
) -> bytes:
    """Runs one task in a worker.

    Args:
        package: The function and the content of the task, packed.
        data: The training and validation sets, or a function that reads them.
        key: Tells these data from those of other populations.
        tell: Takes messages on the way.
        share: How many processors of the machine this process may use; None: all.
        origin: `PROCESS` of the one that gave it: a thread of that one changes no settings.
        begun: Called when it begins, behind others in this process.

    Returns:
        The `Answer`, packed. What the function raises is in it.
    """
    alone = origin != PROCESS
    with _training:
        begun()
        if alone and share is not None:
            settle(share)
        with _quiet() if alone else contextlib.nullcontext(io.StringIO()) as said, _warned() as found:
            try:
                function, content = unpacked(package, "the worker")
                result = function(content, _data(key, data), _seldom(tell))
                answer = Answer(result)
            except (Exception, SystemExit) as error:
                answer = Answer(error=carried(error))
        texts = dict.fromkeys((warning.category, str(warning.message)) for warning in found)
        return packed(
            Answer(answer.content, answer.error, tuple(texts), said.getvalue()[-MOST_SAID:]), "the result"
        )


def settle(share: int) -> None:
    """Takes a share of the machine, before JAX starts: as many devices and threads as processors.

    XLA's pool of threads is as wide as the machine whatever OMP_NUM_THREADS says; NPROC bounds it. What is compiled for
    few processors stays on few, so it does not lie with what other processes compile.
    """
    import jax

    from fallline.engine.places import share_memory

    if processors() <= share:
        return
    share_memory(processors() // share)
    try:
        jax.config.update("jax_num_cpu_devices", share)
    except RuntimeError:
        return  # it has started, in an earlier task or by someone else's
    os.environ.setdefault("NPROC", str(share))
    # Where several processes share an accelerator, none may take nearly all of its memory at once.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def _data(key: str, data: Any) -> Any:
    """The data, read once a process: their arrays stay the same objects from task to task."""
    if key not in _held:
        _held.clear()
        _held[key] = data() if callable(data) else data
    return _held[key]


def _seldom(tell: Tell) -> Tell:
    """Passes on no more than a few messages a second."""
    last = [-SECONDS_BETWEEN_MESSAGES]

    def passed(message: dict[str, Any]) -> None:
        now = time.monotonic()
        if now - last[0] >= SECONDS_BETWEEN_MESSAGES:
            last[0] = now
            with contextlib.suppress(OSError):  # a full disk costs messages, not the training
                tell(message)

    return passed


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """What Python prints is kept instead: a hundred members would else flood the terminal of the one who waits."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said


@contextlib.contextmanager
def _warned() -> Iterator[list[warnings.WarningMessage]]:
    """Warnings are kept, to be given where the person sees them."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("default")
        yield found


def note(path: Path, message: dict[str, Any]) -> None:
    """Adds a message to a file, from which the process that waits reads: no lock that a dying worker could keep."""
    import json

    with path.open("a") as file:
        file.write(f"{json.dumps(message)}\n")
