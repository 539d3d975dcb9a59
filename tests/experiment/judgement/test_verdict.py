"""The verdict: what it says when, on predictions that are made so that the truth is known."""

import dataclasses
import re

import numpy as np
import pytest
from scipy import stats

from fallline.errors import SavedFileError
from fallline.experiment.judgement.bootstrap import Estimate, estimates
from fallline.experiment.judgement.case import Case
from fallline.experiment.judgement.doubts import worst_share
from fallline.experiment.judgement.drawing import Drawing
from fallline.experiment.judgement.verdict import verdict_of
from fallline.experiment.scores import ClassMeasures, ValueMeasures
from fallline.report.contents import alike
from fallline.report.verdict import Verdict


def of_classes(true, said, **facts):
    """A case of models that give the second of two classes these probabilities, or of more classes theirs."""
    given = {name: np.stack([1 - p, p], axis=1) if p.ndim == 1 else p for name, p in said.items()}
    rare = 1 if facts.get("imbalanced") else None
    models = {name: ClassMeasures.of(true, p, p.argmax(axis=1), rare) for name, p in given.items()}
    task = "binary" if next(iter(given.values())).shape[1] == 2 else "multiclass"
    return Case(task, "y", estimates(models, Drawing(len(true))), len(true), **facts)


def of_values(true, said, **facts):
    models = {name: ValueMeasures.of(true, values) for name, values in said.items()}
    share = worst_share((said["network"] - true) ** 2)
    return Case(
        "regression", "strength", estimates(models, Drawing(len(true))), len(true), worst_share=share, **facts
    )


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


@pytest.fixture(scope="module")
def estimated(two_classes):
    """The scores of all these models on the same resamples."""
    true, said, trivial = two_classes
    return of_classes(true, said | {"trivial": trivial}).scores


def verdict_on(estimated, network, linear, boosting, **facts):
    names = {"network": network, "trivial": "trivial", "linear": linear, "boosting": boosting}
    return verdict_of(Case("binary", "y", {name: estimated[of] for name, of in names.items()}, 600, **facts))


def test_a_network_better_than_every_baseline_has_earned_its_keep(estimated):
    verdict = verdict_on(estimated, "good", "poor", "fair")
    assert (verdict.kind, verdict.best, verdict.doubts) == ("earned", "network", ())
    assert verdict.subject == "The network earned its keep: better than boosted trees, the best baseline."
    assert re.fullmatch(
        r"Log loss 0\.\d+ against 0\.\d+: better by 0\.\d+ \(95 % interval 0\.\d+ to 0\.\d+\)\.",
        verdict.numbers,
    )
    assert verdict.command == "fallline predict RUN DATA"
    assert {(item.baseline, item.metric) for item in verdict.comparisons} == {
        (baseline, metric)
        for baseline in ("trivial", "linear", "boosting")
        for metric in ("log_loss", "auc", "accuracy")
    }
    assert all(item.low <= item.value <= item.high for item in verdict.comparisons)
    for item in verdict.comparisons:
        sign = -1 if item.metric == "log_loss" else 1
        assert item.value == pytest.approx(sign * (item.network - item.other))


def test_one_baseline_that_is_as_good_leaves_it_undecided(estimated):
    verdict = verdict_on(estimated, "good", "poor", "alike")
    assert verdict.kind == "undecided"
    assert verdict.subject == "The network and boosted trees cannot be told apart."
    option = "" if verdict.best == "network" else f" --model {verdict.best}"
    assert verdict.command == f"fallline predict RUN DATA{option}"
    linear = next(
        item for item in verdict.comparisons if (item.baseline, item.metric) == ("linear", "log_loss")
    )
    assert linear.side == 1


def test_a_baseline_that_wins_is_said_first_and_how_it_is_used(estimated):
    verdict = verdict_on(estimated, "fair", "good", "poor", run="runs/a 1")
    assert (verdict.kind, verdict.best) == ("baseline_better", "linear")
    assert verdict.subject == "Logistic regression is better than the network."
    assert ": worse by 0." in verdict.numbers
    assert verdict.command == "fallline predict 'runs/a 1' DATA --model linear"
    trees = verdict_on(estimated, "fair", "poor", "good")
    assert trees.subject == "Boosted trees are better than the network."
    assert trees.sentence.endswith("To go on: `fallline predict RUN DATA --model boosting`")


