"""Processes of this machine: all in one run, since each start of a process costs a second."""

from __future__ import annotations

import os
import time

import joblib
import numpy as np
import pytest

from fallline._files import processors
from fallline.errors import TrainingWarning
from fallline.population import Population
from fallline.population.workers.loky_pool import LokyPool
from fallline.population.workers.payload import Task
from fallline.population.workers.running import places, run_groups

from . import works

KINDS = ["trains", "dies once", "dies", "speaks", "nests"]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder, heard = str(tmp_path_factory.mktemp("loky")), []
    tasks = [Task(number, (kind, folder), f"the one that {kind}") for number, kind in enumerate(KINDS)]

    def report(number, message):
        heard.append((KINDS[number], message["kind"]))

    with joblib.parallel_config(backend="loky", n_jobs=2), works.sent_with_its_code():
        assert places() == 2
        with pytest.warns(TrainingWarning, match="careful"):
            results = list(run_groups(tasks, works.work, report, works.data(), retries=1))
    return results, heard


def of(outcome, kind: str) -> list:
    return [done for done in outcome[0] if done.task.number == KINDS.index(kind)]


def test_read_only_arrays_that_are_mapped_give_the_same_bits(outcome) -> None:
    [done] = of(outcome, "trains")
    assert not done.content["writable"]
    assert done.content["same"]


def test_a_worker_takes_its_share_of_the_machine(outcome) -> None:
    share = max(1, processors() // 2)
    [done] = of(outcome, "trains")
    if processors() > share:  # on a machine of one processor nothing is to be shared
        assert done.content["devices"] == share
        assert done.content["threads"] == [str(share)] * 3


def test_who_died_is_given_again_and_the_others_go_on(outcome) -> None:
    [done] = of(outcome, "dies once")
    assert done.content == "dies once"
    assert done.task.attempt == 1
    assert all(not done.lost for kind in ("trains", "speaks", "nests") for done in of(outcome, kind))


def test_what_kills_each_process_is_given_up_with_its_last_words(outcome) -> None:
    [done] = of(outcome, "dies")
    assert done.content is None
    assert done.lost == "2 processes that had it ended, one after the other; its process ended: last words"


def test_messages_and_warnings_arrive_and_printed_text_does_not(outcome, capfd) -> None:
    assert ("trains", "trains") in outcome[1]
    assert "nowhere" not in capfd.readouterr().out


def test_within_a_worker_a_population_runs_in_its_process(outcome) -> None:
    [done] = of(outcome, "nests")
    assert done.content is True


def test_a_population_trains_in_processes_to_what_it_is_here() -> None:
    axes = {"learning_rate": [0.1, 0.3, 0.5]}
    given = {"epochs": 3, "validation_split": 0.2, "batch_size": 64, "verbose": 0}
    x, y = works.data().train.x, works.data().train.y
    here = Population(works.build, axes).fit(x, y, **given)
    with joblib.parallel_config(backend="loky", n_jobs=2), works.sent_with_its_code():
        there = Population(works.build, axes).fit(x, y, **given)
    assert [member.status for member in there.members] == ["completed"] * 3
    for one, other in zip(here.members, there.members, strict=True):
        np.testing.assert_allclose(one.values["val_loss"], other.values["val_loss"], rtol=2e-5)
        np.testing.assert_allclose(one.model.predict(x[:9]), other.model.predict(x[:9]), rtol=1e-4, atol=1e-6)


def test_a_process_that_has_run_too_long_is_ended(tmp_path) -> None:
    def hangs(content, data, tell):
        (tmp_path / "begun").write_text(str(os.getpid()))
        time.sleep(600)

    pool = LokyPool(hangs, None, lambda number, message: None, 2, folder=str(tmp_path))
    try:
        task = Task(0, None)
        pool.start(task)
        while not (tmp_path / "begun").exists() or not (tmp_path / "begun").read_text():
            assert pool.wait(0.1) == []
        pool.stop(task)
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "begun").read_text()), 0)
        assert pool.wait(0) == []
    finally:
        pool.close()
    assert [path.name for path in tmp_path.iterdir()] == ["begun"]
