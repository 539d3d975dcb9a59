"""Layers in a chain: names, shapes, fresh variables, number types, randomness, penalties."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import activations, regularizers
from fallline._random import named_key, root_key
from fallline.engine import Variables
from fallline.errors import NotReadyError, ShapeError, UnknownNameError, UsageError
from fallline.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Input
from fallline.models import Network

KEY = root_key(3)


def build(*layers, shape=(4,), precision="float32"):
    return Network.build(layers, shape, precision)


def names(network):
    return [layer.name for layer in network.layers]


def test_names_are_those_keras_would_give():
    network = build(
        Dense(3), BatchNormalization(), Dense(3), Activation("relu"), Dense(3), BatchNormalization()
    )
    assert names(network) == [
        *("dense", "batch_normalization", "dense_1", "activation", "dense_2", "batch_normalization_1")
    ]


def test_given_names_stay_and_are_avoided():
    network = build(Dense(3), Dense(3, name="dense"), Dense(3, name="last"), Dense(3))
    assert names(network) == ["dense_1", "dense", "last", "dense_2"]


def test_one_description_twice_is_two_layers():
    layer = Dense(4)
    variables = build(layer, layer).init(KEY)
    assert not np.array_equal(variables.params["dense"]["kernel"], variables.params["dense_1"]["kernel"])
    assert layer.name is None


def test_shapes():
    network = Network.build((Input((5, 4)), Dense(3), Flatten(), Dropout(0.1), Dense(2)), None, "float32")
    assert network.shapes() == [(5, 3), (15,), (15,), (2,)]
    assert (network.input_shape, network.output_shape) == ((5, 4), (2,))
    assert names(network)[0] == "dense"  # the Input is gone
    assert build().output_shape == (4,)


def test_an_input_overrules_the_shape_of_the_data():
    assert Network.build((Input((7,)), Dense(3)), (4,), "float32").input_shape == (7,)


@pytest.mark.parametrize(
    ("layers", "shape", "error", "message"),
    [
        (
            (Dense(3, name="a"), Flatten(name="a")),
            (4,),
            UsageError,
            r"two layers are named a; names must differ",
        ),
        (
            (Dense(3),),
            None,
            NotReadyError,
            r"input shape is not known yet. Begin with Input\(\(features,\)\)",
        ),
        (
            (Dense(3), Input((3,))),
            (4,),
            UsageError,
            "Input must be the first layer, and there can be only one",
        ),
        ((Input((4,)), Input((4,))), None, UsageError, "Input must be the first layer"),
        ((Input(()), Dense(3)), None, ShapeError, r'layer "dense" \(Dense\) needs rows of at least one axis'),
        ((Flatten(), Dropout(0.5, (None, 2))), (4,), ShapeError, r'layer "dropout" \(Dropout\): noise_shape'),
    ],
)
def test_what_does_not_fit(layers, shape, error, message):
    with pytest.raises(error, match=message):
        Network.build(layers, shape, "float32")


def test_number_types_must_be_known_and_possible():
    with pytest.raises(
        UnknownNameError, match=r'^unknown dtype policy "mixed_float16". Did you mean "mixed_bfloat16"\?$'
    ):
        build(Dense(3), precision="mixed_float16")
    with pytest.raises(
        UsageError, match=r'dtype policy "float64": JAX computes in 32 bits here. Call jax.config'
    ):
        build(Dense(3), precision="float64")


def test_fresh_variables():
    network = build(Dense(3), Flatten(), BatchNormalization(center=False), Dense(2, use_bias=False))
    variables = network.init(KEY)
    shapes = jax.tree.map(np.shape, variables)
    assert shapes.params == {
        "dense": {"kernel": (4, 3), "bias": (3,)},
        "batch_normalization": {"gamma": (3,)},
        "dense_1": {"kernel": (3, 2)},
    }
    assert shapes.state == {"batch_normalization": {"moving_mean": (3,), "moving_variance": (3,)}}


def test_a_layers_weights_depend_on_its_name_and_the_key_alone():
    alone = build(Dense(3, name="first")).init(KEY).params["first"]["kernel"]
    longer = build(Dense(3, name="first"), Dropout(0.5), Dense(9)).init(KEY).params["first"]["kernel"]
    np.testing.assert_array_equal(alone, longer)
    other_key = build(Dense(3, name="first")).init(root_key(4)).params["first"]["kernel"]
    other_name = build(Dense(3, name="second")).init(KEY).params["second"]["kernel"]
    assert not np.array_equal(alone, other_key)
    assert not np.array_equal(alone, other_name)


def test_worked_example():
    """relu(x @ [[1, -1], [1, 1]] + [0, -1]) @ [2, 3] for x = (1, 2) and (2, -1)."""
    network = build(Dense(2, "relu"), Dense(1, use_bias=False), shape=(2,))
    params = {
        "dense": {"kernel": jnp.asarray([[1.0, -1.0], [1.0, 1.0]]), "bias": jnp.asarray([0.0, -1.0])},
        "dense_1": {"kernel": jnp.asarray([[2.0], [3.0]])},
    }
    x = np.array([[1, 2], [2, -1]])  # whole numbers are cast
    outputs, state = network.apply(Variables(params, {}), jnp.asarray(x), key=None, training=False)
    np.testing.assert_array_equal(outputs, [[6.0], [2.0]])
    assert state == {}


def test_state_is_updated_in_training_only():
    network = build(BatchNormalization(momentum=0.5), Dense(2), BatchNormalization(momentum=0.0))
    variables = network.init(KEY)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32))
    _, same = network.apply(variables, x, key=None, training=False)
    jax.tree.map(np.testing.assert_array_equal, same, variables.state)
    _, new = network.apply(variables, x, key=None, training=True)
    np.testing.assert_allclose(new["batch_normalization"]["moving_mean"], x.mean(0) / 2, rtol=1e-5, atol=1e-7)
    assert not np.array_equal(new["batch_normalization_1"]["moving_mean"], np.zeros(2))
    assert variables.state["batch_normalization"]["moving_mean"].sum() == 0


def test_each_dropout_layer_draws_its_own_mask():
    network = build(Dropout(0.5), shape=(1000,))
    both = build(Dropout(0.5), Dropout(0.5), shape=(1000,))
    x = jnp.ones((1, 1000))

    def kept(network, key):
        return np.asarray(network.apply(network.init(KEY), x, key=key, training=True)[0]) != 0

    # One mask twice would keep 1/2; two keep 1/4, and only what the first kept.
    assert abs(kept(both, KEY).mean() - 0.25) < 0.07
    assert np.all(kept(network, KEY) | ~kept(both, KEY))
    np.testing.assert_array_equal(kept(network, KEY), kept(network, KEY))
    assert not np.array_equal(kept(network, KEY), kept(network, root_key(4)))
    layer_key = named_key(KEY, "dropout")
    alone = Dropout(0.5).apply({}, {}, x, key=layer_key, training=True)[0]
    np.testing.assert_array_equal(kept(network, KEY), alone != 0)


def test_penalties_of_all_layers():
    network = build(
        Dense(2, kernel_regularizer=regularizers.L1(0.5), name="one"),
        BatchNormalization(gamma_regularizer=regularizers.L2(3.0), name="norm"),
        Dense(1, bias_regularizer=regularizers.L2(1.0), name="two"),
    )
    params = {
        "one": {"kernel": jnp.full((4, 2), -1.0), "bias": jnp.full(2, 9.0)},
        "norm": {"gamma": jnp.full(2, 2.0), "beta": jnp.full(2, 9.0)},
        "two": {"kernel": jnp.full((2, 1), 9.0), "bias": jnp.full(1, 5.0)},
    }
    assert [float(penalty) for penalty in network.penalties(params)] == [4.0, 24.0, 25.0]
    assert build(Dense(2)).penalties({"dense": params["one"]}) == []


@pytest.mark.parametrize("last", [Dense(3, "softmax"), Activation("softmax")], ids=["Dense", "Activation"])
def test_split_activation(last):
    network = build(Dense(3, "tanh"), last)
    bare, activation = network.split_activation()
    assert isinstance(activation, activations.Softmax)
    assert names(bare) == names(network)
    variables = network.init(KEY)
    x = jnp.asarray([[1.0, 2.0, 3.0, 4.0]])
    logits, _ = bare.apply(variables, x, key=None, training=False)
    outputs, _ = network.apply(variables, x, key=None, training=False)
    assert float(jnp.sum(logits)) != pytest.approx(1.0)
    np.testing.assert_allclose(activation(logits), outputs, rtol=1e-6)


@pytest.mark.parametrize(
    "layers", [(), (Dense(3, "softmax"), Flatten())], ids=["empty", "something after it"]
)
def test_nothing_to_split(layers):
    network = build(*layers)
    bare, activation = network.split_activation()
    assert bare is network
    assert isinstance(activation, activations.Linear)


# Number types


@pytest.mark.parametrize(("precision", "expected"), [("float32", 514.0), ("mixed_bfloat16", 512.0)])
def test_what_is_computed_in(precision, expected):
    """257 * 2: bfloat16 has 8 bits, in which 257 is 256."""
    network = build(Dense(1, use_bias=False), shape=(1,), precision=precision)
    variables = Variables({"dense": {"kernel": jnp.asarray([[2.0]])}}, {})
    outputs, _ = network.apply(variables, jnp.asarray([[257.0]]), key=None, training=False)
    assert float(outputs[0, 0]) == expected
    assert network.init(KEY).params["dense"]["kernel"].dtype == jnp.float32


def test_bfloat16_keeps_weights_state_and_gradients_in_32_bits():
    network = build(
        Dense(3, "tanh"), BatchNormalization(), Dropout(0.2), Dense(2), precision="mixed_bfloat16"
    )
    exact = build(Dense(3, "tanh"), BatchNormalization(), Dropout(0.2), Dense(2))
    variables = network.init(KEY)
    jax.tree.map(np.testing.assert_array_equal, variables, exact.init(KEY))
    x = jnp.asarray(np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32))

    def total(network, params):
        outputs, state = network.apply(Variables(params, variables.state), x, key=KEY, training=True)
        return jnp.sum(jnp.square(outputs.astype(jnp.float32))), (outputs.dtype, state)

    gradients, (dtype, state) = jax.grad(lambda params: total(network, params), has_aux=True)(
        variables.params
    )
    expected, _ = jax.grad(lambda params: total(exact, params), has_aux=True)(variables.params)
    assert dtype == jnp.bfloat16
    assert {leaf.dtype for leaf in jax.tree.leaves((gradients, state))} == {np.dtype("float32")}
    kernel, exact_kernel = (g["dense_1"]["kernel"] for g in (gradients, expected))
    difference = np.max(np.abs(kernel - exact_kernel)) / np.max(np.abs(exact_kernel))
    assert 1e-5 < difference < 0.05  # of 16 bits, yet the same


def test_float64_throughout():
    with jax.enable_x64(True):
        network = build(Dense(3, "tanh"), BatchNormalization(epsilon=0.5), Dense(2), precision="float64")
        variables = network.init(root_key(3))
        assert {leaf.dtype for leaf in jax.tree.leaves(variables)} == {np.dtype("float64")}
        x = np.random.default_rng(0).normal(size=(5, 4))
        outputs, state = network.apply(variables, jnp.asarray(x), key=None, training=True)
        first, last = (jax.tree.map(np.asarray, variables.params[name]) for name in ("dense", "dense_1"))
        hidden = np.tanh(x @ first["kernel"] + first["bias"])
        normal = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + 0.5)
        np.testing.assert_allclose(outputs, normal @ last["kernel"] + last["bias"], rtol=1e-12)
        np.testing.assert_allclose(
            state["batch_normalization"]["moving_variance"], 0.99 + 0.01 * hidden.var(0), rtol=1e-13
        )
