"""What rules print with verbose=1, and what the run has told them."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def fit(*callbacks, rate=0.1, **arguments):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(rate), "mse")
    return model.fit(X, Y, **{"epochs": 4, "verbose": 0, "callbacks": list(callbacks)} | arguments)


def test_a_schedule_says_each_rate(capsys):
    fit(LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1), verbose=1), epochs=2)
    assert capsys.readouterr().out.splitlines() == [
        "epoch 1: LearningRateScheduler set the learning rate to 0.1",
        "epoch 2: LearningRateScheduler set the learning rate to 0.05",
    ]


def test_a_reduction_is_said_of_the_epoch_that_caused_it(capsys):
    rule = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9, verbose=1)
    history = fit(rule)
    rates = history.history["learning_rate"]
    assert rates == pytest.approx([0.1, 0.1, 0.05, 0.025])
    assert capsys.readouterr().out.splitlines() == [
        "epoch 2: ReduceLROnPlateau reduced the learning rate to 0.05",
        "epoch 3: ReduceLROnPlateau reduced the learning rate to 0.025",
    ]


def test_early_stopping_says_that_it_stopped_and_what_it_restored(capsys):
    rule = EarlyStopping("loss", min_delta=1e9, patience=1, restore_best_weights=True, verbose=1)
    history = fit(rule)
    assert history.outcome.kind == "early_stopped"
    assert capsys.readouterr().out.splitlines() == [
        "epoch 2: early stopping",
        "the weights are those of the best epoch, 1",
    ]


def test_a_run_that_goes_to_its_end_was_not_stopped(capsys):
    fit(EarlyStopping("loss", patience=9, verbose=1))
    assert capsys.readouterr().out == ""


def test_without_verbose_nothing_is_said(capsys):
    fit(
        EarlyStopping("loss", min_delta=1e9, patience=3),
        ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9),
    )
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["stopped_epoch", "best", "wait", "best_weights"])
def test_what_keras_keeps_in_the_callback_is_in_the_history(name):
    with pytest.raises(AttributeError, match=f"EarlyStopping has no {name}: .* after fit see "):
        getattr(EarlyStopping(), name)
    with pytest.raises(AttributeError, match="EarlyStopping has no bests.$"):
        EarlyStopping().bests  # noqa: B018 - the error is the point


def test_a_line_per_epoch_on_standard_output(capsys):
    fit(epochs=3, verbose=2)
    shown = capsys.readouterr()
    assert [line.split("  ")[0] for line in shown.out.splitlines()] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert shown.err == ""


@pytest.mark.parametrize("verbose", [3, "yes", None])
def test_what_is_no_verbosity(verbose):
    with pytest.raises(fl.errors.UsageError, match='verbose must be "auto", 0, 1 or 2'):
        fit(verbose=verbose)


@pytest.mark.parametrize(("verbose", "told"), [(0, 0), ("auto", 1), (True, 1), (2, 2)])
def test_callbacks_know_the_verbosity(verbose, told):
    seen = []
    fit(
        fl.callbacks.LambdaCallback(set_params=lambda params: seen.append(params["verbose"])), verbose=verbose
    )
    assert seen == [told]
