"""`fallline compare`: what it prints, what it leaves, and every bad input of a person."""

import json
from pathlib import Path

import polars as pl
import pytest

from fallline.cli.main import main

QUICK = ["--seeds", "2", "--tuning-seeds", "1", "--epochs", "2", "--layers", "4", "--batch-size", "64"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_result_in_80_columns_and_as_an_object(capsys):
    assert main(["compare", "iris", "--json", "--optimizers", "sgd,nesterov", *QUICK]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert result["run"] == "runs/iris-comparison-1"
    choices = result["factors"]["optimizers"]["choices"]
    assert set(choices) == {"sgd", "nesterov"}
    assert sorted(choice["place"] for choice in choices.values()) == [1, 2]
    assert all(
        len(choice["scores"]) == 2 and "learning_rate" in choice["settings"] for choice in choices.values()
    )
    text = shown.err[shown.err.index("optimizers, by cross-entropy") :]
    assert max(map(len, text.splitlines())) <= 80
    assert "The comparison is in runs/iris-comparison-1" in text
    folder = Path("runs/iris-comparison-1")
    assert sorted(path.name for path in folder.iterdir()) == [
        *("comparison.json", "comparison_optimizers.png", "scores.csv", "summary.md", "tuning.csv"),
    ]
    assert pl.read_csv(folder / "scores.csv").height == 4
    tuning = pl.read_csv(folder / "tuning.csv")
    assert tuning.filter(pl.col("choice") == "sgd")["learning_rate"].to_list() == [
        *(0.0015, 0.005, 0.015, 0.05, 0.15, 0.5, 1.5),
    ]
    assert "## Optimizers" in (folder / "summary.md").read_text("utf-8")
    assert json.loads((folder / "comparison.json").read_text("utf-8"))["factors"] == result["factors"]


def test_one_factor_after_the_other(capsys):
    options = ["--initializers", "he_normal,zeros", "--regularizers", "none,l2=0.1", "--tuning-seeds", "0"]
    assert main(["compare", "diabetes", "--quiet", "--out", "d", *QUICK, *options]) == 0
    assert capsys.readouterr() == ("", "")
    scores = pl.read_csv("d/scores.csv")
    assert scores["factor"].unique(maintain_order=True).to_list() == ["initializers", "regularizers"]
    assert not Path("d/tuning.csv").exists()
    assert scores.height == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("iris", "what is to be compared? Give one of --optimizers"),
        ("iris --optimizers adam", "needs two different names"),
        ("iris --optimizers adam,adam", "needs two different names"),
        ("iris --optimizers adam,agadrad", 'Did you mean "adagrad"'),
        ("iris --optimizers adam,lbfgs", '"lbfgs" has no learning rate'),
        ("iris --activations relu,tan", "tan"),
        ("iris --initializers he_normal,he_norml", "he_norml"),
        ("iris --regularizers none,l3=1", '"l3=1" is none; write none, batch_norm'),
        ("iris --regularizers none,dropout=1.5", "dropout must be a number"),
        ("iris --optimizers sgd,adam --optimizer adam", "give one of the two"),
        ("iris --optimizers sgd,adam --test 0", "judged by test rows"),
        ("iris --optimizers sgd,adam --seeds 1", "seeds"),
    ],
)
def test_bad_input_is_told_in_a_line_or_two(arguments, message, capsys):
    assert main(["compare", *arguments.split(), "--quiet"]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert len(shown.err.splitlines()) <= 3
    assert not list(Path("runs").glob("*"))
