"""The circle loss against Keras: values and gradients, rows with nothing to be compared with, training."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import losses
from fallline.errors import DataError, ShapeError

RNG = np.random.default_rng(2020)
LABELS = RNG.integers(0, 4, size=24).astype(np.int32)
ROWS = RNG.normal(size=(24, 5)).astype(np.float32)
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)
WEIGHTS = RNG.uniform(0, 2, size=24).astype(np.float32)


@pytest.mark.references("losses.Circle")
@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["unweighted", "weighted"])
@pytest.mark.parametrize(
    "arguments", [{}, {"gamma": 4.0, "margin": 0.25}, {"gamma": 10.0, "remove_diagonal": False}], ids=str
)
def test_values_are_those_of_keras(keras, arguments, weight):
    ours, theirs = losses.Circle(**arguments), keras.losses.Circle(**arguments)
    # keras.losses takes targets (n, 1) as they come from a data set, too.
    for labels in (LABELS, LABELS[:, None]):
        np.testing.assert_allclose(
            ours(labels, ROWS, weight), theirs(labels, ROWS, sample_weight=weight), rtol=1e-5
        )


@pytest.mark.references("losses.Circle")
def test_gradients_are_those_of_keras(keras):
    ours = jax.grad(lambda rows: losses.Circle(gamma=8.0)(LABELS, rows))(jnp.asarray(ROWS))
    theirs = jax.grad(lambda rows: jnp.mean(keras.losses.circle(LABELS, rows, gamma=8.0)))(jnp.asarray(ROWS))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_other_rows_as_references(keras):
    ours = losses.circle(LABELS[:6], ROWS[:6], LABELS[6:], ROWS[6:], remove_diagonal=False, gamma=8.0)
    theirs = keras.losses.circle(LABELS[:6], ROWS[:6], LABELS[6:], ROWS[6:], remove_diagonal=False, gamma=8.0)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize(
    "labels", [[0, 1, 2], [3, 3, 3], [0, 0, 1]], ids=["all differ", "all alike", "one alone"]
)
def test_a_row_with_nothing_to_compare_with_counts_zero(keras, labels):
    labels, rows = np.asarray(labels), jnp.asarray(ROWS[:3])
    values = losses.circle(labels, rows)
    np.testing.assert_allclose(values, keras.losses.circle(labels, rows), rtol=1e-5)
    assert np.isfinite(jax.grad(lambda rows: losses.circle(labels, rows).sum())(rows)).all()


def test_it_brings_classes_together():
    """Before, the nearest neighbour is of the row's own class about as often as chance has it; after, nearly always."""
    centres = RNG.normal(size=(4, 8))
    x = (centres[LABELS.repeat(8)] + 1.5 * RNG.normal(size=(192, 8))).astype(np.float32)
    y = LABELS.repeat(8)
    model = fl.Sequential([fl.Input((8,)), fl.layers.Dense(4), fl.layers.UnitNormalization()], seed=0)
    model.compile(fl.optimizers.Adam(0.02), losses.Circle(gamma=16.0))

    def own_class_nearest():
        near = np.asarray(model.predict(x)) @ np.asarray(model.predict(x)).T - 9 * np.eye(len(x))
        return float((y[near.argmax(axis=1)] == y).mean())

    before = own_class_nearest()
    losses_of_epochs = model.fit(x, y, epochs=30, batch_size=64, verbose=0).history["loss"]
    assert losses_of_epochs[-1] < 0.7 * losses_of_epochs[0]
    assert own_class_nearest() > before


def test_what_does_not_fit():
    with pytest.raises(ShapeError, match=r"expected class numbers \(n,\) and embeddings \(n, features\)"):
        losses.Circle()(LABELS, ROWS[:, 0])
    model = fl.Sequential([fl.Input((5,)), fl.layers.Dense(3)], seed=0)
    model.compile("sgd", "circle")
    with pytest.raises(DataError, match=r'loss "circle" needs class numbers \(n,\); got floats'):
        model.fit(ROWS, ROWS[:, 0], epochs=1, verbose=0)
