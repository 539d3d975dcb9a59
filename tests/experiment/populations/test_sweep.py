"""A sweep: what it leaves, what it chooses by, how it goes on, and what it says when nothing was learned."""

import dataclasses
import errno
import json
import os
import re
import signal

import numpy as np
import polars as pl
import pytest

import fallline as fl
from fallline.errors import DataError, SavedFileError, UsageError
from fallline.experiment.kept.loaded_run import load_run
from fallline.experiment.kept.run_folder import RunFolder
from fallline.experiment.populations import sweep as module
from fallline.experiment.populations.sweep import run_sweep
from fallline.experiment.populations.swept import Sweeping
from fallline.experiment.prediction import predict_rows
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings
from fallline.population.sweep import Sweep

SETTINGS = Settings("iris", epochs=3, layers=(4,), batch_size=64, optimizer="sgd")
RATES = Sweeping(SETTINGS, space=("learning_rate=0.01,0.1,1e30",), seeds=2)


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("sweep"))
        yield


@pytest.fixture(scope="module")
def swept():
    return run_sweep(RATES, out="swept")


def test_it_leaves_a_run_and_the_population_beside_it(swept):
    names = {path.name for path in swept.folder.iterdir()}
    assert {
        "model.fallline",
        "config.json",
        "history.json",
        "split.csv",
        "test_predictions.csv",
        "summary.md",
    } <= names
    assert {"members.csv", "curves.csv", "sweep.json", "population"} <= names
    members = pl.read_csv("swept/members.csv")
    assert members.select("candidate", "learning_rate", "seed").rows() == [
        (candidate, rate, seed) for candidate, rate in enumerate((0.01, 0.1, 1e30)) for seed in (0, 1)
    ]
    assert members["status"].to_list() == [*["completed"] * 4, *["diverged"] * 2]
    assert pl.read_csv("swept/curves.csv").filter(pl.col("name") == "val_loss")["epoch"].max() == 3


def test_the_best_is_that_of_the_best_mean_over_seeds(swept):
    members = pl.read_csv("swept/members.csv").filter(pl.col("status") == "completed")
    means = members.group_by("candidate").agg(pl.col("score").mean()).sort("score")
    assert swept.settings == {"learning_rate": (0.01, 0.1)[means["candidate"][0]]}
    own = members.filter(pl.col("candidate") == means["candidate"][0]).sort("score")
    settings = load_run("swept").settings
    assert (settings.seed, settings.division_seed) == (own["seed"][0], 0)
    assert swept.experiment.history.history["val_loss"][-1] == pytest.approx(own["score"][0])


def test_the_best_is_what_train_would_leave(swept):
    experiment = run_experiment(load_run("swept").settings, out="alone")
    assert pl.read_csv("alone/split.csv").equals(pl.read_csv("swept/split.csv"))
    ours, theirs = (load_run(name).test_predictions for name in ("swept", "alone"))
    for name in ours.columns[3:]:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-6)
    assert experiment.report.verdict.kind == swept.experiment.report.verdict.kind
    assert predict_rows("swept", "iris").height == 150


def test_it_says_what_was_found(swept):
    seen = swept.experiment.report.population
    assert re.match(
        r"A sweep over learning_rate: 3 candidates, 6 networks, 1\d epochs trained of 18; compared by",
        seen.heading,
    )
    assert seen.table[0] == ("", "learning_rate", "val_loss", "p")
    assert seen.table[1][:2] == ("1", "0.1")
    assert any("2 of 6 members diverged" in sentence for sentence in seen.sentences)
    assert "Networks: 4 trained to the last epoch, 2 diverged." in seen.sentences
    assert "--folds does" in " ".join(seen.sentences)
    assert load_run("swept").report.population == seen


def test_test_rows_are_not_used_for_choosing(swept, monkeypatch):
    def poisoned(settings, rows=None):
        prepared = prepare(settings, rows)
        test = prepared.test
        bad = dataclasses.replace(test, x=np.full_like(test.x, np.nan), y=(test.y + 1) % 3)
        return dataclasses.replace(prepared, test=bad)

    chosen = []
    monkeypatch.setattr(module, "prepare", poisoned)
    monkeypatch.setattr(module, "finish", lambda run, _: chosen.append(run))
    with pytest.raises(AttributeError):
        run_sweep(RATES, out="poisoned").experiment.report  # noqa: B018  (there is none: nothing was judged)
    assert pl.read_csv("swept/curves.csv").equals(chosen[0].many.tables["curves.csv"])
    assert chosen[0].settings.learning_rate == swept.settings["learning_rate"]


def test_networks_are_read_back_as_models(swept):
    population = fl.population.Population.load("swept/population", swept.population._build)
    frame = prepare(SETTINGS).test.x
    for one, other in zip(population.members, swept.population.members, strict=True):
        if not one.diverged:
            np.testing.assert_array_equal(
                one.model.predict(frame, verbose=0), other.model.predict(frame, verbose=0)
            )


