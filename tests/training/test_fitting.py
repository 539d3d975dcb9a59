"""From arguments to a run: callbacks sorted, data checked, counts required, seeds of later fits."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import fallline as fl
from fallline.callbacks import Callback, EarlyStopping
from fallline.data.arrays import as_rows
from fallline.engine import Batch, CompiledProgram, GradientNorm, Plan, WeightNorm
from fallline.errors import DataWarning, UsageError
from fallline.optimizers import SGD
from fallline.training.fitting import seed_of_fit
from fallline.training.listed import bound_plan, split_callbacks
from fallline.training.rows import require_counts, training_data

X = np.arange(30, dtype=np.float32).reshape(10, 3)
Y = np.arange(10, dtype=np.float32)


def test_callbacks_are_sorted_by_where_they_act():
    rule, probe, looker, other = EarlyStopping(), GradientNorm(), Callback(), WeightNorm()
    rules, observers, probes = split_callbacks([looker, other, rule, probe])
    assert (rules, observers, probes) == ((rule,), (looker,), (other, probe))
    assert split_callbacks(None) == ((), (), ())
    assert split_callbacks(rule) == ((rule,), (), ())
    assert split_callbacks((looker,)) == ((), (looker,), ())


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([EarlyStopping], r"write EarlyStopping\(\)"),
        (Callback, r"write Callback\(\)"),
        ("early", 'got "early". Known: BackupAndRestore'),
        ("EarlyStoping", 'got "EarlyStoping". Did you mean "EarlyStopping"'),
        ([None], "got NoneType"),
    ],
)
def test_what_is_no_callback(callbacks, message):
    with pytest.raises(UsageError, match=f"callbacks: .*{message}"):
        split_callbacks(callbacks)


@pytest.mark.parametrize("count", [1, np.int64(3), np.uint8(1), None])
def test_counts_pass_beside_one_that_does_not(count):
    with pytest.raises(UsageError, match="^rows must be a whole number of at least 1, got 0"):
        require_counts(steps=count, rows=0)


@pytest.mark.parametrize("count", [0, -1, 1.0, True, "1", np.float32(1), [1]])
def test_what_is_no_count(count):
    with pytest.raises(UsageError, match="^steps must be a whole number of at least 1, got "):
        require_counts(rows=1, steps=count)


def test_seeds_of_fits():
    assert seed_of_fit(None, 7, 0) == 7
    assert seed_of_fit(3, 7, 5) == 3
    later = [seed_of_fit(None, 7, fits) for fits in range(20)]
    assert len(set(later)) == 20
    assert all(0 <= seed < 2**31 for seed in later)


def test_parts_of_the_data_are_each_read():
    seen = []

    def read(x, y, weight, where):
        seen.append((len(x), where))
        return Batch(x, y, weight)

    with pytest.warns(DataWarning, match="sorted by their target"):
        data = training_data(read, X, Y, validation_split=0.3)
    assert (data.train.rows, data.validation and data.validation.rows) == (7, 3)
    training_data(read, X, Y, validation_data=(X[:4], Y[:4]))
    cut = training_data(read, X, Y, validation_data=[X[:6]], validation_rows=2)
    assert cut.validation is not None
    assert cut.validation.rows == 2
    assert seen == [(10, ""), (10, ""), (4, "validation_data: "), (10, ""), (6, "validation_data: ")]
    assert training_data(read, X, Y).validation is None


def test_class_weights_count_in_training_alone():
    labels = np.arange(10) % 2
    data = training_data(
        lambda x, y, weight, where: Batch(x, y, weight),
        X,
        labels,
        np.linspace(1, 2, 10),
        validation_split=0.3,
        class_weight={1: 5.0},
    )
    np.testing.assert_allclose(
        data.train.weight, np.linspace(1, 2, 10)[:7] * np.where(labels[:7], 5, 1), rtol=1e-6
    )
    assert data.validation is not None
    np.testing.assert_array_equal(data.validation.weight, np.linspace(1, 2, 10)[7:])
    both = training_data(as_rows, X, labels, validation_data=(X, labels), validation_split=0.3)
    assert both.validation is not None
    assert (both.train.rows, both.validation.rows) == (10, 10), "as in Keras, the data given go first"


def test_rules_learn_what_is_better_and_how_long_the_run_is():
    plan = Plan(optimizer=SGD(), epochs=7, batch_size=4, initial_epoch=2)
    rules = [EarlyStopping("val_roc"), EarlyStopping("loss"), EarlyStopping("own", mode="max")]
    bound = bound_plan(plan, rules, {"loss": "min", "roc": "max", "own": None}, Batch(X))
    assert [rule.mode for rule in bound.rules] == ["max", "min", "max"]
    assert plan.rules == ()
    with pytest.raises(UsageError, match='pass mode="max" or mode="min"'):
        bound_plan(plan, [EarlyStopping("val_own")], {"own": None}, Batch(X))
    seen = []

    class Looking(EarlyStopping):
        def bound(self, facts):
            seen.append((facts.epochs, facts.initial_epoch, facts.steps_per_epoch))
            return super().bound(facts)

    for given in (plan, dataclasses.replace(plan, steps_per_epoch=9)):
        bound_plan(given, [Looking("loss")], {"loss": "min"}, Batch(X))
    assert seen == [(7, 2, 3), (7, 2, 9)]


@pytest.mark.parametrize(
    ("hook", "instead"), [("on_test_end", "on_epoch_end"), ("on_predict_batch_begin", "around predict")]
)
def test_hooks_that_nothing_calls_are_refused(hook, instead):
    mine = type("Mine", (Callback,), {hook: lambda self, *arguments: None})
    with pytest.raises(UsageError, match=f"Mine defines {hook}, which is never called: .*{instead}"):
        split_callbacks([mine()])


def fit_with_probes():
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.SGD(1e-4), "mse")
    probes = [WeightNorm(), GradientNorm()]
    return model, model.fit(X, Y, np.int64(4), np.int32(2), verbose=0, callbacks=probes)


def test_parameters_of_a_run_are_plain_numbers(tmp_path):
    """NumPy's whole numbers are taken, and the history can still be written as JSON."""
    model, history = fit_with_probes()
    assert history.params == {
        "epochs": 2,
        "initial_epoch": 0,
        "steps": 3,
        "batch_size": 4,
        "validation_freq": 1,
    }
    history.to_json(tmp_path / "h.json")
    assert json.loads((tmp_path / "h.json").read_text())["params"] == history.params
    norm = np.linalg.norm(model.get_weights()[0])
    assert history.history["weight_norm/dense/kernel"][-1] == pytest.approx(norm, rel=1e-6)
    assert len(history.history["gradient_norm/dense/bias"]) == 2
    assert history.seconds > 0
    assert history.compile_seconds > 0
    assert fit_with_probes()[1].compile_seconds == 0, "the same program is not compiled again"


