"""Separability: known counts, and certificates that NumPy checks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fallline.data.separability import separable
from fallline.errors import DataError, ShapeError

RNG = np.random.default_rng(1957)


def assert_proved(x, y, found):
    """What the answer claims, recomputed from the rows."""
    x, y = np.asarray(x, np.float64), np.asarray(y, bool)
    if found.separable:
        distances = (x @ found.weights + found.bias) * np.where(y, 1, -1)
        assert found.common_point is None
        assert np.linalg.norm(found.weights) == pytest.approx(1)
        assert 0 < found.margin == pytest.approx(distances.min())
        return
    assert found.weights is None
    assert (found.row_weights >= 0).all()
    for part in (y, ~y):
        assert found.row_weights[part].sum() == pytest.approx(1)
        mean = found.row_weights[part] @ x[part]
        np.testing.assert_allclose(mean, found.common_point, atol=1e-5 * np.ptp(x, axis=0).max())


# Muroga: the numbers of threshold functions of 1, 2, 3 variables are 4, 14, 104; two of each are constant.
@pytest.mark.parametrize(("variables", "count"), [(1, 4), (2, 14), (3, 104)])
def test_as_many_boolean_functions_are_separable_as_there_are_threshold_functions(variables, count):
    x = np.array(list(itertools.product((0, 1), repeat=variables)))
    found = 2
    for y in itertools.product((0, 1), repeat=2**variables):
        if 0 < sum(y) < len(y):
            answer = separable(x, y)
            assert_proved(x, y, answer)
            found += bool(answer)
    assert found == count


def test_xor_has_the_middle_of_the_square_in_both_hulls():
    found = separable([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    np.testing.assert_allclose(found.common_point, [0.5, 0.5])
    np.testing.assert_allclose(found.row_weights, [0.5] * 4)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_separated_clouds_and_one_row_on_the_wrong_side(scale):
    x = RNG.normal(size=(200, 5)) * [1, 10, 100, 0.1, 0] + [0, 50, -3, 0, 7]
    y = x @ [1, 0.1, 0.02, -5, 0] > 2
    x = x * scale
    answer = separable(x, y)
    assert answer.separable
    assert_proved(x.astype(np.float32), y, answer)
    rows = np.vstack([x, x[y].mean(axis=0)])  # inside the hull of the one, called the other
    wrong = separable(rows, np.append(y, False))
    assert not wrong
    assert_proved(rows.astype(np.float32), np.append(y, False), wrong)


def test_the_margin_is_that_of_two_points():
    found = separable([[1.0, 2.0], [4.0, 6.0]], [5, -5])
    # The nearest row of a hyperplane between two points at distance 5 is at most 2.5 away.
    assert 0 < found.margin <= 2.5
    assert found.weights @ [1.0, 2.0] + found.bias > 0 > found.weights @ [4.0, 6.0] + found.bias


def test_rows_of_both_classes_are_a_common_point():
    found = separable([[1.0], [2.0], [2.0]], [0, 0, 1])
    np.testing.assert_allclose(found.common_point, [2.0])


def test_what_is_no_question_of_two_classes_is_refused():
    x = np.arange(6.0).reshape(3, 2)
    with pytest.raises(DataError, match=r"two classes, got 3 \(0, 1, 2\).*y == k"):
        separable(x, [0, 1, 2])
    with pytest.raises(DataError, match="got 1"):
        separable(x, [1, 1, 1])
    with pytest.raises(ShapeError, match="one number per row"):
        separable(x, np.eye(3))
    with pytest.raises(DataError, match="y is missing"):
        separable(x, None)
