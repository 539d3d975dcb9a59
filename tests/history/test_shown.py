"""A history in a few lines: its end, and each value at its end and at its best."""

import numpy as np

from fallline.history import History
from fallline.history.outcome import Outcome


def history(values, outcome=None, epochs=200):
    ended = outcome or Outcome("completed", epochs, f"Trained all {epochs} epochs.")
    return History(
        values, list(range(epochs)), ended, 1.0, 1.0, {"epochs": epochs, "steps": 3, "batch_size": 32}
    )


def test_two_hundred_epochs_are_a_few_lines():
    loss, accuracy = np.linspace(2, 1, 200), np.linspace(0.1, 0.9, 200)
    rises = np.abs(np.arange(200) - 49) / 10 + 0.5
    every_tenth = np.where(np.arange(200) % 10 == 9, accuracy, np.nan)
    shown = repr(
        history(
            {"loss": loss, "val_loss": rises, "accuracy": accuracy, "val_accuracy": every_tenth, "mine": loss}
        )
    )
    assert shown.splitlines() == [
        "History of 200 epochs: Trained all 200 epochs.",
        "  loss          1 in epoch 200, best 1 in epoch 200",
        "  val_loss      15.5 in epoch 200, best 0.5 in epoch 50",
        "  accuracy      0.9 in epoch 200, best 0.9 in epoch 200",
        "  val_accuracy  0.9 in epoch 200, best 0.9 in epoch 200",
        "  mine          1 in epoch 200",
    ]
    assert len(repr(history({f"metric_{k}": loss for k in range(100)}))) < 1000


def test_epochs_count_from_1_over_the_whole_training():
    outcome = Outcome("completed", 12, "Trained epochs 11 to 12.")
    later = History({"loss": np.array([2.0, 3.0])}, [10, 11], outcome, 1.0, 1.0, {})
    assert "3 in epoch 12, best 2 in epoch 11" in repr(later)


def test_what_has_no_number_or_several():
    values = {"precision": np.zeros((2, 3)), "auc": np.full(2, np.nan)}
    assert repr(history(values, epochs=2)).splitlines()[1:] == [
        "  precision  3 values an epoch",
        "  auc        never a number",
    ]
    assert repr(history({}, epochs=0)) == "History of 0 epochs: Trained all 0 epochs."


def test_members():
    outcomes = (Outcome("completed", 2, "a"), Outcome("diverged", 1, "b"), Outcome("completed", 2, "c"))
    values = {"loss": np.array([[2.0, 1.0], [9.0, np.nan], [4.0, 3.0]])}
    assert repr(history(values, outcomes, epochs=2)).splitlines() == [
        "History of 3 members, 2 epochs: 2 completed, 1 diverged",
        "  loss  1 to 9 at the end",
    ]
