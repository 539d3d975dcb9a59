"""Intervals and sets of classes of a run: from the validation rows, kept, asked for."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import fallline as fl
from fallline.cli.main import main
from fallline.errors import SavedFileError, UsageError
from fallline.experiment.doubt import Doubt
from fallline.experiment.kept.run_folder import MODEL
from fallline.experiment.preparation import prepare
from fallline.experiment.settings import Settings

RNG = np.random.default_rng(11)
ROWS = 600
X = RNG.normal(size=ROWS)
FRAMES = {
    "regression": pl.DataFrame({"a": X, "y": 100 + 20 * X + RNG.normal(size=ROWS)}),
    "multiclass": pl.DataFrame(
        {"a": X, "y": [("low", "mid", "high")[k] for k in np.digitize(X, (-0.5, 0.5))]}
    ),
}


def doubt_of(task):
    """The data, what is said of their rows, and the doubt."""
    prepared = prepare(Settings("frame", target="y", validation=0.3, test=0.4), FRAMES[task])

    def said(part):
        if task == "regression":
            # Off by a standard normal number, as the target is from its mean.
            return 100 + 20 * part.frame["a"].to_numpy()
        shares = np.exp(-8 * np.abs(np.asarray([[-1, 0, 1]]) - part.frame["a"].to_numpy()[:, None]))
        order = [{"low": 0, "mid": 1, "high": 2}[name] for name in prepared.classes]
        return (shares / shares.sum(axis=1, keepdims=True))[:, order]

    return prepared, said, Doubt.of(prepared, said(prepared.validation))


def test_intervals_hold_what_they_say_and_are_as_wide_as_the_errors():
    prepared, said, doubt = doubt_of("regression")
    assert doubt.rows == 180
    low, high = doubt.columns(said(prepared.test), (), 0.9)
    # Nine tenths of standard normal errors are below 1.645; 180 rows tell that to about a tenth.
    assert ((high - low) / 2).mean() == pytest.approx(1.645, rel=0.15)
    seen = doubt.seen(prepared, prepared.test, said(prepared.test))
    assert 0.84 < seen.held < 0.96
    assert f"{100 * seen.held:.1f} % of the test rows lie in their 90 % intervals" in seen.sentence()


def test_sets_name_the_likeliest_class_first():
    prepared, said, doubt = doubt_of("multiclass")
    shares = np.asarray([[0.5, 0.45, 0.05], [0.01, 0.01, 0.98]])
    (words,) = doubt.columns(shares, ("cat", "dog", "owl"), 0.999 if doubt.rows > 999 else 0.99)
    assert words[0].startswith("cat")
    assert words[1].split(" | ")[0] == "owl"
    seen = doubt.seen(prepared, prepared.test, said(prepared.test))
    assert seen.held > 0.84
    assert "the class is in its 90 % set" in seen.sentence()


@pytest.mark.parametrize("task", FRAMES)
def test_a_doubt_survives_json_and_no_wrong_value_does(task):
    _, _, doubt = doubt_of(task)
    config = json.loads(json.dumps(doubt.to_config()))
    assert Doubt.from_config(config) == doubt
    for wrong in (None, {}, config | {"kind": "guess"}, config | {"scores": 3}):
        with pytest.raises(SavedFileError, match="cannot be read"):
            Doubt.from_config(wrong)


@pytest.mark.parametrize(
    ("level", "message"), [(1.0, "between 0 and 1"), (True, "between 0 and 1"), (0.999, "at most 0.994")]
)
def test_levels_that_cannot_be_told_are_refused(level, message):
    with pytest.raises(UsageError, match=message):
        doubt_of("regression")[2].check(level)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    FRAMES["regression"].write_csv(folder / "rows.csv")
    given = [str(folder / "rows.csv"), "--target", "y", "--epochs", "3", "--quiet"]
    assert main(["train", *given, "--out", str(folder / "run")]) == 0
    assert main(["train", *given, "--validation", "0", "--out", str(folder / "blind")]) == 0
    return folder


def test_predict_gives_them_on_the_command_line_and_in_python(run, capsys):
    assert main(["predict", str(run / "run"), str(run / "rows.csv"), "--intervals"]) == 0
    table = pl.read_csv(capsys.readouterr().out.encode())
    assert table.columns == ["prediction", "lower", "upper"]
    assert ((table["lower"] < table["prediction"]) & (table["prediction"] < table["upper"])).all()
    loaded = fl.load_run(run / "run")
    again = loaded.predict(run / "rows.csv", intervals=0.9)
    np.testing.assert_allclose(again.to_numpy(), table.to_numpy(), rtol=1e-5)
    wide = loaded.predict(run / "rows.csv", intervals=0.95)
    assert (wide["upper"] - wide["lower"]).mean() > (table["upper"] - table["lower"]).mean()
    coverage = loaded.report.coverage
    assert coverage.rows == 90
    inside = table.filter(
        (pl.col("lower") <= FRAMES["regression"]["y"]) & (FRAMES["regression"]["y"] <= pl.col("upper"))
    )
    assert 0.8 < inside.height / ROWS < 1.0


def test_runs_and_models_without_them_say_so(run, capsys):
    assert main(["predict", str(run / "blind"), str(run / "rows.csv"), "--intervals"]) == 2
    assert "has no intervals: it was trained without validation rows" in capsys.readouterr().err
    assert main(["predict", str(run / "run"), str(run / "rows.csv"), "--intervals", "--model", "linear"]) == 2
    assert "intervals are those of the network" in capsys.readouterr().err
    assert main(["predict", str(run / "run"), str(run / "rows.csv"), "--intervals", "0.9999"]) == 2
    assert "train with a larger --validation" in capsys.readouterr().err
    assert (run / "run" / MODEL).is_file()
