import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fallline.data.splits import quantile_strata, split_rows
from fallline.errors import UsageError


def parts(split):
    return [split.training, split.validation, split.test]


@given(
    codes=st.lists(st.integers(0, 6), min_size=12, max_size=120),
    validation=st.sampled_from([0.1, 0.2, 0.33]),
    test=st.sampled_from([0.0, 0.1, 0.25]),
    seed=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None)
def test_every_row_once_and_every_class_in_proportion(codes, validation, test, seed):
    codes = np.array(codes, np.int32)
    split = split_rows(codes.size, validation=validation, test=test, seed=seed, strata=codes)
    assert np.array_equal(np.sort(np.concatenate(parts(split))), np.arange(codes.size))
    assert split.validation.size == round(codes.size * validation)
    assert split.test.size == round(codes.size * test)
    for part in parts(split):
        for code in np.unique(codes):
            share = np.sum(codes == code) * part.size / codes.size
            # A part is cut from a line on which classes lie evenly; each of its two ends may shift by one
            # row, and the cut is by rows of all classes.
            assert abs(np.sum(codes[part] == code) - share) <= 3
    present = np.unique(codes)
    if split.training.size >= present.size:
        assert np.array_equal(np.unique(codes[split.training]), present)


def test_rare_classes_do_not_push_a_common_one_out_of_training():
    codes = np.array([0] * 7 + [1, 2, 3, 4, 5], np.int32)
    split = split_rows(12, validation=0.25, test=0.25, seed=0, strata=codes)
    assert split.training.size == 6
    assert np.array_equal(np.unique(codes[split.training]), np.arange(6))


def test_large_classes_have_their_share_to_within_a_row():
    codes = np.repeat(np.arange(3, dtype=np.int32), [5000, 3000, 2000])
    split = split_rows(10000, validation=0.2, test=0.1, seed=4, strata=codes)
    counts = [np.bincount(codes[part]) for part in parts(split)]
    np.testing.assert_allclose(counts, [[3500, 2100, 1400], [1000, 600, 400], [500, 300, 200]], atol=2)


def test_the_seed_decides():
    first, again, other = (split_rows(50, seed=seed).training.tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_class_of_one_row_is_trained_on():
    codes = np.array([0] * 50 + [1] * 49 + [2], np.int32)
    for seed in range(20):
        assert 99 in split_rows(100, validation=0.3, test=0.3, seed=seed, strata=codes).training


def test_positions_are_uniform():
    # Each row is in the test part in a fifth of the seeds: 400 draws of 0.2, deviation 0.02.
    hits = np.zeros(40)
    for seed in range(400):
        hits[split_rows(40, seed=seed).test] += 1
    assert np.all(np.abs(hits / 400 - 0.2) < 0.1)


def test_no_test_part():
    split = split_rows(10, validation=0.3, test=0)
    assert [part.size for part in parts(split)] == [7, 3, 0]


@pytest.mark.parametrize(
    ("rows", "shares", "message"),
    [
        (100, {"validation": 1.0}, "validation share must be .* got 1.0"),
        (100, {"test": -0.1}, "test share .* got -0.1"),
        (100, {"validation": 0.5, "test": 0.5}, "test 0.5 and validation 0.5 leave nothing"),
        (3, {"validation": 0.1, "test": 0}, "validation share of 0.1 of 3 rows is no row"),
        (2, {"validation": 0.49, "test": 0.49}, "of 2 rows, 1 for test and 1 for validation leave none"),
    ],
)
def test_shares_that_cannot_be(rows, shares, message):
    with pytest.raises(UsageError, match=message):
        split_rows(rows, **shares)


def test_quantile_strata_are_of_equal_size_and_ordered():
    target = np.random.default_rng(0).lognormal(size=1000)
    strata = quantile_strata(target)
    assert np.bincount(strata).tolist() == [50] * 20
    assert np.all(np.diff(strata[np.argsort(target)]) >= 0)
    assert np.unique(quantile_strata(np.zeros(100))).size == 1
    assert np.unique(quantile_strata(np.arange(15.0))).size == 1
