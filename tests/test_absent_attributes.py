"""Attributes of Keras's models, optimizers and metrics that have no counterpart name their remedy."""

from __future__ import annotations

import copy
import re

import pytest

import fallline as fl
from fallline.layers import Dense


def model():
    made = fl.Sequential([fl.Input((4,)), Dense(1)])
    made.compile("adam", "mse", metrics=["mae"])
    return made


@pytest.mark.parametrize(
    ("thing", "name", "remedy"),
    [
        (model, "losses", "objective().network.penalties"),
        (model, "metrics", 'compile_arguments()["metrics"]'),
        (model, "reset_metrics", "leave it out"),
        (model, "train_step", "fl.train runs a loss function of your own"),
        (model, "compute_loss", "fl.train"),
        (model, "add_loss", "activity_regularizer"),
        (model, "predict_classes", "predict(x).argmax(-1)"),
        (model, "predict_proba", "predict gives the probabilities"),
        (model, "fit_generator", "partial_fit"),
        (lambda: model().optimizer, "iterations", "model.optimizer_state.step"),
        (lambda: fl.optimizers.SGD(), "variables", "model.optimizer_state.slots"),
        (lambda: fl.optimizers.SGD(), "apply_gradients", "optimizer.update(gradients, state, params)"),
        (lambda: fl.metrics.Mean(), "variables", "result()"),
        (lambda: fl.metrics.AUC(), "reset_states", "write reset_state"),
    ],
)
def test_the_remedy_is_named(thing, name, remedy):
    owner = thing()
    assert not hasattr(owner, name)
    with pytest.raises(AttributeError, match=rf'has no (attribute )?"{name}": .*{re.escape(remedy)}'):
        getattr(owner, name)


def test_the_remedies_work():
    made = model()
    assert len(made.compile_arguments()["metrics"]) == 1
    assert made.objective().network.penalties(made.run_variables.params) == []
    assert made.optimizer_state is None
    made.fit([[1.0, 2.0, 3.0, 4.0]] * 8, [1.0] * 8, batch_size=4, verbose=0)
    assert int(made.optimizer_state.step) == 2
    assert set(made.optimizer_state.slots) >= {"momentum", "velocity"}


def test_other_names_are_python_s():
    with pytest.raises(AttributeError, match="'SGD' object has no attribute 'learning_rat'"):
        _ = fl.optimizers.SGD().learning_rat
    with pytest.raises(AttributeError, match="'Mean' object has no attribute 'resul'"):
        _ = fl.metrics.Mean().resul
    assert copy.deepcopy(fl.optimizers.SGD(0.5)).learning_rate == 0.5
    assert copy.copy(fl.metrics.Mean(name="m")).name == "m"
