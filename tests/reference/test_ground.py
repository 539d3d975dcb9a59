"""The ground of the field, number by number: perceptron, XOR, backpropagation by hand, vanishing gradients."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.data.separability import separable
from fallline.layers.threshold_unit import ThresholdUnit
from fallline.models import Perceptron, novikoff_bound
from fallline.models.lsuv import lsuv

BITS = np.array(list(itertools.product((0, 1), repeat=2)), np.float32)
XOR = np.array([0, 1, 1, 0], np.float32)


class Weights(fl.callbacks.Callback):
    """Keeps (w, b) at the end of each epoch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        kernel, bias = self.model.get_weights()
        self.seen.append([*kernel[:, 0], *bias])


# The perceptron


def rows(separable_by):
    """Rows in numbers of few binary digits, so that float32 and float64 take the same decisions."""
    rng = np.random.default_rng(1958)
    x = np.round(rng.uniform(-2, 2, (80, 4)) * 256) / 256
    y = np.where(x @ [1.0, -1.0, 2.0, 0.5] > 0.3, 1, -1)
    if not separable_by:
        y[::7] *= -1
    # At z = 0 scikit-learn corrects either class, a threshold unit that answers 1 only the other one; begin there.
    first = int(np.argmin(y))
    order = [first, *np.delete(np.arange(80), first)]
    return x[order], y[order]


@pytest.mark.references("layers.ThresholdUnit", "models.Perceptron", "losses.Perceptron")
@pytest.mark.parametrize("separable_by", [True, False])
@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_the_perceptron_walks_the_weights_of_scikit_learn(separable_by, rate):
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = rows(separable_by)
    weights, perceptron = Weights(), Perceptron(learning_rate=rate)
    perceptron.fit(x, y, epochs=12, callbacks=[weights])
    theirs = linear_model.Perceptron(eta0=rate, shuffle=False)
    path = []
    for _ in weights.seen:
        theirs.partial_fit(x, y, classes=[-1, 1])
        path.append([*theirs.coef_[0], *theirs.intercept_])
    assert len(path) >= 3
    assert np.abs(np.diff(path, axis=0)[0]).max() > 0
    np.testing.assert_allclose(weights.seen, path, rtol=1e-6)
    np.testing.assert_array_equal(perceptron.predict(x)[:, 0] > 0, theirs.predict(x) > 0)


@pytest.mark.references("models.novikoff_bound", "data.separable")
@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2)])
def test_margins_of_the_irises_are_those_of_a_support_vector_machine(pair):
    datasets, svm = pytest.importorskip("sklearn.datasets"), pytest.importorskip("sklearn.svm")
    x, y = datasets.load_iris(return_X_y=True)
    x, y = x[np.isin(y, pair)], y[np.isin(y, pair)]
    found = separable(x, y)
    assert found.separable == (pair != (1, 2))  # Fisher's irises: only setosa can be parted from the others
    if not found:
        return
    # With a 1 as a further input and no bias of its own, the machine's margin is the perceptron's.
    extended = np.column_stack([x, np.ones(len(x))])
    machine = svm.SVC(kernel="linear", C=1e9, tol=1e-8).fit(x, y)
    widest = 1 / np.linalg.norm(machine.coef_)
    assert found.margin <= widest * (1 + 1e-4)
    through_origin = svm.LinearSVC(
        loss="hinge", C=1e6, fit_intercept=False, tol=1e-10, max_iter=2_000_000, random_state=0
    ).fit(extended, y)
    radius = np.linalg.norm(extended, axis=1).max()
    expected = (radius * np.linalg.norm(through_origin.coef_)) ** 2
    assert novikoff_bound(x, y) == pytest.approx(expected, rel=2e-2)


# XOR


