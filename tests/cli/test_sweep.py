"""`fallline sweep`, and the folds and ensembles of `train`: what they print where, and their exit codes."""

import json
import os
import signal
from pathlib import Path

import pytest

from fallline.cli.main import main
from fallline.cli.sweep import EXAMPLES
from fallline.experiment.populations.space import AXES
from fallline.experiment.populations.swept import SEARCHES
from fallline.population.sweep import Sweep

QUICK = ["--epochs", "2", "--layers", "4", "--optimizer", "sgd", "--batch-size", "64"]
SPACE = ["--space", "learning_rate=0.01,0.1,1e30", "--seeds", "2"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_result_in_80_columns_and_as_an_object(capsys):
    assert main(["sweep", "iris", "--json", *SPACE, *QUICK]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert result["sweep"] == {
        "outcome": "completed",
        "message": "",
        "networks": 6,
        "statuses": {"completed": 4, "diverged": 2},
        "settings": {"learning_rate": 0.1},
    }
    assert (result["run"], result["recipe"]["learning_rate"]) == ("runs/iris-1", 0.1)
    assert result["population"]["table"][0] == ["", "learning_rate", "val_loss", "p"]
    text = shown.err[shown.err.index("A sweep over") :]
    assert "The run is in runs/iris-1" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "sweep: 3 candidates x 2 seeds = 6 networks, grid; at most 2 epochs each" in shown.err
    assert main(["info", "runs/iris-1"]) == 0
    assert "A sweep over learning_rate" in capsys.readouterr().out
    # It is there, so that going on with it trains nothing more, and gives the same.
    assert main(["sweep", "--resume", "runs/iris-1", "--json", "--quiet"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["test"], again["sweep"]) == (result["test"], result["sweep"])


def test_all_diverged_is_code_3(capsys):
    assert (
        main(["sweep", "iris", "--json", "--space", "learning_rate=1e29,1e30", "--seeds", "1", *QUICK]) == 3
    )
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert (result["run"], result["sweep"]["outcome"]) == ("runs/iris-1", "diverged")
    assert "All 2 members diverged" in shown.err


def test_an_interrupt_is_code_130(capsys, monkeypatch):
    looked, calls = Sweep.looked, []

    def once(self, boundary):
        if not calls and boundary is not None and boundary.epoch:
            calls.append(boundary)
            os.kill(os.getpid(), signal.SIGINT)
        looked(self, boundary)

    monkeypatch.setattr(Sweep, "looked", once)
    assert main(["sweep", "iris", *SPACE, *QUICK, "--epochs", "400"]) == 130
    assert "Go on with: fallline sweep --resume runs/iris-1" in capsys.readouterr().err
    assert Path("runs/iris-1/sweep.json").is_file()


def test_every_flag_reaches_the_sweep(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "fallline.experiment.populations.sweep.run_sweep",
        lambda sweeping, **_: seen.append(sweeping) or 1 / 0,
    )
    arguments = (
        "sweep d.csv --target y --space dropout=0,0.1 --space units=8,16 --members 7 --seeds 5 --search halving "
        "--budget 100 --minutes 2.5 --folds 4 --epochs 9 --activation tanh --seed 3"
    )
    main(arguments.split())
    found = seen[0]
    assert (found.space, found.members, found.seeds) == (("dropout=0,0.1", "units=8,16"), 7, 5)
    assert (found.search, found.budget, found.minutes, found.folds) == ("halving", 100.0, 2.5, 4)
    settings = found.settings
    assert (settings.data, settings.target, settings.epochs, settings.seed) == ("d.csv", "y", 9, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "DATA is missing"),
        ("iris --space learning_rat=1,2", 'Did you mean "learning_rate"?'),
        ("iris --space dropout=", "NAME=VALUES"),
        ("iris --space dropout=0,0.5 --dropout 0.1", "give one of the two"),
        ("iris --folds 60", "Take folds=40"),
        ("iris --resume runs/none", "did not begin there"),
        ("--resume runs/none --out x", "leave out --out and --force"),
        ("iris --search gird", 'Did you mean "grid"?'),
    ],
)
def test_bad_input_is_told_in_a_line_or_two(arguments, message, capsys):
    Path("runs").mkdir()
    assert main(["sweep", *arguments.split()]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert len(shown.err.splitlines()) <= 3
    assert not list(Path("runs").iterdir())


def test_help_names_all_axes_and_searches(capsys):
    assert main(["sweep", "--help"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, EXAMPLES.splitlines())) <= 100
    for name in (*AXES, *SEARCHES):
        assert name in shown


def test_folds_of_train_say_what_they_found(capsys):
    assert main(["train", "iris", "--json", "--folds", "2", "--epochs", "1", "--layers", "4"]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert result["population"]["heading"].startswith("2 folds: 2 networks")
    assert result["rows"] == {"train": 120, "test": 30}
    assert max(map(len, shown.err[shown.err.index("2 folds: 2") :].splitlines())) <= 80
    assert main(["predict", "runs/iris-1", "iris", "--out", "scores.csv"]) == 0
    assert main(["train", "iris", "--folds", "60"]) == 2
    assert "Take folds=40" in capsys.readouterr().err
