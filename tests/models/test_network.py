"""Layers in a graph: names, shapes, fresh variables, number types, randomness, penalties, steps back."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import activations, constraints, regularizers
from fallline._random import named_key, root_key
from fallline.engine import Variables
from fallline.errors import ShapeError, UnknownNameError, UsageError
from fallline.layers import Activation, BatchNormalization, Dense, Dropout, Flatten, Input

KEY = root_key(3)


def build(*layers, shape=(4,), precision="float32"):
    return fl.Sequential([Input(shape), *layers], dtype_policy=precision).network


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


def test_one_layer_twice_is_shared():
    layer = Dense(4)
    network = build(layer, Activation("relu"), layer)
    assert list(network.init(KEY).params) == ["dense"]
    assert [node.layer for node in network.nodes] == [0, 1, 0]
    assert layer.name == "dense"


def test_a_layer_is_named_by_the_first_model_and_may_be_called_otherwise_in_the_next():
    layer = Dense(4)
    assert names(build(Dense(4), layer)) == ["dense", "dense_1"]
    assert names(build(layer)) == ["dense"]
    assert layer.name == "dense_1"
    assert names(build(Dense(4, name="dense_1"), layer)) == ["dense_1", "dense"], "no clash with a given name"


def test_shapes():
    network = build(Dense(3), Flatten(), Dropout(0.1), Dense(2), shape=(5, 4))
    assert network.shapes == ((5, 4), (5, 3), (15,), (15,), (2,))
    assert (network.input_shape, network.output_shape) == ((5, 4), (2,))
    assert names(network)[0] == "dense"  # the Input is gone
    assert build(shape=(7,)).output_shape == (7,)


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
            (Dense(3), Input((3,))),
            (4,),
            UsageError,
            "Input must be the first layer, and there can be only one",
        ),
        ((Input((4,)),), (4,), UsageError, "Input must be the first layer"),
        ((Dense(3),), (), ShapeError, r'layer "dense" \(Dense\) needs rows of at least one axis'),
        ((Flatten(), Dropout(0.5, (None, 2))), (4,), ShapeError, "Dropout: noise_shape"),
    ],
)
def test_what_does_not_fit(layers, shape, error, message):
    with pytest.raises(error, match=message):
        build(*layers, shape=shape)


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
    outputs, state, penalties = network.apply(Variables(params, {}), jnp.asarray(x), key=None, training=False)
    np.testing.assert_array_equal(outputs, [[6.0], [2.0]])
    assert (state, penalties) == ({}, [])


def test_state_is_updated_in_training_only():
    network = build(BatchNormalization(momentum=0.5), Dense(2), BatchNormalization(momentum=0.0))
    variables = network.init(KEY)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32))
    _, same, _ = network.apply(variables, x, key=None, training=False)
    jax.tree.map(np.testing.assert_array_equal, same, variables.state)
    _, new, _ = network.apply(variables, x, key=None, training=True)
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


def always(activation):
    return True


@pytest.mark.parametrize("last", [Dense(3, "softmax"), Activation("softmax")], ids=["Dense", "Activation"])
def test_without_activation(last):
    network = build(Dense(3, "tanh"), last)
    found = network.without_activation(0, lambda activation: isinstance(activation, activations.Softmax))
    assert found is not None
    bare, activation = found
    assert isinstance(activation, activations.Softmax)
    assert names(bare) == names(network)
    variables = network.init(KEY)
    x = jnp.asarray([[1.0, 2.0, 3.0, 4.0]])
    logits, _, _ = bare.apply(variables, x, key=None, training=False)
    outputs, _, _ = network.apply(variables, x, key=None, training=False)
    assert float(jnp.sum(logits)) != pytest.approx(1.0)
    np.testing.assert_allclose(activation(logits), outputs, rtol=1e-6)


SHARED = Dense(4, "softmax")


@pytest.mark.parametrize(
    "layers",
    [
        (),
        (Dense(3, "softmax"), Flatten()),
        (SHARED, SHARED),
        (Dense(3, "softmax", activity_regularizer="l2"),),
    ],
    ids=["empty", "something after it", "serves elsewhere", "penalised"],
)
def test_no_activation_to_take_off(layers):
    assert build(*layers).without_activation(0, always) is None


def test_an_activation_that_is_not_taken_over_stays():
    assert build(Dense(3, "softmax")).without_activation(0, lambda activation: False) is None


def test_each_output_has_its_own_activation_taken_off():
    x = Input((4,))
    one, two = Dense(2, "softmax", name="one")(x), Dense(3, "sigmoid", name="two")(x)
    network = fl.Model(x, [one, two, one]).network
    assert network.without_activation(0, always) is None, "it leaves twice"
    found = network.without_activation(1, always)
    assert found is not None
    assert isinstance(found[1], activations.Sigmoid)
    kinds = [type(layer.activation).__name__ for layer in found[0].layers]
    assert dict(zip(names(network), kinds, strict=True)) == {"one": "Softmax", "two": "Linear"}
    # A hidden use of an output's layer keeps its activation.
    hidden = fl.Model(x, [two, Dense(1)(two)]).network
    assert hidden.without_activation(0, always) is None


def test_project_brings_trained_layers_back_and_leaves_frozen_ones():
    box = constraints.MinMaxNorm(0.0, 1.0)
    layers = Dense(2, kernel_constraint=box, name="free"), Dense(2, kernel_constraint=box, name="ice")
    layers[1].trainable = False
    network = build(*layers, shape=(2,))
    assert network.frozen == ("ice",)
    params = {"free": {"kernel": jnp.asarray([[3.0, 0.6], [4.0, 0.0]]), "bias": jnp.full(2, 9.0)}}
    projected = network.project(params, jnp.asarray(0.1))
    np.testing.assert_allclose(projected["free"]["kernel"], [[0.6, 0.6], [0.8, 0.0]], rtol=1e-6)
    np.testing.assert_array_equal(projected["free"]["bias"], [9, 9])
    assert set(projected) == {"free"}


def test_arranging_arrays_and_back_for_frozen_and_free_layers():
    layers = Dense(2, name="a"), BatchNormalization(name="b"), BatchNormalization(name="c")
    layers[0].trainable = layers[2].trainable = False
    network = build(*layers)
    variables = network.init(KEY)
    assert set(variables.params) == {"b"}
    assert set(variables.params["b"]) == {"gamma", "beta"}
    arrays = network.arrays(variables)
    assert {name: (set(params), set(state)) for name, (params, state) in arrays.items()} == {
        "a": ({"kernel", "bias"}, set()),
        "b": ({"gamma", "beta"}, {"moving_mean", "moving_variance"}),
        "c": ({"gamma", "beta"}, {"moving_mean", "moving_variance"}),
    }
    jax.tree.map(np.testing.assert_array_equal, network.arranged(arrays), variables)


def test_a_layer_that_is_used_twice_draws_anew_and_moves_its_averages_twice():
    drop, norm = Dropout(0.5), BatchNormalization(momentum=0.5)
    x = Input((2000,))
    twice = fl.Model(x, [drop(x), drop(x)]).network
    ones = jnp.ones((1, 2000))
    first, second = twice.apply(twice.init(KEY), ones, key=KEY, training=True)[0]
    assert 0.4 < float(jnp.mean(first != second)) < 0.6
    # 0 -> (0 + 3) / 2 -> ((3 / 2) + 7) / 2, for two batches whose means are 3 and 7.
    pair = Input((1,)), Input((1,))
    network = fl.Model(pair, [norm(pair[0]), norm(pair[1])]).network
    given = (jnp.asarray([[2.0], [4.0]]), jnp.asarray([[6.0], [8.0]]))
    state = network.apply(network.init(KEY), given, key=None, training=True)[1]
    np.testing.assert_allclose(state["batch_normalization"]["moving_mean"], [4.25])


def test_penalties_on_activities_are_means_over_the_rows():
    network = build(Dense(2, use_bias=False, activity_regularizer=regularizers.L1(0.5)), shape=(1,))
    assert network.penalises_activity
    assert not build(Dense(2)).penalises_activity
    variables = Variables({"dense": {"kernel": jnp.asarray([[1.0, -2.0]])}}, {})
    _, _, penalties = network.apply(variables, jnp.asarray([[1.0], [3.0]]), key=None, training=False)
    assert [float(penalty) for penalty in penalties] == [0.5 * (1 + 2 + 3 + 6) / 2]


# Number types


@pytest.mark.parametrize(("precision", "expected"), [("float32", 514.0), ("mixed_bfloat16", 512.0)])
def test_what_is_computed_in(precision, expected):
    """257 * 2: bfloat16 has 8 bits, in which 257 is 256."""
    network = build(Dense(1, use_bias=False), shape=(1,), precision=precision)
    variables = Variables({"dense": {"kernel": jnp.asarray([[2.0]])}}, {})
    outputs, _, _ = network.apply(variables, jnp.asarray([[257.0]]), key=None, training=False)
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
        outputs, state, _ = network.apply(Variables(params, variables.state), x, key=KEY, training=True)
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
        outputs, state, _ = network.apply(variables, jnp.asarray(x), key=None, training=True)
        first, last = (jax.tree.map(np.asarray, variables.params[name]) for name in ("dense", "dense_1"))
        hidden = np.tanh(x @ first["kernel"] + first["bias"])
        normal = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + 0.5)
        np.testing.assert_allclose(outputs, normal @ last["kernel"] + last["bias"], rtol=1e-12)
        np.testing.assert_allclose(
            state["batch_normalization"]["moving_variance"], 0.99 + 0.01 * hidden.var(0), rtol=1e-13
        )


def test_shapes_are_asked_of_no_layer_after_the_network_is_made():
    class Counted(fl.layers.Layer):
        def call(self, x):
            next(calls)
            return x * 2.0

    calls = itertools.count()
    model = fl.Sequential([fl.Input((3,)), Counted(), Dense(1)], seed=0)
    model.compile("sgd", "mse")
    x, y = np.ones((4, 3), np.float32), np.ones((4, 1), np.float32)

    def verbs():
        model.train_on_batch(x, y)
        model.evaluate(x, y)
        model.predict(x)

    verbs()
    before = next(calls)
    verbs()
    assert next(calls) == before + 1, "nothing of the user's is traced again"
