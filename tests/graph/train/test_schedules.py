"""Rates of a graph as schedules of a run."""

from __future__ import annotations

import numpy as np
import pytest

from fallline.graph import train
from fallline.graph.core.building import constant
from fallline.graph.core.dtypes import int32
from fallline.graph.core.failures import GraphError
from fallline.graph.core.variables import Variable
from fallline.graph.train.schedules import number_or_schedule

RATES = {
    "exponential": lambda t: train.exponential_decay(0.5, t, 3, 0.25),
    "staircase": lambda t: train.exponential_decay(0.5, t, 3, 0.25, staircase=True),
    "natural": lambda t: train.natural_exp_decay(0.5, t, 3, 0.25),
    "inverse": lambda t: train.inverse_time_decay(0.5, t, 3, 0.25, staircase=True),
    "polynomial": lambda t: train.polynomial_decay(0.5, t, 3, 0.1, 2.0, cycle=True),
    "cosine": lambda t: train.cosine_decay(0.5, t, 5, 0.1),
    "restarts": lambda t: train.cosine_decay_restarts(0.5, t, 3, 2.0, 0.5, 0.1),
    "piecewise": lambda t: train.piecewise_constant(t, [2, 4], [1.0, 0.5, 0.1]),
}


def test_schedules_give_the_rates_of_the_graph(graph, placeholder, initialized):
    t = placeholder(int32)
    rates = {name: make(t) for name, make in RATES.items()}
    session = initialized()
    schedules = {name: number_or_schedule(name, rate) for name, rate in rates.items()}
    for step in (0, 1, 2, 4, 7):
        expected = session.run(rates, {t: step})
        found = {name: float(schedule(np.int32(step))) for name, schedule in schedules.items()}
        for name, value in found.items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-6, err_msg=f"{name} at {step}")


def test_an_optimizer_of_a_run_has_the_schedule(graph):
    step = train.get_or_create_global_step()
    made = train.AdamOptimizer(
        train.exponential_decay(0.5, step, 3, 0.25), beta1=constant(0.5)
    ).as_optimizer()
    assert "ExponentialDecay" in repr(made)
    assert made.numbers[0] == 0.5
    assert train.GradientDescentOptimizer(lambda: 0.25).as_optimizer().learning_rate == 0.25


def test_what_has_a_value_in_sessions_only_is_refused(graph, placeholder):
    t = placeholder(int32)
    for rate in (
        placeholder(name="rate"),
        Variable(0.1, name="rate"),
        train.exponential_decay(placeholder(name="rate"), t, 3, 0.5),
        train.linear_cosine_decay(0.5, t, 3),
    ):
        with pytest.raises(GraphError, match="Momentum: learning_rate is the tensor"):
            train.MomentumOptimizer(rate, 0.9).as_optimizer()
