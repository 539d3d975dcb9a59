"""Divisions of rows: scikit-learn's, as measured, and what is refused."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import model_selection as sk

from fallline.errors import DataError, DataWarning, ShapeError, UsageError
from fallline.population.folds import Bootstrap, Fold, draw_folds

SORTED = np.array([0] * 4 + [1] * 5)


def validation(folds: tuple[Fold, ...]) -> list[list[int]]:
    return [fold.validation.tolist() for fold in folds]


def test_a_number_of_classes_is_stratified() -> None:
    """Measured with scikit-learn: y = 0000 11111 in three folds."""
    folds = draw_folds(3, 9, classes=SORTED)
    assert validation(folds) == [[0, 1, 4], [2, 5, 6], [3, 7, 8]]
    assert [fold.number for fold in folds] == [0, 1, 2]
    assert {fold.repeat for fold in folds} == {0}
    for fold in folds:
        np.testing.assert_array_equal(np.union1d(fold.train, fold.validation), np.arange(9))


def test_a_number_without_classes_cuts_rows_as_they_stand() -> None:
    assert validation(draw_folds(3, 7, y=np.array([3.0, 1, 2, 5, 0, 2, 1]))) == [[0, 1, 2], [3, 4], [5, 6]]


def test_sorted_targets_are_warned_of() -> None:
    with pytest.warns(DataWarning, match=r"sorted by their target.*shuffle=True"):
        draw_folds(3, 12, y=np.arange(12.0))


@pytest.mark.parametrize(
    "splitter",
    [
        sk.KFold(3, shuffle=True, random_state=4),
        sk.StratifiedKFold(3, shuffle=True, random_state=0),
        sk.RepeatedKFold(n_splits=3, n_repeats=2, random_state=0),
        sk.RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0),
        sk.ShuffleSplit(4, random_state=1),
        sk.LeaveOneOut(),
        sk.PredefinedSplit([-1, 0, 0, 1, 5, -1, 0, 1, 5]),
        sk.TimeSeriesSplit(3),
    ],
    ids=lambda splitter: type(splitter).__name__,
)
def test_splitters_are_taken_as_they_are(splitter: Any) -> None:
    y = np.array([0, 1, 1, 0, 1, 0, 1, 0, 1])
    expected = list(splitter.split(np.zeros((9, 1)), y))
    folds = draw_folds(splitter, 9, classes=y)
    assert len(folds) == len(expected)
    for fold, (train, judged) in zip(folds, expected, strict=True):
        np.testing.assert_array_equal(fold.train, train)
        np.testing.assert_array_equal(fold.validation, judged)


def test_repeats_are_told_apart() -> None:
    folds = draw_folds(sk.RepeatedKFold(n_splits=3, n_repeats=2, random_state=0), 9)
    assert [fold.repeat for fold in folds] == [0, 0, 0, 1, 1, 1]
    first = draw_folds(sk.KFold(3, shuffle=True, random_state=0), 9)
    assert validation(folds[:3]) == validation(first)  # measured: the first repeat is the plain splitter's


def test_a_splitter_without_a_seed_takes_the_populations() -> None:
    splitter = sk.KFold(3, shuffle=True)
    one, again, other = (validation(draw_folds(splitter, 30, seed=seed)) for seed in (1, 1, 2))
    assert one == again != other
    assert splitter.random_state is None  # the user's stays as it was


def test_time_goes_on() -> None:
    """Measured: TimeSeriesSplit(3, gap=2) of 10."""
    folds = draw_folds(sk.TimeSeriesSplit(3, gap=2), 10)
    assert [fold.train.max() for fold in folds] == [1, 3, 5]
    assert validation(folds) == [[4, 5], [6, 7], [8, 9]]


def test_groups_stay_together() -> None:
    """Measured: groups aabbbc in two folds; the largest group comes first."""
    folds = draw_folds(2, 6, groups=list("aabbbc"))
    assert validation(folds) == [[2, 3, 4], [0, 1, 5]]
    y = np.array([0, 1, 0, 1, 0, 1])
    expected = sk.StratifiedGroupKFold(2).split(np.zeros((6, 1)), y, [0, 0, 1, 1, 1, 2])
    assert validation(draw_folds(2, 6, classes=y, groups=list("aabbbc"))) == [
        judged.tolist() for _, judged in expected
    ]


def test_pairs_of_rows_or_masks() -> None:
    mask = np.arange(6) < 4
    (fold,) = draw_folds([(mask, ~mask)], 6)
    assert (fold.train.tolist(), fold.validation.tolist()) == ([0, 1, 2, 3], [4, 5])
    assert fold.share.train is not None
    assert fold.share.validation is not None
    assert fold.share.validation.tolist() == [4, 5]
    generated = draw_folds(((np.delete(np.arange(6), k), [k]) for k in range(6)), 6)
    assert validation(generated) == [[k] for k in range(6)]


def test_bootstrap_samples() -> None:
    folds = draw_folds(Bootstrap(50), 200, seed=3)
    for fold in folds:
        assert fold.train.size == 200
        assert np.intersect1d(fold.train, fold.validation).size == 0
        assert np.union1d(fold.train, fold.validation).size == 200
    left = np.mean([fold.validation.size for fold in folds]) / 200
    assert left == pytest.approx((1 - 1 / 200) ** 200, abs=0.01)  # 50 x 200 draws: a standard error of 0.003
    assert [fold.train.tolist() for fold in folds] == [
        fold.train.tolist() for fold in draw_folds(Bootstrap(50), 200, seed=3)
    ]
    assert Bootstrap().get_n_splits() == 10
    assert len(draw_folds(Bootstrap(5), 2)) == 5  # each leaves a row out
    with pytest.raises(UsageError, match="at least 2"):
        draw_folds(Bootstrap(5), 1)


ROWS = np.arange(6)


@pytest.mark.parametrize(
    ("folds", "options", "error", "text"),
    [
        (1, {}, UsageError, "folds"),
        (7, {}, UsageError, r"folds=7 of 6 rows.*Take 6"),
        (3, {"classes": np.array([0, 0, 0, 0, 1, 1])}, DataError, r"class 1 has fewer rows.*Take folds=2"),
        (
            2,
            {"classes": np.array([0, 0, 0, 1, 2, 2])},
            DataError,
            r"class 1 has fewer.*KFold\(2, shuffle=True",
        ),
        (
            sk.StratifiedKFold(3),
            {"classes": np.array([0, 0, 0, 0, 1, 1])},
            DataError,
            "StratifiedKFold.*least populated",
        ),
        (
            sk.StratifiedKFold(5),
            {"classes": np.array([0, 0, 0, 1, 1, 1])},
            UsageError,
            "StratifiedKFold cannot",
        ),
        (3, {"groups": list("aaabbb")}, UsageError, r"folds=3 of 2 groups.*2 folds"),
        (3, {"groups": list("aaaaaa")}, UsageError, "all rows are of one group"),
        (
            3,
            {"groups": [1.0, 2, 3, np.nan, 2, 3]},
            DataError,
            r"1 of 6 rows have no group, the first is row 3",
        ),
        (3, {"groups": ["a", None, "b", "c", "d", "e"]}, DataError, "row 1"),
        (3, {"groups": [1, 2]}, ShapeError, r"\(6,\); got \(2,\)"),
        (sk.GroupKFold(2), {}, UsageError, "GroupKFold cannot divide.*groups=, one entry per row"),
        (sk.KFold(3), {"groups": list("ababab")}, DataError, "fold 0 has rows of 2 groups on both sides"),
        ([(ROWS[:4], ROWS[3:])], {}, DataError, "1 rows both for training and for validation, such as row 3"),
        ([(ROWS[:4], [])], {}, DataError, "validation rows of fold 0: there are no rows"),
        ([(ROWS[:4], [6])], {}, DataError, "rows 6 to 6, but the data have 6"),
        ([(ROWS[:4], [-1])], {}, DataError, "rows -1 to -1"),
        ([(ROWS[:4], [0.5])], {}, DataError, "float64"),
        ("five", {}, UsageError, "KFold"),
        (True, {}, UsageError, "KFold"),
        (2.5, {}, UsageError, "KFold"),
        ([], {}, UsageError, "at least one; got 0"),
        ([ROWS], {}, UsageError, "the first of type ndarray"),
        (sk.TimeSeriesSplit(3, gap=9), {}, UsageError, "TimeSeriesSplit cannot divide these 6 rows"),
        (Bootstrap(2), {"groups": list("aabbcc")}, DataError, "both sides"),
    ],
)
def test_what_is_refused(folds: Any, options: dict[str, Any], error: type[Exception], text: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The groups parameter is ignored")
        with pytest.raises(error, match=text):
            draw_folds(folds, 6, **options)


def test_a_class_that_training_lacks_is_warned_of() -> None:
    with pytest.warns(DataWarning, match="fold 0 is judged on rows of class 0"):
        draw_folds(sk.KFold(3), 9, classes=np.repeat([0, 1, 2], 3))
