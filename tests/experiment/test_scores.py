"""Scores: worked examples, and scikit-learn's own where it has them."""

import numpy as np
import pytest
from sklearn import metrics

from fallline.experiment.scores import classification_scores, regression_scores


def test_classification_worked_example():
    true = np.array([0, 0, 0, 1])
    given = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]])
    scores = classification_scores(true, given)
    assert scores["accuracy"] == pytest.approx(3 / 4)
    assert scores["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    # class 0: precision 1, recall 2/3, F1 4/5; class 1: precision 1/2, recall 1, F1 2/3
    assert scores["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert scores["log_loss"] == pytest.approx(-np.log([0.9, 0.8, 0.4, 0.7]).mean())
    assert scores["auc"] == 1.0


def test_classification_agrees_with_scikit_learn():
    generator = np.random.default_rng(0)
    true = generator.integers(4, size=200)
    given = generator.dirichlet(np.ones(4), size=200)
    scores = classification_scores(true, given)
    assert scores["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(true, given.argmax(1))
    )
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(true, given))
    assert "auc" not in scores


def test_a_class_without_rows_counts_in_no_average():
    scores = classification_scores(np.array([0, 0, 1, 1]), np.eye(3)[[0, 0, 1, 1]])
    assert scores["balanced_accuracy"] == scores["macro_f1"] == 1.0


def test_rows_of_one_class_have_no_auc():
    assert "auc" not in classification_scores(np.array([1, 1]), np.array([[0.2, 0.8], [0.6, 0.4]]))


def test_certainty_that_is_wrong_costs_a_finite_loss():
    scores = classification_scores(np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert scores["log_loss"] == pytest.approx(-np.log(1e-7) / 2)


def test_regression_worked_example():
    scores = regression_scores(np.array([1.0, 2.0, 3.0, 6.0]), np.array([2.0, 2.0, 3.0, 3.0]))
    assert scores["rmse"] == pytest.approx(np.sqrt(10 / 4))
    assert scores["mae"] == pytest.approx(1.0)
    assert scores["r2"] == pytest.approx(1 - 10 / 14)


def test_equal_targets_have_no_r2():
    assert set(regression_scores(np.ones(3), np.zeros(3))) == {"rmse", "mae"}
