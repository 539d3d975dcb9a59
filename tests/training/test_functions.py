"""Training of pure functions of the user's own."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import EarlyStopping, LambdaCallback
from fallline.errors import DataError, ShapeError, UsageError
from fallline.optimizers import SGD

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 3)).astype(np.float32)
TRUE = np.array([1.0, -2.0, 0.5], np.float32)
Y = X @ TRUE + 0.3


def init(key):
    return {"w": 0.1 * jax.random.normal(key, (3,)), "b": jnp.zeros(())}


def predict(params, x):
    return x @ params["w"] + params["b"]


def per_row(params, batch):
    return (predict(params, batch.x) - batch.y) ** 2


def scalar(params, batch):
    return jnp.mean(per_row(params, batch))


def recorded(params, batch):
    error = predict(params, batch.x) - batch.y
    return jnp.mean(error**2), {"mae": jnp.mean(jnp.abs(error))}


def train(loss=per_row, data=(X, Y), **arguments):
    return fl.train(
        init, loss, data, **{"optimizer": SGD(0.05), "seed": 1, "verbose": 0, "epochs": 3} | arguments
    )


def test_forms_of_the_loss_are_one():
    """A scalar, one loss per row, with a record, with a key: the same run, and the short batch weighs its rows."""
    by_row = train(per_row)
    for loss in (scalar, recorded, lambda params, batch, key: per_row(params, batch)):
        other = train(loss)
        np.testing.assert_allclose(other.history.history["loss"], by_row.history.history["loss"], rtol=1e-6)
        np.testing.assert_allclose(other.params["w"], by_row.params["w"], rtol=1e-6)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(SGD(0.05), "mse")
    start = jax.device_get(train(epochs=0).params)
    model.set_weights([start["w"][:, None], start["b"][None]])
    history = model.fit(X, Y, epochs=3, verbose=0, seed=1)
    np.testing.assert_allclose(history.history["loss"], by_row.history.history["loss"], rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], by_row.params["w"], rtol=1e-5)


def test_it_learns_and_predicts():
    trained = train(epochs=60, predict=predict, optimizer=SGD(0.1))
    np.testing.assert_allclose(trained.params["w"], TRUE, atol=1e-4)
    np.testing.assert_allclose(trained.predict(X[:7]), Y[:7], atol=1e-3)
    assert trained.evaluate(X, Y)["loss"] < 1e-6


def test_what_a_loss_records_is_the_mean_over_rows():
    trained = train(recorded, validation_data=(X[:50], Y[:50]), epochs=2)
    assert set(trained.history.history) == {"loss", "mae", "val_loss", "val_mae"}
    error = np.abs(X[:50] @ np.asarray(trained.params["w"]) + np.asarray(trained.params["b"]) - Y[:50])
    assert trained.history.history["val_mae"][-1] == pytest.approx(error.mean(), rel=1e-5)
    assert trained.evaluate(X[:50], Y[:50])["mae"] == pytest.approx(error.mean(), rel=1e-5)


def test_a_key_differs_from_step_to_step_and_repeats_with_the_seed():
    def noise(params, batch, key):
        draw = jax.random.uniform(key)
        return per_row(params, batch), {"draw": draw}

    one, two, other = (train(noise, seed=seed).history.history["draw"] for seed in (1, 1, 2))
    assert one == two != other
    assert len(set(one)) == 3


def test_numbers_change_without_compiling():
    def ridge(params, batch, numbers):
        return scalar(params, batch) + numbers["penalty"] * jnp.sum(params["w"] ** 2)

    small = train(ridge, numbers={"penalty": 0.01})
    before = len(fl.compilation_report().programs)
    large = train(ridge, numbers={"penalty": 5.0})
    assert len(fl.compilation_report().programs) == before
    assert np.linalg.norm(large.params["w"]) < np.linalg.norm(small.params["w"])


@pytest.mark.parametrize("data", [X, (X, None)])
def test_an_autoencoder_needs_no_targets(data):
    def start(key):
        return 0.3 * jax.random.normal(key, (3, 2))

    def rebuild(params, x):
        return x @ params @ params.T

    def loss(params, batch):
        return jnp.mean((rebuild(params, batch.x) - batch.x) ** 2, axis=1)

    trained = fl.train(
        start,
        loss,
        data,
        optimizer=SGD(0.1),
        epochs=60,
        predict=rebuild,
        seed=0,
        verbose=0,
        validation_data=X,
    )
    # Eckart and Young (1936): no rank-2 map leaves less than the smallest singular value.
    least = np.linalg.svd(X, compute_uv=False)[-1] ** 2 / X.size
    assert least <= trained.evaluate(X)["loss"] < 1.2 * least
    assert trained.predict(X).shape == X.shape
    assert len(trained.history.history["val_loss"]) == 60


def test_early_stopping_and_callbacks():
    epochs = []
    trained = train(
        epochs=500,
        validation_split=0.3,
        optimizer=SGD(0.1),
        callbacks=[
            EarlyStopping(min_delta=1e-3, patience=2),
            LambdaCallback(on_epoch_end=lambda e, logs: epochs.append(e)),
        ],
    )
    assert trained.history.outcome.kind == "early_stopped"
    assert epochs == trained.history.epoch
    assert len(epochs) < 100


def test_early_stopping_on_a_recorded_value_asks_for_the_mode():
    """Nobody knows whether larger is better for what a user's loss records, whatever its name."""
    with pytest.raises(UsageError, match='"val_mae" is better; pass mode="max" or mode="min"'):
        train(recorded, validation_split=0.3, callbacks=EarlyStopping("val_mae"))
    rule = EarlyStopping("val_mae", mode="min")
    assert train(recorded, validation_split=0.3, callbacks=rule).history.outcome.kind == "completed"


