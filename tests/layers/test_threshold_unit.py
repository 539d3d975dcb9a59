"""Threshold units: their step, weights given by hand, and what they refuse."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import ShapeError, UsageError
from fallline.layers.threshold_unit import ThresholdUnit

BITS = np.array(list(itertools.product((0, 1), repeat=2)), np.float32)


def gate(weights, bias):
    unit = ThresholdUnit(kernel_initializer=np.array(weights)[:, None], bias_initializer=[bias])
    return np.asarray(unit(BITS))[:, 0].tolist()


@pytest.mark.references("layers.ThresholdUnit")
@pytest.mark.parametrize(
    ("weights", "bias", "truth"),
    [
        ([1, 1], -2, [0, 0, 0, 1]),  # and
        ([1, 1], -1, [0, 1, 1, 1]),  # or
        ([-1, -1], 0, [1, 0, 0, 0]),  # nor: fires at a sum of exactly 0
        ([-1, 0], 0, [1, 1, 0, 0]),  # not the first
        ([1, -1], -1, [0, 0, 1, 0]),  # the first without the second
    ],
)
def test_one_unit_is_a_gate(weights, bias, truth):
    assert gate(weights, bias) == truth


@pytest.mark.references("layers.ThresholdUnit")
def test_two_layers_compute_xor_with_known_weights():
    hidden = ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]], bias_initializer=[-1.5, -0.5])
    output = ThresholdUnit(kernel_initializer=[[-1], [1]], bias_initializer=[-0.5])
    model = fl.Sequential([fl.Input((2,)), hidden, output])
    np.testing.assert_array_equal(hidden(BITS), [[0, 0], [0, 1], [0, 1], [1, 1]])
    np.testing.assert_array_equal(model.predict(BITS)[:, 0], np.logical_xor(BITS[:, 0], BITS[:, 1]))


def test_it_begins_with_zero_weights_and_has_dense_arrays():
    unit = ThresholdUnit(3)
    assert unit.compute_output_shape((None, 5)) == (None, 3)
    unit.build((None, 5))
    assert [array.shape for array in unit.get_weights()] == [(5, 3), (3,)]
    assert not any(array.any() for array in unit.get_weights())
    without = ThresholdUnit(3, use_bias=False)
    without.build((None, 5))
    assert [array.shape for array in without.get_weights()] == [(5, 3)]


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32])
def test_outputs_keep_the_type_of_the_inputs_and_have_no_gradient(dtype):
    unit = ThresholdUnit(2, kernel_initializer="ones")
    params = jax.tree.map(lambda array: array.astype(dtype), unit.init(jax.random.key(0), (3,))[0])
    x = jnp.asarray([[1, 2, 3], [-1, -2, -3]], dtype)

    def total(params):
        return unit.apply(params, {}, x, key=None, training=True)[0].sum()

    outputs, _ = unit.apply(params, {}, x, key=None, training=False)
    assert outputs.dtype == dtype
    np.testing.assert_array_equal(outputs.astype(jnp.float32), [[1, 1], [0, 0]])
    assert not any(leaf.astype(jnp.float32).any() for leaf in jax.tree.leaves(jax.grad(total)(params)))


def test_the_perceptron_loss_takes_its_step_over():
    model = fl.Sequential([fl.Input((2,)), ThresholdUnit()])
    model.compile(fl.optimizers.SGD(1.0), "perceptron")
    model.train_on_batch(BITS[1:2], np.zeros(1))  # z = 0 fires, wrongly: w - x, b - 1
    np.testing.assert_array_equal(model.get_weights()[0][:, 0], -BITS[1])
    np.testing.assert_array_equal(model.get_weights()[1], [-1])


def test_the_configuration_gives_an_equal_layer():
    unit = ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]], bias_initializer=[-1.5, -0.5], name="hidden")
    again = ThresholdUnit.from_config(unit.get_config())
    np.testing.assert_array_equal(again(BITS), unit(BITS))
    assert again.get_config() == unit.get_config()


def test_a_file_keeps_it(tmp_path):
    hidden = ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]], bias_initializer=[-1.5, -0.5])
    model = fl.Sequential([fl.Input((2,)), hidden])
    model.save(tmp_path / "gates.fallline")
    np.testing.assert_array_equal(
        fl.load_model(tmp_path / "gates.fallline").predict(BITS), model.predict(BITS)
    )


def test_what_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="units must be a positive whole number"):
        ThresholdUnit(0)
    with pytest.raises(ShapeError, match=r"\(2, 2\)"):
        ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]])(np.ones((4, 3)))
    with pytest.raises(UsageError, match='no argument "activation"'):
        ThresholdUnit(2, activation="relu")