def test_a_run_that_fails_keeps_what_was_shown_last(monkeypatch):
    """As where memory is gone in the fourth dispatch: weights of epoch 3, a history of three epochs."""

    class Keeping(Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append((float(logs["loss"]), self.model.get_weights()[0]))

    def failing(self, *arguments):
        if self.name == "train":
            calls.append(self)
            if len(calls) == 4:
                raise MemoryError("no memory is left.")
        return run_program(self, *arguments)

    kept, calls, run_program = [], [], CompiledProgram.__call__
    monkeypatch.setattr(CompiledProgram, "__call__", failing)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(fl.optimizers.Adam(0.01), "mse")
    with pytest.raises(MemoryError):
        model.fit(X, Y, epochs=9, verbose=0, callbacks=[Keeping()], initial_epoch=1)
    assert len(kept) == 3
    np.testing.assert_array_equal(model.get_weights()[0], kept[-1][1])
    assert model.history.outcome.kind == "failed"
    assert "Failed after 4 epochs with MemoryError: no memory is left." in model.history.outcome.message
    assert model.history.history["loss"] == pytest.approx([loss for loss, _ in kept])
    assert model.history.epoch == [1, 2, 3]
    assert np.isfinite(model.fit(X, Y, epochs=1, verbose=0).history["loss"]).all()
