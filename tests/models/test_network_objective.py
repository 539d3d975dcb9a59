"""Network, loss, penalties and metrics as one objective: fused cross-entropies, penalties, metrics, predictions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import activations, losses, metrics, regularizers
from fallline._random import root_key
from fallline.engine import Batch, Variables
from fallline.layers import Activation, Dense, Dropout, Flatten, Input
from fallline.models import Head, NetworkObjective

KEY = root_key(0)
NO_VARIABLES = Variables({}, {})


def build(*layers, shape=(3,), precision="float32"):
    return fl.Sequential([Input(shape), *layers], dtype_policy=precision).network


def objective_of(network, loss, plain=(), weighted=()):
    """The objective of a network with one output."""
    head = Head("out", activations.Linear(), losses.get(loss), None, tuple(plain), tuple(weighted))
    return NetworkObjective.of(network, [head])


def of_outputs(activation, loss):
    """An objective whose inputs are the logits themselves."""
    return objective_of(build(Activation(activation)), loss)


def value_of(objective, x, y, weight=None):
    return objective.loss(NO_VARIABLES, Batch(x, y, weight), KEY, training=True)[0]


# A confident right row, a confident wrong one, a tie, and moderate logits.
LOGITS = np.array([[1e4, 0, 0], [1e4, 0, -1e4], [-1e4, -1e4, -1e4], [1.0, -2.0, 0.5]], np.float32)
LABELS = np.array([0, 2, 1, 2], np.int32)
ONE_HOT = np.eye(3, dtype=np.float32)[LABELS]
BITS = np.array([[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 0]], np.float32)


def softmax_reference():
    z = LOGITS.astype(np.float64)
    z = z - z.max(1, keepdims=True)
    logarithm = np.log(np.exp(z).sum(1, keepdims=True))
    p = np.exp(z - logarithm)
    return -(ONE_HOT * (z - logarithm)).sum(1).mean(), (p - ONE_HOT) / len(z)


def sigmoid_reference():
    z = LOGITS.astype(np.float64)
    entropy = np.logaddexp(0, z) - BITS * z
    p = np.exp(-np.logaddexp(0, -z))
    return entropy.mean(), (p - BITS) / z.size


FUSED = {
    "categorical": ("softmax", "categorical_crossentropy", ONE_HOT, softmax_reference),
    "sparse": ("softmax", "sparse_categorical_crossentropy", LABELS, softmax_reference),
    "binary": ("sigmoid", "binary_crossentropy", BITS, sigmoid_reference),
}


@pytest.mark.parametrize(("activation", "loss", "y", "reference"), FUSED.values(), ids=FUSED.keys())
def test_fused_is_exact_up_to_logits_of_ten_thousand(activation, loss, y, reference):
    expected, slope = reference()
    objective = of_outputs(activation, loss)
    value, gradient = jax.value_and_grad(lambda x: value_of(objective, x, y))(jnp.asarray(LOGITS))
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(("activation", "loss", "y", "reference"), FUSED.values(), ids=FUSED.keys())
def test_what_fusing_saves_one_from(activation, loss, y, reference):
    """The same through probabilities: a function of one's own hides the loss, so it is not taken over."""
    function = getattr(losses, loss)
    objective = of_outputs(activation, lambda y_true, y_pred: function(y_true, y_pred))
    assert isinstance(objective.heads[0].activation, activations.Linear)
    expected, slope = reference()
    value, gradient = jax.value_and_grad(lambda x: value_of(objective, x, y))(jnp.asarray(LOGITS))
    assert float(value) < 0.1 * expected  # the clipped probability hides how wrong the second row is
    saturated = LOGITS[1] != 0
    np.testing.assert_array_equal(gradient[1][saturated], [0, 0])  # and nothing pulls it back
    assert np.max(np.abs(slope[1][saturated])) > 0.05
    np.testing.assert_allclose(gradient[3], slope[3], rtol=1e-4)  # moderate logits agree


