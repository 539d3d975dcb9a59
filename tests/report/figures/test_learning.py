"""Learning curves: the kept epoch, and odd runs that must not break them."""

import numpy as np
import pytest

from fallline.report.figures import learning_curves, save_figure

HISTORY = {
    "loss": [1.0, 0.5, 0.3],
    "val_loss": [0.9, 0.6, 0.7],
    "accuracy": [0.5, 0.7, 0.9],
    "val_accuracy": [0.5, 0.6, 0.6],
}


def test_learning_curves_mark_the_best_epoch():
    figure = learning_curves(HISTORY, best_epoch=2, labels={"loss": "cross-entropy (nats a row)"})
    assert figure.get_suptitle() == "Validation loss is lowest, 0.6, at epoch 2; the training ran to epoch 3"
    loss, accuracy = figure.axes
    assert (loss.get_xlabel(), loss.get_ylabel(), accuracy.get_ylabel()) == (
        "epoch",
        "cross-entropy (nats a row)",
        "accuracy",
    )
    assert [line.get_xdata()[0] for line in loss.lines if line.get_label() == "kept: epoch 2"] == [2]
    assert loss.lines[1].get_ydata().tolist() == HISTORY["val_loss"]


@pytest.mark.parametrize(
    ("history", "best", "title"),
    [
        ({"loss": [1.0, 0.5]}, None, "Training loss 0.5 after 2 epochs; no validation rows"),
        ({"loss": [np.nan], "val_loss": [np.nan]}, None, "The loss stopped being finite in epoch 1"),
        ({"loss": [1.0, np.nan], "val_loss": [1.0, np.nan]}, 1, "The loss stopped being finite in epoch 2"),
        (
            {"loss": [2.0, 1.0], "val_loss": [2.0, 1.0]},
            2,
            "Validation loss is 1 and still falling at epoch 2, the last: more epochs may help",
        ),
    ],
)
def test_learning_curves_of_odd_runs(tmp_path, history, best, title):
    figure = learning_curves(history, best_epoch=best, labels={})
    assert " ".join(figure.get_suptitle().split()).startswith(title)
    save_figure(figure, tmp_path / "f.png")


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_epochs_are_whole_numbers_on_the_axis(tmp_path, epochs):
    figure = learning_curves({"loss": list(np.linspace(2, 1, epochs))}, best_epoch=None, labels={})
    save_figure(figure, tmp_path / "f.png")
    axis = figure.axes[0]
    low, high = axis.get_xlim()
    shown = [tick for tick in axis.get_xticks() if low <= tick <= high]
    assert shown == list(range(1, epochs + 1))


def test_a_falling_learning_rate_is_no_metric():
    figure = learning_curves({"learning_rate": [0.1, 0.05, 0.01]} | HISTORY, best_epoch=2, labels={})
    assert [axis.get_ylabel() for axis in figure.axes] == ["loss", "accuracy"]


@pytest.mark.parametrize("last", [0.02, 0.0004])
def test_words_of_an_axis_of_powers_stay_in_the_figure(tmp_path, last):
    losses = np.geomspace(0.6, last, 30).tolist()
    history = {"loss": losses, "val_loss": losses}
    figure = learning_curves(history, best_epoch=30, labels={"loss": "squared error (std. deviations²)"})
    save_figure(figure, tmp_path / "f.png")
    [axis] = figure.axes
    assert axis.yaxis.label.get_window_extent().x0 >= 0
    assert len([label for label in axis.get_yticklabels() if label.get_text()]) >= 2


def test_an_epoch_that_was_chosen_by_the_calibrated_loss_is_said_to_be_lowest_in_that():
    history = {
        "loss": [0.9, 0.5, 0.3, 0.2],
        "val_loss": [0.8, 0.6, 0.7, 0.9],
        "val_calibrated_crossentropy": [0.8, 0.6, 0.55, 0.56],
        "accuracy": [0.5, 0.6, 0.7, 0.8],
        "val_accuracy": [0.5, 0.6, 0.65, 0.6],
    }
    figure = learning_curves(history, best_epoch=3, labels={})
    title = "Validation loss at the best temperature is lowest, 0.55, at epoch 3; the training ran to epoch 4"
    assert figure.get_suptitle().replace("\n", " ") == title
    loss, accuracy = figure.axes
    assert [line.get_label() for line in loss.lines][2] == "validation, at the best temperature"
    assert len(accuracy.lines) == 3
