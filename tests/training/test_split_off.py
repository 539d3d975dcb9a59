"""Rows split off that are not like the others: said, with the line to write, which helps."""

import warnings

import numpy as np
import pytest
import sklearn.utils
from sklearn.datasets import load_iris

import fallline as fl
from fallline.data.batch import Batch
from fallline.errors import DataWarning
from fallline.training.split_off import warn_of_order

IRIS = load_iris()


def told(y, share=0.2):
    y = np.asarray(y)
    cut = int(len(y) * (1 - share))
    x = np.zeros((len(y), 1), np.float32)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_order(Batch(x[:cut], y[:cut]), Batch(x[cut:], y[cut:]))
    assert len(caught) <= 1
    return str(caught[0].message) if caught else ""


def test_iris_as_it_comes_and_shuffled():
    def accuracy(x, y):
        model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(3, activation="softmax")], seed=0)
        model.compile(fl.optimizers.Adam(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(x, y, epochs=15, verbose=0, validation_split=0.4, seed=0)
        return history.history["val_accuracy"][-1]

    with pytest.warns(DataWarning, match="hold the classes 2, which those for training lack") as caught:
        assert accuracy(IRIS.data, IRIS.target) < 0.4
    (warning,) = caught
    assert "x, y = sklearn.utils.shuffle(x, y, random_state=0)" in str(warning.message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x, y = sklearn.utils.shuffle(IRIS.data, IRIS.target, random_state=0)
        assert accuracy(x, y) > 0.8


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (IRIS.target, "sorted by their class"),
        (np.eye(3)[IRIS.target], "sorted by their class"),
        (IRIS.target[:, None], "sorted by their class"),
        (np.repeat([1.0, 0.0], 30), "sorted by their class"),
        (np.repeat([2, 0, 1], 30), "sorted by their class"),
        (np.concatenate([np.tile([0, 1], 40), np.full(20, 2)]), "hold the classes 2"),
        (np.linspace(0, 1, 50), "sorted by their target"),
        (-np.linspace(0, 1, 50), "sorted by their target"),
        (np.tile([0, 1, 2], 30), ""),
        (np.ones(40), ""),
        (np.repeat([0, 1], 3), ""),
        (np.random.default_rng(0).integers(0, 500, 100), ""),
        (np.random.default_rng(0).normal(size=100), ""),
        (np.random.default_rng(0).normal(size=(100, 2)), ""),
    ],
)
def test_what_is_told(y, expected):
    message = told(y)
    assert expected in message
    assert bool(message) == bool(expected)


def test_validation_data_of_ones_own_are_nobodys_business():
    model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(3, activation="softmax")], seed=0)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(
        IRIS.data[:100], IRIS.target[:100], verbose=0, validation_data=(IRIS.data[100:], IRIS.target[100:])
    )
