"""The verdict: what it says when, on predictions that are made so that the truth is known."""

import dataclasses
import re

import numpy as np
import pytest
from scipy import stats

from fallline.experiment.judgement.bootstrap import Estimate, estimates
from fallline.experiment.judgement.case import Case
from fallline.experiment.judgement.values import worst_share
from fallline.experiment.judgement.verdict import verdict_of
from fallline.experiment.judgement.words import alike
from fallline.experiment.scores import ClassMeasures, ValueMeasures
from fallline.report.verdict import Verdict


def of_classes(true, said, **facts):
    """A case of models that give the second of two classes these probabilities, or of more classes theirs."""
    given = {name: np.stack([1 - p, p], axis=1) if p.ndim == 1 else p for name, p in said.items()}
    rare = 1 if facts.get("imbalanced") else None
    models = {name: ClassMeasures.of(true, p, p.argmax(axis=1), rare) for name, p in given.items()}
    task = "binary" if next(iter(given.values())).shape[1] == 2 else "multiclass"
    return Case(task, "y", estimates(models, len(true)), len(true), **facts)


def of_values(true, said, **facts):
    models = {name: ValueMeasures.of(true, values) for name, values in said.items()}
    share = worst_share((said["network"] - true) ** 2)
    return Case("regression", "strength", estimates(models, len(true)), len(true), worst_share=share, **facts)


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


@pytest.fixture(scope="module")
def two_classes():
    """600 rows whose log odds are known, with what a good, a fair and a poor model say of them."""
    generator = np.random.default_rng(0)
    logits = generator.normal(0, 2, 600)
    true = (generator.random(600) < sigmoid(logits)).astype(int)
    noise = generator.normal(size=(2, 600))
    said = {
        "good": sigmoid(logits),
        "fair": sigmoid(0.7 * logits + 0.9 * noise[0]),
        "alike": sigmoid(logits + 0.05 * noise[1]),
        "poor": sigmoid(0.2 * logits + 0.5 * noise[1]),
    }
    return true, said, np.full(600, true.mean())


def verdict_on(two_classes, network, linear, boosting, **facts):
    true, said, trivial = two_classes
    models = {
        "network": said[network],
        "trivial": trivial,
        "linear": said[linear],
        "boosting": said[boosting],
    }
    return verdict_of(of_classes(true, models, **facts))


def test_a_network_better_than_every_baseline_has_earned_its_keep(two_classes):
    verdict = verdict_on(two_classes, "good", "poor", "fair")
    assert (verdict.kind, verdict.best) == ("earned", "network")
    assert verdict.sentence.startswith(
        "The network earned its keep: its probabilities are better than those of boosted trees, the best baseline: log loss "
    )
    assert re.search(
        r"\(better by 0\.\d+, 95 % interval 0\.\d+ to 0\.\d+\); 600 test rows\.", verdict.sentence
    )
    assert {(item.baseline, item.metric) for item in verdict.comparisons} == {
        (baseline, metric)
        for baseline in ("trivial", "linear", "boosting")
        for metric in ("log_loss", "auc", "accuracy")
    }
    assert all(item.low <= item.value <= item.high for item in verdict.comparisons)


def test_one_baseline_that_is_as_good_leaves_it_undecided(two_classes):
    verdict = verdict_on(two_classes, "good", "poor", "alike")
    assert verdict.kind == "undecided"
    assert "cannot be told apart from boosted trees" in verdict.sentence
    assert "It is better than logistic regression: log loss" in verdict.sentence
    assert verdict.sentence.endswith(
        "Nothing beyond chance speaks for the network over boosted trees: `fallline predict RUN DATA --model boosting` uses them."
    )


def test_a_baseline_that_wins_is_said_first_and_how_it_is_used(two_classes):
    verdict = verdict_on(two_classes, "fair", "good", "poor", run="runs/a-1", outcome="early_stopped")
    assert (verdict.kind, verdict.best) == ("baseline_better", "linear")
    assert verdict.sentence.startswith(
        "Logistic regression is better than the network, whose probabilities are worse"
    )
    assert (
        "It is kept in the run folder: `fallline predict runs/a-1 DATA --model linear` uses it."
        in verdict.sentence
    )
    assert verdict.sentence.endswith("Or give the network more rows.")
    trees = verdict_on(two_classes, "fair", "poor", "good").sentence
    assert trees.startswith("Boosted trees are better than the network")
    assert "They are kept in the run folder: `fallline predict RUN DATA --model boosting` uses them." in trees


