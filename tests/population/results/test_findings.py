"""Sentences: the best and how surely, rivals, what diverged and what that shares, axes that matter."""

import math

import numpy as np
import pytest

from fallline.population.results.divergence import divergence_text
from fallline.population.results.findings import findings, p_text, plus_minus
from fallline.population.results.results import Results

from .made import members

OPTIMIZERS = [{"optimizer": name} for name in ("sgd", "nesterov", "adam")]


def runs(means, seeds=20, spread=0.008):
    generator = np.random.default_rng(0)
    return [list(mean + spread * generator.normal(size=seeds)) for mean in means]


def test_the_best_its_rivals_and_what_the_test_speaks_of():
    said = findings(members(runs([0.85, 0.911, 0.912]), settings=OPTIMIZERS), False, monitor="val_accuracy")
    assert said[0] == "adam is best: val_accuracy 0.915 ± 0.004 over 20 seeds (± is the 95 % interval)."
    assert said[1].startswith("nesterov (p = 0.")
    assert said[1].endswith(") cannot be told from it.")
    assert said[2].startswith("optimizer matters: ")
    assert said[-1].startswith("The tests speak of other seeds on this split")


def test_a_clear_winner():
    said = findings(members(runs([0.85, 0.9, 0.95]), settings=OPTIMIZERS), False)
    assert said[1] == "It is better than each of the 2 others beyond chance (p below 0.001)."


def test_many_rivals_are_counted():
    said = findings(members(runs([0.9] * 12)), False)
    assert said[1].startswith("11 of 11 others cannot be told from it (p ")


def test_rivals_of_one_p():
    said = findings(members([[0.5, 0.6, 0.7]] * 6), False)
    assert said[1] == "5 of 5 others cannot be told from it (p = 1.00)."


def test_single_runs_are_said_to_say_little():
    said = findings(members([[0.5], [0.4]], settings=OPTIMIZERS[:2]), True, monitor="val_loss")
    assert said == [
        "nesterov is best: val_loss 0.4, in one run.",
        "Each candidate ran once: luck cannot be told from skill. Give seeds= or folds=.",
    ]


def test_one_candidate_is_best_of_nobody():
    assert findings(members([[0.5, 0.7]], settings=[{"units": 64}]), True, monitor="val_loss")[0].startswith(
        "64: val_loss 0.6"
    )


@pytest.mark.parametrize(
    ("settings", "bad", "text"),
    [
        ([{"rate": r} for r in (0.01, 0.1, 0.5, 1.0)], {2, 3}, "2 of 4 members diverged (members 2, 3): all 2 have rate at least 0.5, as no other has."),
        ([{"rate": r} for r in (0.01, 0.1, 0.5, 1.0)], {0}, "1 of 4 members diverged (member 0): it has rate at most 0.01, as no other has."),
        ([{"opt": o} for o in ("sgd", "adam", "sgd", "adam")], {0, 2}, "2 of 4 members diverged (members 0, 2): all 2 have opt sgd, as no other has."),
        ([{"rate": r} for r in (0.01, 0.1, 0.5, 1.0)], {1}, "1 of 4 members diverged (member 1), all with rate 0.1, as others that did not."),
        ([{"opt": "sgd", "rate": r} for r in (0.5, 1.0)], {0, 1}, "All 2 members diverged, all with opt sgd, rate from 0.5 to 1. Try a learning rate ten times smaller, clipnorm=1 in the optimizer, or scaled inputs."),
        ([{"opt": o, "rate": r} for o in ("sgd", "adam") for r in (0.01, 1.0, 2.0)], {1, 2}, "2 of 6 members diverged (members 1, 2): all 2 have opt sgd and rate at least 1, as no other has."),
        ([{"opt": "sgd", "momentum": 0.9}, {"opt": "sgd", "momentum": 0.5}, {"opt": "adam"}], {0}, "1 of 3 members diverged (member 0): it has momentum at least 0.9, as no other has."),
        ([{"opt": "sgd"}, {"opt": "adam"}], {0, 1}, "All 2 members diverged. Try a learning rate ten times smaller, clipnorm=1 in the optimizer, or scaled inputs."),
        ([{"opt": "sgd"}], set(), None),
    ],
)  # fmt: skip
def test_what_diverged_and_what_it_shares(settings, bad, text):
    scores = [[math.nan if k in bad else 0.5] for k in range(len(settings))]
    assert divergence_text(members(scores, settings=settings)) == text


def test_all_diverged_is_all_there_is_to_say():
    [said] = findings(members([[math.nan]] * 2, settings=OPTIMIZERS[:2]), True)
    assert said.startswith("All 2 members diverged")


def test_nothing_trained():
    assert findings([], True) == ["No member has a score yet."]


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (0.9123456, 0.0041, "0.912 ± 0.004"),
        (1234.56, 12.3, "1,235 ± 12"),
        (0.5, 0.31, "0.500 ± 0.310"),
        (1e-9, 3e-10, "1.000e-09 ± 3.0e-10"),
        (3e7, 2e6, "3.000e+07 ± 2.0e+06"),
    ],
)
def test_means_with_half_their_interval(mean, half, text):
    assert plus_minus(mean, half) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "below 0.001"), (0.0123, "0.012"), (0.3149, "0.31"), (1.0, "1.00")]
)
def test_p_values(p, text):
    assert p_text(p) == text


def test_the_noun_says_the_same():
    made = members(runs([0.85, 0.911, 0.912]), settings=OPTIMIZERS)
    results = Results(made, {}, "val_accuracy", minimise=False)
    assert results.findings() == findings(made, False, monitor="val_accuracy")
    assert results.rank().best.name == "adam"
    assert results.effect("optimizer").axis == "optimizer"
    assert len(results.frame()) == 60
    assert len(results.curves_frame()) == 180
