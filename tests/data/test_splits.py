import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fallline.data.splits import quantile_strata, split_rows
from fallline.errors import DataError, UsageError


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


# --- by time ----------------------------------------------------------------------------------------------


@given(
    times=st.lists(st.integers(0, 30), min_size=10, max_size=90).filter(lambda times: len(set(times)) > 2),
    validation=st.sampled_from([0.0, 0.1, 0.3]),
    test=st.sampled_from([0.0, 0.2, 0.35]),
)
@settings(max_examples=80, deadline=None)
def test_by_time_each_part_is_later_and_no_moment_is_divided(times, validation, test):
    times = np.array(times)
    split = split_rows(times.size, validation=validation, test=test, times=times)
    assert np.array_equal(np.sort(np.concatenate(parts(split))), np.arange(times.size))
    kept = [part for part in parts(split) if part.size]
    assert len(kept) == 1 + (validation > 0) + (test > 0)
    for earlier, later in itertools.pairwise(kept):
        assert times[earlier].max() < times[later].min()
    if len(kept) == 2:
        # Of two parts the cut is that change of moment which is nearest to the share.
        ends = np.cumsum(np.unique(times, return_counts=True)[1])[:-1]
        wanted = times.size - round(times.size * (validation + test))
        assert abs(split.training.size - wanted) == np.abs(ends - wanted).min()


def test_by_time_with_dates_in_any_order():
    days = np.datetime64("2024-01-01") + np.array([7, 3, 9, 0, 1, 8, 2, 6, 5, 4])
    split = split_rows(10, validation=0.2, test=0.2, times=days)
    assert [part.tolist() for part in parts(split)] == [[1, 3, 4, 6, 8, 9], [0, 7], [2, 5]]


def test_two_moments_for_three_parts_keep_the_test_part_later():
    times = np.repeat([2023, 2024], [70, 30])
    split = split_rows(100, validation=0.2, test=0.2, times=times)
    assert [part.size for part in parts(split)] == [60, 10, 30]
    assert times[split.test].tolist() == [2024] * 30
    assert np.all(times[split.validation] == 2023)
    early = split_rows(6, validation=0.34, test=0.34, times=np.array([1, 2, 2, 2, 2, 2]))
    assert [part.size for part in parts(early)] == [1, 1, 4]


@pytest.mark.parametrize(
    ("times", "error", "message"),
    [
        ([7.0] * 10, UsageError, "all 10 rows are of one time .7.0."),
        ([1.0, np.nan, 3.0, np.nan, *range(6)], DataError, "2 of 10 rows have no time, the first is row 2"),
        (
            np.array(["2024-01-01"] * 9 + ["NaT"], "datetime64[us]"),
            DataError,
            "1 of 10 rows has no time, the first is row 10",
        ),
    ],
)
def test_times_that_cannot_be(times, error, message):
    with pytest.raises(error, match=message):
        split_rows(10, times=np.asarray(times))


# --- by groups --------------------------------------------------------------------------------------------


@given(
    groups=st.lists(st.integers(0, 25), min_size=12, max_size=150).filter(
        lambda groups: len(set(groups)) > 2
    ),
    validation=st.sampled_from([0.0, 0.2, 0.3]),
    test=st.sampled_from([0.0, 0.1, 0.25]),
    seed=st.integers(0, 5),
)
@settings(max_examples=80, deadline=None)
def test_by_groups_no_group_is_in_two_parts(groups, validation, test, seed):
    groups = np.array(groups)
    split = split_rows(groups.size, validation=validation, test=test, seed=seed, groups=groups)
    assert np.array_equal(np.sort(np.concatenate(parts(split))), np.arange(groups.size))
    held = [set(groups[part].tolist()) for part in parts(split)]
    assert sum(map(len, held)) == len(set.union(*held))
    largest = np.bincount(groups).max()
    for part, share in zip(parts(split), (1 - validation - test, validation, test), strict=True):
        assert (part.size > 0) == (share > 0)
        assert abs(part.size - share * groups.size) <= 2 * largest


@given(
    sizes=st.lists(st.integers(1, 30), min_size=3, max_size=7).filter(lambda sizes: sum(sizes) >= 12),
    seed=st.integers(0, 3),
)
@settings(max_examples=25, deadline=None)
def test_few_groups_are_divided_as_near_to_the_shares_as_they_can_be(sizes, seed):
    rows = sum(sizes)
    split = split_rows(
        rows, validation=0.25, test=0.25, seed=seed, groups=np.repeat(np.arange(len(sizes)), sizes)
    )
    quarter = round(rows / 4)
    wanted = np.array([rows - 2 * quarter, quarter, quarter])
    best = min(
        np.abs(np.bincount(choice, weights=sizes, minlength=3) - wanted).sum()
        for choice in itertools.product(range(3), repeat=len(sizes))
        if len(set(choice)) == 3
    )
    assert np.abs([part.size for part in parts(split)] - wanted).sum() == best


def test_many_groups_of_many_sizes_meet_the_shares_and_the_classes():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(200), rng.integers(1, 12, 200))
    codes = rng.choice(3, groups.size, p=[0.6, 0.3, 0.1]).astype(np.int32)
    split = split_rows(groups.size, validation=0.2, test=0.2, seed=1, strata=codes, groups=groups)
    for part, share in zip(parts(split), (0.6, 0.2, 0.2), strict=True):
        assert part.size / groups.size == pytest.approx(share, abs=0.01)
        np.testing.assert_allclose(np.bincount(codes[part]) / part.size, [0.6, 0.3, 0.1], atol=0.03)


def test_a_class_of_one_group_is_trained_on():
    groups = np.repeat(np.arange(20), 5)
    codes = (groups == 13).astype(np.int32)
    for seed in range(10):
        assert 65 in split_rows(100, seed=seed, strata=codes, groups=groups).training


def test_groups_are_drawn_by_the_seed_and_each_may_be_tested():
    groups = np.array([f"P{k:02}" for k in np.repeat(np.arange(30), 4)], dtype=object)
    drawn = [split_rows(120, seed=seed, groups=groups).test.tolist() for seed in (*range(40), 0)]
    assert drawn[0] == drawn[-1] != drawn[1]
    assert len({row // 4 for rows in drawn for row in rows}) == 30


def test_a_hundred_thousand_groups_are_divided_in_seconds():
    groups = np.random.default_rng(0).integers(0, 100_000, 300_000)
    split = split_rows(groups.size, groups=groups)
    assert split.test.size == pytest.approx(60_000, abs=20)
    assert not np.intersect1d(groups[split.test], groups[split.training]).size


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"groups": np.repeat([1, 2], 5)},
            UsageError,
            "2 groups cannot be divided into 3 parts .training, validation, test.",
        ),
        ({"groups": np.ones(10), "test": 0}, UsageError, "1 group cannot .* 2 parts .training, validation."),
        (
            {"groups": np.array(["a", None] * 5, object)},
            DataError,
            "5 of 10 rows have no group, the first is row 2",
        ),
        ({"groups": np.arange(10), "times": np.arange(10)}, UsageError, "by time or by groups, not by both"),
    ],
)
def test_groups_that_cannot_be(options, error, message):
    with pytest.raises(error, match=message):
        split_rows(10, **options)
