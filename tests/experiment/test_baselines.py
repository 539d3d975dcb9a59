"""Baselines: closed forms, and the guard against long fits."""

import numpy as np
import pytest

from fallline.experiment import baselines
from fallline.experiment.baselines import (
    logistic_regression,
    ridge_regression,
    trivial_probabilities,
    trivial_values,
)


def test_trivial_answers():
    given = trivial_probabilities(np.array([0, 2, 2, 2]), 4, 2)
    assert given.tolist() == [[0.25, 0.0, 0.75, 0.0]] * 2
    assert trivial_values(np.array([1.0, 2.0, 6.0]), 2).tolist() == [3.0, 3.0]


def test_ridge_is_the_closed_form():
    generator = np.random.default_rng(0)
    x, x_test = generator.normal(size=(60, 4)), generator.normal(size=(5, 4))
    y = x @ [1.0, -2.0, 0.5, 0.0] + 3.0 + 0.1 * generator.normal(size=60)
    centred = x - x.mean(0)
    slope = np.linalg.solve(centred.T @ centred + np.eye(4), centred.T @ (y - y.mean()))
    answer = ridge_regression(x.astype(np.float32), y, x_test.astype(np.float32), seed=0)
    np.testing.assert_allclose(answer.predictions, (x_test - x.mean(0)) @ slope + y.mean(), rtol=1e-5)
    assert answer.rows == 60


def test_logistic_regression_finds_the_boundary_and_knows_absent_classes():
    x = np.linspace(-2, 2, 80, dtype=np.float32)[:, None]
    y = (x[:, 0] > 0).astype(np.int32) * 2
    answer = logistic_regression(x, y, np.array([[-1.5], [1.5]], np.float32), classes=3, seed=0)
    assert answer.predictions.argmax(1).tolist() == [0, 2]
    assert answer.predictions[:, 1].tolist() == [0.0, 0.0]
    np.testing.assert_allclose(answer.predictions.sum(1), 1.0)


def test_a_long_fit_takes_a_part_of_the_rows(monkeypatch):
    monkeypatch.setattr(baselines, "WORK_BUDGET", 3000)
    monkeypatch.setattr(baselines, "LEAST_ROWS", 20)
    x = np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32)
    answer = logistic_regression(x, (x[:, 0] > 0).astype(np.int32), x[:3], classes=2, seed=0)
    assert answer.rows == 1500


def test_rows_of_one_class_are_answered_with_it():
    answer = logistic_regression(
        np.zeros((3, 1), np.float32), np.ones(3, np.int32), np.zeros((2, 1), np.float32), 2, 0
    )
    assert answer.predictions == pytest.approx(np.array([[0.0, 1.0]] * 2))
