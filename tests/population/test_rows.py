"""What of targets are classes, by which folds are drawn."""

import numpy as np
import pytest

import fallline as fl
from fallline.population.rows import classes_of

NUMBERS = np.random.default_rng(0).normal(size=12).astype(np.float32)
BITS = np.tile([0, 1, 1], 4)


@pytest.mark.parametrize(
    ("loss", "y", "codes"),
    [
        ("mse", NUMBERS, None),
        ("mse", NUMBERS[:, None], None),
        ("mae", BITS, None),
        ("huber", NUMBERS, None),
        ("poisson", BITS, None),
        ("binary_crossentropy", BITS, BITS),
        ("binary_crossentropy", BITS[:, None], BITS),
        ("binary_crossentropy", BITS * 0.8 + 0.1, None),
        ("hinge", 2 * BITS - 1, BITS),
    ],
)
def test_numbers_are_no_classes(loss, y, codes):
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(1)])
    model.compile("sgd", loss)
    found = classes_of(model, y)
    assert found is None if codes is None else found.tolist() == codes.tolist()


def test_rows_with_a_one_at_the_class():
    model = fl.Sequential([fl.Input((2,)), fl.layers.Dense(3, "softmax")])
    model.compile("sgd", "categorical_crossentropy")
    assert classes_of(model, np.eye(3)[[2, 0, 1]]).tolist() == [2, 0, 1]
    assert classes_of(model, np.full((3, 3), 1 / 3)) is None
