"""Scores of any number of rows: few programs, exact whatever the loss, the metrics and the layers are."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.engine import scoring
from fallline.layers import BatchNormalization, Dense
from fallline.optimizers import SGD

RNG = np.random.default_rng(7)
X = RNG.normal(size=(300, 3)).astype(np.float32)
Y = RNG.integers(0, 3, 300).astype(np.int32)
WEIGHT = RNG.uniform(0, 2, 300).astype(np.float32)


def classifier(loss="sparse_categorical_crossentropy", metrics=("accuracy",), **arguments):
    model = fl.Sequential([fl.Input((3,)), Dense(3, "softmax")], seed=0)
    model.compile(SGD(0.0), loss, metrics=list(metrics), **arguments)
    return model


def programs():
    return len(fl.compilation_report().programs)


def test_ten_numbers_of_rows_are_one_program_and_exact():
    model = classifier(weighted_metrics=["accuracy"])
    outputs = np.float64(model.predict(X))
    model.evaluate(X[:128], Y[:128], sample_weight=WEIGHT[:128])
    before = programs()
    for rows in (65, 70, 77, 90, 99, 100, 111, 120, 127, 128):
        p, y, w = outputs[:rows], Y[:rows], WEIGHT[:rows].astype(np.float64)
        right = p.argmax(1) == y
        got = model.evaluate(X[:rows], Y[:rows], sample_weight=WEIGHT[:rows])
        wanted = [np.mean(-np.log(p[np.arange(rows), y]) * w), right.mean(), (right * w).sum() / w.sum()]
        np.testing.assert_allclose(got, wanted, rtol=1e-5)
    assert programs() == before


@pytest.mark.parametrize("batch_size", [None, 7, 64, 100])
def test_parts_are_on_the_device_one_after_the_other(batch_size, monkeypatch):
    monkeypatch.setattr(scoring, "ROWS_AT_ONCE", 64)
    model = classifier()
    outputs = np.float64(model.predict(X, batch_size=50))
    for rows in (64, 128, 129, 300):
        loss, accuracy = model.evaluate(X[:rows], Y[:rows], batch_size=batch_size)
        assert loss == pytest.approx(np.mean(-np.log(outputs[np.arange(rows), Y[:rows]])), rel=1e-5)
        assert accuracy == pytest.approx(np.mean(outputs[:rows].argmax(1) == Y[:rows]), rel=1e-6)


@pytest.mark.parametrize("reduction", ["sum", "mean_with_sample_weight"])
def test_other_reductions_are_means_of_batches_as_in_keras(reduction):
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile(SGD(0.0), fl.losses.MeanSquaredError(reduction=reduction))
    y = Y[:10, None].astype(np.float32)
    squares = np.float64(model.predict(X[:10]) - y)[:, 0] ** 2 * WEIGHT[:10]
    batches = [squares[:4].sum() * 4, squares[4:8].sum() * 4, squares[8:].sum() * 2]
    if reduction == "mean_with_sample_weight":
        sums = [WEIGHT[:4].sum(), WEIGHT[4:8].sum(), WEIGHT[8:10].sum()]
        batches = [batch / np.float64(total) for batch, total in zip(batches, sums, strict=True)]
    got = model.evaluate(X[:10], y, batch_size=4, sample_weight=WEIGHT[:10])
    assert got == pytest.approx(sum(batches) / 10, rel=1e-5)


def test_what_a_user_wrote_sees_the_rows_in_their_true_number():
    model = classifier(metrics=[lambda y, p: jnp.float32(y.shape[0])])
    assert model.evaluate(X[:10], Y[:10])[1] == 10
    assert model.evaluate(X[:10], Y[:10], batch_size=8)[1] == pytest.approx((8 * 8 + 2 * 2) / 10)
    model = classifier(lambda y, p: jnp.full(y.shape[:1], jnp.float32(y.shape[0])), metrics=[])
    assert model.evaluate(X[:10], Y[:10]) == 10


def test_layers_and_losses_that_join_rows_see_no_others():
    inputs = fl.Input((3,))
    model = fl.Model(inputs, BatchNormalization(epsilon=1e-3)(inputs, training=True))
    model.compile(SGD(0.0), "mse")
    x = np.float64(X[:10])
    normal = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3)
    assert model.evaluate(X[:10], np.zeros((10, 3))) == pytest.approx((normal**2).mean(), rel=1e-5)
    joined = classifier(fl.losses.SparseCategoricalCrossentropy(ignore_class=1), metrics=["accuracy"])
    p, y = np.float64(joined.predict(X[:10])), Y[:10]
    losses = -np.log(p[np.arange(10), y])
    assert joined.evaluate(X[:10], y)[0] == pytest.approx(losses[y != 1].mean(), rel=1e-5)


def test_penalties_count_once_and_several_outputs_each():
    inputs = fl.Input((3,))
    one = Dense(1, kernel_regularizer=fl.regularizers.L2(0.5), name="one")(inputs)
    two = Dense(1, name="two")(inputs)
    model = fl.Model(inputs, [one, two], seed=0)
    model.compile(SGD(0.0), ["mse", "mae"])
    y = Y[:10, None].astype(np.float32)
    first, second = (np.float64(array - y) for array in model.predict(X[:10]))
    penalty = 0.5 * np.sum(np.float64(model.get_weights()[0]) ** 2)
    losses = [np.mean(first**2), np.mean(np.abs(second))]
    got = model.evaluate(X[:10], [y, y])
    np.testing.assert_allclose(got, [sum(losses) + penalty, *losses], rtol=1e-5)


def test_a_row_that_overflows_is_infinite_and_no_nan():
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    model.compile(SGD(0.0), "mse")
    y = np.zeros((10, 1), np.float32)
    y[-1] = 1e30
    assert model.evaluate(X[:10], y) == np.inf


def test_the_last_part_of_a_prediction_is_filled_up_to_its_own_power_of_two():
    """Each output is the number of rows that were computed with it."""
    x = np.zeros((4097, 1), np.float32)
    trained = fl.train(
        lambda key: {"w": jnp.zeros(())},
        lambda params, batch: params["w"] * batch.x[:, 0],
        x[:1],
        predict=lambda params, x: jnp.full(x.shape[0], x.shape[0]),
        epochs=0,
        verbose=0,
    )
    outputs = trained.predict(x)
    assert outputs[-1] == 1
    assert (outputs[:4096] == 4096).all()
    assert (trained.predict(x[:5]) == 8).all()
