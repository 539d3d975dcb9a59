"""A function of the user's own as a layer."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.layers import Input
from fallline.layers.lambda_layer import Lambda
from fallline.own import drawing
from fallline.registry.configuration import to_config

X = np.random.default_rng(3).normal(size=(5, 4)).astype(np.float32)


def test_a_function_of_one_input():
    layer = Lambda(lambda x: x[:, :2] ** 2)
    np.testing.assert_allclose(layer(X), X[:, :2] ** 2, rtol=1e-6)
    assert layer.output_shape((4,)) == (2,)
    assert layer(Input((7,))).shape == (None, 2)
    assert layer.weights == []
    np.testing.assert_array_equal(Lambda(jnp.square)([[1.0, 2.0]]), [[1.0, 4.0]])


def test_a_function_of_several_inputs():
    layer = Lambda(lambda pair: pair[0] + 2 * pair[1])
    np.testing.assert_allclose(layer([X, X]), 3 * X, rtol=1e-6)
    tensor = Lambda(lambda pair: jnp.concatenate(pair, -1))([Input((2,)), Input((3,))])
    assert tensor.shape == (None, 5)
    assert len(tensor.call.sources) == 2


def test_it_may_be_told_whether_it_is_training():
    layer = Lambda(lambda x, training: x * 2 if training else x)
    np.testing.assert_array_equal(layer(X, training=True), 2 * X)
    np.testing.assert_array_equal(layer(X), X)


def test_further_arguments():
    np.testing.assert_array_equal(Lambda(lambda x, by: x * by, arguments={"by": 3.0})(X), 3 * X)


@pytest.mark.parametrize("shape", [(4, 1), [4, 1], lambda shape: (*shape, 1)])
def test_the_shape_may_be_given(shape):
    layer = Lambda(lambda x: x[..., None], output_shape=shape)
    assert layer.output_shape((4,)) == (4, 1)
    assert layer(X).shape == (5, 4, 1)


def test_the_result_has_the_type_of_the_inputs():
    assert Lambda(lambda x: x > 0)(X).dtype == jnp.float32
    assert Lambda(lambda x: x.astype(jnp.float32))(jnp.asarray(X, jnp.bfloat16)).dtype == jnp.bfloat16


def test_gradients_pass():
    layer = Lambda(lambda x: x**2)
    gradient = jax.grad(lambda x: jnp.sum(layer.apply({}, {}, x, key=None, training=True)[0]))(jnp.asarray(X))
    np.testing.assert_allclose(gradient, 2 * X, rtol=1e-6)


def test_messages():
    with pytest.raises(UsageError, match="^Lambda: function must be a function of the inputs, got int 3"):
        Lambda(3)
    with pytest.raises(ShapeError, match=r'layer "f" \(Lambda\): the function must keep the batch axis'):
        Lambda(lambda x: x.mean(), name="f")(X)
    with pytest.raises(UsageError, match=r"Lambda: the function fails on rows of shape \(4,\): "):
        Lambda(lambda x: x @ jnp.ones((9, 2)))(X)
    with pytest.raises(ShapeError, match=r"the function gives \(5, 4\), expected \(5, 3\)"):
        Lambda(lambda x: x, output_shape=(3,))(X)
    with pytest.raises(UsageError, match="a function or object of your own"):
        to_config(Lambda(lambda x: x))
    with pytest.raises(UsageError, match='Lambda: no argument "mask"'):
        Lambda(lambda x: x, mask=None)


def test_a_function_may_draw_from_the_run():
    def noisy(x):
        source = drawing.current()
        return x + jax.random.normal(source.next(), source.shape((7, 4)))

    for layer in (Lambda(noisy), Lambda(noisy, output_shape=(4,))):
        model = fl.Sequential([fl.Input((4,)), layer, fl.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(X, X[:, :1], verbose=0)
        first, second = model.predict(X), model.predict(X)
        assert len(np.unique(first - second)) == 5
