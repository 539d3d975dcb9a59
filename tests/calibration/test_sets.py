"""Sets of classes: by hand, as counted over many draws, and as files."""

import json

import numpy as np
import pytest
from scipy.special import softmax

from fallline.calibration import ConformalSets
from fallline.errors import SavedFileError, UsageError


def rows(count, seed, sharpness=1.0):
    generator = np.random.default_rng(seed)
    shares = softmax(sharpness * generator.normal(size=(count, 4)), axis=1)
    codes = (generator.random((count, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    return np.minimum(codes, 3), shares


def test_the_classes_that_are_likely_enough_by_hand():
    # Scores 0.1, 0.2, ..., 0.9 of nine rows: the ceil(10 * 0.8) = 8th is 0.8, so classes from 0.2 on.
    shares = np.linspace(0.9, 0.1, 9)
    sets = ConformalSets.fit(np.ones(9, int), shares)
    new = np.array([[0.5, 0.31, 0.19], [0.85, 0.1, 0.05], [0.34, 0.33, 0.33]])
    assert sets(new, 0.8).tolist() == [[True, True, False], [True, False, False], [True, True, True]]


@pytest.mark.parametrize("level", [0.6, 0.9])
def test_new_rows_are_held_as_often_as_is_said(level):
    held = []
    for seed in range(150):
        within = ConformalSets.fit(*rows(299, seed))((new := rows(300, 1000 + seed))[1], level)
        held.append(np.mean(within[np.arange(300), new[0]]))
    assert np.mean(held) == pytest.approx(level, abs=4 * np.std(held) / np.sqrt(len(held)) + 0.005)


def test_the_likeliest_class_is_always_there():
    true, shares = rows(2000, 0, sharpness=8.0)
    within = ConformalSets.fit(true, shares)(shares, 0.3)
    np.testing.assert_array_equal(within.sum(axis=1), 1)
    np.testing.assert_array_equal(within.argmax(axis=1), shares.argmax(axis=1))


def test_too_few_rows_leave_every_class():
    assert ConformalSets.fit(*rows(8, 0))(rows(20, 1)[1], 0.9).all()


def test_they_come_back_from_a_file():
    sets = ConformalSets.fit(*rows(50, 0))
    assert ConformalSets.from_config(json.loads(json.dumps(sets.to_config()))) == sets
    with pytest.raises(SavedFileError, match="the saved sets"):
        ConformalSets.from_config({"scores": {"kept": [0.1]}})


def test_a_level_is_a_share():
    with pytest.raises(UsageError, match="between 0 and 1"):
        ConformalSets.fit(*rows(20, 0))(rows(5, 1)[1], 90)
