"""Moving averages, with the numbers of TensorFlow 2.21.0 (`tensorflow.compat.v1`)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph import train
from fallline.graph.core.building import constant
from fallline.graph.core.dtypes import float64
from fallline.graph.core.failures import GraphTypeError
from fallline.graph.core.graph import GraphKeys
from fallline.graph.core.variable_lists import global_variables, trainable_variables, variables_initializer
from fallline.graph.core.variables import Variable, assign
from fallline.graph.running.session import Session


def test_the_average_of_a_variable_starts_at_its_first_value(graph, initialized):
    v = Variable(0.0, name="v")
    ema = train.ExponentialMovingAverage(0.99)
    op = ema.apply([v])
    session = initialized()
    v.load(10.0, session)
    assert session.run(op) is None
    np.testing.assert_allclose(session.run(ema.average(v)), 0.0999999, rtol=1e-6)


def test_of_an_initialised_variable_it_starts_at_its_present_value(graph):
    v = Variable(1.0, name="v")
    ema = train.ExponentialMovingAverage(0.5)
    ema.apply([v])
    with Session(graph=graph) as session:
        session.run(v.initializer)
        v.load(7.0, session)
        session.run(variables_initializer([ema.average(v)]))
        assert session.run(ema.average(v)) == 7.0


def test_few_updates_keep_less(graph, initialized):
    v, n = Variable(0.0, name="v"), Variable(0, name="n", trainable=False)
    ema = train.ExponentialMovingAverage(0.99, num_updates=n)
    op = ema.apply([v])
    session = initialized()
    v.load(10.0, session)
    found = []
    for _ in range(3):
        session.run(op)
        found.append(session.run(ema.average(v)))
    np.testing.assert_allclose(found, [9.0, 9.9, 9.99], rtol=1e-6)
    ema.average(v).load(0.0, session)
    n.load(100, session)
    session.run(op)
    np.testing.assert_allclose(session.run(ema.average(v)), 0.8181816, rtol=1e-6)


def test_the_average_of_a_tensor_starts_at_zero(graph, initialized):
    x, y = constant(10.0, name="x"), constant(10.0, name="y")
    plain = train.ExponentialMovingAverage(0.99)
    debiased = train.ExponentialMovingAverage(0.99, zero_debias=True)
    ops = [plain.apply([x]), debiased.apply([y])]
    assert [each.op.name for each in global_variables()] == [
        "x/ExponentialMovingAverage",
        "y/ExponentialMovingAverage",
        "y/ExponentialMovingAverage/biased",
        "y/ExponentialMovingAverage/local_step",
    ]
    assert graph.get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES) == []
    session = initialized()
    found = []
    for _ in range(3):
        session.run(ops)
        found.append(session.run([plain.average(x), debiased.average(y)]))
    np.testing.assert_allclose([each[0] for each in found], [0.1, 0.199, 0.297], rtol=1e-3)
    np.testing.assert_allclose([each[1] for each in found], [10, 10.00001, 9.99999], rtol=1e-6)


def test_the_decay_is_float32(graph, initialized):
    v = Variable(0.0, name="v", dtype=float64)
    ema = train.ExponentialMovingAverage(0.99)
    op = ema.apply([v])
    session = initialized()
    v.load(10.0, session)
    session.run(op)
    np.testing.assert_allclose(session.run(ema.average(v)), 0.09999990463256836, rtol=1e-15)


def test_names_and_collections(graph):
    v, w = Variable(0.0, name="v"), Variable(0.0, name="w")
    ema = train.ExponentialMovingAverage(0.9)
    assert ema.average_name(v) == "v/ExponentialMovingAverage"
    assert ema.average(v) is None
    first = ema.apply()
    second = ema.apply()
    assert (first.name, second.name) == ("ExponentialMovingAverage", "ExponentialMovingAverage_1")
    assert ema.average(v).name == "v/ExponentialMovingAverage:0"
    assert trainable_variables() == graph.get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES) == [v, w]
    assert len(global_variables()) == 4
    assert train.ExponentialMovingAverage(0.9, name="mean").average_name(v) == "v/mean"


def test_whole_numbers_have_no_average(graph):
    v = Variable(0, name="v")
    with pytest.raises(GraphTypeError, match="The variables must be half, float, or double: v:0"):
        train.ExponentialMovingAverage(0.9).apply([v])


def test_averages_are_loaded_into_the_variables(graph, initialized, tmp_path):
    v, other = Variable(3.0, name="v"), Variable(5.0, name="other", trainable=False)
    ema = train.ExponentialMovingAverage(0.5)
    ema.apply([v])
    assert set(ema.variables_to_restore()) == {"v/ExponentialMovingAverage", "other"}
    session = initialized()
    ema.average(v).load(2.0, session)
    path = train.Saver().save(session, tmp_path / "m")
    train.Saver(ema.variables_to_restore()).restore(session, path)
    assert session.run([v, other]) == [2.0, 5.0]


def test_after_a_step_the_average_sees_its_result(graph, initialized):
    v = Variable(1.0, name="v")
    step = train.GradientDescentOptimizer(1.0).minimize(v * 1.0)
    ema = train.ExponentialMovingAverage(0.5)
    with graph.control_dependencies([step]):
        op = ema.apply([v])
    session = initialized()
    session.run(op)
    assert session.run([v, ema.average(v)]) == [0.0, 0.5]


def test_moving_a_variable_by_hand(graph, initialized):
    from fallline.graph.train.moving_averages import assign_moving_average

    v = Variable(0.0, name="v")
    moved = assign_moving_average(v, constant(10.0), 0.9, zero_debias=False)
    assert moved.op.name == "AssignMovingAvg"
    session = initialized()
    np.testing.assert_allclose(session.run(moved), 1.0, rtol=1e-6)
    assert session.run(assign(v, 2.0)) == 2.0


def test_moving_a_variable_that_starts_at_zero(graph, initialized):
    from fallline.graph.python.training import moving_averages

    v, x = Variable(0.0, name="v"), Variable(10.0, name="x", trainable=False)
    moved = moving_averages.assign_moving_average(v, x, 0.9)
    assert {"v/biased", "v/local_step"} <= {each.op.name for each in global_variables()}
    session = initialized()
    np.testing.assert_allclose(session.run(moved), 10.0, rtol=1e-6)
    x.load(20.0, session)
    # (0.9 * 1 + 0.1 * 20) / (1 - 0.9^2)
    np.testing.assert_allclose(session.run(moved), 2.9 / 0.19, rtol=1e-6)
