"""Dense layers, dropout and flattening. Names and numbers were measured with TensorFlow 2.21.0's tf.layers (tf_keras)."""

import numpy as np
import pytest

from fallline.graph import layers
from fallline.graph.core import dtypes
from fallline.graph.core.building import constant
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.variable_lists import (
    global_variables,
    global_variables_initializer,
    trainable_variables,
)
from fallline.graph.core.variable_scopes import AUTO_REUSE, name_scope, variable_scope
from fallline.graph.initializers import constant_initializer, ones_initializer
from fallline.graph.ops.math import reduce_sum, sigmoid, square
from fallline.graph.running.session import Session


def names_of(variables):
    return [each.name for each in variables]


def sum_of_squares(x):
    return reduce_sum(square(x))


# --- scopes and names -------------------------------------------------------------------------------------


def test_nodes_of_a_dense_layer(placeholder):
    layers.dense(placeholder(None, 3), 2, activation=sigmoid)
    names = [each.name for each in get_default_graph().get_operations() if "Initializer" not in each.name]
    assert names == [
        "Placeholder", "dense/kernel", "dense/kernel/Assign", "dense/kernel/read", "dense/bias", "dense/bias/Assign",
        "dense/bias/read", "dense/MatMul", "dense/BiasAdd", "dense/Sigmoid",
    ]  # fmt: skip


def test_layers_are_counted_per_entry_of_a_scope(placeholder):  # Y12
    x = placeholder(None, 3)
    outputs = []
    for reuse in (None, True, AUTO_REUSE):
        with variable_scope("s", reuse=reuse):
            outputs.append(layers.dense(x, 2).name)
    assert names_of(global_variables()) == ["s/dense/kernel:0", "s/dense/bias:0"]
    assert outputs == ["s/dense/BiasAdd:0", "s_1/dense/BiasAdd:0", "s_2/dense/BiasAdd:0"]


def test_without_reuse_the_second_entry_is_refused(placeholder):  # Y13, Y14
    x = placeholder(None, 3)
    with variable_scope("s"):
        layers.dense(x, 2)
    with variable_scope("s"), pytest.raises(ValueError, match="Variable s/dense/kernel already exists, disallow") as caught:  # fmt: skip
        layers.dense(x, 2)
    assert "Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?" in str(caught.value)
    with variable_scope("t") as t:
        layers.dense(x, 2)
        t.reuse_variables()
        with pytest.raises(ValueError, match="Variable t/dense_1/kernel does not exist"):
            layers.dense(x, 2)


def test_explicit_names_count(placeholder):  # Y15
    x = placeholder(None, 3)
    assert layers.dense(x, 2, name="dense").name == "dense/BiasAdd:0"
    assert layers.dense(x, 2).name == "dense_1/BiasAdd:0"
    layers.flatten(x)
    with pytest.raises(ValueError, match="Variable dense_1/kernel already exists"):
        layers.dense(x, 2, name="dense_1")


def test_name_scopes_are_of_operations(placeholder):  # Y16
    with name_scope("n"):
        assert layers.dense(placeholder(None, 3), 2).name == "n/dense/BiasAdd:0"
    assert names_of(global_variables()) == ["dense/kernel:0", "dense/bias:0"]


def test_a_layer_called_twice(placeholder):  # Y17
    layer = layers.Dense(2)
    x = placeholder(None, 3)
    assert [layer(x).name, layer.apply(x).name] == ["dense/BiasAdd:0", "dense/BiasAdd_1:0"]
    assert len(global_variables()) == 2
    assert (layer.scope_name, layer.units, layer.dtype, layer.count_params()) == ("dense", 2, "float32", 8)


def test_output_names(placeholder):  # Y18
    x, switch = placeholder(None, 3), placeholder(dtype="bool")
    made = [
        layers.dense(x, 2, name="a"), layers.dense(x, 2, use_bias=False, name="b"), layers.dense(x, 2, sigmoid, name="c"),
        layers.dense(x, 2, lambda z: z * 2.0, name="d"), layers.dropout(x), layers.dropout(x, training=switch, name="e"),
        layers.flatten(x), layers.batch_normalization(x), layers.dense(placeholder(None, 4, 3), 2, name="f"),
    ]  # fmt: skip
    assert [each.name for each in made] == [
        "a/BiasAdd:0", "b/MatMul:0", "c/Sigmoid:0", "d/mul:0", "dropout/Identity:0", "e/cond/Merge:0", "flatten/Reshape:0",
        "batch_normalization/batchnorm/add_1:0", "f/BiasAdd:0",
    ]  # fmt: skip
    assert layers.dropout(x, training=True, name="g").name == "g/dropout/SelectV2:0"


