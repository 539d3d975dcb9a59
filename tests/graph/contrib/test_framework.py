"""`tf.contrib.framework`: argument scopes, variables by their scopes; the projector; losses with predictions first."""

import importlib

import numpy as np
import pytest

import fallline.graph as tf
from fallline.graph import contrib

framework = contrib.framework


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@framework.add_arg_scope
def told(x, one=1, two=2):
    """What it was given."""
    return x, one, two


def names_of(variables):
    return [each.name for each in variables]


def test_arguments_by_scope():
    assert told(0) == (0, 1, 2)
    with framework.arg_scope([told], one=10) as outer:
        assert told(0) == (0, 10, 2)
        with framework.arg_scope([told], two=20):
            assert told(0, one=5) == (0, 5, 20)
        assert told(0) == (0, 10, 2)
    assert told(0) == (0, 1, 2)
    with framework.arg_scope(outer) as again:
        assert told(0) == (0, 10, 2)
        assert again == framework.current_arg_scope()
    assert framework.has_arg_scope(told)
    assert not framework.has_arg_scope(len)
    assert framework.arg_scoped_arguments(told) == ("one", "two")
    assert told.__doc__ == "What it was given."


def test_scopes_that_are_refused():
    with pytest.raises(ValueError, match="len is not decorated with @add_arg_scope"):
        framework.arg_scope([len], x=1).__enter__()
    with pytest.raises(TypeError, match="must either be a list/tuple or reused scope"):
        framework.arg_scope(told, one=1).__enter__()
    with framework.arg_scope([told], one=10) as scope:
        pass
    with pytest.raises(ValueError, match="kwargs must be empty"):
        framework.arg_scope(scope, one=1).__enter__()


def test_an_error_leaves_the_scope():
    with pytest.raises(ZeroDivisionError), framework.arg_scope([told], one=10):
        raise ZeroDivisionError
    assert told(0) == (0, 1, 2)


def test_variables_by_their_scopes():
    with tf.variable_scope("s"):
        w = framework.model_variable("w", [1], initializer=tf.zeros_initializer())
        b = framework.variable("b", [1], initializer=tf.zeros_initializer(), trainable=False)
    with tf.variable_scope("t"):
        other = framework.model_variable("w", [1], initializer=tf.zeros_initializer())
    count = framework.local_variable(0, name="count")
    assert framework.get_variables() == [w, b, other]
    assert framework.get_variables("s") == [w, b]
    assert framework.get_variables(suffix="w") == framework.get_variables_by_suffix("w") == [w, other]
    assert framework.get_variables_by_name("w") == [w, other]
    assert framework.get_variables_by_name("w", "t") == [other]
    assert framework.get_trainable_variables("s") == [w]
    assert framework.get_model_variables() == [w, other]
    assert framework.get_local_variables() == [count]
    assert framework.get_unique_variable("s/b") is b
    assert framework.get_variable_full_name(b) == "s/b"
    assert framework.get_variables_to_restore(exclude=["s"]) == [other]
    assert framework.get_variables_to_restore(include=["s"], exclude=["s/b"]) == [w]
    framework.add_model_variable(b)
    assert framework.get_model_variables() == [w, other, b]
    with pytest.raises(ValueError, match="Variable s/c does not exist"):
        framework.get_unique_variable("s/c")
    with pytest.raises(TypeError, match="include must be a list"):
        framework.get_variables_to_restore(include="s")


def test_global_steps():
    step = framework.get_or_create_global_step()
    assert framework.get_or_create_global_step() is step
    framework.assert_global_step(step)
    with pytest.raises(TypeError, match="must be a scalar of whole numbers"):
        framework.assert_global_step(tf.constant([1.0]))
    with pytest.raises(AttributeError, match=r"Did you mean tf\.contrib\.framework\.arg_scope\?"):
        _ = framework.arg_scop


# --- losses -----------------------------------------------------------------------------------------------


