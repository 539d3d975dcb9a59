"""Tasks in the process that asks: in order, nothing between them and the person."""

from __future__ import annotations

import sys

import joblib
import pytest

from fallline.errors import UsageError
from fallline.population.workers import running
from fallline.population.workers.payload import Answer, Task, packed
from fallline.population.workers.pool import Died, Pool
from fallline.population.workers.running import places, run_groups


def tasks(*contents: object) -> list[Task]:
    return [Task(number, content) for number, content in enumerate(contents)]


def test_where_nothing_is_set_they_run_here_one_by_one_with_the_very_objects() -> None:
    data, told, seen = object(), [], []

    def function(content, given, tell):
        assert given is data
        tell({"at": content})
        seen.append(content)
        return content * 2

    results = run_groups(tasks(1, 2), function, lambda number, message: told.append((number, message)), data)
    assert next(results).content == 2
    assert seen == [1]
    assert [done.content for done in results] == [4]
    assert told == [(0, {"at": 1}), (1, {"at": 2})]
    assert places() == 0


def test_joblib_is_not_loaded_for_it(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "joblib")
    assert [done.content for done in run_groups(tasks(3), lambda content, data, tell: content)] == [3]
    assert "joblib" not in sys.modules


def test_tasks_may_depend_on_results() -> None:
    known = [1]

    def ask() -> Task | None:
        return Task(len(known), known[-1]) if known[-1] < 10 else None

    known.extend(done.content for done in run_groups(ask, lambda content, data, tell: content * 2))
    assert known == [1, 2, 4, 8, 16]


def test_errors_come_out_as_they_are() -> None:
    class OwnError(Exception):
        pass

    def fails(content, data, tell):
        raise OwnError("text")

    with pytest.raises(OwnError, match="^text$") as caught:
        list(run_groups(tasks(0), fails))
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("given", [{"backend": "threading"}, {"backend": "loky"}, {"n_jobs": 1}])
def test_one_process_is_this_process(given) -> None:
    with joblib.parallel_config(**given):
        assert places() == 0


def test_a_backend_that_cannot_be_used_is_refused() -> None:
    with (
        joblib.parallel_config(backend="multiprocessing", n_jobs=2),
        pytest.raises(
            UsageError, match=r'"loky", "dask" and "ray".*got MultiprocessingBackend. Write parallel_config'
        ),
    ):
        places()


class Fakes(Pool):
    """Two places; a task ends as its content says: "dies", "hangs", or with itself."""

    places = 2

    def __init__(self) -> None:
        super().__init__(None, None, None)
        self.running: list[Task] = []
        self.most = 0

    def start(self, task: Task) -> None:
        self.running.append(task)
        self.most = max(self.most, len(self.running))

    def wait(self, seconds: float) -> list:
        ended = [task for task in self.running if task.content != "hangs"]
        self.running = [task for task in self.running if task.content == "hangs"]
        return [
            (task, Died("killed", 3 if task.content == "dies often" else 1))
            if str(task.content).startswith("dies")
            else (task, packed(Answer(task.content), "it"))
            for task in ended
        ]

    def stop(self, task: Task) -> None:
        self.running.remove(task)

    def close(self) -> None:
        assert not self.running


def fates(*contents: object, **options) -> tuple[Fakes, dict[object, tuple[int, str]]]:
    pool = Fakes()
    found = running._elsewhere(_asking(tasks(*contents)), pool, interrupted=lambda: False, **options)
    return pool, {done.task.content: (done.task.attempt, done.lost) for done in found}


def _asking(given: list[Task]):
    waiting = list(given)
    return lambda: waiting.pop(0) if waiting else None


def test_places_are_filled_and_no_more() -> None:
    pool, found = fates(1, 2, 3, 4, 5, retries=0, limit=None)
    assert set(found) == {1, 2, 3, 4, 5}
    assert pool.most == 2


def test_deaths_are_counted_as_the_backend_counts_them() -> None:
    _, found = fates("dies", "dies often", 1, retries=2, limit=None)
    assert found[1] == (0, "")
    assert found["dies"] == (3, "3 processes that had it ended, one after the other; killed")
    assert found["dies often"][0] == 3


def test_what_runs_past_its_limit_counts_as_dead() -> None:
    _, found = fates("hangs", 1, retries=1, limit=0.0)
    assert found["hangs"] == (
        2,
        "2 processes that had it ended, one after the other; it ran longer than 0 seconds",
    )
    assert found[1] == (0, "")