@pytest.mark.parametrize(
    ("activation", "loss", "fused"),
    [
        ("softmax", "categorical_crossentropy", True),
        (activations.softmax, losses.sparse_categorical_crossentropy, True),
        ("sigmoid", losses.BinaryCrossentropy(label_smoothing=0.1), True),
        ("sigmoid", "categorical_crossentropy", False),
        ("softmax", "binary_crossentropy", False),
        ("softmax", "mse", False),
        ("softmax", losses.CategoricalCrossentropy(from_logits=True), False),
        (None, losses.CategoricalCrossentropy(from_logits=True), False),
        ("tanh", "binary_crossentropy", False),
        (activations.Softmax(axis=0), "categorical_crossentropy", False),
        (activations.Softmax(axis=1), losses.CategoricalCrossentropy(axis=1), False),
    ],
)
def test_when_an_activation_is_taken_over(activation, loss, fused):
    objective = of_outputs(activation, loss)
    layer_activation = objective.network.layers[-1].activation
    if fused:
        assert isinstance(layer_activation, activations.Linear)
        assert objective.heads[0].loss.from_logits
        assert isinstance(objective.heads[0].activation, activations.Softmax | activations.Sigmoid)
    else:
        assert type(layer_activation) is type(activations.get(activation))
        assert isinstance(objective.heads[0].activation, activations.Linear)


def test_a_softmax_over_another_axis_is_not_replaced_by_one_over_the_last():
    network = build(Activation(activations.Softmax(axis=1)), shape=(2, 3))
    objective = objective_of(network, "categorical_crossentropy")
    x = np.random.default_rng(0).normal(size=(4, 2, 3))
    p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    y = np.eye(3, dtype=np.float32)[np.array([[0, 1], [2, 2], [1, 0], [0, 0]])]
    expected = -np.log((y * p / p.sum(-1, keepdims=True)).sum(-1)).mean()
    value = value_of(objective, jnp.asarray(x, jnp.float32), y)
    np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_layers_after_the_activation_keep_it():
    network = build(Dense(3, "softmax"), Dropout(0.5))
    objective = objective_of(network, "categorical_crossentropy")
    assert objective.network is network


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "mse"])
def test_predictions_are_the_networks_outputs(loss):
    network = build(Dense(5, "tanh"), Dense(3, "softmax"), shape=(4,))
    objective = objective_of(network, loss)
    variables = objective.init(KEY)
    x = jnp.asarray(np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32))
    expected, _, _ = network.apply(variables, x, key=None, training=False)
    np.testing.assert_allclose(objective.predict(variables, x), expected, rtol=1e-6)
    np.testing.assert_allclose(objective.predict(variables, x).sum(1), np.ones(6), rtol=1e-6)


def test_metrics_see_probabilities_and_weights_where_they_count():
    network = build(Activation("sigmoid"), shape=(1,))
    accuracy = metrics.BinaryAccuracy(name="plain"), metrics.BinaryAccuracy(name="weighted")
    objective = objective_of(network, "bce", accuracy[:1], accuracy[1:])
    # 0.3 is under the threshold as a logit but over it as a probability, 0.57.
    x = jnp.asarray([[0.3], [-1.0], [2.0], [1.0]])
    y = jnp.asarray([[1.0], [0.0], [0.0], [1.0]])
    weight = jnp.asarray([1.0, 1.0, 6.0, 2.0])
    _, evaluated = objective.loss(NO_VARIABLES, Batch(x, y, weight), KEY, training=False)
    assert float(evaluated.statistics["plain"].result()) == 0.75
    assert float(evaluated.statistics["weighted"].result()) == pytest.approx(0.4)


def test_losses_of_bfloat16_outputs_are_summed_in_32_bits():
    network = build(Flatten(), shape=(1,), precision="mixed_bfloat16")
    objective = objective_of(network, "mse", (metrics.get("mae"),))
    x, y = jnp.ones((1000, 1)), jnp.zeros((1000, 1))
    value, evaluated = objective.loss(NO_VARIABLES, Batch(x, y), KEY, training=True)
    assert value.dtype == jnp.float32
    assert float(value) == 1.0
    assert float(evaluated.statistics["mean_absolute_error"].result()) == 1.0
    assert objective.predict(NO_VARIABLES, x).dtype == jnp.float32