def test_a_network_of_auc_98_with_the_accuracy_of_the_majority_has_learned():
    generator = np.random.default_rng(1)
    true = (np.arange(1000) < 40).astype(int)
    logits = np.where(true == 1, 3.0, 0.0) + generator.normal(size=1000) - 4.5
    said = {"network": sigmoid(logits), "trivial": np.full(1000, 0.04), "linear": np.full(1000, 0.04)}
    case = of_classes(true, said, imbalanced=True)
    assert case.value("network", "auc") > 0.97
    assert abs(case.value("network", "accuracy") - 0.96) < 0.02
    assert verdict_of(case).kind == "earned"


def test_a_network_of_auc_74_at_7_percent_positives_has_learned():
    # Its accuracy is below that of always the most frequent class.
    generator = np.random.default_rng(2)
    true = (np.arange(4000) < 280).astype(int)
    logits = 0.91 * true + generator.normal(size=4000)
    said = {
        "network": sigmoid(0.9 * logits - 3.0),
        "trivial": np.full(4000, 0.07),
        "linear": sigmoid(0.9 * logits + 0.02 * generator.normal(size=4000) - 3.0),
    }
    said["network"][true == 0] = np.where(np.arange(3720) < 8, 0.55, said["network"][true == 0])
    case = of_classes(true, said, imbalanced=True)
    assert 0.72 < case.value("network", "auc") < 0.76
    assert case.value("network", "accuracy") < case.value("trivial", "accuracy")
    assert verdict_of(case).kind not in ("did_not_learn", "not_judged")


def test_noise_is_nothing_learned_and_says_whether_others_learned(two_classes):
    true, said, trivial = two_classes
    noise = sigmoid(np.random.default_rng(3).normal(size=600))
    models = {"network": noise, "trivial": trivial, "linear": trivial}
    verdict = verdict_of(of_classes(true, models))
    assert (verdict.kind, verdict.best) == ("did_not_learn", "trivial")
    assert verdict.sentence.startswith(
        "The network did not learn anything that 600 test rows show: log loss "
    )
    assert "; AUC 0." in verdict.sentence
    assert "Nor did the other models: the inputs may tell nothing about the target." in verdict.sentence
    verdict = verdict_of(of_classes(true, models | {"boosting": said["good"]}))
    assert (verdict.kind, verdict.best) == ("did_not_learn", "boosting")
    assert verdict.sentence.startswith(
        "Boosted trees learned from these rows, the network did not: log loss "
    )


def test_a_good_order_with_bad_probabilities_is_said(two_classes):
    true, said, trivial = two_classes
    odds = np.log(said["good"] / (1 - said["good"]))
    models = {"network": sigmoid(6 * odds + 4), "trivial": trivial, "linear": said["fair"]}
    verdict = verdict_of(of_classes(true, models))
    assert (verdict.kind, verdict.best) == ("mixed", "linear")
    assert verdict.sentence.startswith(
        "Logistic regression gives better probabilities, the network the better order: log loss "
    )
    assert "The network does rank the rows: AUC 0." in verdict.sentence
    assert "Do not use them as probabilities." in verdict.sentence


def test_the_order_that_diverged_weights_give_is_nothing_learned(two_classes):
    true, said, trivial = two_classes
    odds = np.log(said["good"] / (1 - said["good"]))
    models = {"network": sigmoid(6 * odds + 4), "trivial": trivial, "linear": said["fair"]}
    assert verdict_of(of_classes(true, models, outcome="diverged")).kind == "did_not_learn"


