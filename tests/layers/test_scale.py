"""Learned factors of inputs and shares of activations: where they begin, what they learn, files, what they refuse."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import ShapeError, UsageError

X = np.random.default_rng(5).normal(size=(64, 3)).astype(np.float32)


def test_they_begin_as_nothing_and_as_the_activation():
    np.testing.assert_array_equal(fl.layers.Scale()(X), X)
    np.testing.assert_allclose(
        fl.layers.ParametricActivation("selu")(X), fl.activations.selu(X), rtol=1e-6, atol=1e-6
    )
    layer = fl.layers.ParametricActivation("tanh", alpha_initializer="zeros")
    np.testing.assert_array_equal(layer(X), X)
    assert layer.alpha.shape == (3,)


def test_a_penalty_leaves_out_inputs_that_do_not_help():
    y = X @ np.array([1.0, -1.0, 0.0], np.float32)
    kept = fl.layers.Scale(scale_regularizer=fl.regularizers.L1(0.05, proximal=True))
    model = fl.Sequential([fl.Input((3,)), kept, fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(0.05), "mse")
    model.fit(X, y, 16, epochs=160, verbose=0)
    scale = np.asarray(model.layers[0].scale)
    assert scale[2] == 0
    assert (np.abs(scale[:2]) > 0.3).all()


def test_a_unit_learns_to_be_straight():
    y = 2 * X[:, :1]
    model = fl.Sequential(
        [fl.Input((1,)), fl.layers.ParametricActivation("relu"), fl.layers.Dense(1)], seed=0
    )
    model.compile(fl.optimizers.Adam(0.05), "mse")
    model.fit(X[:, :1], y, 64, epochs=300, verbose=0)
    assert model.layers[0].alpha[0] == pytest.approx(0, abs=0.02)


def test_files_keep_them(tmp_path):
    model = fl.Sequential(
        [
            fl.Input((3,)),
            fl.layers.Scale(scale_initializer="glorot_uniform", scale_regularizer="l1"),
            fl.layers.Dense(4),
            fl.layers.ParametricActivation("mish", alpha_initializer="glorot_uniform"),
        ],
        seed=1,
    )
    model.save(tmp_path / "m.fallline")
    again = fl.load_model(tmp_path / "m.fallline")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert [layer.get_config() for layer in again.layers] == [layer.get_config() for layer in model.layers]


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32])
def test_outputs_keep_the_type_of_the_inputs(dtype):
    x = jnp.asarray(X, dtype)
    assert fl.layers.Scale()(x).dtype == dtype
    assert fl.layers.ParametricActivation("relu")(x).dtype == dtype


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"Scale needs rows of at least one axis.*Reshape"):
        fl.layers.Scale().compute_output_shape((None,))
    with pytest.raises(
        ShapeError, match=r'ParametricActivation: the activation "glu" makes rows \(2,\) of rows \(4,\)'
    ):
        fl.layers.ParametricActivation("glu").compute_output_shape((None, 4))
    with pytest.raises(UsageError, match=r"activation=PReLU\(\) has arrays"):
        fl.layers.ParametricActivation(fl.layers.PReLU())
    with pytest.raises(UsageError, match='Did you mean "selu"'):
        fl.layers.ParametricActivation("selux")
