"""What a worker does with a task, in this process."""

from __future__ import annotations

import warnings

import pytest

from fallline.engine import places
from fallline.errors import TrainingWarning, warn
from fallline.population.workers import worker
from fallline.population.workers.payload import packed, unpacked
from fallline.population.workers.worker import attend, note


def answer_of(
    function, content=None, data=None, key="k", tell=lambda message: None, origin="another process"
):
    package = packed((function, content), "this")
    return unpacked(attend(package, data, key, tell, None, origin), "here")


def test_what_is_printed_comes_back_its_end_at_most(capfd) -> None:
    def prints(content, data, tell):
        print("much " * 2000)
        print("the end")

    said = answer_of(prints).said
    assert len(said) == worker.MOST_SAID
    assert said.endswith("the end\n")
    assert capfd.readouterr() == ("", "")


def test_in_a_thread_of_the_process_that_waits_printing_is_left_alone(capfd) -> None:
    assert answer_of(lambda content, data, tell: print("seen"), origin=worker.PROCESS).said == ""
    assert capfd.readouterr().out == "seen\n"


def test_each_warning_comes_back_once() -> None:
    def warns(content, data, tell):
        for _ in range(3):
            warn("took long", TrainingWarning)
        warnings.warn("other", RuntimeWarning, stacklevel=1)

    assert answer_of(warns).warnings == ((TrainingWarning, "took long"), (RuntimeWarning, "other"))


def test_an_error_is_an_answer() -> None:
    def fails(content, data, tell):
        print("so far")
        raise KeyError(content)

    answer = answer_of(fails, "name")
    assert type(answer.error) is KeyError
    assert answer.error.args == ("name",)
    assert answer.said == "so far\n"


def test_leaving_is_an_error_too() -> None:
    def leaves(content, data, tell):
        raise SystemExit(3)

    assert isinstance(answer_of(leaves).error, SystemExit)


def test_data_are_read_once_for_all_tasks_of_a_population() -> None:
    read = []

    def reads():
        read.append(1)
        return [7]

    for key, reads_so_far in (("a", 1), ("a", 1), ("b", 2)):
        assert answer_of(lambda content, data, tell: data, data=reads, key=key).content == [7]
        assert len(read) == reads_so_far


def test_a_few_messages_a_second_arrive() -> None:
    told = []

    def tells(content, data, tell):
        for k in range(1000):
            tell({"epoch": k})

    answer_of(tells, tell=told.append)
    assert told[0] == {"epoch": 0}
    assert len(told) < 500


def test_a_full_disk_costs_messages_alone(tmp_path) -> None:
    def full(message):
        note(tmp_path / "no folder" / "file", message)

    assert answer_of(lambda content, data, tell: (tell({}), content)[1], 5, tell=full).content == 5


def test_a_process_that_has_started_jax_keeps_its_devices(monkeypatch) -> None:
    import jax

    devices = len(jax.devices())
    monkeypatch.setattr(worker, "processors", lambda: 8)
    monkeypatch.setattr(places, "_processes", [1])
    monkeypatch.delenv("NPROC", raising=False)
    worker.settle(1)
    assert len(jax.devices()) == devices
    assert places._processes == [8]  # of the memory it takes its part all the same
    assert "NPROC" not in __import__("os").environ


@pytest.mark.parametrize("share", [2, 4])
def test_who_has_the_whole_machine_changes_nothing(monkeypatch, share) -> None:
    monkeypatch.setattr(worker, "processors", lambda: 2)
    monkeypatch.setattr("jax.config.update", lambda *_: pytest.fail("changed"))
    worker.settle(share)
