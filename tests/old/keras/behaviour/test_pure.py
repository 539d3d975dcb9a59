"""Models and layers as pure functions of their weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.old.keras.behaviour.pure import model_weights, pure_of, values
from fallline.old.keras.behaviour.weights import weight

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


@pytest.fixture
def model() -> fl.Sequential:
    return fl.Sequential(
        [
            fl.Input((3,)),
            fl.layers.Dense(4, activation="tanh", name="hidden"),
            fl.layers.BatchNormalization(),
            fl.layers.Dropout(0.5),
            fl.layers.Dense(1),
        ]
    )


def test_a_model_computes_what_it_computes_as_a_model(model: fl.Sequential) -> None:
    pure = pure_of(model)
    outputs, _ = pure(values(pure.trainable), values(pure.others), X, key=None, training=False)
    np.testing.assert_allclose(outputs, model.predict(X), rtol=1e-6)


def test_gradients_are_those_of_the_formula() -> None:
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)])
    pure = pure_of(model)
    gradients = jax.grad(lambda own: jnp.sum(pure(own, [], X, key=None, training=True)[0] ** 2) / 2)(
        values(pure.trainable)
    )
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(gradients[0], X.T @ (X @ kernel + bias), rtol=1e-4)


def test_moving_averages_move_where_they_are_kept(model: fl.Sequential) -> None:
    pure = pure_of(model)
    before = values(pure.others)
    _, new = pure(values(pure.trainable), before, X, key=pure.key(training=True), training=True)
    np.testing.assert_array_equal(values(pure.others)[0], before[0])
    pure.keep(new)
    assert not np.allclose(values(pure.others)[0], before[0])
    np.testing.assert_array_equal(model.get_weights()[4], new[0])


def test_frozen_layers_are_not_among_what_is_trained(model: fl.Sequential) -> None:
    model.layers[0].trainable = False
    assert next(one.path for one in pure_of(model).trainable) == "batch_normalization/gamma"
    assert "hidden/kernel" in [one.path for one in pure_of(model).others]


def test_a_layer_alone() -> None:
    layer = fl.layers.Dense(2)
    layer.build((None, 3))
    pure = pure_of(layer)
    outputs, _ = pure(values(pure.trainable), values(pure.others), X, key=None, training=False)
    np.testing.assert_allclose(outputs, X @ layer.get_weights()[0], rtol=1e-5)


def test_a_weight_is_one_object_that_follows_its_layer(model: fl.Sequential) -> None:
    one = model_weights(model)[0][0]
    assert one is model_weights(model)[0][0] is weight(model.layers[0], "kernel")
    assert one.name == "hidden/kernel:0"
    one.assign(np.ones((3, 4)))
    np.testing.assert_array_equal(model.get_weights()[0], 1)
    model.set_weights([2 * array for array in model.get_weights()])
    np.testing.assert_array_equal(one.numpy(), 2)
    one.assign_sub(one)
    assert not one.numpy().any()
