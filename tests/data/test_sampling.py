"""Which rows the steps take: balanced classes, curriculum, weights, errors."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from fallline._random import root_key
from fallline.data import ClassBalanced, Curriculum, HardExamples, WeightedRows
from fallline.errors import DataError, UsageError

LABELS = np.repeat([0, 1, 2], [80, 15, 5])


@pytest.mark.parametrize(
    "y", [LABELS, np.eye(3)[LABELS], LABELS[:, None]], ids=["numbers", "one-hot", "column"]
)
def test_every_batch_holds_each_class_equally_often(y):
    epoch = ClassBalanced().bound(100, y).epoch(seed=1, number=0, count=100)
    assert epoch.shape == (100,)
    assert epoch.dtype == np.int32
    for first in range(0, 90, 30):
        assert np.bincount(LABELS[epoch[first : first + 30]]).tolist() == [10, 10, 10]


def test_a_class_is_seen_whole_before_a_row_returns():
    sampling = ClassBalanced().bound(100, LABELS)
    drawn = np.concatenate([sampling.epoch(seed=1, number=number, count=99) for number in range(5)])
    rows = drawn[LABELS[drawn] == 1]
    for first in range(0, 150, 15):
        assert sorted(rows[first : first + 15]) == list(range(80, 95))


def test_epochs_differ_and_repeat_with_the_seed():
    sampling = ClassBalanced().bound(100, LABELS)
    assert np.array_equal(sampling.epoch(3, 2, 100), sampling.epoch(3, 2, 100))
    assert not np.array_equal(sampling.epoch(3, 2, 100), sampling.epoch(3, 1, 100))
    assert not np.array_equal(sampling.epoch(3, 2, 100), sampling.epoch(4, 2, 100))


@pytest.mark.parametrize(
    "y", [None, np.linspace(0, 1, 100), np.zeros((100, 2, 2)), (LABELS, LABELS), LABELS[:50]]
)
def test_balancing_needs_classes(y):
    with pytest.raises(DataError, match="ClassBalanced: needs one output whose targets are class numbers"):
        ClassBalanced().bound(100, y)


@pytest.mark.parametrize(("number", "share"), [(0, 20), (5, 60), (10, 100), (50, 100)])
def test_a_curriculum_begins_with_easy_rows_and_ends_with_all(number, share):
    difficulty = np.random.default_rng(0).permutation(100)
    epoch = Curriculum(difficulty, start=0.2, epochs=10).bound(100, None).epoch(1, number, 100)
    assert epoch.shape == (100,)
    assert set(difficulty[epoch]) == set(range(share))
    assert np.bincount(epoch).max() - np.bincount(epoch, minlength=100)[difficulty < share].min() <= 1


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: Curriculum(np.ones(3)).bound(4, None),
            DataError,
            r"one finite number per training row \(4,\)",
        ),
        (lambda: Curriculum([1.0, np.nan]).bound(2, None), DataError, "finite"),
        (lambda: Curriculum(np.ones(3), start=0.0), UsageError, "start must be above 0"),
        (lambda: Curriculum(np.ones(3), epochs=0), UsageError, "epochs must be a whole number of at least 1"),
        (
            lambda: WeightedRows(np.ones(3)).bound(4, None),
            DataError,
            "one number of at least 0 per training row",
        ),
        (lambda: WeightedRows([1.0, -1.0]).bound(2, None), DataError, "at least 0"),
        (lambda: WeightedRows([0.0, 0.0]).bound(2, None), DataError, "not all 0"),
        (lambda: HardExamples(power=-1.0), UsageError, "power"),
        (lambda: HardExamples(correction=2.0), UsageError, "correction"),
        (lambda: HardExamples(even=1.5), UsageError, "even"),
    ],
)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_weights_are_probabilities():
    sampling = WeightedRows([1.0, 3.0, 0.0, 6.0]).bound(4, None)
    drawn = np.concatenate([sampling.epoch(0, number, 4) for number in range(5000)])
    frequencies = np.bincount(drawn, minlength=4) / len(drawn)
    # Four standard deviations of 20,000 draws.
    np.testing.assert_allclose(frequencies, [0.1, 0.3, 0.0, 0.6], atol=4 * np.sqrt(0.25 / len(drawn)))


@pytest.mark.parametrize(("power", "even"), [(1.0, 0.0), (2.0, 0.0), (1.0, 0.5), (0.0, 0.0)])
def test_hard_rows_are_drawn_in_proportion_to_their_error(power, even):
    errors = np.array([0.5, 1.0, 2.0, 0.0], np.float32)
    strength = errors**power  # 0^0 = 1: a power of 0 is even
    expected = (1 - even) * strength / strength.sum() + even / 4
    drawn, _ = HardExamples(power, 0.0, even).draw(jax.numpy.asarray(errors), root_key(5), 40_000)
    frequencies = np.bincount(drawn, minlength=4) / 40_000
    np.testing.assert_allclose(frequencies, expected, atol=4 * np.sqrt(0.25 / 40_000))


def test_importance_weights_make_the_mean_unbiased():
    errors = jax.numpy.asarray([0.5, 1.0, 2.0, 4.0], jax.numpy.float32)
    values = np.array([3.0, -1.0, 5.0, 2.0])
    drawn, weights = HardExamples(1.0, 1.0, 0.1).draw(errors, root_key(1), 100_000)
    weighted = values[np.asarray(drawn)] * np.asarray(weights)
    assert weighted.mean() == pytest.approx(values.mean(), abs=4 * weighted.std() / np.sqrt(100_000))
    _, even = HardExamples(1.0, 0.0).draw(errors, root_key(1), 100)
    assert (np.asarray(even) == 1).all()


def test_errors_that_are_not_finite_give_valid_rows():
    drawn, weights = HardExamples().draw(jax.numpy.asarray([np.nan, np.inf, 1.0]), root_key(1), 1000)
    assert set(np.asarray(drawn)) <= {0, 1, 2}
    assert np.isfinite(np.asarray(weights)).all()
