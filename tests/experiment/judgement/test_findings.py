"""What is said beside a verdict, of models whose inputs are their answers."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from fallline.data.target import TargetEncoder
from fallline.experiment.baselines import Baseline
from fallline.experiment.judgement.findings import (
    baseline_notes,
    imbalanced,
    rare_classes_note,
    row_losses,
    rows_apart_note,
    training_note,
)
from fallline.experiment.parts import Part, Prepared
from fallline.experiment.settings import Settings
from fallline.history.outcome import Outcome


class Saying:
    """A network that answers with its input."""

    def predict(self, x, verbose=0):
        return x


def part(x, y):
    return Part(np.asarray(x, float).reshape(len(y), -1), np.asarray(y), np.arange(len(y)))


def numbers(train_error, validation_error):
    """Standardised numbers whose squared errors are known."""
    target = TargetEncoder("price", "regression", mean=10.0, deviation=2.0)
    parts = [part(np.full(50, np.sqrt(error)), np.zeros(50)) for error in (train_error, validation_error)]
    return Prepared(*parts, None, None, target, "", ())


def history_of(loss, val_loss, best):
    return SimpleNamespace(
        history={"loss": loss, "val_loss": val_loss},
        epoch=list(range(len(loss))),
        outcome=Outcome("early_stopped", len(loss), "", best_epoch=best),
    )


CLASSES = TargetEncoder.fit(pl.Series("y", list("abc")))


def test_row_losses_are_in_the_targets_own_unit():
    prepared = numbers(1.0, 0.25)
    said = prepared.target.decode(prepared.train.x[:, 0])
    np.testing.assert_allclose(row_losses(prepared, prepared.train, said), 4.0)


@pytest.mark.parametrize(
    ("train", "dropout", "said"),
    [
        (
            0.11,
            0.1,
            "that is the dropout of 0.1, which only training has. It may cost more than it helps: try --dropout 0.",
        ),
        (0.11, 0.0, "the training loss is a mean over the epoch, in which the network still became better."),
        (0.5, 0.0, "without dropout it is 5 times that of the validation rows: these are easier."),
    ],
)
def test_a_validation_loss_far_below_that_of_training_is_explained(train, dropout, said):
    history = history_of([2.0, 0.5, 0.4], [1.0, 0.1, 0.2], best=1)
    note = training_note(Saying(), numbers(train, 0.1), Settings("d", dropout=dropout), history)
    assert note.startswith(
        "In epoch 2, whose weights are kept, the loss was 0.5 in training and 0.1 on the validation rows"
    )
    assert said in note


def test_losses_that_are_alike_need_no_word():
    history = history_of([2.0, 0.3], [1.0, 0.1], best=1)
    assert training_note(Saying(), numbers(0.3, 0.1), Settings("d"), history) == ""
    assert (
        training_note(
            Saying(), dataclasses.replace(numbers(0.3, 0.1), validation=None), Settings("d"), history
        )
        == ""
    )


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "Both were drawn at random"),
        ({"time": "when"}, "They are the later rows: what is predicted changes over time."),
        ({"group": "who"}, 'They are of other values of "who", which differ.'),
        ({"test": "new.csv"}, "They come from a part of their own"),
        ({"validation": "old.csv"}, "The validation rows come from a file of their own"),
    ],
)
def test_parts_that_are_far_apart_are_said_with_the_likely_reason(settings, why):
    losses = np.random.default_rng(0).exponential(size=(2, 400))
    prepared, settings = numbers(1.0, 1.0), Settings("d", **settings)
    prepared = dataclasses.replace(prepared, test=prepared.train)
    note = rows_apart_note(prepared, settings, 4 * losses[0], losses[1])
    assert note.startswith("The test rows are harder than the validation rows: RMSE ")
    assert why in note
    assert "easier" in rows_apart_note(prepared, settings, losses[0], 4 * losses[1])
    assert rows_apart_note(prepared, settings, 1.05 * losses[0], losses[1]) == ""
    assert rows_apart_note(prepared, settings, 4 * losses[0][:6], losses[1][:6]) == ""
    assert rows_apart_note(prepared, settings, losses[0], None) == ""


def test_the_rarest_classes_are_named_with_what_is_found_of_them():
    codes = np.repeat([0, 1, 2], [200, 190, 10])
    prepared = Prepared(part(np.zeros(400), codes), None, None, None, CLASSES, "", ())
    assert imbalanced(prepared)
    true, predicted = np.array([0, 2, 2, 2]), np.array([0, 2, 1, 0])
    assert rare_classes_note(prepared, true, predicted) == (
        'Of the rarest classes the network finds in the test rows: "c" 1 of 3.'
    )
    even = Prepared(part(np.zeros(9), np.repeat([0, 1, 2], 3)), None, None, None, CLASSES, "", ())
    assert not imbalanced(even)
    assert rare_classes_note(even, true, predicted) == ""
    assert not imbalanced(numbers(1.0, 1.0))


def test_two_classes_are_imbalanced_below_a_fifth():
    target = TargetEncoder.fit(pl.Series("y", ["n", "y"]))
    for rows, found in ((19, True), (20, False)):
        codes = (np.arange(100) < rows).astype(int)
        assert imbalanced(Prepared(part(np.zeros(100), codes), None, None, None, target, "", ())) is found


def test_a_baseline_of_fewer_rounds_is_named():
    prepared = numbers(1.0, 1.0)
    trees = {rounds: HistGradientBoostingRegressor(max_iter=rounds) for rounds in (26, 100)}
    [note] = baseline_notes(prepared, {"boosting": Baseline("boosting", trees[26], 100, 0.0, None)})
    assert note.startswith(
        "Boosted trees: 26 rounds in place of scikit-learn's 100, as each has a tree for every class"
    )
    assert baseline_notes(prepared, {"boosting": Baseline("boosting", trees[100], 100, 0.0, None)}) == []


def test_a_baseline_of_fewer_rows_is_named():
    prepared = numbers(1.0, 1.0)
    fitted = {
        name: Baseline(name, None, rows, 0.0, None) for name, rows in (("linear", 100), ("boosting", 60))
    }
    [note] = baseline_notes(prepared, fitted)
    assert note.startswith(
        "Boosted trees: fitted on 60 of the 100 training and validation rows, to save time"
    )
