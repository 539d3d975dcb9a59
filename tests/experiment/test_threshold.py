"""The threshold between two classes: against a search over all of them, and what is said of it."""

import dataclasses

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from fallline.data.target import TargetEncoder
from fallline.errors import UsageError
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.settings import Settings
from fallline.experiment.threshold import (
    best_threshold,
    check_threshold,
    rare_class,
    threshold_of,
    threshold_sentence,
    with_threshold,
)


def part(y):
    return Part(np.zeros((len(y), 1)), np.asarray(y, np.int32), np.arange(len(y)))


def data(train, validation, classes=("bad", "good")):
    target = TargetEncoder.fit(pl.Series("state", classes))
    return Prepared(part(train), None if validation is None else part(validation), None, None, target, "", ())


def likely(second):
    return np.stack([1 - np.asarray(second), second], axis=1)


@pytest.mark.parametrize("criterion", ["f1", "balanced"])
@pytest.mark.parametrize("seed", range(4))
def test_none_of_all_thresholds_is_better(criterion, seed):
    generator = np.random.default_rng(seed)
    positive = generator.random(200) < 0.1
    probabilities = np.round(1 / (1 + np.exp(2 - positive - generator.normal(size=200))), 2 + seed)
    score = metrics.f1_score if criterion == "f1" else metrics.balanced_accuracy_score
    chosen = best_threshold(positive, probabilities, criterion)
    assert chosen not in probabilities
    best = max(
        score(positive, probabilities > at) for at in np.concatenate([np.unique(probabilities)[:-1], [0.5]])
    )
    assert score(positive, probabilities > chosen) >= best - 1e-12


def test_of_equally_good_ones_it_is_the_nearest_to_a_half_and_short():
    positive = np.array([False, False, False, True])
    assert best_threshold(positive, np.array([0.1, 0.2, 0.31234, 0.9]), "f1") == 0.61
    # Above 0.2 or above 0.7: one row of two is found, or both with a false alarm.
    assert best_threshold(np.array([True, True]), np.array([0.2, 0.2]), "f1") == 0.5
    close = best_threshold(np.array([False, True]), np.array([0.1234567, 0.1234569]), "f1")
    assert close == 0.1234568


def test_where_no_class_is_rare_it_is_a_half():
    even = data([0, 1] * 50, [0, 1] * 20)
    assert rare_class(even) is None
    assert threshold_of(Settings("d"), even, lambda _: 1 / 0) == 0.5
    assert threshold_of(Settings("d", threshold=0.3), even, lambda _: 1 / 0) == 0.3


@pytest.mark.parametrize("rare", [0, 1])
def test_a_rare_class_gets_the_best_f1_of_the_validation_rows(rare):
    codes = np.where(np.arange(100) < 12, rare, 1 - rare)
    prepared = data(codes, codes)
    assert rare_class(prepared) == rare
    of_rare = np.where(np.arange(100) < 12, 0.3, 0.1)
    said = likely(of_rare if rare else 1 - of_rare)
    chosen = with_threshold(Settings("d"), prepared, lambda rows: said).target
    assert chosen.threshold == (0.2 if rare else 0.8)
    np.testing.assert_array_equal(chosen.decide(said), codes)


def test_what_is_wanted_is_chosen_where_classes_are_even_too():
    codes = np.array([0, 1] * 20)
    prepared = data(codes, codes)
    said = likely(np.where(codes, 0.3, 0.1))
    assert threshold_of(Settings("d", threshold="balanced"), prepared, lambda _: said) == 0.2
    assert threshold_of(Settings("d", threshold="f1"), prepared, lambda _: said) == 0.2


def test_too_few_rows_choose_nothing():
    few = np.array([1] * 9 + [0] * 191)
    prepared = data(few, few)
    assert threshold_of(Settings("d"), prepared, lambda _: 1 / 0) == 0.5
    sentence = threshold_sentence(Settings("d"), prepared, few, likely(few * 0.9), "test")
    assert sentence == (
        '"good" is predicted where its probability is above 0.5: 9 validation rows of "good" are too few to choose one. '
        "Give a number with --threshold."
    )
    unwatched = dataclasses.replace(prepared, validation=None)
    assert "without validation rows none can be chosen" in threshold_sentence(
        Settings("d"), unwatched, few, likely(few * 0.9), "test"
    )


def test_it_says_what_a_half_would_give():
    codes = np.array([1] * 12 + [0] * 188)
    said = likely(np.concatenate([np.full(10, 0.3), [0.6, 0.1], np.full(3, 0.25), np.full(185, 0.1)]))
    settings = Settings("d")
    prepared = with_threshold(settings, data(codes, codes), lambda _: said)
    assert threshold_sentence(settings, prepared, codes, said, "test") == (
        '"good" is predicted where its probability is above 0.28, else "bad": chosen on the validation rows for the best F1 '
        'of "good". Of the test rows of "good" it finds 11 of 12, with 0 false alarms; with 0.5 it would be 1 of 12, with 0 '
        "false alarms."
    )
    given = Settings("d", threshold=0.2)
    sentence = threshold_sentence(
        given, with_threshold(given, data(codes, codes), lambda _: said), codes, said, "test"
    )
    assert (
        'above 0.2, else "bad". Of the test rows of "good" it finds 11 of 12, with 3 false alarms' in sentence
    )
    assert threshold_sentence(settings, data([0, 1] * 9, [0, 1]), np.array([0]), likely([0.1]), "test") == ""


@pytest.mark.parametrize("threshold", [0, 1, 1.5, -0.1, float("nan"), True, "f2"])
def test_what_is_no_threshold_is_refused(threshold):
    with pytest.raises(UsageError, match="threshold must be a probability"):
        Settings("d", threshold=threshold)


def test_only_two_classes_have_one():
    three = dataclasses.replace(
        data([0, 1, 2], None), target=TargetEncoder.fit(pl.Series("kind", ["a", "b", "c"]))
    )
    check_threshold(Settings("d"), three)
    with pytest.raises(UsageError, match='two classes, but "kind" is a multiclass target'):
        check_threshold(Settings("d", threshold=0.5), three)
    assert threshold_of(Settings("d"), three, lambda _: 1 / 0) == 0.5
