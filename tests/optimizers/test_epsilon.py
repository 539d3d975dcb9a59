"""The place of epsilon, against the formulas of the table in `optimizers.epsilon`, with an epsilon that counts."""

import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.optimizers import Adagrad, Adam, AdamW, RMSprop

EPSILON = 0.3


def rmsprop(place):
    def rule(p, g, t, memory):
        memory["v"] = 0.9 * memory.get("v", 0.0) + 0.1 * g**2
        inside = place == "inside"
        return p - 0.05 * g / (np.sqrt(memory["v"] + EPSILON) if inside else np.sqrt(memory["v"]) + EPSILON)

    return rule


def adagrad(place):
    def rule(p, g, t, memory):
        memory["a"] = memory.get("a", 0.1) + g**2
        inside = place == "inside"
        return p - 0.05 * g / (np.sqrt(memory["a"] + EPSILON) if inside else np.sqrt(memory["a"]) + EPSILON)

    return rule


def adam(place):
    def rule(p, g, t, memory):
        memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
        memory["v"] = 0.999 * memory.get("v", 0.0) + 0.001 * g**2
        m, v = memory["m"] / (1 - 0.9**t), memory["v"] / (1 - 0.999**t)
        divisor = {
            "inside": np.sqrt(v + EPSILON),
            "corrected": np.sqrt(v) + EPSILON,
            "outside": (np.sqrt(memory["v"]) + EPSILON) / np.sqrt(1 - 0.999**t),
        }[place]
        return p - 0.05 * m / divisor

    return rule


CASES = [
    (RMSprop, rmsprop, ("inside", "outside")),
    (Adagrad, adagrad, ("inside", "outside")),
    (Adam, adam, ("outside", "corrected", "inside")),
]


@pytest.mark.parametrize(
    ("cls", "rule", "place"),
    [(cls, rule, place) for cls, rule, places in CASES for place in places],
)
def test_the_formulas(cls, rule, place, walk, follow, assert_same):
    result = walk(cls(0.05, epsilon=EPSILON, epsilon_place=place))
    assert_same(result, follow(rule(place)), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("cls", "rule", "places"), CASES)
def test_the_first_place_is_the_default_and_the_places_differ(cls, rule, places, walk):
    results = [walk(cls(0.05, epsilon=EPSILON, epsilon_place=place))["kernel"] for place in places]
    np.testing.assert_array_equal(walk(cls(0.05, epsilon=EPSILON))["kernel"], results[0])
    assert all(np.max(np.abs(one - results[0])) > 1e-3 for one in results[1:])


@pytest.mark.parametrize("cls", [RMSprop, Adagrad, Adam, AdamW])
def test_another_place_is_refused(cls):
    with pytest.raises(UsageError, match=f"{cls.__name__}: epsilon_place must be .* got 'beside'"):
        cls(epsilon_place="beside")
    if cls in (RMSprop, Adagrad):
        with pytest.raises(UsageError, match="epsilon_place must be"):
            cls(epsilon_place="corrected")