def test_more_classes_are_judged_by_the_log_loss_too():
    generator = np.random.default_rng(4)
    true = generator.integers(3, size=500)
    logits = 1.5 * np.eye(3)[true] + generator.normal(size=(500, 3))
    good, poor = (np.exp(factor * logits) for factor in (1.0, 0.2))
    said = {"network": good, "trivial": np.ones((500, 3)), "linear": poor}
    said = {name: p / p.sum(axis=1, keepdims=True) for name, p in said.items()}
    verdict = verdict_of(of_classes(true, said))
    assert verdict.kind == "earned"
    assert "macro AUC" in verdict.sentence
    assert verdict_of(of_classes(true, said | {"network": said["trivial"]})).kind == "did_not_learn"


def test_no_other_model_leaves_it_open(two_classes):
    true, said, trivial = two_classes
    verdict = verdict_of(of_classes(true, {"network": said["good"], "trivial": trivial}))
    assert (verdict.kind, verdict.best) == ("undecided", "network")
    assert "No other model was fitted" in verdict.sentence


@pytest.fixture(scope="module")
def concrete():
    """206 rows with the errors of a network that misses three of them by far, as trees do not: MAE 3.2 against 4.3."""
    generator = np.random.default_rng(5)
    true = generator.normal(36, 16, 206)
    network = true + generator.normal(0, 3.4, 206)
    network[:3] += (40.0, -34.0, 31.0)
    boosting = true + generator.normal(0, 5.4, 206)
    return true, {"network": network, "trivial": np.full(206, 36.0), "boosting": boosting}


def test_where_a_few_rows_decide_the_squared_error_the_absolute_one_is_heard(concrete):
    case = of_values(*concrete)
    assert (case.side("boosting", "rmse"), case.side("boosting", "mae")) == (0, 1)
    verdict = verdict_of(case)
    assert (verdict.kind, verdict.best) == ("earned", "network")
    assert verdict.sentence.startswith(
        "The network earned its keep in the absolute error: it comes nearer to strength than boosted trees: MAE "
    )
    assert "In the squared error they cannot be told apart: RMSE " in verdict.sentence
    squared = np.sort((concrete[1]["network"] - concrete[0]) ** 2)
    share = 100 * squared[-3:].sum() / squared.sum()
    assert f"the worst 3 rows (1 %) carry {share:.0f} % of the network's." in verdict.sentence


@pytest.mark.parametrize(("deviations", "kind"), [(2.1, "undecided"), (2.4, "earned")])
def test_of_two_measures_one_that_barely_leaves_chance_is_no_proof(deviations, kind):
    # 2.1 standard errors leave chance at 95 %, not at the 97.5 % that two measures ask for (2.24).
    normal = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    network, alike, better = (
        Estimate(5 + move, 5 + move + normal * bool(move), 10**6) for move in (0, 1e-9, deviations)
    )
    scores = {
        "network": {"rmse": network, "mae": network},
        "trivial": {"rmse": Estimate(9.0, np.full(4000, 9.0), 10**6), "mae": better},
        "linear": {"rmse": alike, "mae": better},
    }
    case = Case("regression", "y", scores, 10**6)
    assert (case.side("linear", "rmse"), case.side("linear", "mae")) == (0, 1)
    assert verdict_of(case).kind == kind


def test_numbers_better_in_both_errors_worse_and_nothing_learned(concrete):
    true, said = concrete
    near, far = true + (said["boosting"] - true) / 3, said["boosting"]
    models = {"network": near, "trivial": said["trivial"], "linear": far}
    verdict = verdict_of(of_values(true, models))
    assert verdict.kind == "earned"
    assert "comes nearer to strength than ridge regression: RMSE" in verdict.sentence
    verdict = verdict_of(of_values(true, models | {"network": far, "linear": near}))
    assert (verdict.kind, verdict.best) == ("baseline_better", "linear")
    assert verdict.sentence.startswith("Ridge regression is better than the network at strength")
    nothing = np.random.default_rng(7).normal(36, 10, 206)
    verdict = verdict_of(of_values(true, models | {"network": nothing, "linear": said["trivial"]}))
    assert verdict.kind == "did_not_learn"
    assert "; R² -" in verdict.sentence