def test_attributes_of_a_built_layer():
    layer = layers.Dense(2, name="z", kernel_regularizer=sum_of_squares)
    with pytest.raises(ValueError, match="No name available for layer scope"):
        _ = layer.scope_name
    with pytest.raises(ValueError, match="before the layer was built"):
        layer.count_params()
    layer.build((None, 3))
    assert layer.built
    assert names_of(layer.variables) == ["z/kernel:0", "z/bias:0"]
    assert layer.weights == layer.trainable_variables == layer.trainable_weights == [layer.kernel, layer.bias]
    assert layer.non_trainable_variables == layer.non_trainable_weights == []
    assert [each.name for each in layer.losses] == ["z/kernel/Regularizer/Sum:0"]
    assert [layers.Dense(1).name, layers.Dense(1).name] == ["dense_1", "dense_2"]


def test_a_layer_of_ones_own(placeholder, run):
    class TwoTimes(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight("factor", [int(input_shape[-1])], initializer="ones")
            super().build(input_shape)

        def call(self, inputs):
            return inputs * self.factor * 2.0

    layer, x = TwoTimes(), placeholder(None, 2)
    y = layer(x)
    assert names_of(layer.trainable_variables) == ["two_times/factor:0"]
    np.testing.assert_array_equal(run(y, {x: [[1, 2]]}), [[2, 4]])
    with pytest.raises(NotImplementedError, match=r"Layer writes no call\(inputs\)"):
        layers.Layer()(x)


# --- dense ------------------------------------------------------------------------------------------------


def test_values_of_dense_layers(placeholder, run):
    x = placeholder(None, 2)
    flat = layers.dense(
        x, 2, kernel_initializer=constant_initializer([[1, 2], [3, 4]]), bias_initializer="ones"
    )
    deep = layers.dense(
        placeholder(None, 2, 2),
        1,
        kernel_initializer=ones_initializer,
        use_bias=False,
        activation=lambda z: z + 1.0,
    )
    assert (flat.shape.as_list(), deep.shape.as_list()) == ([None, 2], [None, 2, 1])
    given = {x: [[1, 1]], deep.graph.get_tensor_by_name("Placeholder_1:0"): [[[1, 2], [3, 4]]]}
    found = run([flat, deep], given)
    np.testing.assert_array_equal(found[0], [[5, 7]])
    np.testing.assert_array_equal(found[1], [[[4], [8]]])


def test_inputs_that_no_dense_layer_takes(placeholder):  # Y19
    with pytest.raises(TypeError, match="A Dense layer can only be built with a floating-point dtype"):
        layers.dense(placeholder(None, 3, dtype="int32"), 2)
    with pytest.raises(ValueError, match="expected min_ndim=2, found ndim=1"):
        layers.dense(placeholder(3), 2)
    with pytest.raises(
        ValueError, match="The last dimension of the inputs to a Dense layer should be defined"
    ):
        layers.dense(placeholder(None, None), 2)
    with pytest.raises(ValueError, match="expects 1 input"):
        layers.dense([[1.0, 2.0]], 2)
    with pytest.raises(ValueError, match="expected a positive integer. Received: units=-2"):
        layers.dense(placeholder(None, 3), -2)
    with pytest.raises(ValueError, match='Unknown activation function: "nope"'):
        layers.dense(placeholder(None, 3), 2, activation="nope")
    with pytest.raises(ValueError, match='unknown initializer "nope"'):
        layers.dense(placeholder(None, 3), 2, kernel_initializer="nope")
    with pytest.raises(TypeError, match="expected a function such as tf.nn.relu"):
        layers.dense(placeholder(None, 3), 2, activation=placeholder())
    assert layers.dense(np.zeros((2, 2)), 2).dtype is dtypes.float64
    assert layers.dense(placeholder(None, 3), 2.0, activation="sigmoid", name="h").name == "h/Sigmoid:0"


def test_reuse_with_another_width_and_fixed_variables(placeholder):  # Y20
    layers.dense(placeholder(None, 3), 5, name="k")
    with pytest.raises(ValueError, match=r"Trying to share variable k/kernel, but specified shape \(4, 5\) and found shape \(3, 5\)\."):  # fmt: skip
        layers.dense(placeholder(None, 4), 5, name="k", reuse=True)
    layers.dense(placeholder(None, 3), 5, name="fixed", trainable=False)
    assert names_of(trainable_variables()) == ["k/kernel:0", "k/bias:0"]
    assert len(global_variables()) == 4


def test_regularizers_count_once(placeholder, run):  # Y21
    x = placeholder(None, 2)
    for reuse in (None, True):
        layers.dense(
            x, 1, name="d", kernel_regularizer=sum_of_squares, kernel_initializer="ones", reuse=reuse
        )
    (loss,) = get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)
    assert loss.name == "d/kernel/Regularizer/Sum:0"
    assert run(loss) == 2.0


def test_defaults_of_a_scope(placeholder, run):  # Y22
    with variable_scope("s", regularizer=sum_of_squares, initializer=constant_initializer(3.0)):
        layers.dense(placeholder(None, 2), 1)
        layers.batch_normalization(placeholder(None, 2))
    found = get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)
    assert [each.name.rpartition("/Reg")[0] for each in found] == [
        "s/dense/kernel", "s/dense/bias", "s/batch_normalization/gamma", "s/batch_normalization/beta",
        "s/batch_normalization/moving_mean", "s/batch_normalization/moving_variance",
    ]  # fmt: skip
    first = [np.ravel(each)[0] for each in run(global_variables())]
    assert first == [3, 0, 1, 0, 0, 1]


