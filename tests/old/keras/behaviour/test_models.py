"""What programs of other years call on a model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.layers import Dense
from fallline.old import age
from fallline.old.keras.behaviour.files import load_model, model_from_json, model_from_yaml
from fallline.old.keras.behaviour.models import Model, Sequential

Rows = tuple[np.ndarray, np.ndarray]


def classifier(**compiled: Any) -> Sequential:
    model = Sequential([fl.Input((4,)), Dense(1, activation="sigmoid")], seed=1)
    model.compile(**{"optimizer": "sgd", "loss": "binary_crossentropy", "metrics": ["accuracy"]} | compiled)
    return model


def test_classes_are_the_largest_output_or_above_a_half(rows: Rows) -> None:
    model = classifier()
    assert np.array_equal(model.predict_classes(rows[0]), (model.predict(rows[0]) > 0.5).astype(int))
    several = Sequential([fl.Input((4,)), Dense(3, activation="softmax")])
    np.testing.assert_array_equal(several.predict_classes(rows[0]), several.predict_proba(rows[0]).argmax(-1))


def test_a_model_is_a_model_and_so_is_what_comes_of_it(rows: Rows) -> None:
    model = classifier()
    assert isinstance(model, Model)
    assert isinstance(model, fl.Model)
    assert isinstance(model_from_json(model.to_json()), Sequential)


def test_arguments_of_keras_1(rows: Rows) -> None:
    found = classifier().fit(*rows, nb_epoch=2, batch_size=20, verbose=0, validation_split=0.2)
    assert found.epoch == [0, 1]
    assert list(found.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert found.params["nb_epoch"] == 2


@pytest.mark.usefixtures("before_2_3")
def test_before_2_3_metrics_are_recorded_as_then(rows: Rows) -> None:
    model = classifier(metrics=["accuracy", "mae"])
    found = model.fit(*rows, verbose=0, validation_data=rows)
    assert list(found.history)[:3] == ["loss", "acc", "mean_absolute_error"]
    assert model.metrics_names == ["loss", "acc", "mean_absolute_error"]
    assert found.history["accuracy"] == found.history["acc"]


def test_where_nothing_tells_the_age_both_spellings_answer(rows: Rows) -> None:
    found = classifier().fit(*rows, verbose=0, validation_split=0.5)
    assert found.history["acc"] == found.history["accuracy"]
    assert found.history.get("val_acc") == found.history["val_accuracy"]
    assert "acc" not in found.history
    with pytest.raises(KeyError):
        found.history["auc"]


@pytest.mark.parametrize(
    ("version", "epochs"), [((1, 0), 100), ((2, 0), 10), ((2, 3), 1)], ids=["0.3", "1", "2"]
)
def test_epochs_where_nobody_says(rows: Rows, version: tuple[int, int], epochs: int) -> None:
    with age.of(age.Age(keras_before=version)):
        assert len(classifier().fit(*rows, verbose=0).epoch) == epochs


def test_show_accuracy_of_keras_0(rows: Rows) -> None:
    model = Sequential([fl.Input((4,)), Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="sgd", class_mode="binary")
    model.fit(*rows, 16, 2, 0, [], 0.0, None, True, True)
    loss, accuracy = model.evaluate(*rows, show_accuracy=True, verbose=0)
    assert accuracy == pytest.approx(np.mean(model.predict_classes(rows[0])[:, 0] == rows[1]))
    assert loss == model.evaluate(*rows)[0]


def test_the_third_argument_of_compile_says_what_it_is() -> None:
    model = Sequential([fl.Input((4,)), Dense(1)])
    model.compile("sgd", "mse", ["mae"])
    assert model.metrics_names == ["loss", "mae"]
    model.compile("sgd", "mse", [2.0], ["mae"])
    assert model.compile_arguments()["loss_weights"] == [2.0]
    model.compile("sgd", "mse", "categorical")
    assert model.metrics_names == ["loss"]


def endless(rows: Rows, size: int = 10) -> Iterator[Rows]:
    place = 0
    while True:
        taken = np.arange(place, place + size) % len(rows[0])
        yield rows[0][taken], rows[1][taken]
        place += size


def test_a_generator_trains_as_its_batches_one_after_the_other(rows: Rows) -> None:
    model, stepwise = classifier(), classifier()
    found = model.fit_generator(
        endless(rows),
        steps_per_epoch=6,
        epochs=2,
        verbose=0,
        validation_data=endless(rows),
        validation_steps=6,
    )
    batches = endless(rows)
    for _ in range(12):
        stepwise.train_on_batch(*next(batches))
    np.testing.assert_allclose(model.get_weights()[0], stepwise.get_weights()[0], rtol=1e-5)
    assert found.history["val_loss"][-1] == pytest.approx(model.evaluate(*rows)[0])


def test_keras_1_counted_rows(rows: Rows) -> None:
    model = classifier()
    assert (
        model.fit_generator(endless(rows), samples_per_epoch=60, nb_epoch=1, verbose=0).params["steps"] == 6
    )
    assert model.evaluate_generator(endless(rows), val_samples=60) == pytest.approx(model.evaluate(*rows))
    assert model.predict_generator(endless(rows), 2).shape == (20, 1)


def test_a_sequence_gives_all_its_batches(rows: Rows) -> None:
    class Batches:
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> Rows:
            part = slice(20 * index, 20 * index + 20)
            return rows[0][part], rows[1][part]

    model = classifier()
    assert model.fit(Batches(), epochs=2, verbose=0).params["steps"] == 3
    np.testing.assert_allclose(model.predict(Batches()), model.predict(rows[0]), rtol=1e-6)


def test_weights_class_by_class_that_are_no_dictionary(rows: Rows) -> None:
    model = classifier()
    model.fit(*rows, verbose=0, class_weight="auto")
    model.fit(*rows, verbose=0, class_weight=np.array([1.0, 2.0]))


def test_text_has_the_shape_of_keras(rows: Rows) -> None:
    model = classifier()
    text = model.to_json(indent=1)
    assert set(json.loads(text)) == {"class_name", "config", "keras_version", "backend"}
    for again in (
        model_from_json(text),
        model_from_yaml(model.to_yaml()),
        Model.from_config(model.get_config()),
    ):
        again.set_weights(model.get_weights())
        np.testing.assert_array_equal(again.predict(rows[0]), model.predict(rows[0]))


def test_files_go_into_folders_that_are_not_there(
    rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = classifier()
    model.save(tmp_path / "new" / "model.h5", True, include_optimizer=True, save_format="h5")
    again = load_model(tmp_path / "new" / "model.h5")
    assert type(again) is Sequential
    assert again.evaluate(*rows) == model.evaluate(*rows)
    model.save_weights(str(tmp_path / "other" / "weights.h5"), overwrite=True)
    again.load_weights(str(tmp_path / "other" / "weights.h5"), by_name=True)
    assert capsys.readouterr().err.count("own format") == 1
    (tmp_path / "folder").mkdir()
    model.save(tmp_path / "folder")
    assert load_model(tmp_path / "folder").name == model.name


def test_weights_of_a_model_have_names_and_take_values(rows: Rows) -> None:
    model = classifier()
    kernel = model.weights[0]
    assert (kernel.name, kernel.shape) == ("dense/kernel:0", (4, 1))
    kernel.assign(np.ones((4, 1)))
    np.testing.assert_array_equal(model.get_weights()[0], 1)
    assert model.trainable_variables[0] is kernel


def test_weights_that_are_no_file_of_keras_are_the_latest_checkpoint(rows: Rows, tmp_path: Path) -> None:
    from fallline.old.tensorflow.second import train

    model = classifier()
    for name in ("cp-1.ckpt", "cp-2.ckpt"):
        model.save_weights(str(tmp_path / name))
    assert train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "cp-2.ckpt")
    classifier().load_weights(train.latest_checkpoint(str(tmp_path)))