def test_predictions_come_first():
    from fallline.graph.contrib import losses

    p, y = np.float32([[0.2, 0.9], [0.6, 0.3]]), np.float32([[0, 1], [1, 1]])
    rows = np.float32([1, 3])
    pairs = [
        (losses.mean_squared_error(p, y), tf.losses.mean_squared_error(y, p)),
        (losses.absolute_difference(p, y, rows), tf.losses.absolute_difference(y, p, rows[:, None])),
        (losses.log_loss(p, y), tf.losses.log_loss(y, p)),
        (losses.cosine_distance(p, y, dim=1), tf.losses.cosine_distance(y, p, 1)),
        (losses.mean_pairwise_squared_error(p, y), tf.losses.mean_pairwise_squared_error(y, p)),
        (losses.sigmoid_cross_entropy(p, y, rows), tf.losses.sigmoid_cross_entropy(y, p, rows[:, None])),
        (losses.softmax_cross_entropy(p, y, rows), tf.losses.softmax_cross_entropy(y, p, rows)),
        (losses.sparse_softmax_cross_entropy(p, [0, 1]), tf.losses.sparse_softmax_cross_entropy([0, 1], p)),
        (losses.hinge_loss(p, y)[1, 1], tf.constant(0.7)),
        (losses.compute_weighted_loss(p, rows), tf.constant((0.2 + 0.9 + 1.8 + 0.9) / 4)),
    ]  # fmt: skip
    with tf.Session() as session:
        one, other = session.run([[a for a, _ in pairs], [b for _, b in pairs]])
    np.testing.assert_allclose(one, other, rtol=1e-6)
    assert len(losses.get_losses()) == 17
    column = losses.compute_weighted_loss(losses=[1.0, 3.0], weights=[[1.0], [0.0]], scope="mine")
    assert column.name == "mine/value:0"
    with tf.Session() as session:
        assert session.run(column) == 1.0
    with pytest.raises(ValueError, match="have more axes than the losses"):
        losses.mean_squared_error(p[0], y[0], y)


# --- other rooms ------------------------------------------------------------------------------------------


def test_the_projector_writes_what_tensorboard_reads(tmp_path):
    projector = contrib.tensorboard.plugins.projector
    config = projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "embedding:0"
    embedding.metadata_path = 'labels "a".tsv'
    embedding.sprite.image_path = "sprite.png"
    embedding.sprite.single_image_dim.extend([28, 28])
    config.embeddings.add(tensor_name="other")
    projector.visualize_embeddings(str(tmp_path / "logs"), config)
    text = (tmp_path / "logs" / "projector_config.pbtxt").read_text()
    assert text == (
        'embeddings {\n  tensor_name: "embedding:0"\n  metadata_path: "labels \\"a\\".tsv"\n  sprite {\n'
        '    image_path: "sprite.png"\n    single_image_dim: 28\n    single_image_dim: 28\n  }\n}\n'
        'embeddings {\n  tensor_name: "other"\n}\n'
    )
    with pytest.raises(ValueError, match="Summary writer must have a logdir"):
        projector.visualize_embeddings(None, config)


@pytest.mark.peer
def test_tensorboard_reads_it(tmp_path):
    pytest.importorskip("tensorboard")
    from google.protobuf import text_format
    from tensorboard.plugins.projector import ProjectorConfig

    projector = contrib.tensorboard.plugins.projector
    config = projector.ProjectorConfig(model_checkpoint_path="m")
    embedding = config.embeddings.add(tensor_name="é", tensor_shape=[2, 3])
    embedding.sprite.single_image_dim.extend([4, 5])
    projector.visualize_embeddings(tmp_path, config)
    found = text_format.Parse((tmp_path / "projector_config.pbtxt").read_text("utf-8"), ProjectorConfig())
    assert found.model_checkpoint_path == "m"
    assert found.embeddings[0].tensor_name == "é"
    assert list(found.embeddings[0].tensor_shape) == [2, 3]
    assert list(found.embeddings[0].sprite.single_image_dim) == [4, 5]


def test_mnist_by_all_its_paths():
    learn = contrib.learn
    read = tf.examples.tutorials.mnist.input_data.read_data_sets
    assert learn.datasets.mnist.read_data_sets is read
    assert learn.python.learn.datasets.mnist.read_data_sets is read
    path = "fallline.graph.contrib.learn.python.learn.datasets.mnist"
    assert importlib.import_module(path).read_data_sets is read
    assert callable(learn.datasets.load_dataset)  # of iris too: test_learn.py
    with pytest.raises(AttributeError, match=r"tf\.contrib\.learn has no DNNClassifier"):
        _ = learn.DNNClassifier
