"""A population whose parts are sent and come back: in this process, but through everything that processes go through."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import fallline as fl
from fallline.errors import TrainingWarning
from fallline.population import ASHA, Population, SuccessiveHalving, group
from fallline.population.workers import parts, running
from fallline.population.workers.payload import Task, packed
from fallline.population.workers.pool import Died, Fate, Pool
from fallline.population.workers.worker import attend

pytestmark = pytest.mark.filterwarnings("ignore:Population. .* diverged:fallline.errors.TrainingWarning")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(96, 4)).astype(np.float32)
Y = (X[:, 0] > 0.1).astype(np.int32)
FIT = {"epochs": 4, "validation_split": 0.25, "batch_size": 24, "verbose": 0}


def build(learning_rate: float = 0.01, units: int = 3) -> fl.Sequential:
    model = fl.Sequential(
        [fl.Input((4,)), fl.layers.Dense(units, activation="relu"), fl.layers.Dense(2, activation="softmax")]
    )
    model.compile(fl.optimizers.SGD(learning_rate), "sparse_categorical_crossentropy")
    return model


def stopping() -> list[fl.callbacks.EarlyStopping]:
    return [fl.callbacks.EarlyStopping(patience=1, restore_best_weights=True)]


class Local(Pool):
    """Two places; what they are given is sent, run and sent back here, by turns."""

    places = 2
    before: Callable[[Task], Died | None] = staticmethod(lambda task: None)
    """What becomes of a task before it is run."""
    sent = 0

    def __init__(self, function, data, report) -> None:
        super().__init__(function, data, report)
        self.running: list[Task] = []

    def start(self, task: Task) -> None:
        self.running.append(task)

    def wait(self, seconds: float) -> list[Fate]:
        task = self.running.pop()
        Local.sent += 1
        if (died := Local.before(task)) is not None:
            return [(task, died)]
        package = packed((self._function, task.content), task.about)

        def tell(message):
            self._report(task.number, message)

        return [(task, attend(package, self._data, str(id(self)), tell, None, "another process"))]

    def stop(self, task: Task) -> None:
        raise AssertionError

    def close(self) -> None:
        self.running.clear()


@pytest.fixture
def sends(monkeypatch) -> Iterator[type[Local]]:
    """Joblib is as if it were set to processes; each part comes back after a few steps."""
    monkeypatch.setattr(running, "_pool", Local)
    monkeypatch.setattr(Local, "sent", 0)
    monkeypatch.setattr(parts, "SECONDS", 0.0)
    monkeypatch.setattr(group, "MEMBER_STEPS", 12)
    monkeypatch.setattr(group, "SELDOM", 1)
    monkeypatch.setattr(group, "PLACES", 2)
    return Local


AXES = {"learning_rate": [0.03, 1e25, 0.3, 3.0, 0.1]}


@pytest.fixture(scope="module")
def here() -> Population:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "PLACES", 2)
        patch.setattr(group, "MEMBER_STEPS", 12)
        return Population(build, AXES, seed=3).fit(X, Y, callbacks=stopping(), **FIT)


def same(one: Population, other: Population) -> None:
    for a, b in zip(one.members, other.members, strict=True):
        assert (a.settings, a.status, a.epochs, a.outcome) == (b.settings, b.status, b.epochs, b.outcome)
        assert set(a.values) == set(b.values)
        for name in a.values:
            np.testing.assert_allclose(a.values[name], b.values[name], rtol=2e-5, atol=2e-6)
        for own, there in zip(a.model.get_weights(), b.model.get_weights(), strict=True):
            np.testing.assert_allclose(own, there, rtol=2e-5, atol=2e-6)
        np.testing.assert_allclose(a.score, b.score, rtol=2e-5)


def test_sent_in_parts_and_back_time_after_time_members_are_what_they_are_here(sends, here) -> None:
    epochs = []

    class Watcher:
        def looked(self, sweep, boundary):
            epochs.append(sweep.member_epochs)

    there = Population(build, AXES, seed=3).fit(X, Y, callbacks=stopping(), watchers=[Watcher()], **FIT)
    same(here, there)
    assert sends.sent > 4
    assert there.best.number == here.best.number
    assert len(set(epochs)) > 4
    assert max(epochs) == sum(member.epochs for member in here.members)


def test_a_death_costs_what_came_since_the_last_return(sends, here, monkeypatch) -> None:
    began: list[int] = []

    def dies_third(task):
        began.append(sum(work.epochs for work in task.content.works))
        return Died("killed") if len(began) in (3, 4) else None

    monkeypatch.setattr(Local, "before", staticmethod(dies_third))
    same(here, Population(build, AXES, seed=3).fit(X, Y, callbacks=stopping(), **FIT))
    assert max(began[4:]) > 0  # nobody began anew


def test_members_that_kill_each_process_are_lost_and_the_others_go_on(sends, monkeypatch) -> None:
    def kills(task):
        numbers = [work.member.number for work in task.content.works]
        return Died("out of memory") if 3 in numbers else None

    monkeypatch.setattr(Local, "before", staticmethod(kills))
    population = Population(build, AXES, seed=3)
    with pytest.warns(
        TrainingWarning,
        match="members 3 to 4 cannot be trained: 3 processes .* out of memory. The first has learning_rate 3. All others",
    ):
        population.fit(X, Y, **FIT)
    assert [member.status for member in population.members] == [
        "completed",
        "diverged",
        "completed",
        "lost",
        "lost",
    ]
    assert np.isnan([member.score for member in population.members[3:]]).all()
    assert population.best.number in (0, 2)
    assert population.results.frame()["status"].to_list()[3:] == ["lost", "lost"]


@pytest.mark.parametrize("search", [SuccessiveHalving, ASHA])
def test_a_search_is_told_of_everybody(sends, search) -> None:
    axes = {"learning_rate": fl.population.log_uniform(1e-3, 1.0)}
    population = Population(build, axes, members=6, search=search(), seed=1).fit(X, Y, **FIT)
    assert all(member.epochs for member in population.members)
    assert {member.status for member in population.members} <= {"completed", "pruned"}
    assert population._sweep.search.done
    assert population.best.epochs == FIT["epochs"]


def test_what_is_left_of_a_budget_is_what_is_trained(sends) -> None:
    population = Population(build, {"learning_rate": [0.1, 0.2, 0.3, 0.4]}).fit(X, Y, budget=9, **FIT)
    statuses = [member.status for member in population.members]
    assert 9 <= sum(member.epochs for member in population.members) < 16
    assert set(statuses) <= {"completed", "stopped", "waiting"}
    assert all(np.isfinite(m.score) and m.model for m in population.members if m.status == "stopped")


def test_after_an_interrupt_what_came_back_is_there(sends, monkeypatch) -> None:
    def interrupts(task):
        if sends.sent == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Local, "before", staticmethod(interrupts))
    population = Population(build, {"learning_rate": [0.1, 0.2, 0.3, 0.4]})
    with pytest.raises(KeyboardInterrupt, match="members holds what was trained"):
        population.fit(X, Y, **FIT)
    statuses = {member.status for member in population.members}
    assert "running" not in statuses
    trained = [member for member in population.members if member.epochs]
    assert trained
    assert all(np.isfinite(member.model.predict(X[:2])).all() for member in trained)


def test_a_folder_holds_who_was_away_and_goes_on_here(sends, here, monkeypatch, tmp_path) -> None:
    def killed(task):
        if sends.sent == 4:
            raise SystemExit  # as if the process were killed: nothing is put in order

    monkeypatch.setattr(Local, "before", staticmethod(killed))
    monkeypatch.setattr("fallline.population.stored.SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr("fallline.population.stored.SHARE_OF_WRITING", 1e9)
    with pytest.raises(SystemExit):
        Population(build, AXES, seed=3).fit(X, Y, callbacks=stopping(), folder=tmp_path / "p", **FIT)
    monkeypatch.undo()
    again = Population(build, AXES, seed=3)
    again.fit(X, Y, callbacks=stopping(), folder=tmp_path / "p", resume=True, **FIT)
    same(here, again)
