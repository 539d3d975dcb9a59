"""What candidates are called."""

import numpy as np
import pytest

from fallline.population.results.labels import candidate_names, value_text

from .made import members


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"), (1e-5, "1e-05"), (0.0123456, "0.0123"), (64, "64"), (1_000_000, "1000000"), (True, "True"),
        (None, "None"), ("relu", "relu"), ((64, 32), "64-32"), ([], "none"), ({"a": 0.5}, "a=0.5"), (np.tanh, "tanh"),
        (np.float32(0.5), "0.5"), (np.int64(3), "3"), (object(), "object"),
    ],
)  # fmt: skip
def test_values_are_short(value, text):
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ([{"opt": "sgd"}, {"opt": "adam"}], ["sgd", "adam"]),
        ([{"opt": "sgd", "rate": 0.1}, {"opt": "adam", "rate": 0.1}], ["sgd", "adam"]),
        ([{"opt": "sgd", "rate": 0.1}, {"opt": "adam", "rate": 0.01}], ["sgd, rate=0.1", "adam, rate=0.01"]),
        ([{"opt": "sgd", "momentum": 0.9}, {"opt": "adam"}], ["sgd, momentum=0.9", "adam"]),
        ([{"rate": 0.12345}, {"rate": 0.12346}], ["0.12345", "0.12346"]),
        ([{"rate": 0.1}, {"rate": 0.1}], ["0.1 #0", "0.1 #1"]),
        ([{}, {}], ["#0", "#1"]),
        ([{"momentum": 0.5}, {}], ["0.5", "no momentum"]),
        ([{"units": (64, 32)}, {"units": (64,)}], ["64-32", "64"]),
    ],
)
def test_candidates_are_called_by_what_varies(settings, names):
    made = members([[0.0, 1.0]] * len(settings), settings=settings)
    assert list(candidate_names(made).whole.values()) == names


def test_given_names_hold():
    assert candidate_names(members([[0.0], [1.0]]), {0: "plain"}).whole == {0: "plain", 1: "1"}


def test_under_a_heading_the_values_are_enough():
    settings = [
        {"rate": 0.1, "opt": "sgd", "m": 0.5},
        {"rate": 0.1, "opt": "adam"},
        {"rate": 0.01, "opt": "adam"},
    ]
    names = candidate_names(members([[0.0]] * 3, settings=settings))
    assert names.heading == "rate, opt, m"
    assert list(names.values.values()) == ["0.1, sgd, 0.5", "0.1, adam, -", "0.01, adam, -"]
    one = candidate_names(members([[0.0]] * 2, settings=settings[1:]))
    assert (one.heading, one.values) == ("", {0: "0.1", 1: "0.01"})


def test_only_names_that_clash_take_more_digits():
    settings = [{"rate": 0.12345}, {"rate": 0.12346}, {"rate": 0.98765}]
    assert list(candidate_names(members([[0.0]] * 3, settings=settings)).whole.values()) == [
        "0.12345",
        "0.12346",
        "0.988",
    ]
