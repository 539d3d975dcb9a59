"""A network that TensorFlow trained and saved goes on here, with the slots of its optimizer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fallline.graph as tf
from fallline.cli.main import main

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("name", ["trained", "trained_v1", "converted"])
def test_a_saved_network_is_restored_and_trained_on(name, tmp_path, capsys):
    folder = FIXTURES / name
    if name == "converted":
        folder = tmp_path / "new"
        assert main(["convert", str(FIXTURES / "trained"), f"{folder}/"]) == 0
        capsys.readouterr()
    tf.reset_default_graph()
    w = tf.get_variable("layer/w", initializer=np.zeros((2, 2), np.float32))
    b = tf.get_variable("layer/b", initializer=np.zeros(2, np.float32))
    single = tf.get_variable("Layer/b", initializer=np.float32(0))
    step = tf.train.get_or_create_global_step()
    training = tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(w * b), global_step=step)
    saver = tf.train.Saver()
    with tf.Session() as session:
        saver.restore(session, tf.train.latest_checkpoint(folder))
        found = session.run([w, b, single, step])
        for value, expected in zip(found, ([[1, 2], [3, 4]], [0.5, -0.5], 7, 0), strict=True):
            np.testing.assert_array_equal(value, expected)
        session.run(training)
        # The first step of Adam is the learning rate in each direction.
        np.testing.assert_allclose(session.run(w), [[0.9, 2.1], [2.9, 4.1]], rtol=1e-6)
        assert saver.save(session, tmp_path / "m", step) == f"{tmp_path}/m-1"
    assert tf.train.latest_checkpoint(tmp_path) == f"{tmp_path}/m-1"


def test_a_variable_of_tensorflow_2_is_found_by_its_name():
    tf.reset_default_graph()
    w = tf.get_variable("w", [2])
    with tf.Session() as session:
        tf.train.Saver().restore(session, str(FIXTURES / "objects" / "m-1"))
        assert session.run(w).tolist() == [1, 2]
