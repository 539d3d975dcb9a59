"""Layers of the room."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline import ops
from fallline.old import age
from fallline.old.keras.behaviour.files import load_model
from fallline.old.keras.behaviour.layers import NAMES, Input, Layer, in_room, layer, steep
from fallline.old.keras.behaviour.models import Model, Sequential

Dense = layer("Dense")
X = np.random.default_rng(1).normal(size=(6, 4)).astype("float32")


def test_every_layer_has_a_class_that_is_a_layer_and_fallline_s_own() -> None:
    for name in NAMES:
        assert issubclass(layer(name), getattr(fl.layers, name))
        assert issubclass(layer(name), Layer)


@pytest.mark.filterwarnings("error")
def test_arguments_of_the_years_make_no_noise() -> None:
    found = Dense(output_dim=3, init="uniform", W_regularizer="l2", input_dim=4, activation="relu")
    assert (found.units, found.input_shape) == (3, (4,))
    assert Dense(784 / 4).units == 196
    assert Dense(5, 3, init="normal").input_shape == (5,)
    assert Dense(2, input_shape=4).input_shape == Dense(2, batch_input_shape=(None, 4)).input_shape == (4,)
    assert layer("Dropout")(p=0.25).rate == 0.25
    assert layer("GaussianNoise")(sigma=0.5).stddev == 0.5
    assert layer("BatchNormalization")(mode=0).epsilon == 1e-3
    assert layer("LeakyReLU")(alpha=0.1).negative_slope == 0.1


def test_what_is_no_argument_is_refused() -> None:
    with pytest.raises(fl.errors.UsageError, match="units"):
        Dense(4, unit=3)


def test_weights_are_objects(rows: Any) -> None:
    model = Sequential([Dense(3, input_dim=4), layer("BatchNormalization")()])
    first, second = model.layers
    assert [one.name for one in first.weights] == ["dense/kernel:0", "dense/bias:0"]
    assert first.kernel is first.weights[0]
    assert first.kernel.numpy().shape == (4, 3)
    assert [len(part) for part in (second.trainable_weights, second.non_trainable_weights)] == [2, 2]
    first.bias.assign([1, 2, 3])
    np.testing.assert_array_equal(first.get_weights()[1], [1, 2, 3])
    assert first.output_shape == (None, 3)
    assert first.get_output_at(0) is first.output
    assert first.count_params() == 15


def test_first_weights() -> None:
    kernel = np.arange(8.0).reshape(4, 2)
    model = Sequential([Dense(2, input_dim=4, weights=[kernel, np.ones(2)])])
    np.testing.assert_array_equal(model.get_weights()[0], kernel)
    np.testing.assert_array_equal(model.get_weights()[1], 1)
    table = np.arange(12.0).reshape(6, 2)
    for embedding in (layer("Embedding")(6, 2, weights=[table]), layer("Embedding")(6, 2)):
        embedding.set_weights([table])
        np.testing.assert_array_equal(np.asarray(embedding(np.array([[1, 5]])))[0], table[[1, 5]])


def test_files_give_layers_of_the_room_back(tmp_path: Path) -> None:
    model = Sequential([Dense(3, input_dim=4, activation="relu"), Dense(1)])
    model.save(tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert type(again.layers[0]) is Dense
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert type(in_room(fl.layers.Dense(2))) is Dense


def test_a_layer_of_keras_1() -> None:
    class Weighted(Layer):
        def __init__(self, output_dim: int, **kwargs: Any) -> None:
            self.output_dim = output_dim
            super().__init__(**kwargs)

        def build(self, input_shape: Any) -> None:
            self.W = self.add_weight(
                (input_shape[1], self.output_dim), initializer="glorot_uniform", name="W"
            )
            self.b = self.add_weight((self.output_dim,), "one", name="b")
            self.built = True

        def call(self, x: Any, mask: Any = None) -> Any:
            return ops.matmul(x, self.W) + self.b

        def get_output_shape_for(self, input_shape: Any) -> Any:
            return (input_shape[0], self.output_dim)

    model = Sequential([Weighted(3, input_shape=(4,))])
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(model.predict(X), X @ kernel + bias, rtol=1e-4, atol=1e-6)
    assert [one.name for one in model.layers[0].weights] == ["weighted/W:0", "weighted/b:0"]
    assert model.layers[0].output_shape == (None, 3)


def test_a_layer_of_keras_2() -> None:
    class Weighted(Layer):
        def build(self, input_shape: Any) -> None:
            self.kernel = self.add_weight("kernel", [input_shape[-1], 2], "float32", "ones", trainable=True)
            self.kept = self.add_weight(name="kept", shape=(2,), initializer="zeros", trainable=False)
            super().build(input_shape)

        def call(self, inputs: Any) -> Any:
            return ops.matmul(inputs, self.kernel) + self.kept

    model = Sequential([Weighted(input_shape=(4,))])
    assert len(model.trainable_weights) == 1
    np.testing.assert_allclose(model.predict(X)[:, 0], X.sum(axis=1), rtol=1e-5)


def test_one_derived_from_dropout_that_always_drops() -> None:
    class Always(layer("Dropout")):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return super().call(inputs, training=True)

    inputs = Input(4)
    assert (Model(inputs, Always(0.5)(inputs)).predict(X) == 0).any()


def test_hard_sigmoid_before_keras_3() -> None:
    with age.of(age.Age(keras_before=(2, 4))):
        model = Sequential([Dense(2, input_dim=4, activation="hard_sigmoid")])
    z = X @ model.get_weights()[0]
    np.testing.assert_allclose(model.predict(X), np.clip(0.2 * z + 0.5, 0, 1), rtol=1e-5, atol=1e-6)
    assert Dense(2, activation="hard_sigmoid").activation != steep


def test_activities_counted_for_the_batch_up_to_keras_2_3() -> None:
    def loss() -> float:
        model = Sequential([Dense(2, input_dim=4, activity_regularizer="l1")])
        model.set_weights([np.ones((4, 2)), np.zeros(2)])
        model.compile("sgd", "mse")
        return float(model.train_on_batch(X, X @ np.ones((4, 2))))

    total = 0.01 * np.abs(X @ np.ones((4, 2))).sum()
    assert loss() == pytest.approx(total / 6, rel=1e-4)
    with age.of(age.Age(keras_before=(2, 3))):
        assert loss() == pytest.approx(total, rel=1e-4)


def test_batch_normalization_before_keras_1() -> None:
    with age.of(age.Age(keras_before=(1, 0))):
        found = layer("BatchNormalization")()
    assert (found.epsilon, found.momentum) == (1e-6, 0.9)


def test_names_and_places_of_keras_0() -> None:
    model = Sequential([Dense(4, 3), layer("PReLU")((3,)), layer("BatchNormalization")((3,))])
    assert model.layers[0].W is model.layers[0].kernel
    assert model.predict(X).shape == (6, 3)


def test_what_adapt_found_is_read_with_numpy() -> None:
    normalizer = layer("Normalization")(axis=-1)
    normalizer.adapt(X, batch_size=2)
    assert type(normalizer.mean.numpy()) is np.ndarray
    np.testing.assert_allclose(normalizer.mean.numpy(), X.mean(0), rtol=1e-6)
    model = Sequential([Input((4,)), normalizer])
    np.testing.assert_allclose(model.predict(X, verbose=0).mean(0), 0, atol=1e-6)


def test_a_weight_knows_its_constraint() -> None:
    model = Sequential([Input((4,)), Dense(3, kernel_constraint=fl.constraints.MaxNorm(1.0))])
    kernel, bias = model.layers[0].weights
    assert bias.constraint is bias.regularizer is None
    kernel.assign(kernel.constraint(np.full((4, 3), 9.0, np.float32)))
    np.testing.assert_allclose(np.linalg.norm(kernel.numpy(), axis=0), 1, rtol=1e-5)
