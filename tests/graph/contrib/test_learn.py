"""Data and words as `tf.contrib.learn` gave them, and saved models as functions."""

import numpy as np
import pytest

import fallline.graph as tf
from fallline.errors import DataError, UsageError
from fallline.graph.core.failures import GraphError
from fallline.graph.train import kept_graphs

learn = tf.contrib.learn


def test_words_get_numbers_in_the_order_in_which_they_come():
    words = learn.preprocessing.VocabularyProcessor(4)
    rows = np.array(list(words.fit_transform(["the cat sat", "the dog sat on it"])))
    np.testing.assert_array_equal(rows, [[1, 2, 3, 0], [1, 4, 3, 5]])
    assert len(words.vocabulary_) == 7
    np.testing.assert_array_equal(list(words.transform(["a dog"])), [[0, 4, 0, 0]])
    assert list(words.reverse([[1, 4]])) == ["the dog"]


def test_rare_words_are_unknown():
    words = learn.preprocessing.VocabularyProcessor(3, min_frequency=1)
    words.fit(["red red red", "blue blue", "green"])
    assert len(words.vocabulary_) == 3
    np.testing.assert_array_equal(list(words.transform(["red blue green"])), [[1, 2, 0]])


def test_tables_and_flowers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("2,2,a,b\n1.5,2,0\n3,4.5,1\n")
    found = learn.datasets.base.load_csv_with_header(path, np.int64, np.float32)
    np.testing.assert_array_equal(found.data, [[1.5, 2], [3, 4.5]])
    np.testing.assert_array_equal(found.target, [0, 1])
    with pytest.raises(DataError, match="no file"):
        learn.datasets.base.load_csv_without_header(tmp_path / "x.csv", int, float)
    assert learn.datasets.load_dataset("iris").data.shape == (150, 4)
    with pytest.raises(UsageError, match="boston"):
        learn.datasets.load_dataset("boston")


def test_a_saved_model_is_a_function(tmp_path, monkeypatch):
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.Variable([[2.0], [3.0]], name="w")
        y = tf.matmul(x, w)
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, str(tmp_path / "m"), inputs={"x": x}, outputs={"y": y})
    predict = tf.contrib.predictor.from_saved_model(str(tmp_path / "m"))
    assert predict({"x": [[1.0, 1.0]]})["y"] == [[5.0]]
    with pytest.raises(GraphError, match=r"\['z'\] are no inputs"):
        predict({"z": 1})
    monkeypatch.setattr(kept_graphs, "_kept", {})
    with pytest.raises(GraphError, match="not saved by this process"):
        tf.contrib.predictor.from_saved_model(str(tmp_path / "m"))
