"""Rates that depend on the step, with the numbers of TensorFlow 2.21.0 (`tensorflow.compat.v1`)."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph import train
from fallline.graph.core.building import constant
from fallline.graph.core.dtypes import int32, int64
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.graph import Graph
from fallline.graph.core.nodes import Formula
from fallline.graph.running.session import Session

CASES = {
    "S1": (
        lambda t: train.piecewise_constant(t, [2, 4], [1.0, 0.5, 0.1]),
        range(1, 6),
        [1, 1, 0.5, 0.5, 0.1],
    ),
    "S3": (lambda t: train.exponential_decay(1.0, t, 10, 0.5), [5], [0.7071068]),
    "S3 staircase": (
        lambda t: train.exponential_decay(1.0, t, 10, 0.5, staircase=True),
        [9, 10, 19, 20],
        [1, 0.5, 0.5, 0.25],
    ),
    "S4": (lambda t: train.polynomial_decay(1.0, t, 10), [5], [0.50005]),
    "S4 cycle": (
        lambda t: train.polynomial_decay(1.0, t, 10, cycle=True),
        [0, 10, 11, 20, 21],
        [1.0, 0.0001, 0.450055, 0.0001, 0.300070],
    ),
    "S5": (lambda t: train.natural_exp_decay(1.0, t, 10, 0.5), [10], [0.6065307]),
    "S6": (lambda t: train.inverse_time_decay(1.0, t, 10, 0.5), [5, 10], [0.8, 0.6666667]),
    "S6 staircase": (lambda t: train.inverse_time_decay(1.0, t, 10, 0.5, staircase=True), [5], [1]),
    "S7": (lambda t: train.cosine_decay(1.0, t, 10, alpha=0.1), [5, 15], [0.55, 0.1]),
    "S8": (
        lambda t: train.cosine_decay_restarts(1.0, t, 10),
        [9, 10, 29, 30],
        [0.0244717, 1, 0.0061558, 1],
    ),
    "S8 even": (
        lambda t: train.cosine_decay_restarts(1.0, t, 10, t_mul=1.0, m_mul=0.5, alpha=0.1),
        [10, 20],
        [0.55, 0.325],
    ),
    "S9": (lambda t: train.linear_cosine_decay(1.0, t, 10), [0, 5, 10], [1.001, 0.251, 0.001]),
    "S10": (
        lambda t: train.exponential_decay(1.0, t, 1, 0.999999),
        [16777216, 16777217],
        [4.1399019e-08, 4.1399019e-08],
    ),
}


@pytest.fixture(scope="module")
def rates():
    """The rates of all cases, from one graph."""
    found = {}
    with Graph().as_default() as graph, Session(graph=graph) as session:
        t = graph.add("Placeholder", [], Formula(None), [(int32, ())]).outputs[0]
        made = {name: case[0](t) for name, case in CASES.items()}
        at = {step: None for case in CASES.values() for step in case[1]}
        for step in at:
            at[step] = session.run(made, {t: step})
        for name, (_, steps, _) in CASES.items():
            found[name] = [at[step][name] for step in steps]
    return found


@pytest.mark.parametrize("name", CASES)
def test_rates_are_those_of_tensorflow(rates, name):
    rtol = 1e-5 if name == "S10" else 2e-6
    np.testing.assert_allclose(rates[name], CASES[name][2], rtol=rtol, atol=2e-7)
    assert rates[name][0].dtype == np.float32


def test_boundaries_are_of_the_type_of_the_step(graph, placeholder, initialized):
    t, long = placeholder(int32), placeholder(int64)
    with pytest.raises(GraphError, match=r"Boundaries \(float32\) must have the same dtype as x \(int32\)"):
        train.piecewise_constant(t, [2.0], [1.0, 0.5])
    with pytest.raises(GraphError, match="Values must have elements all with the same dtype"):
        train.piecewise_constant(t, [2, 4], [1.0, 0.5, 1])
    with pytest.raises(GraphError, match="1 less than the length of values"):
        train.piecewise_constant(t, [2, 4], [1.0, 0.5])
    whole = train.piecewise_constant(long, [2], [3, 1])
    assert whole.dtype is int32
    assert graph.version
    session = initialized()
    assert session.run(whole, {long: 3}) == 1


def test_whole_numbers_are_no_rates(graph, placeholder):
    t = placeholder(int32)
    with pytest.raises(GraphTypeError, match="write it with a point"):
        train.exponential_decay(1, t, 10, 0.5)
    with pytest.raises(GraphTypeError, match="decay_rate 1 must be a float"):
        train.natural_exp_decay(1.0, t, 10, 1)
    with pytest.raises(GraphError, match="global_step is required for exponential_decay"):
        train.exponential_decay(1.0, None, 10, 0.5)
    assert train.inverse_time_decay(1.0, t, 10, 1).name == "InverseTimeDecay:0"
    assert train.exponential_decay(np.float64(1.0), t, 10, 0.5, name="rate").dtype.name == "float64"


def test_a_schedule_is_read_before_the_step_counts(graph, initialized):
    from fallline.graph.core.variables import Variable

    w = Variable(0.0, name="w")
    step = train.get_or_create_global_step()
    rate = train.exponential_decay(1.0, step, 1, 0.1)
    op = train.GradientDescentOptimizer(rate).minimize(w * 1.0, global_step=step)
    session = initialized()
    found = [session.run([op, w])[1] for _ in range(3)]
    np.testing.assert_allclose(found, [-1, -1.1, -1.11], rtol=1e-6)


def test_constants_may_be_tensors(graph, placeholder, initialized):
    t = placeholder(int32)
    rate = train.inverse_time_decay(constant(2.0), t, constant(4), constant(1.0))
    session = initialized()
    np.testing.assert_allclose(session.run(rate, {t: 4}), 1.0)


def test_noise_falls_with_the_steps(graph, placeholder, initialized):
    t = placeholder(int32)
    rate = train.noisy_linear_cosine_decay(1.0, t, 10, initial_variance=1e-4, variance_decay=4.0)
    quiet = train.noisy_linear_cosine_decay(1.0, t, 10, initial_variance=0.0)
    session = initialized()
    early = [session.run(rate, {t: 0}) for _ in range(2)]
    assert early[0] != early[1]
    np.testing.assert_allclose(early, [1.001] * 2, atol=0.06)
    np.testing.assert_allclose(session.run([quiet, rate], {t: 5}), [0.251] * 2, rtol=2e-3)
