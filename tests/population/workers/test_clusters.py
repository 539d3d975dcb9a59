"""Clusters of Dask and Ray as they are, with two workers on this machine; one worker is killed on purpose."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack

import joblib
import numpy as np
import pytest

from fallline._files import processors
from fallline.errors import UnknownNameError, UsageError
from fallline.population.workers.payload import Task
from fallline.population.workers.running import places, run_groups

from . import works


@pytest.fixture(scope="module", params=["dask", "ray"])
def cluster(request, tmp_path_factory) -> Iterator[str]:
    """A cluster of two workers."""
    library = pytest.importorskip({"dask": "distributed"}.get(request.param, request.param))
    with ExitStack() as stack, warnings.catch_warnings():
        stack.enter_context(works.sent_with_its_code())
        # What the libraries do among themselves is theirs.
        warnings.simplefilter("ignore")
        if request.param == "dask":
            given = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
            stack.enter_context(library.Client(stack.enter_context(library.LocalCluster(**given))))
        else:
            from ray.util.joblib import register_ray

            library.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
            stack.callback(library.shutdown)
            register_ray()
        stack.enter_context(joblib.parallel_config(backend=request.param))
        yield request.param


@pytest.fixture(scope="module")
def outcome(cluster, tmp_path_factory):
    folder, heard = str(tmp_path_factory.mktemp(cluster)), []
    kinds = ["trains", "dies once", "easy", "dies", "easy", "easy"]
    results = run_groups(
        [Task(number, (kind, folder), kind) for number, kind in enumerate(kinds)],
        works.work,
        lambda number, message: heard.append((number, message["kind"])),
        works.data(),
    )
    return kinds, {done.task.number: done for done in results}, heard


def test_each_worker_is_a_place(cluster) -> None:
    assert places() == 2


def test_a_death_costs_nobody_else_anything(outcome) -> None:
    kinds, results, _ = outcome
    assert sorted(results) == list(range(len(kinds)))
    assert {number for number, done in results.items() if done.lost} == {kinds.index("dies")}
    assert results[1].content == "dies once"
    assert "its worker ended" in results[3].lost


def test_training_there_gives_what_it_gives_here_on_one_device_of_its_own(outcome) -> None:
    there = outcome[1][0].content
    assert there["same"]
    if processors() > 1:
        assert there["devices"] == 1
    for one, other in zip(there["trained"], works.trained(works.data()), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_messages_arrive(outcome) -> None:
    heard = outcome[2]
    assert {(0, "trains"), (2, "easy")} <= set(heard)


def test_an_error_arrives_as_it_was(cluster) -> None:
    with pytest.raises(UnknownNameError, match='^unknown optimizer "adm". Did you mean "adam"\\?$'):
        list(run_groups([Task(0, ("fails", ""))], works.work))


def test_what_cannot_be_sent_is_named(cluster) -> None:
    lock = threading.Lock()
    with pytest.raises(UsageError, match="cannot be sent to another process"):
        list(run_groups([Task(0, lock)], works.work))
