"""`fl.load_run`: raw rows in, labels in their own words out, and the parts to go on with."""

import shutil
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

import fallline as fl
from fallline.errors import DataError, DataWarning, FalllineError, SavedFileError
from fallline.experiment.prediction import predict_rows
from fallline.experiment.run import run_experiment
from fallline.experiment.settings import Settings


def frame(rows, seed):
    generator = np.random.default_rng(seed)
    size, town = generator.uniform(20, 200, rows), generator.choice(["Ulm", "Bonn", "Kiel"], rows)
    dear = np.where(size + 40 * (town == "Bonn") > 110, "dear", "cheap")
    return pl.DataFrame({"size": size, "town": town, "price": dear})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("run")
    frame(300, 0).write_csv(place / "houses.csv")
    settings = Settings(
        str(place / "houses.csv"), target="price", epochs=25, layers=(16,), learning_rate=0.02
    )
    return run_experiment(settings, out=place / "houses").folder


@pytest.fixture(scope="module")
def run(folder):
    return fl.load_run(folder)


def test_it_says_what_it_is(run, folder):
    assert repr(run).startswith(f"<Run {folder}: binary: price; 2 columns become ")
    assert "test accuracy 9" in repr(run)
    assert repr(run.preprocessor) == f"<Preprocessor: {run.report.inputs}>"
    assert isinstance(run, fl.Run)


def test_raw_rows_of_every_form_are_predicted_alike(run, folder, tmp_path):
    new = frame(40, 1)
    new.write_csv(tmp_path / "new.csv")
    expected = predict_rows(folder, str(tmp_path / "new.csv"))
    assert expected.columns == ["prediction", "probability_cheap", "probability_dear"]
    forms = (
        *(str(tmp_path / "new.csv"), tmp_path / "new.csv", new, new.lazy(), new.to_pandas(), new.to_arrow()),
        *(new.to_dict(as_series=False), new.to_dicts(), new.drop("price"), new.select("town", "size")),
        {"size": new["size"].to_numpy(), "town": new["town"].to_list()},
    )
    for rows in forms:
        assert_frame_equal(run.predict(rows), expected)
    right = expected["prediction"].to_numpy() == new["price"].to_numpy()
    assert right.mean() > 0.85


def test_one_row_as_a_dictionary(run):
    assert run.predict({"size": 190.0, "town": "Bonn"})["prediction"].to_list() == ["dear"]
    with pytest.warns(DataWarning, match='"town": 1 row has no value'):
        two = run.predict([{"size": 190.0, "town": "Bonn"}, {"size": 30}], outside=True)
    assert two["outside"].len() == 2


def test_probabilities_are_in_the_order_of_the_classes(run):
    new = frame(20, 2)
    shares = run.predict_proba(new)
    assert run.classes == ["cheap", "dear"]
    np.testing.assert_allclose(shares[:, 1], run.predict(new)["probability_dear"], rtol=1e-6)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_the_parts_do_together_what_the_run_does(run):
    new = frame(20, 3)
    features = run.preprocessor.transform(new)
    assert features.shape == (20, len(run.preprocessor.feature_names))
    assert "town = Ulm" in run.preprocessor.feature_names
    np.testing.assert_allclose(run.model.predict(features)[:, 0], run.predict_proba(new)[:, 1], rtol=1e-6)


def test_training_goes_on(folder):
    run, more = fl.load_run(folder), frame(200, 4).with_columns(pl.lit("a").alias("spare"))
    more[0, "price"] = None
    x, y = run.arrays(more)
    assert len(x) == len(y) == 199
    assert [run.classes[code] for code in y] == more["price"].to_list()[1:]
    before = run.model.get_weights()
    assert len(run.model.fit(x, y, epochs=2, verbose=0).epoch) == 2
    assert all((now != then).any() for now, then in zip(run.model.get_weights(), before, strict=True))


def test_what_the_run_left_is_at_hand(run, folder):
    assert run.settings.target == "price"
    assert run.settings.layers == (16,)
    assert len(run.history.history["loss"]) == run.report.epochs
    counts = dict(run.split["part"].value_counts().iter_rows())
    assert counts == run.report.rows
    table = run.test_predictions
    tested = run.split.filter(pl.col("part") == "test")["row"]
    assert table["row"].to_list() == tested.to_list()
    accuracy = (table["true"] == table["prediction"]).mean()
    assert accuracy == pytest.approx(run.report.test["accuracy"])
    data = pl.read_csv(folder.parent / "houses.csv")
    again = run.predict(data[(tested - 1).to_numpy()])
    np.testing.assert_allclose(again["probability_dear"], table["probability_dear"], rtol=1e-5)


