"""Event files, read back by TensorBoard itself where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import Callback, ReduceLROnPlateau, TensorBoard
from fallline.errors import UsageError

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def fit(*callbacks, rate=0.01, **arguments):
    model = fl.Sequential(
        [fl.Input((3,)), fl.layers.Dense(2, name="hidden"), fl.layers.Dense(1, name="out")], seed=0
    )
    model.compile(fl.optimizers.SGD(rate), "mse", metrics=["mae"])
    history = model.fit(X, Y, **{"epochs": 3, "verbose": 0, "callbacks": list(callbacks)} | arguments)
    return model, history.history


def read(folder):
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = accumulators.EventAccumulator(str(folder), size_guidance={"histograms": 0, "scalars": 0})
    events.Reload()
    return events


def scalars(folder, tag):
    return [(event.step, event.value) for event in read(folder).Scalars(tag)]


def test_values_of_epochs_under_keras_names(tmp_path):
    _, history = fit(TensorBoard(tmp_path), validation_data=(X, Y), validation_freq=2, epochs=4)
    assert sorted(read(tmp_path / "train").Tags()["scalars"]) == [
        "epoch_learning_rate",
        "epoch_loss",
        "epoch_mae",
    ]
    assert sorted(read(tmp_path / "validation").Tags()["scalars"]) == ["epoch_loss", "epoch_mae"]
    assert scalars(tmp_path / "train", "epoch_loss") == list(enumerate(history["loss"]))
    assert scalars(tmp_path / "validation", "epoch_mae") == [
        (1, history["val_mae"][0]),
        (3, history["val_mae"][1]),
    ]


@pytest.mark.parametrize(
    ("rate", "rules", "expected"),
    [
        (0.25, [], [0.25] * 3),
        (
            fl.optimizers.schedules.ExponentialDecay(0.5, 2, 0.5),
            [],
            [0.25, 0.125, 0.0625],
        ),  # after 2, 4, 6 steps
        (0.125, [ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)], [0.125, 0.125, 0.0625]),
    ],
)
def test_the_learning_rate(tmp_path, rate, rules, expected):
    fit(TensorBoard(tmp_path), *rules, rate=rate)
    assert scalars(tmp_path / "train", "epoch_learning_rate") == list(enumerate(expected))


def test_histograms_of_all_weights(tmp_path):
    weights = []

    class Look(Callback):
        def on_epoch_end(self, epoch, logs=None):
            weights.append(self.model.get_weights()[0])

    fit(Look(), TensorBoard(tmp_path, histogram_freq=2), epochs=4)
    events = read(tmp_path / "train")
    names = ["hidden/bias", "hidden/kernel", "out/bias", "out/kernel"]
    assert sorted(events.Tags()["histograms"]) == [f"{name}/histogram" for name in names]
    found = events.Histograms("hidden/kernel/histogram")
    assert [event.step for event in found] == [0, 2]
    for event in found:
        kernel = weights[event.step].astype(np.float64)
        value = event.histogram_value
        assert (value.num, value.min, value.max) == (6, kernel.min(), kernel.max())
        assert value.sum == pytest.approx(kernel.sum())
        assert value.sum_squares == pytest.approx((kernel**2).sum())


@pytest.mark.parametrize(("update_freq", "steps"), [("batch", [1, 2, 3, 4, 5, 6]), (2, [2, 4, 6])])
def test_the_loss_of_batches(tmp_path, update_freq, steps):
    _, history = fit(TensorBoard(tmp_path, update_freq=update_freq))
    found = scalars(tmp_path / "train", "batch_loss")
    assert [step for step, _ in found] == steps
    assert [value for step, value in found if step % 2 == 0] == pytest.approx(history["loss"])


def test_steps_per_second(tmp_path):
    fit(TensorBoard(tmp_path, write_steps_per_second=True))
    assert all(value > 0 for _, value in scalars(tmp_path / "train", "epoch_steps_per_second"))


def test_two_trainings_in_one_second_are_two_files(tmp_path):
    for _ in range(2):
        fit(TensorBoard(tmp_path))
    assert len(list((tmp_path / "train").iterdir())) == 2
    # The second begins anew, at step 0.
    assert [step for step, _ in scalars(tmp_path / "train", "epoch_loss")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "granularity"),
    [({}, "boundary"), ({"histogram_freq": 1}, "epoch"), ({"update_freq": 5}, "step")],
)
def test_it_looks_as_seldom_as_it_can(arguments, granularity):
    assert TensorBoard("logs", **arguments).granularity() == granularity


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"update_freq": 0}, "whole number of at least 1"),
        ({"histogram_freq": -1}, "histogram_freq must be a whole number"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(UsageError, match=message):
        TensorBoard(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"profile_batch": (100, 200)},
            r"profile_batch=\(100, 200\) is ignored: jax.profiler.trace around fit",
        ),
        ({"write_images": True}, "write_images=True is ignored: histogram_freq=1 writes"),
        ({"embeddings_freq": 1}, "embeddings_freq=1 is ignored"),
        ({"embeddings_metadata": "names.tsv"}, "embeddings_metadata='names.tsv' is ignored"),
    ],
)
def test_pictures_that_are_not_written(tmp_path, arguments, message):
    with pytest.warns(UserWarning, match=message) as caught:
        board = TensorBoard(tmp_path, **arguments)
    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name]
    _, history = fit(board, epochs=2)
    assert len(scalars(tmp_path / "train", "epoch_loss")) == len(history["loss"]) == 2
