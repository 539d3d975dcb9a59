"""What a program built, drawn at its end."""

from __future__ import annotations

import pytest

from fallline.errors import UsageError


def test_graphs_are_drawn(run, tmp_path):
    code, _, err = run(
        """
        import tensorflow as tf
        other = tf.Graph()
        with other.as_default():
            tf.placeholder(tf.float32, name="y")
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.Variable(tf.zeros([3, 1]))
        tf.matmul(x, w)
        """,
        graph=tmp_path / "out.svg",
    )
    assert (code, err) == (0, "")
    assert (tmp_path / "out.svg").read_text().startswith("<?xml")
    assert (tmp_path / "out-2.svg").exists()


def test_models_are_drawn(run, tmp_path):
    code, _, err = run(
        """
        from keras.models import Sequential
        from keras.layers import Dense
        model = Sequential()
        model.add(Dense(3, input_dim=2))
        """,
        graph=tmp_path / "out.svg",
    )
    assert (code, err) == (0, "")
    assert "<svg" in (tmp_path / "out.svg").read_text()


def test_nothing_was_built(run, tmp_path):
    code, _, err = run("x = 3", graph=tmp_path / "out.svg")
    assert (code, err) == (
        0,
        "fallline run: --graph: the program built no graph and no model, so out.svg is not written.\n",
    )


@pytest.mark.parametrize(
    ("name", "message"), [("out.pdf", "ends in .svg or .png"), ("none/out.svg", "no folder")]
)
def test_a_picture_that_cannot_be_is_said_before(run, tmp_path, name, message):
    with pytest.raises(UsageError, match=message):
        run("x = 3", graph=tmp_path / name)
