"""Endings that a person would miss: each is a warning, once a run, with what to do."""

import warnings

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from fallline.errors import FalllineWarning, TrainingWarning
from fallline.history import History
from fallline.history.outcome import Outcome
from fallline.training.ended import warn_of_ending

X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(axis=1)
ADVICE = "Try a learning rate ten times smaller, clipnorm=1 in the optimizer, or scaled inputs"


def model_of(rate, metrics=None):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(rate), "mse", metrics=metrics)
    return model


@pytest.fixture(scope="module")
def diverging():
    return model_of(1e20)


def test_divergence_is_said_at_the_users_line_once_a_run(diverging):
    for _ in range(2):  # one line, two runs
        with pytest.warns(TrainingWarning, match="stopped being finite in epoch 1, step 2") as caught:
            history = diverging.fit(X, Y, epochs=3, verbose=0)
        (warning,) = caught
        assert warning.filename == __file__
        assert str(warning.message) == history.outcome.message
        assert "the weights are those that this run began with" in history.outcome.message
        assert ADVICE in history.outcome.message


def test_a_rule_says_which_weights_it_kept():
    schedule = fl.optimizers.schedules.PiecewiseConstantDecay([5], [1e-3, 1e38])
    with pytest.warns(
        TrainingWarning, match=r"in epoch 4, step 2; the weights are those of epoch 3, the last"
    ):
        model_of(schedule).fit(X, Y, epochs=5, verbose=0)
    keeps = EarlyStopping("loss", patience=9, restore_best_weights=True)
    with pytest.warns(
        TrainingWarning, match=r"in epoch 4, step 2; the weights are those of epoch 3, the best"
    ):
        model_of(schedule).fit(X, Y, epochs=5, verbose=0, callbacks=[keeps])


def test_functions_of_ones_own_diverge_likewise():
    def loss(params, batch):
        return (batch.x @ params["w"] - batch.y) ** 2

    with pytest.warns(TrainingWarning, match="stopped being finite in epoch 1"):
        fl.train(
            lambda key: {"w": np.zeros(3, np.float32)},
            loss,
            (X, Y),
            optimizer=fl.optimizers.SGD(1e20),
            verbose=0,
        )


def test_members_that_diverge_are_each_told():
    outcomes = (Outcome("completed", 2, "a"), Outcome("diverged", 1, "b", step=3))
    values = {"loss": np.ones((2, 2))}
    history = History(
        values, [0, 1], outcomes, 0.0, 0.0, {"epochs": 2, "initial_epoch": 0, "validation_freq": 1}
    )
    with pytest.warns(TrainingWarning, match="^b$") as caught:
        warn_of_ending(history, (), (), resumed=False)
    assert len(caught) == 1


def test_batches_are_told_of_once_until_one_is_finite_again(diverging):
    model = model_of(1e-3)
    huge = np.full_like(X, 1e30)
    before = model.get_weights()
    with pytest.warns(TrainingWarning, match="train_on_batch: .* the weights stay those before") as caught:
        losses = [model.train_on_batch(huge, Y) for _ in range(3)]
    assert not np.isfinite(losses).any()
    assert len(caught) == 1
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    model.train_on_batch(X, Y)
    with pytest.warns(TrainingWarning, match="train_on_batch"):
        model.train_on_batch(huge, Y)


def test_no_epoch_to_train():
    with pytest.warns(TrainingWarning, match="no epoch to train: epochs=5 .* initial_epoch=5"):
        model_of(1e-3).fit(X, Y, epochs=5, initial_epoch=5, verbose=0)


def never(y_true, y_pred):
    return fl.ops.mean(y_pred, axis=-1) * float("nan")


@pytest.mark.parametrize("rule", [EarlyStopping, ReduceLROnPlateau, ModelCheckpoint])
def test_a_value_that_never_was_finite(rule, tmp_path):
    options = {"monitor": "val_never", "mode": "max"}
    if rule is EarlyStopping:
        options["restore_best_weights"] = True
    if rule is ModelCheckpoint:
        options |= {"filepath": tmp_path / "best.fallline", "save_best_only": True}
    model = model_of(1e-3, [never])
    with pytest.warns(
        TrainingWarning, match=f'^{rule.__name__}: "val_never" was nan in every epoch'
    ) as caught:
        history = model.fit(X, Y, epochs=2, verbose=0, validation_split=0.2, callbacks=[rule(**options)])
    assert len(caught) == 1
    assert history.outcome.best_epoch is None
    assert not list(tmp_path.iterdir())


def test_what_ends_well_says_nothing():
    rules = [EarlyStopping("val_loss", patience=1, start_from_epoch=5), ReduceLROnPlateau("loss")]
    with warnings.catch_warnings():
        warnings.simplefilter("error", FalllineWarning)
        model_of(1e-3).fit(X, Y, epochs=2, verbose=0, validation_split=0.2, callbacks=rules)
