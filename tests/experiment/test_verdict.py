"""The verdict: what it says when, and how sure it is of a difference."""

import numpy as np
import pytest

from fallline.experiment.verdict import (
    Difference,
    classification_verdict,
    paired_difference,
    regression_verdict,
)

BASELINES = {
    "trivial": {"accuracy": 0.5, "balanced_accuracy": 0.5, "log_loss": 0.7},
    "linear": {"accuracy": 0.90, "log_loss": 0.30},
}
BETTER, WORSE, EQUAL = (
    Difference(0.04, 0.02, 0.06),
    Difference(-0.04, -0.06, -0.02),
    Difference(0.01, -0.01, 0.03),
)


@pytest.mark.parametrize(
    ("accuracy", "right", "log_loss", "beginning"),
    [
        (0.94, BETTER, EQUAL, "The network earned its keep: it gets 94.0 % of the test rows right"),
        (0.86, WORSE, EQUAL, "The network did not earn its keep: it gets 86.0 %"),
        (
            0.91,
            EQUAL,
            BETTER,
            "The network earned its keep by its probabilities: log loss 0.250 against 0.300",
        ),
        (
            0.91,
            EQUAL,
            EQUAL,
            "The network and logistic regression cannot be told apart on these test rows: the network gets 91.0 %",
        ),
        (
            0.90,
            Difference(0.0, 0.0, 0.0),
            EQUAL,
            "The network and logistic regression cannot be told apart on these test rows: both",
        ),
        (
            0.91,
            EQUAL,
            WORSE,
            "The network's probabilities are worse: log loss 0.250 against 0.300; in accuracy the network gets",
        ),
        (0.45, WORSE, WORSE, "The network did not learn: 45.0 % right, where always the most frequent class"),
    ],
)
def test_classification(accuracy, right, log_loss, beginning):
    scores = {"accuracy": accuracy, "balanced_accuracy": accuracy, "log_loss": 0.25}
    verdict = classification_verdict("binary", scores, BASELINES, right, log_loss)
    assert verdict.startswith(beginning)


def test_rare_classes_that_are_found_are_no_failure_to_learn():
    baselines = BASELINES | {"trivial": {"accuracy": 0.978, "balanced_accuracy": 0.5, "log_loss": 0.11}}
    scores = {"accuracy": 0.972, "balanced_accuracy": 0.647, "log_loss": 0.12}
    verdict = classification_verdict("binary", scores, baselines, WORSE, WORSE)
    assert verdict.startswith(
        "The network finds rare classes at the price of accuracy: balanced accuracy 64.7 % against 50.0 %"
    )
    verdict = classification_verdict("binary", scores, baselines, WORSE, WORSE, "diverged")
    assert verdict.startswith(
        "The network did not learn: 97.2 % right, where always the most frequent class gives 97.8 %"
    )


def test_probabilities_worse_than_trivial_earn_nothing():
    scores = {"accuracy": 0.91, "balanced_accuracy": 0.91, "log_loss": 0.75}
    verdict = classification_verdict("binary", scores, BASELINES, EQUAL, BETTER)
    assert "by its probabilities" not in verdict


def test_the_interval_is_given_in_points():
    verdict = classification_verdict(
        "multiclass", {"accuracy": 0.94, "log_loss": 0.2}, BASELINES, BETTER, EQUAL
    )
    assert "(+4.0 points, 95 % interval +2.0 to +6.0)" in verdict


@pytest.mark.parametrize(
    ("rmse", "difference", "beginning"),
    [
        (40.0, Difference(10.0, 8.0, 12.0), "The network earned its keep: it misses price by 40 (RMSE)"),
        (60.0, Difference(-10.0, -12.0, -8.0), "The network did not earn its keep: it misses price by 60"),
        (
            49.0,
            Difference(1.0, -3.0, 5.0),
            "The network and ridge regression cannot be told apart on these test rows",
        ),
        (120.0, Difference(-70.0, -80.0, -60.0), "The network did not learn: it misses price by 120.0"),
    ],
)
def test_regression(rmse, difference, beginning):
    baselines = {"trivial": {"rmse": 100.0}, "linear": {"rmse": 50.0}}
    assert regression_verdict("price", {"rmse": rmse}, baselines, difference).startswith(beginning)


def test_the_interval_is_as_wide_as_the_normal_one():
    generator = np.random.default_rng(1)
    network, linear = generator.binomial(1, 0.10, 4000), generator.binomial(1, 0.14, 4000)
    found = paired_difference(network, linear, np.asarray)
    gap = (linear - network).astype(float)
    half = 1.96 * gap.std() / np.sqrt(4000)
    assert found.value == pytest.approx(gap.mean())
    assert found.low == pytest.approx(gap.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(gap.mean() + half, abs=0.1 * half)
    assert found.side == 1


def test_models_that_are_alike_differ_by_chance_only():
    # Of 40 pairs of equally good models, a 95 % interval leaves out 0 in about 2.
    generator = np.random.default_rng(2)
    sides = [
        paired_difference(*generator.binomial(1, 0.2, (2, 300)), np.asarray, seed=k).side for k in range(40)
    ]
    assert sum(map(abs, sides)) <= 6


def test_root_mean_squares_are_compared_as_such():
    found = paired_difference(np.full(50, 9.0), np.full(50, 16.0), np.sqrt)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("outcome", "remedy"),
    [
        ("completed", "or give the network more epochs or rows."),
        ("early_stopped", "or give the network more rows."),
        ("diverged", "or train it anew with a smaller learning rate: it diverged."),
        ("interrupted", "or let it train to its end."),
    ],
)
def test_the_remedy_is_one_for_how_the_run_ended(outcome, remedy):
    scores = {"accuracy": 0.8, "balanced_accuracy": 0.8, "log_loss": 0.5}
    assert classification_verdict("binary", scores, BASELINES, WORSE, WORSE, outcome).endswith(remedy)
    baselines = {"trivial": {"rmse": 100.0}, "linear": {"rmse": 50.0}}
    verdict = regression_verdict("price", {"rmse": 60.0}, baselines, Difference(-10.0, -12.0, -8.0), outcome)
    assert verdict.endswith(remedy)
