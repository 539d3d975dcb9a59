"""What is said of how a run ended."""

import pytest

from fallline.engine.endings import completed, interrupted


@pytest.mark.parametrize(
    ("first", "epochs", "said"),
    [
        (0, 1, "Trained 1 epoch."),
        (0, 2, "Trained all 2 epochs."),
        (1, 2, "Trained epoch 2."),
        (1, 3, "Trained epochs 2 to 3."),
        (2, 2, "There was no epoch to train: epochs is not beyond initial_epoch."),
    ],
)
def test_epochs_are_counted_in_their_number(first, epochs, said):
    assert completed(first, epochs, None).message == said


@pytest.mark.parametrize(
    ("epochs", "step", "said"),
    [(1, 0, "after 1 epoch;"), (1, 1, "after 1 epoch and 1 step;"), (2, 5, "after 2 epochs and 5 steps;")],
)
def test_an_interrupted_run_says_how_far_it_came(epochs, step, said):
    assert said in interrupted(epochs, step, None).message
