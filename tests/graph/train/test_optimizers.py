"""Steps of the optimizers, with the numbers that TensorFlow 2.21.0 gives (`tensorflow.compat.v1`, on the CPU)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph import train
from fallline.graph.core.dtypes import float32, float64
from fallline.graph.core.graph import Graph, get_default_graph
from fallline.graph.core.nodes import Formula
from fallline.graph.core.variable_lists import global_variables_initializer
from fallline.graph.core.variables import Variable
from fallline.graph.running.session import Session


def placeholder(dtype=float32, shape=()):
    """A tensor that is fed."""
    return get_default_graph().add("Placeholder", [], Formula(None), [(dtype, shape)]).outputs[0]


@pytest.fixture
def graph():
    with Graph().as_default() as graph:
        yield graph


def steps(optimizer, feeds, start=0.0, dtype=float32):
    """The weight after each step of a loss w * g, fed the gradients and rates of `feeds`."""
    with Graph().as_default() as graph:
        w = Variable(start, name="w", dtype=dtype)
        g, rate = placeholder(dtype), placeholder()
        train_op = optimizer(rate).minimize(w * g)
        init = global_variables_initializer()
        with Session(graph=graph) as session:
            session.run(init)
            found = []
            for each in feeds:
                gradient, now = each if isinstance(each, tuple) else (each, None)
                feed = {g: gradient} if now is None else {g: gradient, rate: now}
                assert session.run(train_op, feed) is None
                found.append(session.run(w))
    return found


T = train
CASES = {
    "O1": (lambda r: T.RMSPropOptimizer(0.1), [2.0, 2.0], 1.0, [0.8245884, 0.6649711]),
    "O1 epsilon": (lambda r: T.RMSPropOptimizer(0.1, epsilon=1.0), [2.0], 1.0, [0.8681239]),
    "O2": (lambda r: T.RMSPropOptimizer(0.1, centered=True), [2.0, 2.0], 1.0, [0.8218258, 0.6543196]),
    "O4": (lambda r: T.MomentumOptimizer(r, 0.9), [(1, 1), (1, 0.1), (1, 0.1)], 0.0, [-1, -1.19, -1.461]),
    "O5": (
        lambda r: T.MomentumOptimizer(r, 0.9, use_nesterov=True),
        [(1, 1), (1, 0.1), (1, 0.1)],
        0.0,
        [-1.9, -2.171, -2.5149],
    ),
    "O6": (
        lambda r: T.RMSPropOptimizer(r, momentum=0.9),
        [(1, 1), (1, 0.1), (1, 0.1)],
        0.0,
        [-1, -2, -3],
    ),
    "O7": (lambda r: T.AdagradOptimizer(1.0), [1.0, 1.0], 0.0, [-0.9534626, -1.6435282]),
    "O8": (lambda r: T.AdamOptimizer(1.0), [1e-8, 1e-8], 0.0, [-0.0306532, -0.0734496]),
    "O8 epsilon": (lambda r: T.AdamOptimizer(1.0, epsilon=1.0), [1.0, 1.0], 0.0, [-0.0306532, -0.0734496]),
    "O8 small": (lambda r: T.AdamOptimizer(1.0), [1e-4], 0.0, [-0.9968477]),
    "O10": (lambda r: T.AdadeltaOptimizer(1.0), [1.0, 1.0], 0.0, [-0.000447213, -0.000900124]),
    "O11": (lambda r: T.FtrlOptimizer(1.0), [1.0, 1.0], 1.0, [-0.254974, -0.9450395]),
    "O12": (lambda r: T.FtrlOptimizer(1.0), [0.0], 1.0, [0.0]),
    "O13 initial": (lambda r: T.FtrlOptimizer(1.0, initial_accumulator_value=0.0), [1.0], 1.0, [0.0]),
    "O13 power": (lambda r: T.FtrlOptimizer(1.0, learning_rate_power=-0.3), [1.0], 1.0, [-0.4588715]),
    "O13 l1": (lambda r: T.FtrlOptimizer(1.0, l1_regularization_strength=0.1), [1.0], 1.0, [-0.1596278]),
    "O13 l2": (lambda r: T.FtrlOptimizer(1.0, l2_regularization_strength=0.1), [1.0], 1.0, [-0.2141392]),
    "O13 shrinkage": (
        lambda r: T.FtrlOptimizer(1.0, l2_shrinkage_regularization_strength=0.1),
        [1.0],
        1.0,
        [-0.4456666],
    ),
    "O13 beta": (lambda r: T.FtrlOptimizer(1.0, beta=0.5), [1.0], 1.0, [-0.1726611]),
    "O14": (
        lambda r: T.FtrlOptimizer(r),
        [(1, 1), (1, 0.1), (1, 0.1)],
        0.0,
        [-0.9534626, -0.4014102, -0.4582064],
    ),
    "O17": (
        lambda r: T.ProximalGradientDescentOptimizer(0.1, 1.0, 1.0),
        [0.0, 0.0],
        1.0,
        [0.8181818, 0.6528925],
    ),
    "O17 Adagrad": (
        lambda r: T.ProximalAdagradOptimizer(
            0.1, l1_regularization_strength=1.0, l2_regularization_strength=1.0
        ),
        [0.0, 0.0],
        1.0,
        [0.5194938, 0.1544308],
    ),
    "O27": (lambda r: T.AdamOptimizer(0.1), [1e20, 1.0, 1.0], 1.0, [1.0, np.nan, np.nan]),
}


@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_tensorflow(case):
    optimizer, feeds, start, expected = CASES[case]
    np.testing.assert_allclose(steps(optimizer, feeds, start), expected, rtol=3e-6, atol=3e-8)


def test_dual_averaging_solves_from_the_sums():
    def found(**numbers):
        with Graph().as_default() as graph:
            w = Variable(1.0, name="w")
            step = Variable(0, name="global_step", trainable=False, dtype="int64")
            op = T.AdagradDAOptimizer(1.0, step, **numbers).minimize(w * 1.0, global_step=step)
            init = global_variables_initializer()
            with Session(graph=graph) as session:
                session.run(init)
                values = []
                for _ in range(3):
                    session.run(op)
                    values.append(session.run(w))
        return values

    np.testing.assert_allclose(found(), [-0.9534626, -1.3801311, -1.7038856], rtol=1e-6)
    np.testing.assert_allclose(found(l1_regularization_strength=0.5)[0], -0.4767313, rtol=1e-6)


@pytest.mark.parametrize(
    ("optimizer", "number", "expected"),
    [
        (lambda r: T.GradientDescentOptimizer(0.1), 1, -0.10000000149011612),
        (lambda r: T.AdamOptimizer(0.1), 1, -0.0999999698671457),
        (lambda r: T.MomentumOptimizer(0.1, 0.9), 2, -0.2900000019371509),
    ],
)
def test_numbers_become_float32_before_they_meet_float64(optimizer, number, expected):
    found = steps(optimizer, [1.0] * number, np.float64(0), float64)[-1]
    assert found.dtype == np.float64
    assert found == pytest.approx(expected, rel=1e-15)