def penalised():
    layer = Dense(1, kernel_regularizer=regularizers.L2(0.5), bias_regularizer=regularizers.L1(0.25))
    model = fl.Sequential([Input((2,)), layer], seed=0)
    # A rate of 0: every epoch sees the weights below. Penalty 0.5 * (1 + 4) + 0.25 * 3 = 3.25.
    model.compile(fl.optimizers.SGD(0.0), "mse", metrics=["mae"])
    model.set_weights([[[1.0], [-2.0]], [3.0]])
    return model


X, Y = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 1.0]]), np.array([[0.0], [5.0], [4.0]])
# Outputs 2, 5, 1: squared errors 4, 0, 9, errors 2, 0, 3.


def test_penalties_are_in_loss_and_val_loss_and_evaluate_but_in_no_metric():
    model = penalised()
    history = model.fit(X, Y, batch_size=2, epochs=2, verbose=0, validation_data=(X[:1], Y[:1])).history
    np.testing.assert_allclose(history["loss"], [13 / 3 + 3.25] * 2, rtol=1e-6)
    np.testing.assert_allclose(history["val_loss"], [4 + 3.25] * 2, rtol=1e-6)
    metric = "mae" if "mae" in history else "mean_absolute_error"
    np.testing.assert_allclose(history[metric], [5 / 3] * 2, rtol=1e-6)
    np.testing.assert_allclose(model.evaluate(X, Y), [13 / 3 + 3.25, 5 / 3], rtol=1e-6)


def test_sample_weights_weigh_the_loss_and_not_the_penalty():
    model = penalised()
    weight = np.array([0.5, 7.0, 2.0])  # (0.5 * 4 + 2 * 9) / 3
    expected = 20 / 3 + 3.25
    history = model.fit(X, Y, batch_size=3, epochs=1, verbose=0, sample_weight=weight).history
    assert history["loss"][0] == pytest.approx(expected, rel=1e-6)
    assert model.evaluate(X, Y, sample_weight=weight)[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_training_under_a_policy(policy):
    """One SGD step on numbers that 8 bits hold: the update is exact in both policies."""
    model = fl.Sequential([Input((2,)), Dense(1)], seed=0, dtype_policy=policy)
    model.compile(fl.optimizers.SGD(0.5), "mse")
    model.set_weights([[[1.0], [-2.0]], [3.0]])
    loss = model.fit(X[:2], Y[:2], batch_size=2, epochs=1, verbose=0, shuffle=False).history["loss"]
    assert loss == [2.0]  # outputs 2, 5: residuals 2, 0; slopes 2, 0
    for array, expected in zip(model.get_weights(), ([[0.0], [-3.0]], [2.0]), strict=True):
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, expected)


def test_training_in_64_bits():
    """Descent on a quadratic, against the same in NumPy, to 13 digits."""
    rng = np.random.default_rng(5)
    x, y, kernel = rng.normal(size=(8, 2)), rng.normal(size=(8, 1)), rng.normal(size=(2, 1))
    expected, w = [], kernel
    for _ in range(10):
        residual = x @ w - y
        expected.append(float(np.mean(residual**2)))
        w = w - 0.1 * 2 * x.T @ residual / len(x)
    with jax.enable_x64(True):
        model = fl.Sequential([Input((2,)), Dense(1, use_bias=False)], seed=0, dtype_policy="float64")
        model.compile(fl.optimizers.SGD(0.1), "mse")
        model.set_weights([kernel])
        history = model.fit(x, y, batch_size=8, epochs=10, verbose=0, shuffle=False).history
        np.testing.assert_allclose(history["loss"], expected, rtol=1e-13)
        np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-13)


def test_an_activation_that_changes_the_softmax_is_not_taken_over():
    class Warm(activations.Softmax):
        def __call__(self, x):
            return super().__call__(x / 4)

    outputs = fl.layers.Dense(3, activation=Warm(), kernel_initializer="identity")
    model = fl.Sequential([fl.Input((3,)), outputs], seed=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = np.asarray([[4.0, 0.0, -4.0], [0.0, 8.0, 0.0]], np.float32)
    scaled = np.exp(x / 4) / np.exp(x / 4).sum(axis=1, keepdims=True)
    expected = -np.log(scaled[[0, 1], [0, 2]]).mean()
    assert model.evaluate(x, np.asarray([0, 2])) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(model.predict(x), scaled, rtol=1e-5)
