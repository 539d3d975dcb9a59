"""Processes of this machine, each its own executor of loky: the death of one is nothing to the others."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import shutil
import signal
import tempfile
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from typing import Any

from fallline._files import processors
from fallline.population.workers.payload import Task, packed
from fallline.population.workers.pool import Died, Fate, Pool, Report
from fallline.population.workers.worker import PROCESS, Function, attend, note

LAST_WORDS = 2_000
"""Characters of what a process wrote that its death is reported with."""


@dataclasses.dataclass
class _Seat:
    """One process, and what it does."""

    executor: Any
    words: Path
    task: Task | None = None
    future: Future[bytes] | None = None
    messages: Path | None = None
    read: int = 0


class LokyPool(Pool):
    """Processes of this machine.

    Args:
        function: What runs in them.
        data: What all tasks read. It lies in a file that all map into their memory.
        report: Takes their messages.
        count: How many processes.
        threads: How many processors each may use; None: an equal share.
        folder: Where the file lies; None: where temporary files do.
    """

    def __init__(
        self,
        function: Function,
        data: Any,
        report: Report,
        count: int,
        threads: int | None = None,
        folder: str | None = None,
    ) -> None:
        super().__init__(function, data, report)
        self._count = count
        self._threads = threads or max(1, processors() // count)
        folder = folder or os.environ.get("JOBLIB_TEMP_FOLDER")
        self._folder = Path(tempfile.mkdtemp(prefix="fallline-workers-", dir=folder))
        self._key = uuid.uuid4().hex
        self._seats: list[_Seat] = []
        try:
            self._write_data()
        except BaseException:
            self.close()
            raise

    @property
    def places(self) -> int:
        """The processes asked for."""
        return self._count

    def start(self, task: Task) -> None:
        """Gives a task to a process that has none, or to a new one."""
        package = packed((self._function, task.content), f"the work on {task.about or task.number}")
        seat = next((seat for seat in self._seats if seat.task is None), None) or self._seat()
        seat.task, seat.read = task, 0
        seat.messages = self._folder / f"messages-{task.number}-{uuid.uuid4().hex}"
        tell = functools.partial(note, seat.messages)
        read = functools.partial(_read, self._folder / "data")
        seat.future = seat.executor.submit(attend, package, read, self._key, tell, self._threads, PROCESS)

    def wait(self, seconds: float) -> list[Fate]:
        """Those that ended."""
        running = {seat.future: seat for seat in self._seats if seat.future is not None}
        ended, _ = wait(running, seconds, FIRST_COMPLETED)
        for seat in running.values():
            self._pass_on(seat)
        return [self._fate(running[future]) for future in ended]

    def stop(self, task: Task) -> None:
        """Ends the process that has it."""
        self._end(next(seat for seat in self._seats if seat.task is task))

    def close(self) -> None:
        """Ends all processes and removes their files."""
        for seat in list(self._seats):
            self._end(seat)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _seat(self) -> _Seat:
        from joblib.externals.loky import ProcessPoolExecutor

        words = self._folder / f"words-{uuid.uuid4().hex}"
        limits = {
            name: os.environ.get(name, str(self._threads))
            for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
        }
        # Idle ones stay: who waits for a long neighbour need not load all again.
        executor = ProcessPoolExecutor(
            1, timeout=None, initializer=_begin, initargs=(str(words),), env=limits
        )
        self._seats.append(_Seat(executor, words))
        return self._seats[-1]

    def _fate(self, seat: _Seat) -> Fate:
        from joblib.externals.loky.process_executor import BrokenProcessPool

        assert seat.task is not None
        assert seat.future is not None
        task, error = seat.task, seat.future.exception()
        if error is None:
            answer = seat.future.result()
            seat.task = seat.future = None
            return task, answer
        if isinstance(error, BrokenProcessPool):
            words = _end_of(seat.words) or str(error).partition("\n")[0]
            self._end(seat)
            return task, Died(f"its process ended: {words}")
        seat.task = seat.future = None
        raise error

    def _end(self, seat: _Seat) -> None:
        self._seats.remove(seat)
        seat.executor.shutdown(wait=True, kill_workers=True)

    def _pass_on(self, seat: _Seat) -> None:
        """Reports what the task has written since the last look."""
        if seat.messages is None or seat.task is None or not seat.messages.exists():
            return
        with seat.messages.open("rb") as file:
            file.seek(seat.read)
            whole, newline, _ = file.read().rpartition(b"\n")
        seat.read += len(whole) + len(newline)
        for line in whole.splitlines():
            self._report(seat.task.number, json.loads(line))

    def _write_data(self) -> None:
        import joblib

        joblib.dump(self._data, self._folder / "data")


def _begin(words: str) -> None:
    """The first thing a process does: Ctrl-C is for the one who waits, and nothing it writes reaches the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    file = os.open(words, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _read(path: Path) -> Any:
    """The data, mapped: the machine holds them once."""
    import joblib

    return joblib.load(path, mmap_mode="r")


def _end_of(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")[-LAST_WORDS:].strip()
    return ""
