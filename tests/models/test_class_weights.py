"""class_weight: keys are classes that the network can have, weights are finite and at least 0."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.data.arrays import as_rows, with_class_weight
from fallline.errors import DataError, UsageError

X = np.zeros((6, 2), np.float32)
THREE = np.array([0, 1, 2, 2, 1, 0])
TWO = THREE % 2


def model(units=3, loss="sparse_categorical_crossentropy"):
    made = fl.Sequential([fl.Input((2,)), fl.layers.Dense(units)])
    made.compile("sgd", loss)
    return made


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"none": 5.0},
            "has the key 'none', which is no class here. The classes are 0, 1, 2. Give each class by its number.",
        ),
        ({0: 1.0, "2": 5.0}, "has the key '2', .* Write it as a number: 2."),
        ({0: 1.0, 7: 50.0}, "has the key 7, .* The nearest is 2."),
        ({-1: 1.0}, "has the key -1, .* The nearest is 0."),
        ({0.5: 2.0}, "has the key 0.5, .* The nearest is [01]."),
        ({1: 1.0, 2: 2.0, 3: 9.0}, "has the key 3, .* Are they counted from 1[?] .* subtract 1"),
        ({float("nan"): 2.0}, "has the key nan"),
        ({None: 2.0}, "has the key None"),
        ({(0, 1): 2.0}, r"has the key \(0, 1\)"),
        ({0: -1.0}, "the weight of class 0 is -1.0; a weight is at least 0"),
        ({0: np.inf}, "finite numbers, got the weight inf"),
        ({0: np.nan}, "finite numbers, got the weight nan"),
        ({0: "2"}, "finite numbers, got the weight '2'"),
        ({}, " is empty"),
    ],
)
def test_what_cannot_be(given, message):
    for call in (
        lambda: model().fit(X, THREE, class_weight=given, verbose=0),
        lambda: model().train_on_batch(X, THREE, class_weight=given),
    ):
        with pytest.raises(UsageError, match=f"^class_weight.*{message}"):
            call()


@pytest.mark.parametrize(
    ("units", "loss", "y", "classes"),
    [
        (3, "sparse_categorical_crossentropy", TWO, [0, 1, 2]),
        (3, fl.losses.SparseCategoricalCrossentropy(ignore_class=-1), THREE, [-1, 0, 1, 2]),
        (3, "categorical_crossentropy", np.eye(3)[TWO], [0, 1, 2]),
        (3, "binary_crossentropy", np.eye(3)[TWO], [0, 1, 2]),
        (3, lambda y, p: p[:, 0] * y[:, 0], TWO[:, None], [0, 1, 2]),
        (1, "binary_crossentropy", TWO * 0, [0, 1]),
        (1, "hinge", TWO * 2 - 1, [-1, 1]),
        (1, "mse", TWO * 0 + 1, [0, 1]),
        (1, "mse", THREE, [0, 1, 2]),
        (4, "circle", TWO, [0, 1]),
    ],
)
def test_the_classes_are_those_of_the_network(units, loss, y, classes):
    """Also where no row is of a class; where an output does not tell them, those of the targets."""
    made = model(units, loss)
    rows = made._prepared_rows(X, y)
    assert made._classes(rows).tolist() == classes


def test_one_sigmoid_unit_has_two_classes():
    with pytest.raises(UsageError, match="has the key 2, .* The classes are 0, 1. The nearest is 1."):
        model(1, "binary_crossentropy").fit(X, TWO, class_weight={0: 1.0, 2: 3.0}, verbose=0)


def test_a_class_without_a_row_may_be_named():
    """The loss of equal logits is log 3 a row; four rows weigh 1 and two weigh 4."""
    loss = fl.losses.SparseCategoricalCrossentropy(from_logits=True)
    found = model(3, loss).train_on_batch(
        X, TWO, class_weight={0: 1, np.int64(1): np.float32(4), True + 1: 9.0}
    )
    assert found == pytest.approx(np.log(3) * 2, rel=1e-5)


def test_targets_between_classes_have_no_weight():
    soft = np.where(TWO > 0, 0.7, 0.3)
    with pytest.raises(
        DataError, match="6 of 6 targets lie between classes, first row 0 with 0.[37], .* sample_weight"
    ):
        model(1, "binary_crossentropy").fit(X, soft, class_weight={0: 1.0, 1: 3.0}, verbose=0)


def test_rows_of_several_columns_weigh_as_their_largest_as_in_keras():
    soft = np.eye(3, dtype=np.float32)[THREE] * 0.8 + 0.2 / 3
    rows = with_class_weight(as_rows(X, soft), {0: 1.0, 1: 2.0, 2: 3.0})
    np.testing.assert_array_equal(rows.weight, np.array([1.0, 2.0, 3.0])[THREE])
    with pytest.raises(UsageError, match="one class a row"):
        with_class_weight(as_rows(X, np.stack([soft, soft], 1)), {0: 1.0})


@pytest.mark.parametrize("weight", [np.inf, np.nan, None])
def test_sample_weights_are_finite(weight):
    with pytest.raises(
        fl.errors.DataError, match="sample_weight holds 1 values that are not finite.* at row 1"
    ):
        as_rows(X, THREE, [1.0, weight, 1.0, 1.0, 1.0, 1.0])
