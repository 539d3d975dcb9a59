"""Where tasks run: so many at once, each ends with an answer or with the death of its process."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from fallline.population.workers.payload import Task
from fallline.population.workers.worker import Function

Report = Callable[[int, dict[str, Any]], None]
"""Takes the number of a task and a message of it."""


@dataclasses.dataclass(frozen=True)
class Died:
    """The end of a process that had a task.

    Attributes:
        why: What is known of it.
        times: How many processes ended so.
    """

    why: str
    times: int = 1


Fate = tuple[Task, bytes | Died]
"""A task, and the packed answer or the end of its process."""


class Pool(ABC):
    """Processes that take tasks.

    Args:
        function: What runs in them: `function(content, data, tell)`.
        data: What all tasks read, sent once to each process.
        report: Takes their messages.
    """

    def __init__(self, function: Function, data: Any, report: Report) -> None:
        self._function = function
        self._data = data
        self._report = report

    @property
    @abstractmethod
    def places(self) -> int:
        """How many tasks run at once; it may change while the pool lives."""

    @abstractmethod
    def start(self, task: Task) -> None:
        """Begins a task, at a free place."""

    @abstractmethod
    def wait(self, seconds: float) -> list[Fate]:
        """Those that ended, as soon as there are some, or none after a time."""

    @abstractmethod
    def stop(self, task: Task) -> None:
        """Ends a task that has run too long; `wait` does not give it any more."""

    @abstractmethod
    def close(self) -> None:
        """Ends what still runs, and leaves nothing behind."""


class Here:
    """This process, one task at a time: nothing is copied, printed text and errors are as they are.

    Args:
        function: What runs: `function(content, data, tell)`.
        data: What all tasks read.
        report: Takes their messages.
    """

    def __init__(self, function: Function, data: Any, report: Report) -> None:
        self._function = function
        self._data = data
        self._report = report

    def run(self, task: Task) -> Any:
        """What the function gives for a task; what it raises comes out of here."""
        return self._function(task.content, self._data, lambda message: self._report(task.number, message))

    def close(self) -> None:
        """Nothing runs beside."""
