"""TensorFlow 2's name space: tensors, variables, datasets, files, and what is not there."""

from __future__ import annotations

import subprocess
import sys

import jax
import numpy as np
import pytest

import fallline.old.tensorflow.second as tf
from fallline.errors import UsageError
from fallline.old import keras
from fallline.old.running import run_program


def test_importing_it_loads_no_jax():
    code = "import sys; import fallline.old.tensorflow.second; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["estimator", "feature_column", "sparse", "ragged", "lite"])
def test_what_is_out_of_scope_says_what_to_do(name):
    with pytest.raises(AttributeError, match=f"tf.{name} is out of scope"):
        getattr(tf, name)


def test_a_name_that_is_nearly_one():
    with pytest.raises(AttributeError, match="Did you mean tf.reduce_mean"):
        tf.reduce_maen  # noqa: B018


def test_keras_is_that_of_the_room():
    assert tf.keras is keras
    assert tf.optimizers is keras.optimizers


def test_a_tensor_is_an_array_to_numpy_and_jax():
    x = tf.constant([1.0, 2.0])
    np.testing.assert_array_equal(np.asarray(x), [1.0, 2.0])
    assert float(jax.numpy.sum(jax.numpy.asarray(x))) == 3.0


def test_shapes_that_do_not_fit_are_an_invalid_argument():
    with pytest.raises(tf.errors.InvalidArgumentError, match="Dimensions must be equal"):
        tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))


def test_an_activation_of_tf_is_that_of_keras():
    for name in ("relu", "softmax", "sigmoid", "tanh", "elu"):
        layer = keras.layers.Dense(2, activation=getattr(tf.nn, name))
        assert type(layer.activation) is type(keras.layers.Dense(2, activation=name).activation)


def test_functions_of_tf_are_layers_of_a_network():
    inputs = keras.Input((3,))
    outputs = tf.reduce_sum(
        tf.nn.relu(tf.concat([inputs, tf.square(inputs) - 1.0], axis=1)), axis=1, keepdims=True
    )
    x = np.array([[1.0, -2.0, 3.0]], "float32")
    np.testing.assert_allclose(keras.Model(inputs, outputs).predict(x, verbose=0), [[4.0 + 3.0 + 8.0]])


def test_a_layer_is_not_called_on_a_graph():
    import fallline.graph as graphs

    with graphs.Graph().as_default(), pytest.raises(UsageError, match="Keras's layers and graphs stay apart"):
        keras.layers.Dense(2)(graphs.placeholder("float32", [None, 3]))


def test_fit_refuses_a_model_whose_variables_it_would_not_train():
    class Line(keras.Model):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(1.0)

        def call(self, x):
            return x * self.w

    line = Line()
    line.compile("sgd", "mse")
    with pytest.raises(UsageError, match=r"tf\.Variable on the model itself"):
        line.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)


def test_a_run_begins_without_the_seed_of_another(tmp_path, capsys):
    program = tmp_path / "draws.py"
    program.write_text("import tensorflow as tf\nprint(float(tf.random.normal([])))\ntf.random.set_seed(1)\n")
    drawn = set()
    for _ in range(2):
        assert run_program(program) == 0
        drawn.add(capsys.readouterr().out)
    assert len(drawn) == 2


def test_optimizers_of_before_are_those_of_keras():
    optimizer = tf.train.AdamOptimizer(0.01, beta1=0.8)
    assert type(optimizer) is keras.optimizers.Adam
    assert float(optimizer.learning_rate) == pytest.approx(0.01)
    assert optimizer.beta_1 == 0.8


def test_a_checkpoint_gives_values_back(tmp_path):
    v = tf.Variable([1.0, 2.0])
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(v=v), tmp_path, max_to_keep=1)
    manager.save()
    manager.save()
    v.assign([0.0, 0.0])
    tf.train.Checkpoint(v=v).restore(manager.latest_checkpoint)
    np.testing.assert_array_equal(v, [1.0, 2.0])
    assert len(list(tmp_path.glob("*.npz"))) == 1


def test_a_model_is_saved_into_a_folder(tmp_path):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
    tf.saved_model.save(model, tmp_path / "saved")
    x = tf.ones([1, 3])
    np.testing.assert_allclose(tf.saved_model.load(tmp_path / "saved")(x), model(x))
    with pytest.raises(OSError, match="does not exist"):
        tf.saved_model.load(tmp_path / "nothing")


def test_events_are_written(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        assert tf.summary.scalar("loss", 0.5, step=1)
    assert not tf.summary.scalar("loss", 0.5, step=2)
    assert any(tmp_path.iterdir())


def rows(dataset):
    return [np.asarray(each).tolist() for each in dataset]


def test_datasets():
    numbers = tf.data.Dataset.from_tensor_slices(np.arange(5))
    assert rows(numbers.batch(2)) == [[0, 1], [2, 3], [4]]
    assert rows(numbers.batch(2, drop_remainder=True)) == [[0, 1], [2, 3]]
    assert rows(numbers.map(lambda n: n * 2).filter(lambda n: n > 2).take(2)) == [4, 6]
    assert rows(numbers.take(2).repeat(2)) == [0, 1, 0, 1]
    assert rows(numbers.skip(3).concatenate(numbers.take(1))) == [3, 4, 0]
    assert sorted(rows(numbers.shuffle(10))) == [0, 1, 2, 3, 4]
    assert rows(numbers.shuffle(2, seed=1)) != rows(numbers.shuffle(5, seed=8))
    assert len(numbers.batch(2)) == 3
    with pytest.raises(TypeError, match="infinite"):
        len(numbers.repeat())


def test_a_dataset_is_shuffled_anew_each_time():
    shuffled = tf.data.Dataset.from_tensor_slices(np.arange(100)).shuffle(100, seed=3)
    assert rows(shuffled) != rows(shuffled)
    fixed = tf.data.Dataset.range(100).shuffle(100, seed=3, reshuffle_each_iteration=False)
    assert rows(fixed) == rows(fixed)


def test_fit_takes_a_dataset_that_ends_unevenly():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)).astype("float32"), rng.normal(size=(20, 1)).astype("float32")
    one = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    other = keras.models.clone_model(one)
    other.set_weights(one.get_weights())
    for model in (one, other):
        model.compile(keras.optimizers.SGD(0.1), "mse")
    one.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(8), epochs=3, verbose=0)
    other.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0)
    for first, second in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(first, second, 1e-6)
