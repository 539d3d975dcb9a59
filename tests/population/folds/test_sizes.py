"""Training sets of growing size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fallline.errors import UsageError
from fallline.population.folds import draw_folds, sized_folds

CLASSES = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [120, 60, 20]))
FOLDS = draw_folds(4, 200, classes=CLASSES)


def test_smaller_sets_are_parts_of_larger_ones_and_hold_the_classes() -> None:
    counts, sized = sized_folds(FOLDS, [0.1, 0.5, 60, 1.0], CLASSES, seed=1)
    assert counts == (15, 60, 75, 150)
    assert [fold.number for fold in sized] == list(range(16))
    assert [fold.train.size for fold in sized] == [count for count in counts for _ in FOLDS]
    for number, fold in enumerate(sized):
        np.testing.assert_array_equal(fold.validation, FOLDS[number % 4].validation)
        if number >= 4:
            assert np.isin(sized[number - 4].train, fold.train).all()
        held = np.bincount(CLASSES[fold.train], minlength=3)
        whole = np.bincount(CLASSES[FOLDS[number % 4].train])
        np.testing.assert_allclose(held, whole * fold.train.size / 150, atol=1.0)
    np.testing.assert_array_equal(sized[-1].train, FOLDS[-1].train)


def test_without_classes_and_the_same_again() -> None:
    one, again, other = (sized_folds(FOLDS, [20], seed=seed)[1][0].train.tolist() for seed in (0, 0, 1))
    assert one == again != other
    assert len(set(one)) == 20
    assert set(one) <= set(FOLDS[0].train.tolist())


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([0], "0 is none.*150"),
        ([151], "151"),
        ([1.5], "1.5"),
        ([-0.1], "-0.1"),
        ([], "got"),
        ("all", "all"),
        ([True], "True"),
        ([2], "2 rows cannot hold a row of each of 3 classes"),
    ],
)
def test_sizes_that_are_none(sizes: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        sized_folds(FOLDS, sizes, CLASSES)
