"""Greedy choice with replacement, against a search by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from fallline.errors import DataError, UsageError
from fallline.models import greedy_selection

RNG = np.random.default_rng(3)
Y = RNG.integers(0, 3, 60)
P = RNG.dirichlet(np.ones(3), (7, 60))
P[2] = 0.6 * P[2] + 0.4 * np.eye(3)[Y]
P[5] = 0.7 * P[5] + 0.3 * np.eye(3)[Y]


def squares(y: Any, p: Any) -> float:
    return float(((np.eye(3)[y] - p) ** 2).sum(axis=1).mean())


def by_hand(p: Any, size: int, loss: Any) -> tuple[list[int], list[float]]:
    """Each step tries every member; the shortest ensemble of the least loss."""
    taken: list[int] = []
    values = []
    for _ in range(size):
        tried = [
            loss(Y, np.mean([p[member] for member in [*taken, number]], axis=0)) for number in range(len(p))
        ]
        taken.append(int(np.argmin(tried)))
        values.append(min(tried))
    best = int(np.argmin(values)) + 1
    return taken[:best], values[:best]


@pytest.mark.parametrize("size", [1, 4, 15])
def test_as_by_hand(size: int) -> None:
    expected, values = by_hand(P, size, squares)
    found = greedy_selection(P, Y, squares, size=size, sort=False)
    assert list(found.order) == expected
    np.testing.assert_allclose(found.losses, values)
    assert found.counts.tolist() == np.bincount(expected, minlength=7).tolist()
    mean = np.tensordot(found.weights, P, axes=1)
    assert found.loss == pytest.approx(squares(Y, mean)) == pytest.approx(values[-1])


def test_a_loss_of_ours_is_compiled_and_takes_the_same() -> None:
    expected, values = by_hand(P, 10, lambda y, p: log_loss(y, p))
    found = greedy_selection(P, Y, "sparse_categorical_crossentropy", size=10, sort=False)
    assert list(found.order) == expected
    np.testing.assert_allclose(found.losses, values, rtol=1e-5)


def test_it_is_no_worse_than_its_best_member_and_begins_with_the_best() -> None:
    alone = [squares(Y, p) for p in P]
    found = greedy_selection(P, Y, squares)
    assert found.order[0] == int(np.argmin(alone))
    assert found.loss < min(alone)
    ranked = np.argsort(alone, kind="stable")
    means = [squares(Y, P[ranked[: n + 1]].mean(axis=0)) for n in range(7)]
    begun = int(np.argmin(means)) + 1
    assert list(found.order[:begun]) == ranked[:begun].tolist()


def test_worked_example() -> None:
    """Three guesses of 0, two of which err by 1 and -1: the pair is exact, and more of it is no better."""
    guesses = np.array([[0.6, 0.6], [1.0, 1.0], [-1.0, -1.0]])
    found = greedy_selection(
        guesses, np.zeros(2), lambda y, p: float(np.abs(y - p).max()), size=8, sort=False
    )
    # 0.6 is best alone; with -1 it is 0.2 off; then (0.6 + 0.6 - 1) / 3 = 0.067.
    assert found.order[:3] == (0, 2, 0)
    assert found.losses[:3] == pytest.approx((0.6, 0.2, 0.2 / 3))
    assert found.loss == pytest.approx(0.0, abs=1e-12)  # 5 x 0.6 - 3 = 0, after eight
    assert found.counts.tolist() == [5, 0, 3]


def test_equal_members_go_to_the_smaller_number() -> None:
    same = np.stack([P[2]] * 3)
    assert greedy_selection(same, Y, squares, size=5).order == (0,)
    assert greedy_selection(same, Y, "sparse_categorical_crossentropy", size=5).order == (0,)


def test_bags() -> None:
    one, again, other = (greedy_selection(P, Y, squares, bags=4, size=6, seed=seed) for seed in (0, 0, 1))
    assert one.order == again.order != other.order
    assert one.counts.sum() == len(one.order)
    whole = greedy_selection(P, Y, squares, bags=2, share=1.0, size=6)
    assert whole.counts.tolist() == (2 * greedy_selection(P, Y, squares, size=6).counts).tolist()


def test_weights_of_rows() -> None:
    weight = np.zeros(60)
    weight[:10] = 1
    found = greedy_selection(P, Y, "sparse_categorical_crossentropy", size=4, sample_weight=weight)
    few = greedy_selection(P[:, :10], Y[:10], "sparse_categorical_crossentropy", size=4)
    assert found.order == few.order


def test_members_that_diverged_are_never_taken() -> None:
    broken = P.copy()
    broken[2] = np.nan
    found = greedy_selection(broken, Y, squares, size=12)
    assert found.counts[2] == 0
    assert np.isfinite(found.loss)


@pytest.mark.parametrize(
    ("predictions", "options", "error", "text"),
    [
        (np.full_like(P, np.nan), {}, DataError, "diverged"),
        (P[:, :5], {}, DataError, "of 5 rows, y has 60"),
        (P[0, 0], {}, DataError, r"members, rows"),
        ("many", {}, DataError, "must be numbers"),
        (P, {"size": 0}, UsageError, "size"),
        (P, {"bags": 1.5}, UsageError, "bags"),
        (P, {"share": 0}, UsageError, "share"),
        (P, {"sort": "yes"}, UsageError, "sort"),
        (P, {"sample_weight": np.ones(60)}, UsageError, "within your function"),
    ],
)
def test_what_is_refused(predictions: Any, options: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        greedy_selection(predictions, Y, squares, **options)