@pytest.mark.parametrize("network", ["good", "fair", "alike", "poor"])
@pytest.mark.parametrize(
    "caveat", ["", "These scores are not for later rows: test rows lie between training rows."]
)
def test_a_verdict_has_at_most_four_lines_of_about_eighty_signs(estimated, network, caveat):
    for linear, boosting in (("poor", "fair"), ("fair", "alike"), ("good", "poor")):
        verdict = verdict_on(
            estimated, network, linear, boosting, caveat=caveat, fewest=(7, "yes"), run="runs/houses-1"
        )
        assert 2 <= len(verdict.lines) <= 4
        assert max(map(len, verdict.lines)) <= 82
        assert verdict.sentence == " ".join(verdict.lines)


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
    assert verdict.subject == "The network did not learn: it is not shown to beat the classes' shares."
    assert verdict.doubts == ("Nor is any other model: the inputs may tell nothing about the target.",)
    assert verdict.command == ""
    verdict = verdict_of(of_classes(true, models | {"boosting": said["good"]}))
    assert (verdict.kind, verdict.best) == ("did_not_learn", "boosting")
    assert verdict.subject == "Boosted trees learned from these rows, the network did not."
    assert verdict.command == "fallline predict RUN DATA --model boosting"


def test_a_good_order_with_bad_probabilities_is_said(two_classes):
    true, said, trivial = two_classes
    odds = np.log(said["good"] / (1 - said["good"]))
    models = {"network": sigmoid(6 * odds + 4), "trivial": trivial, "linear": said["fair"]}
    verdict = verdict_of(of_classes(true, models))
    assert (verdict.kind, verdict.best) == ("mixed", "linear")
    assert verdict.subject == "Logistic regression gives better probabilities, the network the better order."
    assert re.fullmatch(
        r"Log loss worse by \S+ \(95 % interval \S+ to \S+\), AUC better by \S+ \(\S+ to \S+\)\.",
        verdict.numbers,
    )
    assert verdict.doubts[0] == "The network's probabilities are not shown to beat the classes' shares."


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
    assert "macro_auc" in {item.metric for item in verdict.comparisons}
    assert verdict_of(of_classes(true, said | {"network": said["trivial"]})).kind == "did_not_learn"


def test_no_other_model_leaves_it_open(two_classes):
    true, said, trivial = two_classes
    verdict = verdict_of(of_classes(true, {"network": said["good"], "trivial": trivial}))
    assert (verdict.kind, verdict.best) == ("undecided", "network")
    assert verdict.subject == "The network has learned; no other model was fitted to compare it with."


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
    assert verdict.subject == "The network earned its keep: better than boosted trees in absolute error."
    assert verdict.numbers.startswith("MAE ")
    squared = np.sort((concrete[1]["network"] - concrete[0]) ** 2)
    share = 100 * squared[-3:].sum() / squared.sum()
    said = f"The squared error cannot tell; 3 rows (1 %) carry {share:.0f} % of the network's."
    assert verdict.doubts == (said,)


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
    doubt = "The absolute error is better at 95 %, not at the 97.5 % that two measures need."
    assert (doubt in verdict_of(case).doubts) == (kind == "undecided")


def test_numbers_better_in_both_errors_worse_and_nothing_learned(concrete):
    true, said = concrete
    near, far = true + (said["boosting"] - true) / 3, said["boosting"]
    models = {"network": near, "trivial": said["trivial"], "linear": far}
    verdict = verdict_of(of_values(true, models))
    assert verdict.kind == "earned"
    assert verdict.subject == "The network earned its keep: better than ridge regression."
    assert verdict.numbers.startswith("RMSE ")
    verdict = verdict_of(of_values(true, models | {"network": far, "linear": near}))
    assert (verdict.kind, verdict.best) == ("baseline_better", "linear")
    assert verdict.subject == "Ridge regression is better than the network."
    nothing = np.random.default_rng(7).normal(36, 10, 206)
    verdict = verdict_of(of_values(true, models | {"network": nothing, "linear": said["trivial"]}))
    assert verdict.kind == "did_not_learn"
    assert verdict.subject == "The network did not learn: it is not shown to beat the mean."


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
    assert (
        verdict.subject == "The network is better in the absolute error, ridge regression in the squared one."
    )


