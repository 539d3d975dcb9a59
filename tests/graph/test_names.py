"""Every name that programs of two repositories or more use is there (a count over 421 programs of 74 repositories)."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import fallline.graph as tf

NAMES = [
    "placeholder",
    "Variable",
    "global_variables_initializer",
    "random_normal",
    "zeros",
    "set_random_seed",
    "initialize_all_variables",
    "constant",
    "name_scope",
    "random_uniform",
    "truncated_normal",
    "variable_scope",
    "get_variable",
    "ones",
    "ones_like",
    "zeros_like",
    "truncated_normal_initializer",
    "trainable_variables",
    "random.normal",
    "one_hot",
    "constant_initializer",
    "placeholder_with_default",
    "global_variables",
    "local_variables_initializer",
    "random_normal_initializer",
    "zeros_initializer",
    "random_uniform_initializer",
    "get_variable_scope",
    "reduce_mean",
    "matmul",
    "cast",
    "equal",
    "argmax",
    "square",
    "reduce_sum",
    "add",
    "log",
    "sigmoid",
    "reshape",
    "sqrt",
    "multiply",
    "pow",
    "exp",
    "concat",
    "transpose",
    "abs",
    "shape",
    "subtract",
    "add_n",
    "maximum",
    "clip_by_value",
    "div",
    "arg_max",
    "mul",
    "expand_dims",
    "tanh",
    "squeeze",
    "round",
    "sign",
    "math.argmax",
    "where",
    "reduce_max",
    "saved_model.simple_save",
    "matrix_inverse",
    "cos",
    "sin",
    "greater_equal",
    "greater",
    "to_float",
    "reduce_min",
    "sub",
    "nn.relu",
    "nn.softmax_cross_entropy_with_logits",
    "nn.softmax",
    "nn.sigmoid",
    "nn.sigmoid_cross_entropy_with_logits",
    "nn.dropout",
    "nn.softmax_cross_entropy_with_logits_v2",
    "nn.sparse_softmax_cross_entropy_with_logits",
    "nn.tanh",
    "nn.in_top_k",
    "nn.elu",
    "nn.batch_normalization",
    "nn.moments",
    "nn.l2_loss",
    "nn.top_k",
    "nn.softplus",
    "layers.dense",
    "losses.mean_squared_error",
    "layers.dropout",
    "layers.batch_normalization",
    "losses.softmax_cross_entropy",
    "losses.sparse_softmax_cross_entropy",
    "train.GradientDescentOptimizer",
    "train.AdamOptimizer",
    "train.Saver",
    "train.exponential_decay",
    "train.RMSPropOptimizer",
    "train.SummaryWriter",
    "train.MomentumOptimizer",
    "train.import_meta_graph",
    "train.ExponentialMovingAverage",
    "train.get_checkpoint_state",
    "train.latest_checkpoint",
    "train.AdagradOptimizer",
    "contrib.layers.xavier_initializer",
    "contrib.layers.fully_connected",
    "contrib.layers.l2_regularizer",
    "contrib.learn.python.learn.datasets.mnist.read_data_sets",
    "contrib.framework.arg_scope",
    "contrib.layers.batch_norm",
    "contrib.tensorboard.plugins.projector.visualize_embeddings",
    "contrib.tensorboard.plugins.projector.ProjectorConfig",
    "contrib.layers.variance_scaling_initializer",
    "contrib.layers.dropout",
    "summary.FileWriter",
    "summary.scalar",
    "summary.merge_all",
    "summary.histogram",
    "summary.image",
    "merge_all_summaries",
    "scalar_summary",
    "histogram_summary",
    "examples.tutorials.mnist.input_data.read_data_sets",
    "__version__",
    "app.run",
    "app.flags.FLAGS",
    "gfile.Exists",
    "gfile.MakeDirs",
    "gfile.DeleteRecursively",
    "Session",
    "InteractiveSession",
    "get_default_graph",
    "reset_default_graph",
    "Graph",
    "get_collection",
    "control_dependencies",
    "assign",
    "gradients",
    "GraphKeys.UPDATE_OPS",
    "group",
    "GraphKeys.TRAINABLE_VARIABLES",
    "identity",
    "no_op",
    "cond",
    "add_to_collection",
    "RunMetadata",
    "GraphKeys.GLOBAL_VARIABLES",
    "GraphKeys.REGULARIZATION_LOSSES",
    "stop_gradient",
    "ConfigProto",
    "RunOptions",
    "RunOptions.FULL_TRACE",
    "disable_v2_behavior",
    "float32",
    "int32",
    "bool",
    "int64",
    "float64",
    "python.framework.ops.reset_default_graph",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_offered(name):
    found = tf
    for part in name.split("."):
        found = getattr(found, part)
    assert found is not None


def test_what_is_out_of_scope_is_told_by_name():
    with pytest.raises(AttributeError, match=r"tf\.data is out of scope .*fl\.train"):
        _ = tf.data
    with pytest.raises(AttributeError, match=r"tf\.nn\.conv2d is out of scope"):
        _ = tf.nn.conv2d
    with pytest.raises(AttributeError, match=r"Did you mean tf\.placeholder\?"):
        _ = tf.placehodler


def test_it_is_reached_as_a_name_space_of_its_own():
    assert tf.compat.v1 is tf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tf.disable_v2_behavior()
    assert tf.__version__.startswith("1.")
    assert not tf.executing_eagerly()
    config = tf.ConfigProto(allow_soft_placement=True)
    config.gpu_options.allow_growth = True
    assert config.gpu_options.allow_growth
    with tf.Session(config=config) as sess:
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        assert sess.run(tf.constant(1.0), options=options, run_metadata=tf.RunMetadata()) == 1.0


@pytest.mark.parametrize(
    "path",
    [
        "contrib.layers.python.layers.batch_norm",
        "python.framework.tensor_shape.scalar",
        "python.framework.tensor_util.constant_value",
        "python.layers.utils.smart_cond",
        "python.ops.array_ops.identity",
        "python.ops.math_ops.floor",
        "python.ops.nn.relu",
        "python.ops.random_ops.random_uniform",
        "python.ops.variables.Variable",
        "python.platform.gfile",
    ],
)
def test_a_path_into_tensorflow_leads_to_the_same(path):
    test_a_name_is_offered(path)


def test_a_condition_known_beforehand_builds_one_branch():
    smart_cond = tf.python.layers.utils.smart_cond
    assert smart_cond(True, lambda: 1, lambda: 2) == 1
    assert smart_cond(tf.constant(False), lambda: 1, lambda: 2) == 2
    flag = tf.placeholder(tf.bool, [])
    chosen = smart_cond(flag, lambda: tf.constant(1.0), lambda: tf.constant(2.0))
    with tf.Session() as sess:
        assert sess.run(chosen, {flag: False}) == 2.0


def test_a_name_stays_what_it_is_beside_the_file_it_stands_in():
    code = "import fallline.graph as tf; assert callable(tf.objective); assert callable(tf.objective)"
    environment = os.environ | {"PYTHONPATH": str(Path(tf.__file__).parents[2])}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=100)