@pytest.mark.references("layers.Dense")
def test_the_best_linear_layer_answers_a_half_to_every_xor_question():
    extended = np.column_stack([BITS, np.ones(4)])
    exact = np.linalg.lstsq(extended, XOR, rcond=None)[0]
    np.testing.assert_allclose(exact, [0, 0, 0.5], atol=1e-12)
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)], seed=7)
    model.compile(fl.optimizers.SGD(0.3), "mse")
    model.fit(BITS, XOR, batch_size=4, epochs=500, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose([*kernel[:, 0], *bias], exact, atol=1e-5)
    np.testing.assert_allclose(model.predict(BITS), 0.5, atol=1e-5)
    assert not separable(BITS, XOR)


@pytest.mark.references("layers.ThresholdUnit")
def test_two_layers_of_threshold_units_are_xor():
    hidden = ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]], bias_initializer=[-1.5, -0.5])
    output = ThresholdUnit(kernel_initializer=[[-1], [1]], bias_initializer=[-0.5])
    model = fl.Sequential([fl.Input((2,)), hidden, output])
    np.testing.assert_array_equal(model.predict(BITS)[:, 0], XOR)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_training_finds_networks_that_solve_xor(activation):
    solved = []
    for seed in range(5):
        layers = [
            fl.Input((2,)),
            fl.layers.Dense(4, activation, kernel_initializer=fl.initializers.RandomNormal(stddev=1.0)),
            fl.layers.Dense(1, "sigmoid"),
        ]
        model = fl.Sequential(layers, seed=seed)
        model.compile(fl.optimizers.Adam(0.1), "binary_crossentropy")
        model.fit(BITS, XOR, batch_size=4, epochs=400, verbose=0)
        solved.append(np.array_equal(model.predict(BITS)[:, 0] > 0.5, XOR > 0.5))
    assert sum(solved) >= 4  # a seed may end in a local minimum


# Backpropagation by hand: a 2-2-2 network of sigmoids, printed to five digits


def worked_example():
    hidden = fl.layers.Dense(2, "sigmoid")
    output = fl.layers.Dense(2, "sigmoid")
    model = fl.Sequential([fl.Input((2,)), hidden, output])
    # Columns are units: w1 and w2 lead to the first hidden unit, w5 and w6 to the first output.
    model.set_weights(
        [[[0.15, 0.25], [0.20, 0.30]], [0.35, 0.35], [[0.40, 0.50], [0.45, 0.55]], [0.60, 0.60]]
    )
    model.compile(fl.optimizers.SGD(0.5), "half_squared_error")
    return model, np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])


BEFORE = {"hidden": [0.593269992, 0.596884378], "output": [0.751365070, 0.772928465], "error": 0.29837}
OUTPUT_KERNEL = [[0.35891, 0.51130], [0.40866, 0.56137]]
HIDDEN_KERNEL = [[0.14978, 0.24975], [0.19956, 0.29950]]


def assert_digits(values, printed):
    """Equal to the last of five digits; the example cuts them off."""
    np.testing.assert_array_equal(np.floor(np.float64(values) * 1e5), np.round(np.float64(printed) * 1e5))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.mark.references("losses.HalfSquaredError", "layers.Dense", "activations.Sigmoid", "optimizers.SGD")
@pytest.mark.parametrize("verb", ["train_on_batch", "fit"])
def test_one_step_gives_the_numbers_worked_by_hand(verb):
    model, x, y = worked_example()
    np.testing.assert_allclose(model.layers[0](x)[0], BEFORE["hidden"], atol=1e-7)
    np.testing.assert_allclose(model.predict(x)[0], BEFORE["output"], atol=1e-7)
    if verb == "fit":
        loss = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]
    else:
        loss = model.train_on_batch(x, y)
    assert_digits(loss, BEFORE["error"])
    hidden, hidden_bias, output, output_bias = model.get_weights()
    assert_digits(output, OUTPUT_KERNEL)
    assert_digits(hidden, HIDDEN_KERNEL)
    # The worked example leaves its biases alone; descent moves them by the deltas, here again by hand.
    h = sigmoid(np.array([0.3775, 0.3925]))
    o = sigmoid(h @ [[0.40, 0.50], [0.45, 0.55]] + 0.60)
    delta_o = (o - y[0]) * o * (1 - o)
    delta_h = np.array([[0.40, 0.50], [0.45, 0.55]]) @ delta_o * h * (1 - h)
    np.testing.assert_allclose(output_bias, 0.6 - 0.5 * delta_o, rtol=1e-6)
    np.testing.assert_allclose(hidden_bias, 0.35 - 0.5 * delta_h, rtol=1e-6)


@pytest.mark.references("losses.HalfSquaredError")
def test_the_error_after_the_step_with_biases_kept_is_the_printed_one():
    model, x, y = worked_example()
    model.train_on_batch(x, y)
    hidden, _, output, _ = model.get_weights()
    model.set_weights([hidden, [0.35, 0.35], output, [0.60, 0.60]])
    # 0.291027924 in print, from weights rounded on the way; 0.291027774 in float64.
    assert model.evaluate(x, y) == pytest.approx(0.291027774, abs=1e-7)


# Vanishing gradients


