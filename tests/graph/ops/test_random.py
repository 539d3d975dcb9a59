"""Random operations: TensorFlow 2.21.0's draws, seeds and states (census V20, V21)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.compilation.program import compilation_report
from fallline.errors import UsageError
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.graph import Graph
from fallline.graph.running.session import Session

# With the graph's seed 1, each as the first random operation: what two runs draw.
LINES = {
    "tf.random_normal([3], 1.0, 2.0)": [
        [1.6104093790054321, 2.134275436401367, 1.837045431137085],
        [1.1406577825546265, 1.9417293071746826, 0.2700657844543457],
    ],
    "tf.random_normal([2], dtype=tf.float64)": [
        [0.8737485213695968, 0.7852246295943545],
        [0.51973019293138, -0.4443307229396499],
    ],
    "tf.random_normal([3], stddev=2)": [
        [0.6104093790054321, 1.1342755556106567, 0.837045431137085],
        [0.14065775275230408, 0.9417293071746826, -0.7299342155456543],
    ],
    "tf.random_normal([3], seed=7)": [
        [-0.657312273979187, -0.21175844967365265, -0.40897825360298157],
        [-1.1903842687606812, -0.4723450243473053, 0.3924678564071655],
    ],
    "tf.random_uniform([3])": [
        [0.8126964569091797, 0.07857465744018555, 0.8916854858398438],
        [0.8928561210632324, 0.023597121238708496, 0.48994433879852295],
    ],
    "tf.random_uniform([3], -1.0, 1.0)": [
        [0.6253929138183594, -0.8428506851196289, 0.7833709716796875],
        [0.7857122421264648, -0.952805757522583, -0.0201113224029541],
    ],
    "tf.random_uniform([3], 0, 10, tf.int32)": [[2, 6, 2], [6, 3, 9]],
    "tf.truncated_normal([3], 1.0, 0.5)": [
        [1.1526023149490356, 1.2835688591003418, 1.209261417388916],
        [1.035164475440979, 1.2354323863983154, 0.8175164461135864],
    ],
    "tf.random_shuffle([1, 2, 3, 4, 5])": [[3, 2, 5, 1, 4], [3, 4, 5, 1, 2]],
    "tf.multinomial([[0.0, 1.0, 2.0]], 5)": [[[2, 1, 2, 0, 2]], [[1, 2, 1, 2, 2]]],
}


@pytest.fixture(scope="module")
def draws(tf):
    """What two runs draw of all lines, each the first random operation of the graph as far as its seed goes."""
    with Graph().as_default() as graph:
        tf.set_random_seed(1)
        fetches = {}
        for line in LINES:
            graph.random_operations = 0
            fetches[line] = eval(line, {"tf": tf})
        with Session(graph=graph) as session:
            return session.run(fetches), session.run(fetches)


@pytest.mark.parametrize("line", LINES)
def test_draws(draws, line):
    for found, expected in zip(draws, LINES[line], strict=True):
        np.testing.assert_allclose(found[line], expected, rtol=2e-6)


def test_seeds_count_the_operations_without_one(tf, graph):
    """V20, V21: constants and operations with a seed do not count; a session starts again."""
    tf.set_random_seed(1)
    first = tf.random_normal([1])
    tf.zeros([3])
    tf.random_uniform([3], seed=5)
    tf.set_random_seed(1)
    second = tf.random_normal([1])
    with Session(graph=graph) as session:
        np.testing.assert_allclose(session.run([first, second]), [[0.3052047], [0.2818339]], rtol=1e-6)
        np.testing.assert_allclose(session.run(first), [-0.8927349], rtol=1e-6)
    with Session(graph=graph) as session:
        np.testing.assert_allclose(session.run(first), [0.3052047], rtol=1e-6)


def test_a_seed_is_no_other_program(tf):
    def drawn(seed):
        with Graph().as_default() as graph:
            tf.set_random_seed(seed)
            x = tf.random_normal([2])
            with Session(graph=graph) as session:
                return session.run(x).tolist()

    first = drawn(1)
    before = len(compilation_report().programs)
    assert drawn(2) != first
    assert drawn(1) == first
    assert len(compilation_report().programs) == before


def test_without_a_seed_each_session_draws_anew(tf, graph):
    x = tf.random_normal([2])
    with Session(graph=graph) as one, Session(graph=graph) as other:
        assert one.run(x).tolist() != other.run(x).tolist()


def test_shapes_and_names(tf, graph, run):
    x = tf.placeholder(tf.float32, [None, 3])
    noise = tf.random_normal(tf.shape(x), name="noise")
    assert (noise.name, noise.get_shape().as_list()) == ("noise:0", [None, 3])
    assert tf.random_uniform([2]).name == "random_uniform/RandomUniform:0"
    assert tf.random_uniform([2], -1, 1).name == "random_uniform_1:0"
    assert tf.truncated_normal([2]).name == "truncated_normal:0"
    assert tf.random_normal([2]).name == "random_normal:0"
    assert run(x + noise, {x: np.zeros((4, 3))}).shape == (4, 3)


def test_gradients_pass_to_mean_and_deviation(tf, graph, run):
    mean, deviation = tf.constant(1.0), tf.constant(2.0)
    x = tf.random_normal([50], mean, deviation, seed=1)
    drawn, of_mean, of_deviation = run([x, *tf.gradients(tf.reduce_sum(x), [mean, deviation])])
    assert of_mean == 50
    np.testing.assert_allclose(of_deviation, np.sum((drawn - 1) / 2), rtol=1e-5)


def test_what_is_refused(tf, graph):
    with pytest.raises(GraphError, match="Must specify maxval"):
        tf.random_uniform([2], dtype=tf.int32)
    with pytest.raises(UsageError, match="minval < maxval"):
        tf.random_uniform([2], 3, 3, tf.int32)
    with pytest.raises(GraphTypeError, match="floats"):
        tf.random_normal([2], dtype=tf.int32)
    with pytest.raises(GraphShapeError, match="do not fit|must be equal"):
        tf.random_normal([2], mean=[1.0, 2.0, 3.0])
    with pytest.raises(GraphShapeError, match="rank 2"):
        tf.multinomial([1.0, 2.0], 3)


def test_the_name_space(tf, graph):
    from fallline.graph import random

    assert random.normal is tf.random_normal
    assert random.shuffle is tf.random_shuffle
    assert {name for name in random.__all__ if not callable(getattr(random, name))} == set()
    with pytest.raises(AttributeError, match=r"tf\.random\.gamma"):
        random.gamma  # noqa: B018
