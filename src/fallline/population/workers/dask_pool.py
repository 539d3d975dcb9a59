"""Workers of a Dask cluster, through its own client: joblib on Dask does not return when a worker dies."""

from __future__ import annotations

import contextlib
import math
import time
import uuid
import warnings
from collections import deque
from collections.abc import Mapping
from concurrent.futures import CancelledError
from typing import Any

from fallline.errors import TrainingWarning, warn
from fallline.population.workers.payload import Task, packed
from fallline.population.workers.pool import Died, Fate, Pool, Report
from fallline.population.workers.worker import PROCESS, Function, attend

SECONDS_TO_SEND = 0.05
"""In which a worker's message leaves it, even if it ends right after: many times as long as it collects some."""

SECONDS_WITHOUT_WORKERS = 60.0


class DaskPool(Pool):
    """Workers of a Dask cluster, one task each at a time.

    Args:
        function: What runs in them.
        data: What all tasks read; it goes from worker to worker.
        report: Takes their messages.
        client: The client of the cluster.
        options: What `client.submit` is given besides, such as resources.
    """

    def __init__(
        self, function: Function, data: Any, report: Report, client: Any, options: Mapping[str, Any]
    ) -> None:
        super().__init__(function, data, report)
        self._client = client
        self._options = dict(options)
        self._key = uuid.uuid4().hex
        self._topic = f"fallline-{self._key}"
        self._running: dict[Any, tuple[Task, str | None]] = {}
        self._whole: Any = None
        self._heard: deque[tuple[int, dict[str, Any] | None]] = deque()
        self._begun: dict[int, int] = {}
        self._seen = time.monotonic()
        client.subscribe_topic(self._topic, self._hear)

    @property
    def places(self) -> int:
        """The workers that the cluster has now."""
        return max(1, len(self._client.ncores()))

    def start(self, task: Task) -> None:
        """Gives a task to a worker that has none."""
        package = packed((self._function, task.content), f"the work on {task.about or task.number}")
        if self._whole is None:
            self._whole = self._submit(_Whole, self._data, key=f"fallline-data-{self._key}")
        options, address = dict(self._options), None
        if "workers" not in options:
            # Two tasks on a worker of two threads would wait for each other.
            taken = {address for _, address in self._running.values()}
            address = next((each for each in self._client.ncores() if each not in taken), None)
            if address is not None:
                options |= {"workers": [address], "allow_other_workers": True}
        future = self._submit(
            _attend,
            package,
            self._whole,
            self._key,
            (self._topic, task.number),
            PROCESS,
            key=f"fallline-{task.about or task.number}-{uuid.uuid4().hex}",
            **options,
        )
        self._running[future] = task, address

    def wait(self, seconds: float) -> list[Fate]:
        """Those that ended."""
        from distributed import CancelledError, wait

        with _seceded(), contextlib.suppress(TimeoutError, CancelledError):
            wait(list(self._running), timeout=seconds, return_when="FIRST_COMPLETED")
        ended = [future for future in self._running if future.done()]
        while self._heard:
            number, message = self._heard.popleft()
            if message is None:
                self._begun[number] = self._begun.get(number, 0) + 1
            else:
                self._report(number, message)
        self._require_workers()
        return [self._fate(future) for future in ended]

    def stop(self, task: Task) -> None:
        """Ends the worker that has it: a thread cannot be ended."""
        future = next(future for future, (each, _) in self._running.items() if each is task)
        del self._running[future]
        holders = self._client.processing()
        addresses = [address for address, keys in holders.items() if future.key in keys]
        future.cancel(force=True)
        # A thread cannot be ended: its process is.
        if addresses:
            self._client.restart_workers(addresses, timeout=60, raise_for_error=False)

    def close(self) -> None:
        """Takes back what still runs."""
        for future in self._running:
            future.cancel(force=True)
        self._running.clear()
        self._client.unsubscribe_topic(self._topic)
        self._whole = None

    def _require_workers(self) -> None:
        """Says that nobody is there, once: an adaptive cluster may start some yet."""
        now = time.monotonic()
        if self._client.ncores():
            self._seen = now
        elif now - self._seen > SECONDS_WITHOUT_WORKERS:
            self._seen = math.inf
            warn("Population: the Dask cluster has no workers; waiting until it has.", TrainingWarning)

    def _submit(self, *arguments: Any, **options: Any) -> Any:
        with warnings.catch_warnings():
            # Of large data in a task. Scattered ones would not come again: Dask takes all copies but one away in seconds, and
            # with the worker that has the last one all tasks that need it are forgotten.
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            return self._client.submit(*arguments, pure=False, **options)

    def _fate(self, future: Any) -> Fate:
        from distributed.scheduler import KilledWorker

        task, _ = self._running.pop(future)
        begun = self._begun.pop(task.number, 0)
        if future.status == "finished":
            answer = future.result()
            future.release()  # else it would run again where its worker ends
            return task, answer
        if future.status in ("cancelled", "lost"):
            return task, Died("its worker ended, and with it the data")
        error = future.exception()
        if isinstance(error, KilledWorker):
            # Dask has given it to one worker after the other by itself. It blames all tasks that a worker had, also those
            # that had not begun.
            return task, Died("its worker ended", max(1, begun))
        if isinstance(error, CancelledError):
            return task, Died("its worker ended, and with it the data")
        raise error

    def _hear(self, event: tuple[Any, Any]) -> None:
        # In the client's own thread: who waits reports it.
        self._heard.append(event[1])


class _Whole:
    """Data that Dask neither looks into nor takes apart."""

    def __init__(self, data: Any) -> None:
        self.data = data


def _attend(package: bytes, whole: _Whole, key: str, address: tuple[str, int], origin: str) -> bytes:
    from distributed import get_worker

    topic, number = address
    worker = get_worker()

    def tell(message: dict[str, Any] | None) -> None:
        worker.log_event(topic, (number, message))

    def begun() -> None:
        tell(None)
        time.sleep(SECONDS_TO_SEND)

    return attend(package, whole.data, key, tell, worker.state.nthreads, origin, begun)


@contextlib.contextmanager
def _seceded() -> Any:
    """A task of Dask that waits for others gives its thread to them."""
    from distributed import rejoin, secede
    from distributed.utils import thread_state

    inside = getattr(thread_state, "execution_state", None) is not None
    if inside:
        secede()
    yield
    if inside:
        rejoin()