def test_a_sweep_goes_on_with_more_budget_and_nothing_else(swept):
    first = run_sweep(dataclasses.replace(RATES, budget=1.0), out="short")
    again = run_sweep(Sweeping.resumed(first.folder, {"budget": 100.0}, {}), resume=first.folder)
    assert again.folder == first.folder
    assert pl.read_csv("short/curves.csv").equals(pl.read_csv("swept/curves.csv"))
    with pytest.raises(UsageError, match=r"had seeds 2, and cannot go on with 5"):
        Sweeping.resumed(first.folder, {"seeds": 5}, {})
    with pytest.raises(UsageError, match=r"had learning rate as by default, and cannot go on with 0.1"):
        Sweeping.resumed(first.folder, {}, {"learning_rate": 0.1})
    with pytest.raises(SavedFileError, match="did not begin there"):
        Sweeping.resumed(swept.folder / "population", {}, {})


def test_where_all_diverge_it_says_what_they_share():
    hopeless = dataclasses.replace(RATES, space=("learning_rate=1e29,1e30",), seeds=1)
    result = run_sweep(hopeless, out="hopeless")
    assert (result.outcome, result.experiment) == ("diverged", None)
    assert "All 2 members diverged" in result.message
    assert pl.read_csv("hopeless/members.csv")["status"].to_list() == ["diverged", "diverged"]


def test_an_interrupt_keeps_what_is_done(monkeypatch):
    looked = Sweep.looked
    calls = []

    def once(self, boundary):
        if not calls and boundary is not None and boundary.epoch:
            calls.append(boundary)
            os.kill(os.getpid(), signal.SIGINT)
        looked(self, boundary)

    monkeypatch.setattr(Sweep, "looked", once)
    long = dataclasses.replace(RATES, settings=dataclasses.replace(SETTINGS, epochs=400), seeds=1)
    result = run_sweep(long, out="cut")
    monkeypatch.undo()
    assert result.outcome == "interrupted"
    assert "fallline sweep --resume cut" in result.message
    done = run_sweep(Sweeping.resumed(result.folder, {}, {}), resume=result.folder)
    assert done.outcome == "completed"
    run_sweep(long, out="straight")
    assert pl.read_csv("cut/curves.csv").equals(pl.read_csv("straight/curves.csv"))


def test_a_full_disk_costs_what_comes_after(monkeypatch):
    write = RunFolder.write

    def full(self, name, how):
        def fails(_):
            raise OSError(errno.ENOSPC, "No space left on device")

        write(self, name, fails if name == "members.csv" else how)

    monkeypatch.setattr(RunFolder, "write", full)
    with pytest.raises(DataError, match="the disk is full") as raised:
        run_sweep(dataclasses.replace(RATES, space=("learning_rate=0.1",), seeds=1), out="full")
    assert "model.fallline" in str(raised.value)
    assert predict_rows("full", "iris").height == 150


def test_folds_choose_and_the_network_is_trained_as_train_does():
    settings = Settings("iris", epochs=2, layers=(4,), batch_size=64)
    sweeping = Sweeping(settings, space=("learning_rate=0.001,0.1",), folds=3)
    result = run_sweep(sweeping, out="folded")
    members = pl.read_csv("folded/members.csv")
    assert members.select("candidate", "fold").rows() == [(c, f) for c in (0, 1) for f in (0, 1, 2)]
    report = result.experiment.report
    assert report.rows == {"train": 98, "validation": 22, "test": 30}
    assert "speak of other rows" in " ".join(report.population.sentences)
    config = json.loads((result.folder / "config.json").read_text())["settings"]
    assert (config["learning_rate"], config["folds"]) == (result.settings["learning_rate"], None)


def test_penalties_do_not_enter_the_comparison():
    settings = Settings("diabetes", epochs=1, layers=(4,), batch_size=64)
    result = run_sweep(Sweeping(settings, space=("l2=0,1000",), seeds=1), out="penalties")
    members = pl.read_csv("penalties/members.csv")
    np.testing.assert_allclose(members["score"], members["val_mean_squared_error"])
    assert members["val_loss"][1] > 100 * members["score"][1]
    assert result.experiment.report.population.table[0][2] == "score"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"members": 0}, "--members"),
        ({"seeds": 0}, "--seeds"),
        ({"folds": 1}, "--folds"),
        ({"budget": 0.0}, "--budget must be a number above 0"),
        ({"search": "hyperbnd"}, 'Did you mean "hyperband"?'),
        ({"search": "grid", "members": 3}, "leave out --members"),
        ({"settings": dataclasses.replace(SETTINGS, validation=0.0)}, "chooses by validation rows"),
        ({"settings": dataclasses.replace(SETTINGS, ensemble=2)}, "one network"),
    ],
)
def test_what_a_sweep_cannot_be(wrong, message):
    with pytest.raises(UsageError) as raised:
        dataclasses.replace(RATES, **wrong)
    assert message in str(raised.value)
