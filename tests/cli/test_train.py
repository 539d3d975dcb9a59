"""`fallline train`: what it prints where, its exit codes, and every bad input of a person."""

import json
from pathlib import Path

import numpy as np
import pytest

from fallline.cli.main import main
from fallline.cli.parameters import KINDS_SHOWN
from fallline.data.forms.column import KINDS
from fallline.experiment.settings import read_settings

QUICK = ["--epochs", "3", "--layers", "8"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_json_is_one_object_and_all_else_goes_to_standard_error(capsys):
    assert main(["train", "iris", "--json", *QUICK]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert set(result) == {
        *("run", "data", "target", "task", "rows", "outcome", "message", "epochs", "best_epoch", "test"),
        *("baselines", "intervals", "threshold", "importance", "verdict", "notes", "seconds"),
        *(
            "classes",
            "inputs",
            "network",
            "recipe",
            "drawn",
            "rare",
            "population",
            "calibration",
            "coverage",
            "reasons",
        ),
    }
    assert set(result["verdict"]) == {
        *("kind", "subject", "numbers", "doubts", "command", "sentence", "best", "comparisons", "caveat"),
    }
    assert {"baseline", "metric", "network", "other", "value", "low", "high"} == set(
        result["verdict"]["comparisons"][0]
    )
    assert (result["data"], result["target"]) == ("iris", "species")
    assert sum(result["rows"].values()) == 150
    assert result["message"].startswith("Trained all 3 epochs.")
    assert result["intervals"]["network"].keys() <= result["test"].keys()
    assert result["threshold"] is None
    assert result["best_epoch"] in (1, 2, 3)
    assert isinstance(result["notes"], list)
    assert (result["recipe"]["schedule"], len(result["classes"]), result["rare"]) == ("constant", 3, None)
    assert (result["run"], result["task"], result["outcome"], result["epochs"]) == (
        "runs/iris-1",
        "multiclass",
        "completed",
        3,
    )
    assert set(result["baselines"]) == {"trivial", "linear", "boosting"}
    assert result["test"].keys() == result["baselines"]["linear"].keys()
    assert result["seconds"] > 0
    assert "logistic" in shown.err
    assert "epoch 3/3" in shown.err


def test_json_without_test_rows(capsys):
    assert main(["train", "diabetes", "--json", "--test", "0", *QUICK]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert (result["test"], result["baselines"], result["intervals"]) == (None, None, {})
    assert result["verdict"]["kind"] == "not_judged"
    assert "scoring" not in shown.err
    assert "; looking at what it leans on ..." in shown.err
    assert "What it leans on, by the validation rows: " in shown.err


def test_quiet_says_nothing(capsys):
    assert main(["train", "iris", "--quiet", *QUICK]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_result_goes_to_standard_output(capsys):
    assert main(["train", "iris", *QUICK]) == 0
    shown = capsys.readouterr()
    assert "accuracy" in shown.out
    assert "The run is in runs/iris-1" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80
    assert shown.err.startswith("iris: a bundled set; 150 rows, 5 columns")
    assert "iris: multiclass of 3 classes" in shown.err


def test_divergence_is_code_3(capsys):
    options = ["--optimizer", "sgd", "--learning-rate", "1e9", "--json", "--out", "out"]
    assert main(["train", "diabetes", *options]) == 3
    shown = capsys.readouterr()
    assert json.loads(shown.out)["outcome"] == "diverged"
    assert "Try a" in shown.err
    assert Path("out/model.fallline").is_file()


def test_a_run_is_repeated_from_its_config_and_flags_win(capsys):
    assert main(["train", "iris", "--quiet", "--activation", "tanh", *QUICK]) == 0
    assert main(["train", "--config", "runs/iris-1/config.json", "--quiet", "--epochs", "2"]) == 0
    first, second = (json.loads(Path(f"runs/iris-{k}/config.json").read_text())["settings"] for k in (1, 2))
    assert first | {"epochs": 2} == second
    assert first["activation"] == "tanh"
    assert None not in [
        first[name] for name in ("layers", "optimizer", "learning_rate", "schedule", "batch_size", "patience")
    ]


def test_a_run_is_repeated_from_another_folder(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    table = "a,y\n" + "".join(f"{k},{k % 3}.5\n" for k in range(60))
    Path("data/d.csv").write_text(table)
    assert main(["train", "data/d.csv", "--target", "y", "--out", "runs/one", "--quiet", *QUICK]) == 0
    config = json.loads(Path("runs/one/config.json").read_text())
    assert (config["settings"]["data"], config["relative_to"]) == ("data/d.csv", "../..")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert (
        main(["train", "--config", "../runs/one/config.json", "--out", "two", "--quiet", "--epochs", "1"])
        == 0
    )
    again = json.loads(Path("two/config.json").read_text())
    assert again["settings"]["data"] == "../data/d.csv"
    # Both moved together, and a pattern.
    (tmp_path / "data").rename(tmp_path / "elsewhere" / "data")
    (tmp_path / "runs").rename(tmp_path / "elsewhere" / "runs")
    monkeypatch.chdir(tmp_path)
    assert read_settings("elsewhere/runs/one/config.json")["data"] == "elsewhere/data/d.csv"
    config["settings"]["data"] = "data/*.csv"
    Path("elsewhere/runs/one/config.json").write_text(json.dumps(config))
    assert read_settings("elsewhere/runs/one/config.json")["data"] == "elsewhere/data/*.csv"


def test_every_flag_reaches_the_settings(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "fallline.experiment.run.run_experiment", lambda settings, **_: seen.append(settings) or 1 / 0
    )
    arguments = (
        "train d.csv --target 3 --drop a,b --task binary --no-header --delimiter tab --validation 0.1 --test t.csv "
        "--layers 64,32 --activation tanh --optimizer sgd --learning-rate 0.5 --epochs 7 --batch-size 9 --l1 0.1 "
        "--l2 0.2 --weight-decay 0.3 --dropout 0.4 --batch-norm --patience 5 --seed 11 --sheet s --table t "
        "--missing -9,gone --type a=id --type b=c=text --threshold 0.25 --schedule plateau "
        "--split-seed 3 --ensemble 4 --effort thorough --monitor loss --numbers both"
    )
    main(arguments.split())
    assert seen[0].to_json() == {
        "data": "d.csv", "target": "3", "drop": ("a", "b"), "task": "binary", "header": False, "delimiter": "\t",
        "validation": 0.1, "test": "t.csv", "layers": (64, 32), "activation": "tanh", "optimizer": "sgd",
        "learning_rate": 0.5, "epochs": 7, "batch_size": 9, "l1": 0.1, "l2": 0.2, "weight_decay": 0.3,
        "dropout": 0.4, "batch_norm": True, "patience": 5, "seed": 11,
        "sheet": "s", "table": "t", "query": None, "missing": ("-9", "gone"), "types": {"a": "id", "b=c": "text"},
        "time": None, "group": None, "threshold": 0.25, "schedule": "plateau",
        "split_seed": 3, "folds": None, "ensemble": 4, "effort": "thorough", "monitor": "loss", "numbers": "both",
    }  # fmt: skip


def test_the_options_of_a_part_and_of_a_source_reach_the_settings(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(
        "fallline.experiment.run.run_experiment", lambda settings, **_: seen.append(settings) or 1 / 0
    )
    for given in ("--header 3 --query q --time when", "--group who --header"):
        main(["train", "d.db", "--target", "y", *given.split()])
    assert [(s.header, s.query, s.time, s.group) for s in seen] == [
        (3, "q", "when", None),
        (True, None, None, "who"),
    ]
    capsys.readouterr()
    for given, message in (
        ("--header --no-header", "contradict"),
        ("--time a --group b", "not by both"),
        ("--type zip", "zip=category"),
        ("--header d.csv", "no line number"),
        ("--table a --query b", "two different things"),
    ):
        assert main(["train", "d.db", "--target", "y", *given.split()]) == 2
        assert message in capsys.readouterr().err


def test_no_hidden_layers():
    assert main(["train", "iris", "--quiet", "--layers", "none", "--epochs", "2"]) == 0
    assert json.loads(Path("runs/iris-1/config.json").read_text())["settings"]["layers"] == []


WIDE = ",".join(f"c{k}" for k in range(10_000))
BAD_TABLES = {
    "empty": ("", "is empty"),
    "blank": ("\n\n  \n", "is empty"),
    "only a header": ("a,y\n", "has no data rows"),
    "one row": ("a,y\n1,2\n", "has one data row"),
    "target all missing": ("a,y\n1,\n2,\n3,NA\n", 'target "y" has no values'),
    "constant target": ("a,y\n1,5\n2,5\n3,5\n", 'target "y" is constant'),
    "a single class": ("a,y\n1,x\n2,x\n3,x\n", 'target "y"'),
    "an infinity": ("a,y\n1,1\ninf,2\n2,3\n3,4\n1,5\n4,6\n2,7\n", 'column "a"'),
    "an infinite target": ("a,y\n1,1\n2,inf\n2,3\n3,4\n1,5\n", 'column "y"'),
    "ragged rows": ("a,b,y\n1,2,3\n1,2\n3,4,5\n", "line 3: expected 3 fields"),
    "no column with the target's name": ("a,b,yy\n1,2,3\n1,2,4\n", 'no column "y". Did you mean "yy"?'),
    "one column only": ("y\n1\n2\n3\n", "has one column only"),
    "no rows left for a part": ("a,y\n1,2\n2,3\n3,4\n", "share"),
    "10,000 text columns": (
        f"{WIDE},y\n" + "".join(",".join(["uvw"[k % 3], "vwu"[k % 3]] * 5000) + f",{k}\n" for k in range(20)),
        "Leave most of them out (--drop)",
    ),
}


@pytest.mark.parametrize("kind", BAD_TABLES)
def test_a_bad_table_gets_a_clear_error(kind, capsys):
    text, message = BAD_TABLES[kind]
    Path("bad.csv").write_bytes(text.encode("latin-1"))
    check_refused(["bad.csv", "--target", "y"], message, capsys)
    assert not Path("out").exists()


def test_texts_in_a_target_of_numbers(capsys):
    numbers = "a,y\n" + "".join(f"{k},{k}.5\n" for k in range(30))
    Path("t.csv").write_text(numbers + "1,foo\n" * 8)
    check_refused(["t.csv", "--target", "y", "--task", "regression"], 'it holds "foo"', capsys)
    # One such row costs itself alone, and is named.
    Path("t.csv").write_text(numbers + "1,foo\n")
    assert main(["train", "t.csv", "--target", "y", "--json", *QUICK]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["task"] == "regression"
    said = " ".join(shown.err.split())
    assert (
        '"y": 1 cell is no number and counts as missing: "foo" (first in line 32)' in said or '"foo"' in said
    )
    assert '1 row has no "y" and was left out' in said


def test_odd_names_and_letters_are_read_and_said(capsys):
    rows = "".join(f"{k},{k % 7},{k % 3}\n" for k in range(60))
    Path("d.csv").write_bytes(f"straße,straße,y\n{rows}".encode("latin-1"))
    assert main(["train", "d.csv", "--target", "y", "--json", *QUICK]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "straße_2" in said
    assert "UTF-8" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nofile.csv", "--target", "y"], "no file nofile.csv"),
        (["good.cvs", "--target", "y"], 'Did you mean "good.csv"?'),
        (["digitz"], 'Did you mean the data set "digits"?'),
        (["folder", "--target", "y"], "folder is a folder"),
        (["good.csv"], 'Name it with --target. The columns are "a", "y"'),
        (["good.csv", "--target", "7"], "no column at position 7"),
        (["good.csv", "--target", "y", "--drop", "aa"], 'no column "aa"'),
        (["good.csv", "--target", "y", "--drop", "a"], "no column is left to learn from"),
        (["good.csv", "--target", "y", "--test", "nofile.csv"], "no file nofile.csv"),
        (["good.csv", "--target", "y", "--task", "regresion"], 'Did you mean "regression"?'),
        (["good.csv", "--target", "y", "--task", "binary"], "binary needs 2"),
        (["iris", "--activation", "rleu"], 'Did you mean "relu"?'),
        (["iris", "--optimizer", "adm"], 'Did you mean "adam"?'),
        (["iris", "--validation", "0.7", "--test", "0.3"], "leave no rows to train on"),
        (["iris", "--threshold", "0.3"], 'decides between two classes, but "species" is a multiclass target'),
        (["iris", "--threshold", "1.5"], "a probability between 0 and 1, or f1 or balanced; got 1.5"),
        (["iris", "--threshold", "f2"], "or f1 or balanced; got 'f2'"),
        (["iris", "--threshold", "f1", "--validation", "0"], "with validation 0 there are none"),
        (["iris", "--epochs", "-1"], "epochs must be a whole number of at least 1, got -1"),
        (["--config", "nofile.json"], 'there is no "nofile.json"'),
        (["--config", "good.csv"], "is no settings file"),
        (["bad.npz"], "bad.npz"),
        (["images.npz", "--target", "y"], "images have no columns"),
        (["iris", "--out", "good.csv"], "is a file; --out names a folder"),
        (["iris", "--out", "full"], "exists. Choose another --out, or --force"),
    ],
)
def test_a_bad_argument_gets_a_clear_error(arguments, message, capsys):
    Path("good.csv").write_text("a,y\n" + "".join(f"{k},{k % 9}.5\n" for k in range(40)))
    Path("bad.npz").write_bytes(b"PK\x03\x04 and no more")
    np.savez("images.npz", x=np.zeros((20, 2, 2), np.uint8), y=np.arange(20) % 2)
    Path("folder").mkdir()
    Path("full").mkdir()
    Path("full/mine.txt").write_text("mine")
    check_refused(arguments, message, capsys)
    assert not Path("out").exists()
    assert [path.name for path in Path("full").iterdir()] == ["mine.txt"]


def check_refused(arguments, message, capsys):
    if "--out" not in arguments:
        arguments = [*arguments, "--out", "out"]
    assert main(["train", *arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert shown.err.startswith("error: ")
    assert 1 <= len(shown.err.splitlines()) <= 3


def test_a_full_disk_says_what_is_kept(monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fallline.report.figures.save_figure", full)
    assert main(["train", "iris", "--quiet", "--out", "out", *QUICK]) == 2
    shown = capsys.readouterr().err
    assert 'cannot write "out/learning_curves.png": the disk is full' in shown
    assert (
        "model.fallline, config.json, history.json, history.csv, split.csv, test_predictions.csv. Make room"
        in shown
    )


def test_the_help_names_every_kind_of_column():
    assert tuple(KINDS_SHOWN.split(", ")) == tuple(KINDS)
