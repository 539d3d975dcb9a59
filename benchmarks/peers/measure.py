"""The schedule of a case: a cold process for each contender, then warm rounds in turn.

Everybody rests while a cold process is measured, and in a round the contenders follow each other
A B C A B C, so that a machine that slows down for a minute slows all of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from peers import datasets
from peers.cases import FALLLINE, FLOORS, Case
from peers.machine import busy_share
from peers.process import ContenderError, ContenderProcess, MissingContenderError
from peers.results import CaseResult, Row


@dataclass(frozen=True)
class Schedule:
    """How much to measure, and where.

    Attributes:
        peers: names of the peers.
        rounds: warm rounds.
        cold: fresh processes for each cold number.
        python: interpreter of Fallline and the floors.
        peer_python: interpreter of the peers.
        say: takes the progress line.
    """

    peers: Sequence[str]
    rounds: int
    cold: int
    python: str
    peer_python: str
    say: Callable[[str], None]


class CaseMeasurement:
    """Measures one case; `result` is readable at any time, also after an interrupt.

    Args:
        case: what to train.
        schedule: how much to measure.
    """

    def __init__(self, case: Case, schedule: Schedule) -> None:
        self._case = case
        self._schedule = schedule
        self._processes: dict[str, ContenderProcess] = {}
        self.result = CaseResult(case, {name: Row(name) for name in (FALLLINE, *schedule.peers, *FLOORS)})

    def run(self) -> None:
        """Measure everything; a contender that fails drops out and says why."""
        with tempfile.TemporaryDirectory(prefix="fit_vs_peers-") as name:
            folder = Path(name)
            self._schedule.say(f"{self._case.name}: making the data")
            self.result.data = datasets.write(self._case, folder)
            try:
                for row in self.result.rows.values():
                    self._guarded(row, partial(self._open, row, folder))
                for turn in range(1, self._schedule.rounds + 1):
                    busy = busy_share()
                    self.result.busy += [busy] if busy is not None else []
                    for row in self.result.rows.values():
                        if row.contender in self._processes:
                            self._guarded(row, partial(self._round, row, turn))
            finally:
                for process in self._processes.values():
                    process.close()

    def _guarded(self, row: Row, action: Callable[[], None]) -> None:
        try:
            action()
        except MissingContenderError as missing:
            row.status = f"not installed ({missing})"
        except ContenderError as failed:
            row.status = str(failed)
            self._processes.pop(row.contender).close()

    def _open(self, row: Row, folder: Path) -> None:
        """Leave a warm process behind for the contender."""
        if row.contender in FLOORS:
            self._start(row, folder, {})
            return
        cold = self._schedule.cold
        for turn in range(cold):
            # A folder of its own each time: Fallline meets its disk cache empty. Peers ignore the setting.
            settings = {"FALLLINE_CACHE": str(folder / f"cache-{turn}")}
            row.cold.append(self._cold(row, folder, f"cold process {turn + 1}/{cold}", settings))
        row.first_compile_seconds = row.compile_seconds
        if row.contender == FALLLINE:
            for turn in range(cold):
                what = f"cold process, disk cache warm {turn + 1}/{cold}"
                row.cold_cached.append(self._cold(row, folder, what, settings))

    def _start(self, row: Row, folder: Path, settings: dict[str, str]) -> ContenderProcess:
        """A new process for the contender, in place of the one it had."""
        if row.contender in self._processes:
            self._processes.pop(row.contender).close()
        own = row.contender == FALLLINE or row.contender in FLOORS
        python = self._schedule.python if own else self._schedule.peer_python
        process = ContenderProcess(python, row.contender, self._case, folder, settings)
        self._processes[row.contender] = process
        try:
            row.versions = process.open()
        except MissingContenderError:
            self._processes.pop(row.contender).close()
            raise
        return process

    def _cold(self, row: Row, folder: Path, what: str, settings: dict[str, str]) -> float:
        """Seconds from a process that does not exist to a trained network."""
        self._schedule.say(f"{self._case.name}: {what}: {row.contender}")
        process = self._start(row, folder, settings)
        answer = process.fit(seed=0)
        seconds = process.age()
        row.first_fit = answer["seconds"]
        row.compile_seconds = answer["compile_seconds"]
        row.peak_bytes = max(row.peak_bytes, answer["peak_bytes"])
        return seconds

    def _round(self, row: Row, turn: int) -> None:
        self._schedule.say(f"{self._case.name}: warm round {turn}/{self._schedule.rounds}: {row.contender}")
        process = self._processes[row.contender]
        answer = process.fit(seed=turn)
        row.warm.append(answer["seconds"])
        row.peak_bytes = max(row.peak_bytes, answer["peak_bytes"])
        if row.contender not in FLOORS:
            row.reported_losses.append(answer["reported_loss"])
            row.losses.append(process.check())
