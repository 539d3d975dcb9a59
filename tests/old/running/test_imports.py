"""Imports of an old program lead to Fallline, within."""

from __future__ import annotations

import importlib
import sys
import types

import pytest

from fallline.old.running.imports import answering
from fallline.old.running.mapping import homes


@pytest.mark.parametrize(
    ("name", "style", "home"),
    [
        ("keras", "eager", "fallline.old.keras"),
        ("tf_keras.layers", "eager", "fallline.old.keras.layers"),
        ("keras.layers.core", "graph", "fallline.old.keras.layers.core"),
        ("tensorflow.keras.layers", "eager", "fallline.old.keras.layers"),
        ("tensorflow.python.keras.layers", "graph", "fallline.old.keras.layers"),
        ("tensorflow.contrib.keras", "graph", "fallline.old.keras"),
        ("tensorflow.compat.v1.keras.models", "eager", "fallline.old.keras.models"),
        ("tensorflow", "graph", "fallline.old.tensorflow.first"),
        ("tensorflow", "eager", "fallline.old.tensorflow.second"),
        ("tensorflow.compat.v1", "eager", "fallline.old.tensorflow.first"),
        ("tensorflow.compat.v2", "graph", "fallline.old.tensorflow.second"),
        ("tensorflow.compat.v1.train", "eager", "fallline.graph.train"),
        ("tensorflow.nn", "graph", "fallline.graph.nn"),
        ("tensorflow.nn", "eager", "fallline.old.tensorflow.second.nn"),
        ("tensorflow.contrib", "graph", "fallline.old.tensorflow.contrib"),
    ],
)
def test_a_name_leads_to_its_module(name, style, home):
    assert homes(name, style)[0] == home


def test_a_module_is_the_same_under_all_its_names():
    with answering("graph"):
        import keras.layers.core
        import tensorflow.contrib.layers as contrib
        import tensorflow.examples.tutorials.mnist.input_data as of_examples
        from tensorflow import keras as of_tensorflow
        from tensorflow.examples.tutorials.mnist import input_data
        from tensorflow.keras import layers
        from tensorflow.keras.layers import Dense
        from tensorflow.python.framework import ops

        assert layers is keras.layers
        assert of_tensorflow is keras
        assert Dense is keras.layers.core.Dense
        assert of_examples is input_data
        assert importlib.import_module("tensorflow.python.framework.ops") is ops
        assert contrib.__spec__.name == contrib.__name__ == "fallline.graph.contrib.layers"
        assert callable(ops.reset_default_graph)
    assert not [name for name in sys.modules if name.startswith("tensorflow")]


def test_packages_that_are_loaded_are_there_again_after():
    real = types.ModuleType("tensorflow")
    sys.modules["tensorflow"], sys.modules["tensorflow.inner"] = real, types.ModuleType("tensorflow.inner")
    try:
        with answering("graph"):
            assert importlib.import_module("tensorflow") is not real
            assert "tensorflow.inner" not in sys.modules
        assert sys.modules["tensorflow"] is real
        assert "tensorflow.inner" in sys.modules
    finally:
        del sys.modules["tensorflow"], sys.modules["tensorflow.inner"]


def test_what_a_program_sets_on_tensorflow_is_gone_after():
    from fallline.old.tensorflow import first

    before = set(vars(first))
    with answering("graph"):
        import tensorflow as tf
        import tensorflow.nn

        tf.model, tf.__version__ = 3, "9"
        assert tf.model == 3
    assert set(vars(first)) == before
    assert first.__version__ != "9"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import keras.layrs", "Fallline has no module keras.layrs. Did you mean \"layers\"?"),
        ("from tensorflow.nothing import x", "Fallline has no module tensorflow.nothing"),
    ],
)  # fmt: skip
def test_a_module_that_is_not_there_says_what_to_use(line, message):
    with answering("graph"), pytest.raises(ModuleNotFoundError, match=message.replace("?", r"\?")):
        exec(line)


def test_a_name_that_tensorflow_does_not_have_is_an_import_error_with_its_reason():
    with answering("graph"), pytest.raises(ImportError, match="estimator is out of scope"):
        exec("from tensorflow import estimator")


def test_other_libraries_load_and_are_not_confused(run):
    code, out, err = run(
        """
        import tensorflow as tf, keras
        import pandas, sklearn, sklearn.ensemble, matplotlib.pyplot, scipy.stats, jax, PIL
        sklearn.ensemble.RandomForestClassifier(2).fit([[0.0], [1.0]], [0, 1])
        pandas.DataFrame({"a": [1]}).describe()
        print("done")
        """
    )
    assert (code, out, err) == (0, "done\n", "")
