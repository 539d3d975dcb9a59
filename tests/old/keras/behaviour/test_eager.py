"""Models, layers, losses and metrics where TensorFlow 2's manners meet them."""

from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.old.keras import activations, losses, metrics
from fallline.old.keras.behaviour import optimizers
from fallline.old.keras.behaviour.layers import Input, Layer, layer
from fallline.old.keras.behaviour.metrics import NAMES, metric
from fallline.old.keras.behaviour.models import Model, Sequential
from fallline.old.tensorflow import second as tf

Dense, Dropout = layer("Dense"), layer("Dropout")
X = np.random.default_rng(4).normal(size=(16, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def test_what_models_and_layers_give_for_arrays_has_numpy() -> None:
    model = Sequential([Dense(2, input_dim=3)])
    np.testing.assert_allclose(model(X).numpy(), model.predict(X), rtol=1e-6)
    assert Dense(4)(X).numpy().shape == (16, 4)
    np.testing.assert_allclose(losses.mse(Y, Y + 1).numpy(), 1, rtol=1e-5)


def test_a_loop_by_hand_is_what_fit_does() -> None:
    def made() -> Sequential:
        model = Sequential([Dense(4, activation="tanh", input_dim=3), Dense(1)], seed=3)
        model.compile(optimizers.ROOM["Adam"](0.01), "mse")
        return model

    model, other = made(), made()
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(losses.mean_squared_error(Y, model(X, training=True)))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    other.fit(X, Y, epochs=3, batch_size=16, verbose=0)
    for ours, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


def test_a_class_that_asks_whether_it_trains() -> None:
    class Thinned(Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.dropout, self.out = Dense(32), Dropout(0.5), Dense(1)

        def call(self, inputs: Any, training: bool = False) -> Any:
            hidden = self.hidden(tf.cast(inputs, tf.float32))
            if training:
                hidden = self.dropout(hidden, training=training)
            return self.out(hidden)

    model = Thinned()
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    assert not np.allclose(model(X, training=True).numpy(), model.predict(X))


def test_a_layer_of_ones_own_in_tensorflow() -> None:
    class Linear(Layer):
        def __init__(self, units: int = 4, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape: Any) -> None:
            self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal")

        def call(self, inputs: Any) -> Any:
            return tf.matmul(inputs, self.w)

    model = Sequential([Linear(2, input_shape=(3,))])
    np.testing.assert_allclose(model.predict(X), X @ model.get_weights()[0], rtol=1e-5)


def test_variables_that_a_build_draws_are_numbers_wherever_it_is_built() -> None:
    class Linear(Layer):
        def __init__(self, units: int = 1, activation: Any = None) -> None:
            super().__init__()
            self.units, self.activation = units, activations.get(activation)

        def build(self, input_shape: Any) -> None:
            first = tf.random_normal_initializer()
            self.w = tf.Variable(name="kernel", initial_value=first(shape=(input_shape[-1], self.units)))
            self.b = tf.Variable(name="bias", initial_value=tf.zeros((self.units,)))

        def call(self, inputs: Any) -> Any:
            return self.activation(tf.matmul(inputs, self.w) + self.b)

    alone = Linear(2)
    outputs = alone(X).numpy()
    kernel, bias = (np.asarray(each.value) for each in alone.trainable_variables)
    assert kernel.std() > 0
    np.testing.assert_allclose(outputs, X @ kernel + bias, rtol=1e-5, atol=1e-6)
    model = Sequential([Linear(4, "relu"), Linear()])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    (a, b, c, d), given = model.get_weights(), model.predict(X, verbose=0)
    np.testing.assert_allclose(given, np.maximum(X @ a + b, 0) @ c + d, rtol=1e-5, atol=1e-6)


def test_a_model_that_is_used_through_its_parts_alone_has_their_weights() -> None:
    class Coder(Model):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = Sequential([Dense(4, input_shape=(3,))])
            self.decoder = Sequential([Dense(3, input_shape=(2,))])
            self.unused = Dense(5)

        def encode(self, inputs: Any) -> Any:
            mean, spread = tf.split(self.encoder(inputs), num_or_size_splits=2, axis=1)
            return mean, spread

        def call(self, inputs: Any) -> Any:
            mean, spread = self.encode(inputs)
            return self.decoder(mean + tf.exp(spread) * tf.random.normal(shape=mean.shape))

    model = Coder()
    with tf.GradientTape() as tape:
        mean, _ = model.encode(X)
        loss = tf.reduce_mean(tf.square(model.decoder(mean) - X))
    inner = [*model.encoder.trainable_variables, *model.decoder.trainable_variables]
    assert [*map(id, model.trainable_variables)] == [*map(id, inner)]
    assert len(model.weights) == 4
    assert model.non_trainable_weights == []
    other = Coder()
    other.decoder = Sequential([Dense(6)])  # not built
    assert len(other.trainable_variables) == 2
    assert all(each is not None for each in tape.gradient(loss, model.trainable_variables))
    before = model.decoder.get_weights()
    same = np.repeat(X[:1], 16, axis=0)
    first, second = model(same).numpy(), model(same).numpy()
    assert first.shape == (16, 3)
    assert not np.allclose(first, second)
    assert first.std(axis=0).min() > 0  # every row has numbers of its own
    np.testing.assert_array_equal(model.decoder.get_weights()[0], before[0])


def test_parts_of_a_tensor_in_a_network() -> None:
    inputs = Input((3,))
    a, b = tf.split(inputs, [-1, 1], axis=-1)
    model = Model(inputs, [a, b, *tf.unstack(inputs, axis=1)])
    found = model.predict(X, verbose=0)
    for got, expected in zip(found, (X[:, :2], X[:, 2:], *X.T), strict=True):
        np.testing.assert_array_equal(got, expected)
    with pytest.raises(fl.errors.ShapeError, match="has 3 numbers"):
        tf.split(inputs, [1, 1], axis=1)


def test_every_metric_has_a_class() -> None:
    assert all(issubclass(metric(name), getattr(fl.metrics, name)) for name in NAMES)


def test_metrics_take_tensors_and_give_them() -> None:
    mean = metrics.Mean(name="train_loss")
    mean(tf.constant(3.0))
    mean.update_state(5.0)
    assert mean.result().numpy() == 4.0
    mean.reset_states()
    assert float(mean.result()) == 0.0
    accuracy = metrics.SparseCategoricalAccuracy()
    accuracy.update_state(tf.constant([1, 0]), tf.constant([[0.1, 0.9], [0.2, 0.8]]))
    assert accuracy.result().numpy() == 0.5
    assert f"{float(accuracy.result()):.2f}" == "0.50"


def test_a_metric_of_ones_own_in_tensorflow() -> None:
    class Error(metrics.Metric):  # type: ignore[misc]
        def __init__(self, name: str = "error", **kwargs: Any) -> None:
            super().__init__(name=name, **kwargs)
            self.total = self.add_weight(name="total", initializer="zeros")
            self.count = self.add_weight(name="count", initializer="zeros")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.total.assign_add(tf.reduce_sum(tf.abs(y_true - y_pred)))
            self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

        def result(self) -> Any:
            return self.total / self.count

        def reset_states(self) -> None:
            self.total.assign(0.0)
            self.count.assign(0.0)

    model = Sequential([Dense(1, input_dim=3)])
    model.compile("sgd", "mse", metrics=[Error(), metrics.MeanAbsoluteError(name="mae")])
    _, own, known = model.evaluate(X, Y)
    assert own == pytest.approx(known, rel=1e-5)