def chain_of_units(weights, biases, activation="sigmoid"):
    """One unit a layer, each with its weight and bias."""
    layers = [
        fl.layers.Dense(
            1,
            activation,
            kernel_initializer=fl.initializers.Constant([[w]]),
            bias_initializer=fl.initializers.Constant([b]),
        )
        for w, b in zip(weights, biases, strict=True)
    ]
    return fl.Sequential([fl.Input((1,)), *layers])


def bias_gradients(model, x, y):
    """|dL/db| of each layer, measured inside a run of one step that changes nothing."""
    model.compile(fl.optimizers.SGD(0.0), "half_squared_error")
    values = model.fit([[x]], [[y]], epochs=1, verbose=0, callbacks=[fl.engine.GradientNorm()]).values
    names = [layer.name for layer in model.layers]
    return np.array([values[f"gradient_norm/{name}/bias"][0] for name in names])


def bias_gradients_by_hand(weights, biases, x, y):
    a, inputs, slopes = x, [], []
    for w, b in zip(weights, biases, strict=True):
        inputs.append(a)
        a = sigmoid(w * a + b)
        slopes.append(a * (1 - a))
    gradients, delta = [], a - y
    for w, slope in zip(reversed(weights), reversed(slopes), strict=True):
        delta = delta * slope
        gradients.append(abs(delta))
        delta = delta * w
    return np.array(gradients[::-1])


@pytest.mark.references("engine.GradientNorm", "layers.Dense")
def test_each_sigmoid_layer_quarters_the_gradient_at_least():
    rng = np.random.default_rng(1991)
    for _ in range(6):
        weights, biases = rng.uniform(-1, 1, 4), rng.normal(size=4)
        x, y = rng.normal(), rng.uniform()
        norms = bias_gradients(chain_of_units(weights, biases), x, y)
        np.testing.assert_allclose(norms, bias_gradients_by_hand(weights, biases, x, y), rtol=1e-5)
        assert norms[0] <= norms[2] / 16
        assert (norms[:-1] <= norms[1:] / 4).all()


def test_the_bound_of_sixteen_holds_for_random_chains_and_breaks_with_large_weights():
    """Through a thousand networks at once: |dL/db1| = |w2 s'(z1)| |w3 s'(z2)| |dL/db3| and s' <= 1/4."""
    model = chain_of_units([1.0] * 4, [0.0] * 4)
    network = model.network

    def gradients(weights, biases, x, y):
        arrays = {
            layer.name: ({"kernel": weights[k].reshape(1, 1), "bias": biases[k].reshape(1)}, {})
            for k, layer in enumerate(network.layers)
        }

        def loss(variables):
            outputs, _, _ = network.apply(variables, x.reshape(1, 1), key=None, training=True)
            return jnp.sum((outputs - y) ** 2) / 2

        tree = jax.grad(loss)(network.arranged(arrays)).params
        return jnp.stack([jnp.abs(tree[layer.name]["bias"][0]) for layer in network.layers])

    rng = np.random.default_rng(1994)
    x, y = rng.normal(size=1000).astype(np.float32), rng.uniform(size=1000).astype(np.float32)
    biases = rng.normal(size=(1000, 4)).astype(np.float32)
    small = rng.uniform(-1, 1, (1000, 4)).astype(np.float32)
    found = np.asarray(jax.vmap(gradients)(jnp.asarray(small), biases, x, y))
    assert (found[:, 3] > 0).all()
    assert (found[:, 0] <= found[:, 2] / 16 * (1 + 1e-5)).all()
    # Weights of 8 with biases that keep z near 0 make the factors 2: the gradient grows instead.
    large = chain_of_units([8.0] * 4, [-4.0] * 4)
    grown = bias_gradients(large, 0.5, 0.0)
    np.testing.assert_allclose(grown[0], grown[2] * 4, rtol=1e-5)


# LSUV has its own hand calculation in tests/models/test_lsuv.py; here its kernels against PyTorch's variance.


@pytest.mark.references("models.lsuv")
def test_lsuv_gives_pytorch_layers_of_variance_one(torch):
    x = np.random.default_rng(0).normal(size=(256, 10)).astype(np.float32)
    model = fl.Sequential([fl.Input((10,)), *[fl.layers.Dense(20, "tanh") for _ in range(6)]], seed=0)
    lsuv(model, x, seed=0, tolerance=0.02)
    signal, weights = torch.from_numpy(x), iter(model.get_weights())
    for kernel, bias in zip(weights, weights, strict=True):
        z = torch.nn.functional.linear(signal, torch.from_numpy(kernel.T.copy()), torch.from_numpy(bias))
        assert float(z.var(correction=0)) == pytest.approx(1, abs=0.02)
        signal = torch.tanh(z)
