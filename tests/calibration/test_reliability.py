"""Whether probabilities come true: against scikit-learn, by hand, and as published."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from fallline.calibration import calibration_error, reliability
from fallline.calibration.reliability import wilson
from fallline.errors import DataError


@pytest.mark.parametrize("rows", [55, 1000])
def test_the_bins_are_scikit_learns_curve_of_equal_counts(rows):
    generator = np.random.default_rng(1)
    said = generator.random(rows)
    came = generator.random(rows) < said**2
    bins = reliability(came, said)
    share, mean = calibration_curve(came, said, n_bins=min(10, rows // 10), strategy="quantile")
    np.testing.assert_allclose(bins.came, share)
    np.testing.assert_allclose(bins.said, mean)
    assert bins.rows.sum() == rows


def test_the_calibration_error_by_hand():
    # Ten rows at 0.2 of which 3 come true, ten at 0.9 of which 7 do: (0.1 + 0.2) / 2.
    said = np.repeat([0.2, 0.9], 10)
    came = np.concatenate([np.arange(10) < 3, np.arange(10) < 7])
    bins = reliability(came, said)
    np.testing.assert_allclose(bins.said, [0.2, 0.9])
    np.testing.assert_array_equal(bins.rows, [10, 10])
    assert bins.error == pytest.approx(0.15)


def test_equal_probabilities_are_one_bin():
    bins = reliability(np.arange(300) % 3 == 0, np.full(300, 0.5))
    assert bins.rows.tolist() == [300]
    assert bins.error == pytest.approx(0.5 - 1 / 3)


def test_wilsons_interval_as_published():
    # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    low, high = wilson(np.array([81 / 263, 15 / 148, 0, 1 / 29]), np.array([263, 148, 20, 29]))
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


@pytest.mark.parametrize("rows", [1, 7, 85])
def test_an_interval_holds_its_share(rows):
    share = np.array([0.0, 1.0])
    low, high = wilson(share, np.array([rows, rows]))
    assert (low <= share).all()
    assert (share <= high).all()


def test_the_error_of_two_classes_is_of_the_second_and_of_more_of_the_likeliest():
    said = np.repeat([0.2, 0.9], 10)
    came = np.concatenate([np.arange(10) < 3, np.arange(10) < 7]).astype(int)
    assert calibration_error(came, said) == pytest.approx(0.15)
    assert calibration_error(came, np.stack([1 - said, said], axis=1)) == pytest.approx(0.15)
    # The likeliest of three is said at 0.8 and is right in half of the rows.
    three = np.tile([0.1, 0.8, 0.1], (20, 1))
    assert calibration_error(np.arange(20) % 2, three) == pytest.approx(0.3)


def test_what_is_no_probability_is_refused():
    with pytest.raises(DataError, match="between 0 and 1; got -2 to 3"):
        calibration_error(np.array([0, 1]), np.array([-2.0, 3.0]))


@pytest.mark.parametrize(
    ("came", "said", "message"),
    [
        ([], [], "at least one row"),
        ([True], [0.5, 0.5], "one class is needed for each row"),
        ([True], [1.5], "between 0 and 1"),
        ([True], [np.nan], "must be finite"),
    ],
)
def test_bins_of_what_is_no_probability_are_refused(came, said, message):
    with pytest.raises(DataError, match=message):
        reliability(np.array(came, bool), np.array(said))
