"""Clusters of Dask and Ray as they are, with two workers on this machine; one worker is killed on purpose.

They run where `fallline[clusters]` is installed: starting these clusters and their dead workers again takes a minute.
"""

from __future__ import annotations

import importlib
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack

import joblib
import numpy as np
import pytest

from fallline._files import processors
from fallline.errors import UnknownNameError, UsageError
from fallline.population import Population
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
            import dask

            # By default Dask itself gives a task to four workers before it says that they died.
            stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": 2}))
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
        [Task(number, (kind, folder, 1.5), kind) for number, kind in enumerate(kinds)],
        works.work,
        lambda number, message: heard.append((number, message["kind"])),
        works.data(),
        limit=120,
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


def test_each_worker_has_a_device_and_its_arrays_give_the_bits_of_ordinary_ones(outcome) -> None:
    there = outcome[1][0].content
    assert there["same"]
    if processors() > 1:
        assert there["devices"] == 1


def test_messages_arrive(outcome) -> None:
    heard = outcome[2]
    assert {(0, "trains"), (2, "easy")} <= set(heard)


def test_a_population_trains_there_to_what_it_is_here(cluster) -> None:
    given = {"epochs": 2, "validation_split": 0.2, "batch_size": 64, "verbose": 0}
    x, y = works.data().train.x, works.data().train.y
    axes = {"learning_rate": [0.1, 0.3, 0.5]}
    if cluster == "dask":  # who was killed before may still be starting again
        importlib.import_module("distributed").get_client().wait_for_workers(2, timeout=60)
    there = Population(works.build, axes).fit(x, y, **given)
    with joblib.parallel_config(backend="threading"):
        here = Population(works.build, axes).fit(x, y, **given)
    assert there._sweep.elsewhere == 2
    assert here._sweep.elsewhere == 0
    for one, other in zip(here.members, there.members, strict=True):
        assert one.status == other.status == "completed"
        np.testing.assert_allclose(one.values["val_loss"], other.values["val_loss"], rtol=2e-5)


def test_an_error_arrives_as_it_was(cluster) -> None:
    with pytest.raises(UnknownNameError, match='^unknown optimizer "adm". Did you mean "adam"\\?$'):
        list(run_groups([Task(0, ("fails", ""))], works.work))


def test_what_cannot_be_sent_is_named(cluster) -> None:
    lock = threading.Lock()
    with pytest.raises(UsageError, match="cannot be sent to another process"):
        list(run_groups([Task(0, lock)], works.work))
