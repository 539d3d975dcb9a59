"""What every layer has: calls on arrays and tensors, arrays, shapes, configurations, messages."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fallline import config
from fallline._tree import static, tree
from fallline.errors import SavedFileError, ShapeError, UsageError
from fallline.initializers import GlorotUniform
from fallline.layers import BatchNormalization, Dense, Dropout, Flatten, Input, Layer, Tensor
from fallline.layers.base.named_arrays import ordered
from fallline.layers.merging import Add, Concatenate
from fallline.layers.normalization import Normalization

X = np.random.default_rng(4).normal(size=(6, 3)).astype(np.float32)


@tree
class Gain(Layer):
    """A layer of a user's own: y = x * gain."""

    start: float = 1.0
    gain_regularizer: object = None
    gain_constraint: object = None

    def init(self, key, input_shape):
        return {"gain": jnp.full(input_shape, self.start)}, {}

    def apply(self, params, state, x, *, key, training):
        return x * params["gain"], state


@tree
class Count(Layer):
    """Counts the batches it is trained on."""

    def init(self, key, input_shape):
        return {}, {"batches": jnp.zeros(())}

    def apply(self, params, state, x, *, key, training):
        return x, {"batches": state["batches"] + 1} if training else state


# Calls on arrays


def test_a_call_on_an_array_builds_the_layer_and_computes():
    # Of a seed, so that no unit's sum is all but cancelled: its last bits would be more than 1e-6 of it.
    layer = Dense(2, "relu", kernel_initializer=GlorotUniform(seed=1))
    assert not layer.built
    outputs = layer(X)
    assert layer.built
    expected = np.maximum(X @ np.asarray(layer.kernel) + np.asarray(layer.bias), 0)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    np.testing.assert_array_equal(layer(X), outputs)  # the same arrays


def test_a_call_takes_lists_and_whole_numbers():
    layer = Gain(2.0)
    np.testing.assert_array_equal(layer([[1, 2], [3, 4]]), [[2.0, 4.0], [6.0, 8.0]])
    assert layer([[1, 2]]).dtype == jnp.float32


def test_training_draws_and_inference_does_not():
    layer = Dropout(0.5)
    np.testing.assert_array_equal(layer(X), X)
    np.testing.assert_array_equal(layer(X, training=False), X)
    config.set_random_seed(7)
    first = layer(X, training=True)
    second = layer(X, training=True)
    config.set_random_seed(7)
    np.testing.assert_array_equal(layer(X, training=True), first)
    assert not np.array_equal(first, second)


def test_the_seed_decides_the_arrays():
    def kernel():
        layer = Dense(4)
        layer.build((None, 3))
        return np.asarray(layer.kernel)

    config.set_random_seed(1)
    first, other = kernel(), kernel()
    config.set_random_seed(1)
    np.testing.assert_array_equal(kernel(), first)
    assert not np.array_equal(first, other)


def test_the_state_moves_on_in_training_alone():
    layer = Count()
    for training in (True, None, False, True):
        layer(X, training=training)
    assert float(layer.batches) == 2


def test_several_inputs():
    np.testing.assert_array_equal(Add()([X, X]), 2 * X)
    np.testing.assert_array_equal(Add()((X, X)), 2 * X)


# Arrays


def test_build_needs_the_batch_axis():
    layer = Dense(5)
    layer.build((None, 3))
    assert layer.kernel.shape == (3, 5)
    other = Dense(5)
    other.build((32, 3))
    assert other.kernel.shape == (3, 5)
    merged = Add()
    merged.build([(None, 3), (None, 3)])
    assert merged.built
    with pytest.raises(
        UsageError, match=r"^Dense: expected a shape with the batch axis first, e.g. \(None, 20\)"
    ):
        Dense(5).build(3)


