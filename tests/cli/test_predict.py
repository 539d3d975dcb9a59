"""`fallline predict` and `fallline info`."""

import csv
import io
from pathlib import Path

import pytest

from fallline.cli.main import main


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "iris"
    assert (
        main(["train", "iris", "--quiet", "--epochs", "40", "--learning-rate", "0.01", "--out", str(folder)])
        == 0
    )
    return str(folder)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_scores_go_to_standard_output_as_csv(run, capsys):
    assert main(["predict", run, "iris"]) == 0
    shown = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert list(rows[0]) == [
        "prediction",
        *(f"probability_{name}" for name in ("setosa", "versicolor", "virginica")),
    ]
    # The set comes sorted by species, fifty rows each.
    truth = ["setosa"] * 50 + ["versicolor"] * 50 + ["virginica"] * 50
    assert sum(row["prediction"] == name for row, name in zip(rows, truth, strict=True)) > 135
    assert shown.err == ""


def test_scores_go_to_a_file(run, capsys):
    assert main(["predict", f"{run}/model.fallline", "iris", "--out", "scores.csv"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "150 predictions in scores.csv\n")
    assert len(Path("scores.csv").read_text().splitlines()) == 151


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{run}", "nofile.csv"], "no file nofile.csv"),
        (["nowhere", "iris"], "there is no run folder or model file"),
        (["broken.fallline", "iris"], "broken.fallline is not a fallline model, or is damaged"),
        (["{run}", "other.csv"], 'lacks the 4 columns "sepal_length"'),
        (["{run}", "images.npz"], "trained on a table"),
        (["{run}", "iris", "--out", "no/such/folder.csv"], "there is no folder"),
    ],
)
def test_bad_input_gets_a_clear_error(run, arguments, message, capsys):
    Path("broken.fallline").write_bytes(b"nonsense" * 100)
    Path("other.csv").write_text("a,b\n1,2\n")
    assert main(["predict", *(argument.format(run=run) for argument in arguments)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert 1 <= len(shown.err.splitlines()) <= 3


def test_info_says_what_the_model_is(run, capsys):
    assert main(["info", run]) == 0
    text = capsys.readouterr().out
    for part in (
        "multiclass: species",
        "3: setosa, versicolor, virginica",
        "Dense",
        "learning rate 0.01",
        "accuracy",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 80


def test_info_of_nothing(capsys):
    assert main(["info", "nowhere"]) == 2
    assert "there is no run folder or model file" in capsys.readouterr().err
