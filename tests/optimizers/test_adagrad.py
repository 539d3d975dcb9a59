import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import Adagrad


def numpy_rule(rate, initial, epsilon):
    def rule(p, g, t, memory):
        memory["a"] = memory.get("a", initial) + g**2
        return p - rate * g / np.sqrt(memory["a"] + epsilon)

    return rule


def test_the_defaults_are_those_of_keras(walk, follow, assert_same):
    assert_same(walk(Adagrad()), follow(numpy_rule(0.001, 0.1, 1e-7)))


def test_the_accumulator_and_epsilon_count(walk, follow, assert_same):
    assert_same(walk(Adagrad(0.3, 0.5, 0.2)), follow(numpy_rule(0.3, 0.5, 0.2)))


def test_the_first_step_from_an_empty_accumulator_has_the_length_of_the_rate(start, gradients):
    optimizer = Adagrad(0.1, initial_accumulator_value=0.0, epsilon=0.0)
    params = {"kernel": start["kernel"].astype(np.float32)}
    gradient = {"kernel": gradients[0]["kernel"].astype(np.float32)}
    new, _ = optimizer.update(gradient, optimizer.init(params), params)
    np.testing.assert_allclose(params["kernel"] - new["kernel"], 0.1 * np.sign(gradient["kernel"]), rtol=1e-5)


def test_a_negative_accumulator_is_refused():
    with pytest.raises(UsageError, match=r"Adagrad: initial_accumulator_value must be .*at least 0, got -1"):
        Adagrad(initial_accumulator_value=-1)
