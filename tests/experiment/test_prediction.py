"""Scoring new rows: unseen categories, missing values, other column orders, with and without the target."""

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fallline.errors import DataError, SavedFileError, UsageError
from fallline.experiment.prediction import predict_rows, write_predictions
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings

COLOURS = ("red", "green", "blue")


def rows(count, seed):
    """A kind that the colour and the sign of x decide."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        colour, x = COLOURS[generator.integers(3)], generator.normal()
        yield {
            "colour": colour,
            "x": f"{x:.3f}",
            "kind": "warm" if (colour == "red") == (x > 0) else "cold stone",
        }


def write(path, records, columns=("colour", "x", "kind"), header=True):
    with Path(path).open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        if header:
            writer.writeheader()
        writer.writerows(records)
    return str(path)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prediction")
    data = write(folder / "train.csv", rows(600, 0))
    settings = Settings(data, target="kind", epochs=60, layers=(32,), learning_rate=0.01)
    return run_experiment(settings, out=folder / "run").folder


def test_new_rows_are_scored_in_their_order(run, tmp_path):
    new = list(rows(100, 1))
    scored = predict_rows(run, write(tmp_path / "new.csv", new))
    assert scored.columns == ["prediction", "probability_cold stone", "probability_warm"]
    right = scored["prediction"].to_numpy() == np.array([record["kind"] for record in new])
    assert right.mean() > 0.9
    shares = scored.select(pl.col("^probability_.*$"))
    np.testing.assert_allclose(shares.sum_horizontal().to_numpy(), 1.0, atol=1e-5)
    warm = scored["probability_warm"].to_numpy() > 0.5
    assert (warm == (scored["prediction"].to_numpy() == "warm")).all()


@pytest.mark.parametrize(
    "columns", [("kind", "x", "colour"), ("x", "colour"), ("more", "colour", "kind", "x")]
)
def test_order_of_columns_and_the_target_do_not_matter(run, tmp_path, columns):
    new = [record | {"more": "9"} for record in rows(30, 2)]
    plain = predict_rows(run, write(tmp_path / "a.csv", new))
    assert_frame_equal(predict_rows(run, write(tmp_path / "b.csv", new, columns)), plain)


def test_unseen_categories_and_missing_values_are_scored(run, tmp_path):
    new = [{"colour": "mauve", "x": "0.5"}, {"colour": "", "x": "1"}, {"colour": "red", "x": ""}]
    scored = predict_rows(run, write(tmp_path / "new.csv", new, ("colour", "x")))
    assert scored.height == 3
    assert scored.null_count().sum_horizontal().item() == 0


def test_one_row_is_enough(run, tmp_path):
    assert predict_rows(run, write(tmp_path / "new.csv", rows(1, 3))).height == 1


def test_a_missing_column_is_named_with_the_near_one(run, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("color,x\nred,1\n")
    with pytest.raises(DataError, match='lacks the column "colour".*"color"'):
        predict_rows(run, str(path))


def test_a_run_without_a_header_scores_files_without_one(tmp_path):
    data = write(tmp_path / "train.csv", rows(200, 0), ("kind", "colour", "x"), header=False)
    folder = run_experiment(Settings(data, target="0", header=False, epochs=3), out=tmp_path / "run").folder
    new = list(rows(20, 4))
    with_target = predict_rows(folder, write(tmp_path / "a.csv", new, ("kind", "colour", "x"), header=False))
    without = predict_rows(folder, write(tmp_path / "b.csv", new, ("colour", "x"), header=False))
    assert_frame_equal(without, with_target)


CODES = ("01", "1", "0.10", "0.1", "A", "B")


def coded(folder, name, codes, columns=("code", "x"), header=True):
    records = [{"code": code, "x": "2.5", "kind": f"k{CODES.index(code) % 2}"} for code in codes]
    return write(folder / name, records, columns, header)


@pytest.mark.parametrize("header", [True, False])
def test_a_category_is_the_same_whatever_stands_beside_it(tmp_path, header):
    columns = ("kind", "code", "x")
    data = coded(tmp_path, "train.csv", CODES * 40, columns, header)
    settings = Settings(data, target="0", header=header, epochs=20, layers=(8,), learning_rate=0.02)
    folder = run_experiment(settings, out=tmp_path / "run").folder
    together = predict_rows(folder, coded(tmp_path, "all.csv", CODES, columns, header))
    assert together["prediction"].to_list() == ["k0", "k1"] * 3
    for k in (0, 2):
        alone = predict_rows(
            folder, coded(tmp_path, "alone.csv", CODES[k : k + 2], columns[1:], header), header=header
        )
        assert_frame_equal(alone, together[k : k + 2])


def test_classes_of_a_boolean_column_are_named_as_they_are_predicted(tmp_path):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [0.0, 1.0] * 50, "y": [True, False] * 50}).write_parquet(path)
    experiment = run_experiment(Settings(str(path), target="y", epochs=2), out=tmp_path / "r")
    head, *lines = predict_rows(experiment.folder, str(path)).write_csv().split()
    assert head == "prediction,probability_false,probability_true"
    assert {line.split(",")[0] for line in lines} <= {"false", "true"}
    assert experiment.report.classes == ("false", "true")


def test_classes_come_out_as_they_stood_in_the_data(tmp_path):
    lines = [f"{k % 7},{[10, 20, 30][k % 3]}" for k in range(90)]
    data = tmp_path / "t.csv"
    data.write_text("a,y\n" + "\n".join(lines) + "\n")
    folder = run_experiment(
        Settings(str(data), target="y", task="multiclass", epochs=2), out=tmp_path / "r"
    ).folder
    scored = predict_rows(folder, str(data))
    assert scored.columns[1:] == ["probability_10", "probability_20", "probability_30"]
    assert set(scored["prediction"]) <= {10, 20, 30}


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_damaged_model_is_refused(tmp_path, content):
    (tmp_path / "model.fallline").write_bytes(content)
    with pytest.raises(SavedFileError, match="not a fallline model, or is damaged"):
        predict_rows(tmp_path, "iris")


def test_a_cut_model_is_refused(run, tmp_path):
    whole = (run / "model.fallline").read_bytes()
    (tmp_path / "m.fallline").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SavedFileError, match="damaged"):
        predict_rows(tmp_path / "m.fallline", "iris")


def test_no_run_no_prediction(tmp_path):
    with pytest.raises(SavedFileError, match="holds no model.fallline"):
        predict_rows(tmp_path, "iris")
    with pytest.raises(SavedFileError, match="there is no run folder or model file"):
        predict_rows(tmp_path / "nowhere", "iris")


def test_predictions_never_take_the_place_of_the_data(tmp_path):
    data = tmp_path / "new.csv"
    data.write_text("x\n1\n")
    scores = pl.DataFrame({"prediction": [1.5]})
    for wrong in (data, tmp_path, tmp_path / "no" / "s.csv"):
        with pytest.raises(UsageError):
            write_predictions(scores, wrong, source=str(data))
    write_predictions(scores, tmp_path / "s.csv", source=str(data))
    assert (tmp_path / "s.csv").read_text() == "prediction\n1.5\n"
    assert data.read_text() == "x\n1\n"