def test_few_rows_are_said(two_classes):
    true, said, trivial = two_classes
    models = {"network": said["good"], "trivial": trivial, "linear": said["poor"]}
    case = of_classes(true[:60], {name: p[:60] for name, p in models.items()})
    assert "With only 60 test rows, other rows may well say otherwise." in verdict_of(case).doubts
    case = of_classes(true, models, fewest=(7, "yes"))
    assert verdict_of(case).doubts == (
        'Only 7 of the 600 test rows are "yes": of that class little is known.',
    )
    for fewest, few, doubt in (
        ((0, "yes"), 1, 'None of the 600 test rows is "yes": of that class nothing is known.'),
        ((1, "c"), 3, '3 classes have fewer than 10 test rows, "c" 1: of these little is known.'),
    ):
        changed = dataclasses.replace(case, fewest=fewest, few_classes=few)
        assert verdict_of(changed).doubts == (doubt,)
    case = dataclasses.replace(case, groups=12)
    assert verdict_of(case).doubts == (
        "With only 12 test groups of rows, other rows may well say otherwise.",
    )
    case = dataclasses.replace(case, groups=None, fewest=None, repeating=12)
    assert verdict_of(case).doubts == ("12 test rows repeat training rows and are left out of this verdict.",)


def test_what_speaks_against_the_verdict_is_a_doubt(two_classes):
    true, said, trivial = two_classes
    flat = 0.5 + 0.9 * (said["good"] - 0.5)  # the order of the best, less sure
    models = {"network": said["good"], "trivial": trivial, "linear": flat}
    verdict = verdict_of(of_classes(true, models))
    assert not any("better" in doubt for doubt in verdict.doubts)
    scores = of_classes(true, models).scores
    accurate = {name: dict(of) for name, of in scores.items()}
    accurate["linear"]["accuracy"] = Estimate(0.99, np.full(1000, 0.99), 600)
    for linear, doubt in (
        (0.99, "But logistic regression has the better accuracy, beyond chance."),
        (0.0, ""),
    ):
        accurate["linear"]["accuracy"] = Estimate(linear, np.full(1000, linear), 600)
        accurate["linear"]["log_loss"] = Estimate(0.69, np.full(1000, 0.69), 600)
        verdict = verdict_of(Case("binary", "y", accurate, 600))
        assert verdict.kind == "earned"
        assert verdict.doubts == ((doubt,) if doubt else ())
    accurate["linear"]["log_loss"] = accurate["network"]["log_loss"]
    assert verdict_of(Case("binary", "y", accurate, 600)).doubts == (
        "But the network has the better accuracy, beyond chance.",
    )


def test_a_verdict_survives_json(estimated):
    verdict = verdict_on(estimated, "good", "poor", "fair")
    assert Verdict.from_json(verdict.to_json()) == verdict
    assert str(verdict) == verdict.sentence == verdict.to_json()["sentence"]
    with pytest.raises(SavedFileError):
        Verdict.from_json(verdict.to_json() | {"kind": "fine"})


@pytest.mark.parametrize(
    ("network", "subject"),
    [
        ("good", "In doubt: as scored, the network is better than boosted trees."),
        ("poor", "In doubt: as scored, boosted trees are better than the network."),
    ],
)
def test_scores_that_are_not_to_be_trusted_are_no_verdict(estimated, network, subject):
    caveat, remedy = "Do not trust these scores.", "fallline train --config RUN/config.json --drop again"
    verdict = verdict_on(estimated, network, "poor", "fair", caveat=caveat, remedy=remedy, fewest=(7, "yes"))
    assert (verdict.kind, verdict.subject, verdict.caveat) == ("in_doubt", subject, caveat)
    assert verdict.lines[2:] == (caveat, f"To go on: `{remedy}`")
    assert verdict.doubts[1].startswith("Only 7")
    assert verdict.to_json()["kind"] == "in_doubt"


def test_a_network_that_shows_nothing_in_spite_of_a_leak_has_not_learned(two_classes):
    true, said, trivial = two_classes
    models = {"network": trivial, "trivial": trivial, "linear": said["good"]}
    verdict = verdict_of(of_classes(true, models, caveat="Do not trust these scores."))
    assert (verdict.kind, verdict.doubts[0], verdict.command) == (
        "did_not_learn",
        "Do not trust these scores.",
        "",
    )


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
    said = "learned from these rows, the network did not." if worse.high < 0 else "do not tell the two apart."
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