def test_a_callback_sees_parameters_and_stops():
    class Stop(fl.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seen = np.array(self.model.params["w"])
            self.model.stop_training = epoch == 1

    stop = Stop()
    trained = train(epochs=50, callbacks=stop)
    assert len(trained.history.epoch) == 2
    np.testing.assert_array_equal(stop.seen, trained.params["w"])


def test_sample_weights_weigh_rows():
    weight = np.where(np.arange(100) < 50, 2.0, 0.0)
    weighted = train(sample_weight=weight, batch_size=100)
    half = train(data=(X[:50], Y[:50]), batch_size=50)
    np.testing.assert_allclose(weighted.params["w"], half.params["w"], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"data": (X, Y, Y)}, UsageError, r"data must be x or \(x, y\), got a tuple of 3"),
        ({"data": (X, Y[:3])}, ShapeError, "x has 100 rows and y has 3"),
        ({"data": X * np.nan}, DataError, "not finite"),
        ({"batch_size": None}, UsageError, "batch_size"),
        ({"batch_size": 0}, UsageError, "batch_size"),
        ({"epochs": -1}, UsageError, "epochs"),
        ({"seed": -1}, UsageError, "train: the seed"),
        ({"optimizer": "adm"}, UsageError, 'Did you mean "adam"'),
        ({"validation_split": 2}, UsageError, "validation_split"),
        ({"validation_data": (X, Y, Y, Y)}, UsageError, "validation_data"),
        ({"callbacks": [3]}, UsageError, "callbacks"),
        (
            {"loss": lambda params, batch: per_row(params, batch)[:, None]},
            UsageError,
            r"one loss per row \(32,\), got shape \(32, 1\)",
        ),
        (
            {"loss": lambda params, batch: (scalar(params, batch), 3)},
            UsageError,
            "must be a dict of scalars, got int",
        ),
    ],
    ids=lambda value: None,
)
def test_mistakes(arguments, error, message):
    with pytest.raises(error, match=message):
        train(**arguments)


def test_no_predict_function():
    with pytest.raises(UsageError, match="pass predict="):
        train(epochs=0).predict(X)


def exponential(params, x):
    return params["a"] * jnp.exp(-params["b"] * x) + params["c"]


def ones(key):
    return {"a": jnp.ones(()), "b": jnp.ones(()), "c": jnp.zeros(())}


@pytest.mark.parametrize("optimizer", ["levenberg_marquardt", fl.optimizers.GaussNewton(damping=1e-3)])
def test_a_loss_of_outputs_takes_gauss_newton_steps(optimizer):
    """Nonlinear least squares, as SciPy solves it."""
    optimize = pytest.importorskip("scipy.optimize")
    x = np.linspace(0, 3, 60).astype(np.float32)
    y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.01 * np.random.default_rng(0).normal(size=60)
    trained = fl.train(
        ones, "mse", (x, y), predict=exponential, optimizer=optimizer, epochs=30, batch_size=60, verbose=0
    )
    best = optimize.least_squares(lambda p: p[0] * np.exp(-p[1] * x) + p[2] - y, [1, 1, 0]).x
    np.testing.assert_allclose([trained.params[name] for name in "abc"], best, rtol=1e-4)
    np.testing.assert_allclose(trained.predict(x), exponential(trained.params, x), rtol=1e-6)


def test_a_loss_of_outputs_needs_both():
    x = np.ones(8, np.float32)
    with pytest.raises(UsageError, match="a loss of outputs needs predict=, which gives them, and data"):
        fl.train(ones, "mse", (x, x))
    with pytest.raises(UsageError, match="a loss of outputs needs predict="):
        fl.train(ones, "mse", x, predict=exponential)
    with pytest.raises(UsageError, match='unknown loss "mze"'):
        fl.train(ones, "mze", (x, x), predict=exponential)


def test_numbers_of_a_loss_of_outputs_are_refused():
    with pytest.raises(UsageError, match=r"numbers= are given to a loss function of your own.*Huber"):
        fl.train(ones, "mse", (X[:, 0], Y), predict=exponential, numbers={"share": 0.5}, verbose=0)


def test_what_callbacks_are_shown_is_theirs():
    """Each epoch's parameters can still be read after the run, and differ."""

    class Keeping(fl.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append(self.model.params["w"])

    kept = []
    trained = train(callbacks=[Keeping()])
    values = np.stack(kept)
    assert len(np.unique(values, axis=0)) == 3
    np.testing.assert_array_equal(values[-1], trained.params["w"])
