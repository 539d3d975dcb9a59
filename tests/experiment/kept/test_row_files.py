"""`split.csv` and `test_predictions.csv`: every row of a source is found again by its number."""

import csv
from pathlib import Path

import numpy as np
import pytest

from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings

QUICK = {"epochs": 2, "layers": (8,)}
KINDS = ("prediction", "probability_a", "row")
"""Classes under which the columns of a careless file would collide."""


def write(path, rows=120, unknown=()):
    """Two columns and a class; of the rows in `unknown` the class is not known."""
    generator = np.random.default_rng(rows)
    with Path(path).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "true", "kind"])
        for k in range(rows):
            kind = "" if k in unknown else KINDS[k % 3]
            writer.writerow([f"{generator.normal():.4f}", f"{k % 5}.5", kind])
    return str(path)


def read(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("rows")
    data = write(place / "data.csv", 150, unknown=(3, 77))
    return run_experiment(Settings(data, target="kind", **QUICK), out=place / "run").folder


def test_every_row_with_a_target_is_in_one_part(folder):
    split = read(folder / "split.csv")
    assert list(split[0]) == ["row", "part", "source"]
    assert [int(row["row"]) for row in split] == [k + 1 for k in range(150) if k not in (3, 77)]
    assert {row["source"] for row in split} == {"data"}
    counts = {part: sum(row["part"] == part for row in split) for part in ("train", "validation", "test")}
    assert counts == {"train": 96, "validation": 22, "test": 30}


def test_the_test_predictions_name_their_rows_in_the_datas_own_words(folder):
    rows = read(folder / "test_predictions.csv")
    assert list(rows[0]) == ["row", "true", "prediction", *(f"probability_{kind}" for kind in KINDS)]
    tested = {row["row"] for row in read(folder / "split.csv") if row["part"] == "test"}
    assert {row["row"] for row in rows} == tested
    data = read(folder.parent / "data.csv")
    assert all(row["true"] == data[int(row["row"]) - 1]["kind"] for row in rows)
    for row in rows:
        shares = {kind: float(row[f"probability_{kind}"]) for kind in KINDS}
        assert row["prediction"] == max(shares, key=shares.get)
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


def test_the_scores_of_the_report_are_those_of_the_predictions(tmp_path):
    with (tmp_path / "t.csv").open("w") as file:
        file.write("a;b;price\n")
        generator = np.random.default_rng(0)
        for a, b in generator.normal(size=(90, 2)):
            file.write(f"{a:.3f};{b:.3f};{3 * a - b:.4f}\n")
    experiment = run_experiment(
        Settings(str(tmp_path / "t.csv"), target="price", **QUICK), out=tmp_path / "run"
    )
    rows = read(tmp_path / "run" / "test_predictions.csv")
    assert list(rows[0]) == ["row", "true", "prediction"]
    errors = np.array([float(row["true"]) - float(row["prediction"]) for row in rows])
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(experiment.report.test["rmse"], rel=1e-5)
    lines = (tmp_path / "t.csv").read_text().splitlines()[1:]
    assert all(float(row["true"]) == float(lines[int(row["row"]) - 1].split(";")[2]) for row in rows)


def test_parts_from_files_of_their_own_say_so(tmp_path):
    data, test = write(tmp_path / "a.csv", 60), write(tmp_path / "b.csv", 30, unknown=(0,))
    run_experiment(Settings(data, target="kind", test=test, **QUICK), out=tmp_path / "run")
    split = read(tmp_path / "run" / "split.csv")
    assert [int(row["row"]) for row in split if row["source"] == "test"] == list(range(2, 31))
    assert {row["part"] for row in split if row["source"] == "data"} == {"train", "validation"}
    predicted = read(tmp_path / "run" / "test_predictions.csv")
    assert [int(row["row"]) for row in predicted] == list(range(2, 31))


def test_without_test_rows_there_are_no_predictions(tmp_path):
    data = write(tmp_path / "a.csv", 60)
    run_experiment(Settings(data, target="kind", test=0, validation=0, **QUICK), out=tmp_path / "run")
    assert not (tmp_path / "run" / "test_predictions.csv").exists()
    assert {row["part"] for row in read(tmp_path / "run" / "split.csv")} == {"train"}


def test_images_with_a_test_part_of_their_own(tmp_path):
    generator = np.random.default_rng(0)
    x, y = generator.integers(0, 255, (60, 4, 4)).astype(np.uint8), np.arange(60) % 3
    np.savez(tmp_path / "i.npz", x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])
    run_experiment(Settings(str(tmp_path / "i.npz"), task="multiclass", **QUICK), out=tmp_path / "run")
    split = read(tmp_path / "run" / "split.csv")
    own = [row for row in split if row["part"] == "test"]
    assert [(row["row"], row["source"]) for row in own] == [(str(k + 1), "data: x_test") for k in range(9)]
    rows = read(tmp_path / "run" / "test_predictions.csv")
    assert [row["true"] for row in rows] == [str(k % 3) for k in range(9)]