def test_activity_regularizers_are_per_row(placeholder, run):  # Y23
    x = placeholder(None, 1)
    layers.dense(
        x, 1, kernel_initializer=constant_initializer(2.0), activity_regularizer=sum_of_squares, name="d"
    )
    (loss,) = get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)
    assert loss.name == "d/ActivityRegularizer/truediv:0"
    with Session() as session:
        session.run(global_variables_initializer())
        assert [session.run(loss, {x: np.ones((rows, 1))}) for rows in (1, 4)] == [4.0, 4.0]


def test_constraints_are_the_optimizers(placeholder, run):  # Y24
    layer = layers.Dense(1, kernel_constraint=abs, kernel_initializer=constant_initializer(-1.0))
    layer(placeholder(None, 1))
    assert layer.kernel.constraint is abs
    assert layer.bias.constraint is None
    assert run(layer.kernel) == -1.0


def test_default_kernels_and_types(placeholder, run):  # Y25
    layers.dense(placeholder(None, 100), 200, name="d")
    kernel = get_default_graph().get_tensor_by_name("d/kernel:0")
    assert kernel.dtype.name == "float32_ref"
    weight, bias = run(global_variables())
    limit = np.sqrt(6 / 300)
    assert limit * 0.99 < np.max(np.abs(weight)) <= limit
    assert not bias.any()


# --- dropout and flatten ----------------------------------------------------------------------------------


def test_dropout_in_training(placeholder):  # Y26
    x, switch = placeholder(None, 1000), placeholder(dtype="bool")
    fixed, switched = layers.dropout(x, training=True), layers.dropout(x, 0.25, training=switch)
    ones = np.ones((1, 1000), np.float32)
    with Session() as session:
        found = session.run([fixed, switched, layers.dropout(x)], {x: ones, switch: True})
        assert set(np.unique(found[0])) == {0.0, 2.0}
        assert set(np.unique(found[1])) == {np.float32(0), np.float32(1 / 0.75)}
        assert 0.2 < np.mean(found[1] == 0) < 0.3
        np.testing.assert_array_equal(found[2], ones)
        np.testing.assert_array_equal(session.run(switched, {x: ones, switch: False}), ones)
        assert not np.array_equal(session.run(fixed, {x: ones}), found[0])


def test_a_generator_moves_on_only_in_training(placeholder):
    x, switch = placeholder(None, 100), placeholder(dtype="bool")
    dropped = layers.dropout(x, seed=1, training=switch)
    ones = np.ones((1, 100), np.float32)
    orders = ([True, True], [True, False, False, True])
    found = []
    for order in orders:
        with Session() as session:
            found.append([session.run(dropped, {x: ones, switch: on}) for on in order])
    assert np.array_equal(found[0][0], found[1][0])
    assert np.array_equal(found[0][1], found[1][3])
    assert not np.array_equal(found[0][0], found[0][1])


def test_rates_and_switches_of_dropout(placeholder):  # Y26
    x = placeholder(None, 3)
    with pytest.raises(ValueError, match="expected a value between 0 and 1"):
        layers.dropout(x, 1.5)
    with pytest.raises(ValueError, match=r"`rate` must be a scalar tensor or a float in the range \[0, 1\)"):
        layers.dropout(x, 1.0, training=True)
    with pytest.raises(TypeError, match="training: expected True, False or a tensor of type bool"):
        layers.dropout(x, training=placeholder())
    assert layers.dropout(x, training=constant(False)).op.type == "Identity"
    assert layers.Dropout().rate == 0.5


def test_flatten(placeholder, run):  # Y29
    made = [
        layers.flatten(placeholder(*sizes)) for sizes in ([None, 3, 4], [None], [2, None, 3])
    ]  # fmt: skip
    assert [each.shape.as_list() for each in made] == [[None, 12], [None, 1], [2, None]]
    x = made[0].op.inputs[0]
    assert run(made[0], {x: np.arange(24).reshape(2, 3, 4)}).tolist() == np.arange(24).reshape(2, 12).tolist()
    assert run(made[0], {x: np.zeros((0, 3, 4))}).shape == (0, 12)


def test_what_is_out_of_scope_says_so(placeholder):
    for name in ("conv2d", "Conv2D", "max_pooling2d"):
        with pytest.raises(ValueError, match=rf"tf\.layers\.{name} is out of scope"):
            getattr(layers, name)(placeholder(None, 3, 3, 1), 2, 3)


@pytest.mark.parametrize(
    ("space", "name", "meant"),
    [
        ("layers", "desne", "dense"), ("losses", "mean_square_error", "mean_squared_error"), ("metrics", "acuracy", "accuracy"),
        ("initializers", "he_normals", "he_normal"),
    ],
)  # fmt: skip
def test_near_names(space, name, meant):
    import fallline.graph as tf

    with pytest.raises(AttributeError, match=rf"Did you mean tf\.{space}\.{meant}\?"):
        getattr(getattr(tf, space), name)
