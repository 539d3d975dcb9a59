"""Scores: worked examples, and scikit-learn's own, also with weights of the rows."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from fallline.experiment.scores import (
    ClassMeasures,
    Ranking,
    ValueMeasures,
    defined,
    equal_weights,
    macro_auc_parts,
)


def class_scores(true, given, predicted=None, rare=None, weights=None):
    true, given = np.asarray(true), np.asarray(given, float)
    predicted = given.argmax(axis=1) if predicted is None else predicted
    weights = equal_weights(len(true)) if weights is None else weights
    return ClassMeasures.of(true, given, predicted, rare)(weights)


def value_scores(true, predicted, weights=None):
    true = np.asarray(true, float)
    weights = equal_weights(len(true)) if weights is None else weights
    return ValueMeasures.of(true, np.asarray(predicted, float))(weights)


def test_classification_worked_example():
    scores = class_scores([0, 0, 0, 1], [[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]])
    assert scores["accuracy"] == pytest.approx(3 / 4)
    assert scores["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    # class 0: precision 1, recall 2/3, F1 4/5; class 1: precision 1/2, recall 1, F1 2/3
    assert scores["macro_f1"] == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert scores["log_loss"] == pytest.approx(-np.log([0.9, 0.8, 0.4, 0.7]).mean())
    assert scores["auc"] == 1.0
    assert set(scores) == {"accuracy", "balanced_accuracy", "macro_f1", "log_loss", "auc"}


@pytest.mark.parametrize("rare", [0, 1])
@pytest.mark.parametrize("decimals", [2, 15])
def test_two_classes_agree_with_scikit_learn_whatever_the_weights(rare, decimals):
    generator = np.random.default_rng(0)
    true = (generator.random(300) < 0.15).astype(int)
    second = 1 / (1 + np.exp(2 - 2 * true - generator.normal(size=300)))
    second = np.round(np.clip(second, 0.01, 0.99), decimals)
    given = np.stack([1 - second, second], axis=1)
    predicted = (second > 0.3).astype(int)
    for weights in (np.ones(300), generator.integers(0, 4, 300).astype(float)):
        scores = class_scores(true, given, predicted, rare, weights)
        of_rare, options = true == rare, {"sample_weight": weights}
        said = {"y_true": of_rare, "y_pred": predicted == rare, **options}
        wanted = {
            "accuracy": metrics.accuracy_score(true, predicted, **options),
            "balanced_accuracy": metrics.balanced_accuracy_score(true, predicted, **options),
            "macro_f1": metrics.f1_score(true, predicted, average="macro", **options),
            "log_loss": metrics.log_loss(true, given, **options),
            "auc": metrics.roc_auc_score(of_rare, given[:, rare], **options),
            "average_precision": metrics.average_precision_score(of_rare, given[:, rare], **options),
            "precision": metrics.precision_score(**said),
            "recall": metrics.recall_score(**said),
            "f1": metrics.f1_score(**said),
        }
        assert scores == pytest.approx(wanted, rel=1e-6)


def test_more_classes_agree_with_scikit_learn():
    generator = np.random.default_rng(0)
    true = generator.integers(4, size=200)
    given = generator.dirichlet(np.ones(4), size=200)
    scores = class_scores(true, given)
    assert scores["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(true, given.argmax(1))
    )
    assert scores["log_loss"] == pytest.approx(metrics.log_loss(true, given))
    assert scores["macro_auc"] == pytest.approx(metrics.roc_auc_score(true, given, multi_class="ovr"))
    assert "auc" not in scores


def test_the_macro_auc_of_a_resample_is_right_to_first_order():
    generator = np.random.default_rng(1)
    true = generator.integers(3, size=600)
    given = generator.dirichlet(np.ones(3), size=600) * 0.5 + 0.5 * np.eye(3)[generator.integers(3, size=600)]
    given = 0.7 * given + 0.3 * np.eye(3)[true] * generator.random((600, 1))
    given /= given.sum(axis=1, keepdims=True)
    parts = macro_auc_parts(true, given)
    errors, moves = [], []
    for _ in range(30):
        weights = np.bincount(generator.integers(600, size=600), minlength=600).astype(float)
        exact = metrics.roc_auc_score(true, given, multi_class="ovr", sample_weight=weights)
        errors.append(parts @ weights / weights.sum() - exact)
        moves.append(exact - parts.mean())
    assert np.std(errors) < 0.1 * np.std(moves)


def test_a_class_without_rows_counts_in_no_average():
    scores = class_scores([0, 0, 1, 1], np.eye(3)[[0, 0, 1, 1]])
    assert scores["balanced_accuracy"] == scores["macro_f1"] == scores["macro_auc"] == 1.0


def test_what_is_not_defined_is_left_out():
    scores = defined(class_scores([1, 1], [[0.2, 0.8], [0.6, 0.4]], rare=0))
    assert not {"auc", "average_precision", "recall"} & set(scores)
    # Nothing is taken for the rare class: what share of it would be right, nobody knows.
    none = defined(class_scores([0, 1, 1], [[0.4, 0.6]] * 3, rare=0))
    assert "precision" not in none
    assert (none["recall"], none["f1"], none["average_precision"]) == (0.0, 0.0, pytest.approx(1 / 3))


def test_certainty_that_is_wrong_costs_a_finite_loss():
    scores = class_scores([0, 1], [[0.0, 1.0], [0.0, 1.0]])
    assert scores["log_loss"] == pytest.approx(-np.log(1e-7) / 2)


def test_equal_numbers_rank_nothing():
    ranking = Ranking.of(np.array([True, False, False, False]), np.full(4, 0.3))
    assert ranking.areas(np.ones(4)) == (0.5, 0.25)


def test_regression_worked_example():
    scores = value_scores([1.0, 2.0, 3.0, 6.0], [2.0, 2.0, 3.0, 3.0])
    assert scores["rmse"] == pytest.approx(np.sqrt(10 / 4))
    assert scores["mae"] == pytest.approx(1.0)
    assert scores["r2"] == pytest.approx(1 - 10 / 14)


def test_regression_agrees_with_scikit_learn_whatever_the_weights():
    generator = np.random.default_rng(0)
    true = generator.normal(size=200) + 1e5
    predicted = true + generator.normal(size=200)
    weights = generator.integers(0, 4, 200).astype(float)
    scores = value_scores(true, predicted, weights)
    assert scores["rmse"] == pytest.approx(
        metrics.root_mean_squared_error(true, predicted, sample_weight=weights)
    )
    assert scores["mae"] == pytest.approx(metrics.mean_absolute_error(true, predicted, sample_weight=weights))
    assert scores["r2"] == pytest.approx(metrics.r2_score(true, predicted, sample_weight=weights))
    assert value_scores(true, predicted)["rank_correlation"] == pytest.approx(
        stats.spearmanr(true, predicted).statistic
    )


def test_equal_targets_have_no_r2():
    assert set(defined(value_scores(np.ones(3), np.zeros(3)))) == {"rmse", "mae"}
