"""Tasks through the backend that joblib is set to, each result as it comes.

    with joblib.parallel_config(backend="loky", n_jobs=4):    processes of this machine
    with joblib.parallel_config(backend="dask"):              the cluster of the Dask client there is
    ray.util.joblib.register_ray()
    with joblib.parallel_config(backend="ray"):               the cluster of Ray

Where nothing is set, this process computes: the engine uses all its processors already.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fallline.errors import UsageError, warn
from fallline.population.workers.payload import Answer, Done, Task, unpacked
from fallline.population.workers.pool import Died, Fate, Here, Pool, Report
from fallline.population.workers.worker import Function

SECONDS_BETWEEN_LOOKS = 0.25

RETRIES = 2
"""How often a task is given again whose process died."""


def places() -> int:
    """How many tasks `run_groups` would run at once in other processes; 0 where it runs them in this one.

    Raises:
        UsageError: joblib is set to a backend that cannot be used.
    """
    with contextlib.closing(_pool(_nothing, None, _ignore)) as pool:
        return 0 if isinstance(pool, Here) else pool.places


def run_groups(
    tasks: Iterable[Task] | Callable[[], Task | None],
    function: Function,
    report: Report | None = None,
    data: Any = None,
    retries: int = RETRIES,
    limit: float | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Iterator[Done]:
    """Runs tasks and gives each result as it comes.

    Args:
        tasks: What is to be done; or what is asked, whenever a place is free, for the next task: None where there is none
            now, which is the end where nothing runs.
        function: `function(content, data, tell)`, run for each; what it gives becomes `Done.content`. `tell`
            takes a small dictionary of numbers and texts, of which a few a second arrive. In another process the arrays
            of the data may be read-only.
        report: Takes the number of a task and what it told; None: nobody listens.
        data: What all tasks read. It goes once to each process.
        retries: How often a task is given again whose process died.
        interrupted: Whether Ctrl-C came, where that raises nothing by itself.
        limit: Seconds after which a task counts as dead; None: no limit. In this process there is none.

    Yields:
        What became of each task, in the order in which they end.

    Raises:
        UsageError: joblib is set to a backend that cannot be used, or something cannot be sent to it.
        KeyboardInterrupt: Ctrl-C came; what runs is ended.
        Exception: what the function raised, its type and text as they were. Other tasks are ended then.
    """
    with contextlib.closing(_pool(function, data, report or _ignore)) as pool:
        ask = tasks if callable(tasks) else functools.partial(next, iter(tasks), None)
        if isinstance(pool, Here):
            yield from _here(ask, pool)
        else:
            yield from _elsewhere(ask, pool, retries, limit, interrupted)


def _here(ask: Callable[[], Task | None], pool: Here) -> Iterator[Done]:
    while (task := ask()) is not None:
        yield Done(task, pool.run(task))


def _elsewhere(
    ask: Callable[[], Task | None],
    pool: Pool,
    retries: int,
    limit: float | None,
    interrupted: Callable[[], bool],
) -> Iterator[Done]:
    first: deque[Task] = deque()
    begun: dict[int, tuple[Task, float]] = {}
    while True:
        while len(begun) < pool.places:
            task = first.popleft() if first else ask()
            if task is None:
                break
            pool.start(task)
            begun[task.number] = task, time.monotonic()
        if not begun:
            return
        fates: list[Fate] = pool.wait(SECONDS_BETWEEN_LOOKS)
        if interrupted():
            raise KeyboardInterrupt
        for task, since in begun.values():
            if (
                limit is not None
                and time.monotonic() - since > limit
                and all(task is not t for t, _ in fates)
            ):
                pool.stop(task)
                fates.append((task, Died(f"it ran longer than {limit:g} seconds")))
        for task, fate in fates:
            del begun[task.number]
            if isinstance(fate, Died):
                again = dataclasses.replace(task, attempt=task.attempt + fate.times)
                if again.attempt <= retries:
                    first.append(again)
                else:
                    yield Done(
                        again,
                        lost=f"{again.attempt} processes that had it ended, one after the other; {fate.why}",
                    )
                continue
            yield Done(task, _content(fate))


def _content(fate: bytes) -> Any:
    """What the function gave. What it warned of is warned of here, what it raised raised."""
    answer: Answer = unpacked(fate, "this process")
    for category, text in answer.warnings:
        warn(text, category)
    if answer.error is not None:
        if answer.said:
            answer.error.add_note(f"It had printed:\n{answer.said}")
        raise answer.error
    return answer.content


def _pool(function: Function, data: Any, report: Report) -> Pool | Here:
    """The pool that joblib is set to."""
    # Who set joblib to something has imported it.
    if "joblib" not in sys.modules:
        return Here(function, data, report)
    from joblib.parallel import get_active_backend

    backend, count = get_active_backend()
    name = type(backend).__name__
    if name in ("SequentialBackend", "ThreadingBackend"):
        # Threads would wait for each other: each task uses all processors.
        return Here(function, data, report)
    if name == "LokyBackend":
        count = backend.effective_n_jobs(count)
        if count == 1:
            return Here(function, data, report)
        from fallline.population.workers.loky_pool import LokyPool

        folder = getattr(backend, "backend_kwargs", {}).get("temp_folder")
        return LokyPool(function, data, report, count, backend.inner_max_num_threads, folder)
    if name == "DaskDistributedBackend":
        from fallline.population.workers.dask_pool import DaskPool

        return DaskPool(function, data, report, backend.client, backend.submit_kwargs)
    if name == "RayBackend":
        from fallline.population.workers.ray_pool import RayPool

        return RayPool(function, data, report, -1 if count is None else count, backend.ray_remote_args or {})
    raise UsageError(
        f'joblib.parallel_config: populations run on the backends "loky", "dask" and "ray", and here where none is set; got '
        f'{name}. Write parallel_config(backend="loky", n_jobs=2), or leave it out.'
    )


def _nothing(content: Any, data: Any, tell: Any) -> None:
    """What no task calls."""


def _ignore(number: int, message: dict[str, Any]) -> None:
    """Nobody listens."""