def test_a_number_comes_in_its_own_unit(tmp_path):
    data = pl.DataFrame(
        {"a": np.linspace(0, 1, 80), "b": np.arange(80) % 7 + 0.5, "y": np.linspace(900, 990, 80)}
    )
    run_experiment(Settings("memory", target="y", epochs=1, layers=(4,)), out=tmp_path / "r", rows=data)
    run = fl.load_run(tmp_path / "r")
    assert run.predict(data).columns == ["prediction"]
    assert run.predict(data)["prediction"].is_between(800, 1100).all()
    _, y = run.arrays(data)
    assert abs(float(y.mean())) < 0.5
    assert run.classes == []
    with pytest.raises(DataError, match='"y" is a number and has no classes. Call predict'):
        run.predict_proba(data)


def test_images_come_as_arrays_or_files(tmp_path):
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(60, 5)).astype(np.float32), np.arange(60) % 3
    np.savez(tmp_path / "i.npz", x=x, y=y)
    settings = Settings(str(tmp_path / "i.npz"), task="multiclass", epochs=1, layers=(4,))
    run_experiment(settings, out=tmp_path / "r")
    run = fl.load_run(tmp_path / "r")
    assert_frame_equal(run.predict(x), run.predict(tmp_path / "i.npz"))
    assert run.predict(x, outside=True)["outside"].to_list() == [""] * 60
    np.testing.assert_array_equal(run.arrays(tmp_path / "i.npz")[1], y)
    assert run.preprocessor.feature_names == ()
    with pytest.raises(DataError, match=r"trained on arrays"):
        run.predict({"a": [1]})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "no rows are given"),
        ([], "no rows are given"),
        ({"size": [1, 2], "town": ["Ulm"]}, "as many values as the others"),
        ({"sizes": [1.0], "town": ["Ulm"]}, 'lacks the column "size"'),
        (np.ones((2, 2)), "expected a data frame"),
        ("nofile.csv", "no file nofile.csv"),
    ],
)
def test_rows_that_cannot_be_read(run, rows, message):
    with pytest.raises(FalllineError, match=message):
        run.predict(rows)


def test_learning_needs_the_target(run):
    with pytest.raises(DataError, match='have no column "price", the target'):
        run.arrays({"size": [1.0], "town": ["Ulm"]})


def test_no_run(tmp_path, folder):
    with pytest.raises(SavedFileError, match="there is no run folder or model file"):
        fl.load_run(tmp_path / "nowhere")
    with pytest.raises(
        SavedFileError, match="a run is the path of its folder, or of its model file; got None"
    ):
        fl.load_run(None)
    with pytest.raises(SavedFileError, match="holds no model"):
        fl.load_run(tmp_path)
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    model.save(tmp_path / "own.fallline")
    with pytest.raises(SavedFileError, match="not written by `fallline train`"):
        fl.load_run(tmp_path / "own.fallline")
    alone = fl.load_run(folder / "model.fallline")
    with pytest.raises(SavedFileError, match=r"its run folder holds split\.csv"):
        _ = alone.split


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\x80abc\n\n,,,",
        b"hello",
        b"a,b\n1,2\n",
        b"row,part,source\n",
        b"row,part,source\n1,train,data,5\n2\n",
        b"row,part,source\nx,train,data\n",
        b"row,part,source\n1,traim,data\n",
        b"row,true,prediction,probability_cheap,probability_dear\n1,cheap,dear,x,0.5\n",
    ],
)
def test_a_damaged_table_of_the_run_is_told(folder, tmp_path, content):
    shutil.copy(folder / "model.fallline", tmp_path)
    for name in ("split.csv", "test_predictions.csv", "history.json"):
        (tmp_path / name).write_bytes(content)
    damaged = fl.load_run(tmp_path)
    with pytest.raises(
        SavedFileError, match=r'split\.csv" is empty, or no longer .* fallline train --config'
    ):
        _ = damaged.split
    with pytest.raises(SavedFileError, match=r'test_predictions\.csv" is empty, or no longer'):
        _ = damaged.test_predictions
    with pytest.raises(SavedFileError, match="is not a history file"):
        _ = damaged.history


def test_frames_of_pandas_and_arrow_with_types_of_their_own(run):
    rows = {"size": [50.0, None], "town": ["Ulm", None]}
    categories = pd.DataFrame(rows).astype({"town": "category"})
    filled = pl.DataFrame({"size": [50.0, 50.0], "town": ["Ulm", "Ulm"]})
    said = []
    expected = predict_rows(run.report.name, pl.DataFrame(rows), announce=said.append)
    assert len(said) == 2
    for same in (rows, categories, pa.table(rows)):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            assert_frame_equal(run.predict(same), expected)
        assert [str(item.message) for item in warned] == said
    assert run.predict(filled)["prediction"][0] == expected["prediction"][0]


def test_what_training_has_not_seen_is_said_as_on_the_command_line(run):
    said = []
    rows = pl.DataFrame({"size": [1e7, 50.0], "town": ["Ulm", "Rome"]})
    predict_rows(run.report.name, rows, announce=said.append)
    assert len(said) == 2
    for ask in (run.predict, run.predict_proba, run.preprocessor.transform):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            ask(rows)
        assert [str(item.message) for item in warned] == said
        assert {item.category for item in warned} == {DataWarning}
