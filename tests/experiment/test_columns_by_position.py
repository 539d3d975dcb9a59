"""A position and a name mean the same column, wherever a column is named; also the names of a table without names."""

import random
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from fallline.cli.main import main
from fallline.errors import UsageError
from fallline.experiment.inspection import inspect_table
from fallline.experiment.prediction import predict_rows
from fallline.experiment.preparation import prepare
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings, read_settings

NAMES = ("day", "town", "size", "price")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The same rows with names and without."""
    draw, folder = random.Random(0), tmp_path_factory.mktemp("tables")
    lines = [
        f"2024-01-{1 + k % 28:02d},{draw.choice('abc')},{draw.gauss(0, 1):.3f},{draw.choice(['low', 'high'])}"
        for k in range(120)
    ]
    (folder / "named.csv").write_text("\n".join([",".join(NAMES), *lines]) + "\n")
    (folder / "bare.csv").write_text("\n".join(lines) + "\n")
    return folder


def seen(prepared):
    return prepared.preprocessor, prepared.target, prepared.train.numbers.tolist(), prepared.notes


@pytest.mark.parametrize("file", ["named", "bare"])
@pytest.mark.parametrize(
    "options",
    [
        {"target": 3},
        {"target": 3, "drop": (0, 1)},
        {"target": 3, "types": {1: "category"}},
        {"target": 3, "time": 0},
        {"target": 3, "group": 1},
        {"target": 2, "task": "regression"},
    ],
)
def test_each_form_names_the_same_column(tables, file, options):
    def as_form(of):
        def column(value):
            return tuple(map(of, value)) if isinstance(value, tuple) else of(value)

        given = {name: column(value) for name, value in options.items() if name not in ("types", "task")}
        if "types" in options:
            given["types"] = {of(name): kind for name, kind in options["types"].items()}
        return Settings(str(tables / f"{file}.csv"), **({"task": options.get("task")} | given))

    names = NAMES if file == "named" else tuple(f"column_{k + 1}" for k in range(4))
    forms = [as_form(names.__getitem__), as_form(str), as_form(lambda k: str(k - 4)), as_form(int)]
    first, *others = map(prepare, forms)
    for other in others:
        assert seen(other) == seen(first)
    looked, *more = map(inspect_table, forms)
    assert all(other == looked for other in more)


def test_a_run_by_position_repeats_on_a_file_of_another_order(tables, tmp_path):
    data = str(tables / "named.csv")
    settings = Settings(data, target="-1", drop=("0",), types={"1": "category"}, epochs=1, layers=(4,))
    folder = run_experiment(settings, out=tmp_path / "run").folder
    written = read_settings(folder / "config.json")
    assert (written["target"], written["drop"], written["types"]) == ("price", ["day"], {"town": "category"})
    turned = tmp_path / "turned.csv"
    rows = [line.split(",") for line in (tables / "named.csv").read_text().splitlines()]
    turned.write_text("\n".join(",".join(reversed(row)) for row in rows) + "\n")
    again = Settings.from_json(written | {"data": str(turned)})
    assert prepare(again).target == prepare(settings).target
    assert {item.name for item in prepare(again).preprocessor.encoders} == {"town", "size"}


def test_a_run_without_names_repeats_from_its_config(tables, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = str(tables / "bare.csv")
    assert (
        main(["train", data, "--target", "-1", "--epochs", "1", "--layers", "4", "--quiet", "--out", "a"])
        == 0
    )
    written = read_settings("a/config.json")
    assert (written["target"], written["header"]) == ("column_4", False)
    assert main(["train", "--config", "a/config.json", "--quiet", "--out", "b"]) == 0
    assert Path("a/test_predictions.csv").read_bytes() == Path("b/test_predictions.csv").read_bytes()
    # New rows: with all columns, and without the target.
    whole = predict_rows("a", data)
    less = tmp_path / "less.csv"
    less.write_text("".join(line.rpartition(",")[0] + "\n" for line in Path(data).read_text().splitlines()))
    assert_frame_equal(predict_rows("a", str(less)), whole)


def test_what_is_neither_name_nor_position_is_refused():
    for wrong in ({"target": 1.5}, {"drop": (None,)}, {"time": True}):
        with pytest.raises(UsageError, match="must be the name of a column or its position"):
            Settings("a.csv", **wrong)
