"""Files of a model in training."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import LambdaCallback, LearningRateScheduler, ModelCheckpoint
from fallline.errors import UsageError

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def model_of(loss="mse"):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.1), loss, metrics=["mae"])
    return model


def fit(*callbacks, loss="mse", **arguments):
    model = model_of(loss)
    history = model.fit(
        X,
        Y,
        **{"epochs": 4, "verbose": 0, "callbacks": list(callbacks), "validation_data": (X, Y)} | arguments,
    )
    return model, history


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_epoch_under_its_own_name(tmp_path):
    _, history = fit(ModelCheckpoint(tmp_path / "runs" / "{epoch:02d}-{val_loss:.3f}.fallline"))
    losses = history.history["val_loss"]
    assert names(tmp_path / "runs") == [f"{epoch + 1:02d}-{losses[epoch]:.3f}.fallline" for epoch in range(4)]
    for epoch, path in enumerate(sorted((tmp_path / "runs").iterdir())):
        loaded = fl.models.load_model(path)
        assert loaded.evaluate(X, Y)[0] == pytest.approx(losses[epoch], rel=1e-5), "the weights of that epoch"
        assert float(loaded.optimizer.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["best.keras", "best.h5", "best.weights.h5", "best"])
def test_names_of_keras_programs(tmp_path, name):
    """What they write they read again; that it is another format is said, once a run."""
    weights = "weights" in name
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model, _ = fit(ModelCheckpoint(tmp_path / name, save_best_only=True, save_weights_only=weights))
    said = "ModelCheckpoint: {} holds Fallline's own format, which Keras cannot read and load_model"
    assert [str(warning.message).partition(" and load_w")[0] for warning in caught] == (
        [said.format(name)] if "." in name else []
    )
    loaded = model_of() if weights else fl.models.load_model(tmp_path / name)
    if weights:
        loaded.load_weights(tmp_path / name)
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


def test_only_the_best(tmp_path):
    """A rate that ruins the third epoch: the second stays in the file, the fourth is better than none."""
    ruin = LearningRateScheduler(lambda epoch: [0.1, 0.1, 1.2, 0.0][epoch])
    saved = []
    checkpoint = ModelCheckpoint(tmp_path / "best.fallline", save_best_only=True)
    looker = LambdaCallback(
        on_epoch_end=lambda epoch, logs: saved.append((tmp_path / "best.fallline").read_bytes())
    )
    _, history = fit(checkpoint, looker, ruin, batch_size=64)
    losses = history.history["val_loss"]
    assert losses[1] < losses[0] < losses[2]
    assert saved[0] != saved[1] == saved[2] == saved[3]
    assert checkpoint.best == losses[1]
    assert fl.models.load_model(tmp_path / "best.fallline").evaluate(X, Y)[0] == pytest.approx(
        losses[1], rel=1e-5
    )


def test_a_metric_says_itself_what_is_better(tmp_path):
    y = (Y > 0).astype(np.float32)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile(fl.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    path = tmp_path / "{epoch}.fallline"
    history = model.fit(
        X, y, epochs=8, verbose=0, callbacks=[ModelCheckpoint(path, "accuracy", save_best_only=True)]
    )
    best, expected = -1.0, []
    for epoch, value in enumerate(history.history["accuracy"]):
        if value > best:
            best = value
            expected.append(f"{epoch + 1}.fallline")
    assert names(tmp_path) == sorted(expected)


def test_batches_are_counted_through_the_epochs(tmp_path):
    fit(
        ModelCheckpoint(tmp_path / "{epoch}-{batch}.fallline", save_freq=3), batch_size=32
    )  # two steps an epoch
    assert names(tmp_path) == ["2-1.fallline", "3-2.fallline"]


def test_an_epoch_without_validation_is_never_the_best(tmp_path):
    """Keras would save it and overwrite the best."""
    fit(ModelCheckpoint(tmp_path / "{epoch}.fallline", save_best_only=True), validation_freq=2)
    assert names(tmp_path) == ["2.fallline", "4.fallline"]


def test_a_value_to_beat(tmp_path):
    fit(ModelCheckpoint(tmp_path / "x.fallline", save_best_only=True, initial_value_threshold=0.0))
    assert names(tmp_path) == []


def test_what_it_says(tmp_path, capsys):
    fit(ModelCheckpoint(tmp_path / "x.fallline", save_best_only=True, verbose=1), epochs=1)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 1: val_loss improved from nothing to ")
    assert second == f"epoch 1: saved to {tmp_path / 'x.fallline'}"


def test_what_cannot_be_saved_is_known_before_the_training(tmp_path):
    seen = []
    looker = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    own = lambda y_true, y_pred: (y_true - y_pred) ** 2  # noqa: E731 - a function that no file can name
    with pytest.raises(UsageError, match="cannot save .*"):
        fit(ModelCheckpoint(tmp_path / "x.fallline"), looker, loss=own)
    assert seen == []
    fit(ModelCheckpoint(tmp_path / "x.fallline", save_weights_only=True), looker, loss=own)
    assert seen == [0, 1, 2, 3]


def test_a_plain_function_is_no_model(tmp_path):
    with pytest.raises(UsageError, match="ModelCheckpoint saves models"):
        fl.train(
            lambda key: {"w": np.float32(0)},
            lambda params, batch: (params["w"] - batch.x) ** 2,
            X[:, 0],
            callbacks=[ModelCheckpoint(tmp_path / "x")],
        )


@pytest.mark.parametrize(
    ("path", "arguments", "message"),
    [
        (
            "{val_los}",
            {},
            r'filepath ".*" cannot be filled in \(.val_los.\). It may hold epoch, loss, mae, val_loss',
        ),
        ("{epoch:q}", {}, "cannot be filled in"),
        (
            "x",
            {"monitor": "val_mea", "mode": "min"},
            'monitor "val_mea" is not recorded. Did you mean "val_mae"',
        ),
    ],
)
def test_names_that_are_not_recorded(tmp_path, path, arguments, message):
    with pytest.raises(UsageError, match=message):
        fit(ModelCheckpoint(tmp_path / path, save_best_only=bool(arguments), **arguments))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"save_freq": "batch"}, 'save_freq is "epoch", or must be a whole number'),
        ({"save_freq": 0}, "whole number of at least 1"),
        ({"mode": "best"}, 'mode must be "auto", "min" or "max"'),
        ({"initial_value_threshold": "low"}, "initial_value_threshold must be a number"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(UsageError, match=message):
        ModelCheckpoint("x", **arguments)
