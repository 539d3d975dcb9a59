"""Workers of a Ray cluster, through its own remote functions: the death of one is nothing to the others."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Mapping
from typing import Any

from fallline.population.workers.payload import Task, packed
from fallline.population.workers.pool import Died, Fate, Pool, Report
from fallline.population.workers.worker import PROCESS, Function, attend


class RayPool(Pool):
    """Workers of a Ray cluster.

    Args:
        function: What runs in them.
        data: What all tasks read, put into the object store once.
        report: Takes their messages.
        count: How many tasks at once; -1: as many as the cluster has processors for.
        options: What a remote function is given besides, such as num_cpus or num_gpus.
    """

    def __init__(
        self, function: Function, data: Any, report: Report, count: int, options: Mapping[str, Any]
    ) -> None:
        import ray

        super().__init__(function, data, report)
        if not ray.is_initialized():
            with warnings.catch_warnings():
                # JAX warns of each fork; these become other programs at once.
                warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)
                ray.init(log_to_driver=False)  # the cluster of RAY_ADDRESS, or one on this machine
        self._ray = ray
        self._count = count
        self._options = dict(options)
        self._each = float(self._options.setdefault("num_cpus", self._share()))
        self._key = uuid.uuid4().hex
        self._running: dict[Any, Task] = {}
        self._held: Any = None
        self._messages: Any = None
        self._attend = ray.remote(_attend)

    @property
    def places(self) -> int:
        """Those asked for, or as many as the cluster has processors for now."""
        if self._count > 0:
            return self._count
        return max(1, int(self._all() // self._each)) if self._each else 1

    def start(self, task: Task) -> None:
        """Gives a task to the cluster."""
        if self._held is None:
            self._held = self._ray.put(self._data)
            self._messages = self._ray.remote(num_cpus=0)(_Messages).remote()
        package = packed((self._function, task.content), f"the work on {task.about or task.number}")
        reference = self._attend.options(max_retries=0, **self._options).remote(
            package, self._held, self._key, self._messages, task.number, int(self._each) or 1, PROCESS
        )
        self._running[reference] = task

    def wait(self, seconds: float) -> list[Fate]:
        """Those that ended."""
        ended, _ = self._ray.wait(list(self._running), num_returns=1, timeout=seconds)
        self._hear()
        return [self._fate(reference) for reference in ended]

    def stop(self, task: Task) -> None:
        """Ends the process that has it."""
        reference = next(reference for reference, each in self._running.items() if each is task)
        del self._running[reference]
        self._ray.cancel(reference, force=True)

    def close(self) -> None:
        """Takes back what still runs, and what the object store holds."""
        for reference in self._running:
            self._ray.cancel(reference, force=True)
        self._running.clear()
        if self._messages is not None:
            self._ray.kill(self._messages)
        self._held = self._messages = None

    def _fate(self, reference: Any) -> Fate:
        exceptions = self._ray.exceptions
        task = self._running.pop(reference)
        try:
            return task, self._ray.get(reference)
        except exceptions.RayTaskError:
            raise
        except exceptions.RayError as error:
            return task, Died(f"its worker ended: {str(error).strip().splitlines()[0]}")

    def _hear(self) -> None:
        for number, message in self._ray.get(self._messages.taken.remote()):
            self._report(number, message)

    def _all(self) -> float:
        return float(self._ray.cluster_resources().get("CPU", 1))

    def _share(self) -> int:
        return 1 if self._count <= 0 else max(1, int(self._all() // self._count))


class _Messages:
    """Messages on their way."""

    def __init__(self) -> None:
        self._told: list[tuple[int, dict[str, Any]]] = []

    def tell(self, number: int, message: dict[str, Any]) -> None:
        self._told.append((number, message))

    def taken(self) -> list[tuple[int, dict[str, Any]]]:
        told, self._told = self._told, []
        return told


def _attend(
    package: bytes, data: Any, key: str, messages: Any, number: int, processors: int, origin: str
) -> bytes:
    def tell(message: dict[str, Any]) -> None:
        messages.tell.remote(number, message)

    return attend(package, data, key, tell, processors, origin)
