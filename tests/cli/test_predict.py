"""`fallline predict` and `fallline info`."""

import csv
import gzip
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fallline
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


class Piped:
    """Standard input that holds some bytes."""

    def __init__(self, content):
        self.buffer = io.BytesIO(content)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_scored_compressed_or_not(run, pack, monkeypatch, capsys):
    rows = b"sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n7.7,3.0,6.1,2.3\n"
    monkeypatch.setattr("sys.stdin", Piped(pack(rows)))
    assert main(["predict", run, "-"]) == 0
    shown = capsys.readouterr()
    assert [line.split(",")[0] for line in shown.out.splitlines()] == ["prediction", "setosa", "virginica"]
    assert shown.err == ""


@pytest.mark.parametrize(("stdin", "message"), [(Piped(b""), "input is empty"), (None, "input is closed")])
def test_standard_input_without_rows(run, stdin, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["predict", run, "-"]) == 2
    assert message in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(run, tmp_path):
    """More than a pipe holds, so that the writing meets the closed end."""
    path = tmp_path / "many.csv"
    path.write_text("sepal_length,sepal_width,petal_length,petal_width\n" + "5.1,3.5,1.4,0.2\n" * 8000)
    command = f'"{sys.executable}" -m fallline predict "{run}" - < "{path}" | head -1'
    environment = os.environ | {"PYTHONPATH": str(Path(fallline.__file__).parents[1])}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("prediction,")


def test_info_loads_neither_jax_nor_polars(run):
    program = (
        "import sys; from fallline.cli.main import main; main(['info', sys.argv[1]]); "
        "sys.exit(repr({'jax', 'polars', 'sklearn'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(fallline.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program, run], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stderr.strip() == "set()"
    assert "Dense" in done.stdout


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
    # A command is not broken, so that it can be copied, and it names the folder.
    assert max(len(line) for line in text.splitlines() if run not in line) <= 80


def test_info_of_nothing(capsys):
    assert main(["info", "nowhere"]) == 2
    assert "there is no run folder or model file" in capsys.readouterr().err