def test_weights_come_in_the_order_of_keras():
    layer = BatchNormalization()
    layer.build((None, 2))
    layer.set_weights([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    for index, name in enumerate(names):
        np.testing.assert_array_equal(getattr(layer, name), [2 * index + 1, 2 * index + 2])
    np.testing.assert_array_equal(np.stack(layer.get_weights()), np.arange(1, 9).reshape(4, 2))
    assert len(layer.weights) == 4
    assert [float(array[0]) for array in layer.trainable_weights] == [1, 3]
    assert [float(array[0]) for array in layer.non_trainable_weights] == [5, 7]
    assert layer.count_params() == 8
    assert list(ordered({"z": 0, "bias": 0, "a": 0, "kernel": 0})) == ["kernel", "bias", "a", "z"]


def test_before_build_there_are_no_weights():
    layer = Dense(2)
    assert layer.weights == layer.get_weights() == []
    assert layer.count_params() == 0
    with pytest.raises(
        AttributeError, match=r'layer Dense has no attribute "kernel"\. It is not built yet\.'
    ):
        _ = layer.kernel
    with pytest.raises(UsageError, match=r"Dense: not built yet; call build, or put it into a model, first"):
        layer.set_weights([])


def test_a_name_that_is_no_array():
    layer = Dense(2)
    layer.build((None, 3))
    with pytest.raises(
        AttributeError, match=r'layer Dense has no attribute "kernal"\. Did you mean "kernel"\?$'
    ):
        _ = layer.kernal


def test_get_weights_are_copies():
    layer = Gain()
    layer.build((None, 3))
    layer.get_weights()[0][:] = 9
    np.testing.assert_array_equal(layer.gain, np.ones(3))


def test_set_weights_messages():
    layer = Dense(2, name="out")
    layer.build((None, 3))
    with pytest.raises(ShapeError, match=r'layer "out" \(Dense\): expected 2 arrays \(kernel, bias\), got 1'):
        layer.set_weights([np.ones((3, 2))])
    with pytest.raises(ShapeError, match=r'"kernel" has shape \(3, 2\), got \(2, 3\)'):
        layer.set_weights([np.ones((2, 3)), np.ones(2)])


def test_freezing_moves_the_weights():
    layer = Gain()
    layer.build((None, 3))
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (1, 0)
    layer.trainable = False
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (0, 1)
    assert len(layer.weights) == 1


def test_only_what_is_settable_can_be_assigned():
    layer = Dense(2)
    with pytest.raises(
        dataclasses.FrozenInstanceError, match=r"Dense.units cannot be assigned; make a new Dense"
    ):
        layer.units = 3
    with pytest.raises(dataclasses.FrozenInstanceError, match="Gain.start cannot be assigned"):
        Gain().start = 2.0


def test_arrays_are_no_part_of_the_description():
    layer = Dense(2)
    before = jax.tree.structure(layer)
    layer(X)
    assert jax.tree.structure(layer) == before
    assert jax.tree.leaves(layer) == jax.tree.leaves(Dense(2))


# Shapes


def test_compute_output_shape_has_the_batch_axis():
    assert Dense(5).compute_output_shape((None, 7, 3)) == (None, 7, 5)
    assert Dense(5).compute_output_shape((32, 3)) == (32, 5)
    assert Concatenate().compute_output_shape([(None, 2), (None, 3)]) == (None, 5)
    with pytest.raises(UsageError, match=r"expected a shape with the batch axis first"):
        Dense(5).compute_output_shape((None, None))


def test_a_layer_is_built_for_one_kind_of_input():
    layer = Dense(2, name="out")
    layer(X)
    layer(X[:1])
    with pytest.raises(
        ShapeError,
        match=r'layer "out" \(Dense\) was built with an array of shape \(3, 2\) but inputs of rows \(4,\)',
    ):
        layer(np.ones((2, 4), np.float32))


def test_a_scalar_has_no_batch_axis():
    with pytest.raises(ShapeError, match=r"^Flatten: inputs need a batch axis, got a scalar\.$"):
        Flatten()(3.0)


# Calls on tensors


def test_a_call_on_a_tensor_gives_a_tensor():
    layer = Dense(3)
    inputs = Input((3,))
    outputs = layer(inputs)
    assert isinstance(outputs, Tensor)
    assert outputs.shape == (None, 3)
    assert (outputs.call.layer, outputs.call.sources) == (layer, (inputs,))
    assert layer.output is outputs
    assert layer.input is inputs
    assert not layer.built
    layer(outputs)
    assert layer.output is outputs  # the first call
    with pytest.raises(
        ShapeError, match=r"Dense: called on rows \(3,\) before, and now on \(4,\), which need other"
    ):
        layer(Input((4,)))
    Flatten()(Flatten()(inputs))
    shared = Flatten()
    assert (shared(inputs).shape, shared(Input((4,))).shape) == ((None, 3), (None, 4)), "no arrays, no shape"


def test_tensors_of_several_inputs():
    one, other = Input((3,)), Input((3,))
    layer = Add()
    outputs = layer([one, other])
    assert outputs.shape == (None, 3)
    assert layer.input == [one, other]


def test_calls_that_mix_things_up():
    with pytest.raises(UsageError, match=r"called on a mixture of symbolic tensors and ndarray"):
        Add()([Input((3,)), X])
    with pytest.raises(
        UsageError, match=r"^Dense: takes one input, got 2. Join them first, e.g. by Concatenate"
    ):
        Dense(2)([Input((3,)), Input((3,))])
    with pytest.raises(UsageError, match=r"^Add: takes a list of inputs, got Tensor"):
        Add()(Input((3,)))
    with pytest.raises(UsageError, match=r"it is in no network yet"):
        _ = Dense(2).output


def test_a_tensor_does_not_fit_a_built_layer():
    layer = Dense(2)
    layer(X)
    with pytest.raises(ShapeError, match="was built with an array of shape"):
        layer(Input((7,)))


# Regularizers and constraints by the names of the arrays


def test_penalties_and_projections_go_by_name():
    params = {"gain": jnp.asarray([1.0, -2.0, 3.0])}
    layer = Gain(gain_regularizer="l2", gain_constraint="non_neg")
    np.testing.assert_allclose(layer.penalties(params), [0.01 * 14], rtol=1e-6)
    np.testing.assert_array_equal(layer.project(params, jnp.float32(0.1))["gain"], [1, 0, 3])
    assert Gain().penalties(params) == []
    np.testing.assert_array_equal(Gain().project(params, jnp.float32(0.1))["gain"], params["gain"])


def test_a_proximal_penalty_acts_before_the_constraint():
    from fallline import regularizers

    layer = Gain(gain_regularizer=regularizers.L1(1.0, proximal=True), gain_constraint="non_neg")
    params = {"gain": jnp.asarray([0.05, -2.0, 3.0])}
    np.testing.assert_allclose(layer.project(params, jnp.float32(0.1))["gain"], [0, 0, 2.9], rtol=1e-6)


# Configurations


def test_configurations():
    layer = Dense(3, "tanh", name="hidden", trainable=False, input_shape=(4,), activity_regularizer="l2")
    copy = Dense.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
    assert (copy.units, copy.name, copy.trainable, copy.input_shape) == (3, "hidden", False, (4,))
    assert jax.tree.structure(copy) == jax.tree.structure(layer)
    assert not copy.built


def test_an_own_layer_has_a_configuration_too():
    assert Gain.from_config(Gain(2.0).get_config()).start == 2.0
    with pytest.raises(UsageError, match='Dense: no argument "unit". Did you mean "units"'):
        Dense(unit=3)
    from fallline.registry.configuration import from_config

    with pytest.raises(SavedFileError, match=r"this version of fallline has no layers\.Gain"):
        from_config({"class_name": "layers.Gain", "config": {}})


@pytest.mark.parametrize("shape", [0, "3", (0,), (None, 3), (2.5,)])
def test_input_shape_must_be_a_shape(shape):
    with pytest.raises(UsageError, match=r"^Dense: input_shape must be a tuple of positive whole numbers"):
        Dense(2, input_shape=shape)


def test_numbers_are_leaves():
    assert jax.tree.structure(Gain(1.0)) == jax.tree.structure(Gain(2.0))

    @tree
    class Power(Layer):
        exponent: int = static(default=2)

        def apply(self, params, state, x, *, key, training):
            return x**self.exponent, state

    assert jax.tree.structure(Power(2)) != jax.tree.structure(Power(3))
    np.testing.assert_allclose(Power(3)(X), X**3, rtol=1e-6)


def test_what_a_layer_must_say():
    @tree
    class Nothing(Layer):
        pass

    with pytest.raises(UsageError, match="Nothing: write what it computes: apply, or call as in Keras"):
        Nothing()(X)

    class Bare(Layer):
        def apply(self, params, state, x, *, key, training):
            return x, state

    with pytest.raises(UsageError, match="Bare: decorate the class with @fl.tree, or write it as in Keras"):
        Bare()
    with pytest.raises(UsageError, match="Both: a layer has either init and apply, or build and call"):

        class Both(Layer):
            def apply(self, params, state, x, *, key, training):
                return x, state

            def call(self, x):
                return x


def test_state_is_kept_where_it_was_learned():
    layer = Normalization()
    layer.adapt(X)
    layer(X, training=True)
    np.testing.assert_allclose(layer.get_weights()[0], X.mean(0), rtol=1e-4, atol=1e-6)


def test_a_configuration_may_name_the_class_alone():
    from fallline.layers import deserialize

    assert deserialize({"class_name": "Dense", "config": {"units": 3}}).units == 3