def test_a_few_wild_rows_do_not_hide_what_was_learned(concrete):
    true, said = concrete
    network = true + (said["boosting"] - true) / 3
    network[0] += 4000.0
    models = {"network": network, "trivial": said["trivial"], "linear": said["boosting"]}
    case = of_values(true, models)
    assert case.value("network", "r2") < 0
    assert verdict_of(case).kind != "did_not_learn"


def test_opposite_errors_are_mixed(concrete):
    true, _ = concrete
    network = true + np.where(np.arange(206) < 12, 60.0, 0.5)
    models = {"network": network, "trivial": np.full(206, 36.0), "linear": true + 6.0}
    verdict = verdict_of(of_values(true, models))
    assert (verdict.kind, verdict.best) == ("mixed", "linear")
    assert verdict.sentence.startswith(
        "The network is better in the absolute error, ridge regression in the squared one"
    )


@pytest.mark.parametrize(
    ("outcome", "remedy"),
    [
        ("completed", "Or give the network more epochs or rows."),
        ("early_stopped", "Or give the network more rows."),
        ("diverged", "Or train it anew with a smaller learning rate: it diverged."),
        ("interrupted", "Or let it train to its end."),
    ],
)
def test_the_remedy_is_one_for_how_the_run_ended(two_classes, outcome, remedy):
    assert verdict_on(two_classes, "fair", "good", "poor", outcome=outcome).sentence.endswith(remedy)


def test_few_rows_and_reasons_not_to_trust_the_scores_are_said(two_classes):
    true, said, trivial = two_classes
    models = {"network": said["good"], "trivial": trivial, "linear": said["poor"]}
    case = of_classes(true[:60], {name: p[:60] for name, p in models.items()}, caveat="do not trust them.")
    sentence = verdict_of(case).sentence
    assert sentence.startswith("Do not trust them. ")
    assert sentence.endswith("With only 60 test rows, other rows may well say otherwise.")
    case = of_classes(true, models, fewest=(7, "yes"))
    assert (
        'Only 7 of the 600 test rows are "yes": of that class little is known.' in verdict_of(case).sentence
    )
    case = dataclasses.replace(case, groups=12)
    assert "With only 12 test groups of rows" in verdict_of(case).sentence


def test_a_verdict_survives_json(two_classes):
    verdict = verdict_on(two_classes, "good", "poor", "fair")
    assert Verdict.from_json(verdict.to_json()) == verdict
    assert str(verdict) == verdict.sentence


def test_a_caveat_is_data_and_takes_no_side(two_classes):
    verdict = verdict_on(two_classes, "poor", "good", "alike", caveat="Do not trust these scores.")
    assert verdict.caveat == "Do not trust these scores."
    assert verdict.sentence.startswith("Do not trust these scores. As they stand, ")
    assert "fallline predict" not in verdict.sentence


def test_one_that_learned_and_one_that_shows_nothing_may_still_be_alike():
    """Significant here and not there is no difference between the two: 12 rows cannot tell these apart."""
    true = np.tile([0, 1], 6)
    sure, unsure = np.where(true, 0.8, 0.2), np.where(true, 0.8, 0.2)
    unsure[:4] = 1 - unsure[:4]
    models = {
        "network": unsure,
        "trivial": np.full(12, 0.5),
        "linear": np.where(np.arange(12) < 3, 0.4, sure),
    }
    verdict = verdict_of(of_classes(true, models))
    assert verdict.kind == "did_not_learn"
    worse = next(
        item for item in verdict.comparisons if (item.baseline, item.metric) == ("linear", "log_loss")
    )
    said = (
        "learned from these rows, the network did not" if worse.high < 0 else "nor do they tell the two apart"
    )
    assert said in verdict.sentence


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([254.1, 241.3, 268.9], ["254", "241", "269"]),
        ([0.00012, -0.00085, 0.0015], ["0.00012", "-0.00085", "0.00150"]),
        ([0.041, 0.0056, 0.13], ["0.041", "0.006", "0.130"]),
        ([2e21, 1e21, 3e21], ["2.00e+21", "1.00e+21", "3.00e+21"]),
    ],
)
def test_the_numbers_of_a_bracket_have_the_same_places(values, shown):
    assert alike(values) == shown
