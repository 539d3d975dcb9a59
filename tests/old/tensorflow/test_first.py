"""TensorFlow 1's name space: that of `fallline.graph`, with Keras beside it and what programs set."""

import subprocess
import sys

import pytest

import fallline.graph
from fallline.old.tensorflow import first as tf


@pytest.mark.parametrize(
    "name", ["placeholder", "Session", "float32", "nn", "train", "layers", "summary", "newaxis"]
)
def test_a_name_is_that_of_graphs(name):
    assert getattr(tf, name) is getattr(fallline.graph, name)


def test_what_a_program_sets_stays_here():
    tf.model = "mine"
    try:
        assert tf.model == "mine"
        assert not hasattr(fallline.graph, "model")
    finally:
        del tf.model


def test_it_is_of_the_last_version_of_graphs():
    assert tf.__version__.startswith("1.15.")
    assert tf.__version__ == tf.VERSION


def test_both_versions_stand_in_compat():
    assert tf.compat.v1 is tf
    assert tf.compat.as_bytes("a") == b"a"


def test_contrib_is_that_of_graphs():
    assert tf.contrib.layers is fallline.graph.contrib.layers


@pytest.mark.parametrize("name", ["estimator", "data", "feature_column"])
def test_what_is_out_of_scope_says_what_to_do(name):
    with pytest.raises(AttributeError, match=f"tf.{name} is out of scope"):
        getattr(tf, name)


def test_all_names_are_listed():
    assert {"placeholder", "keras", "compat", "contrib"} <= set(dir(tf))


def test_importing_it_loads_no_jax():
    code = "import sys; import fallline.old.tensorflow.first; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
