"""The learning rate on a plateau: the state machine by hand, and inside a run."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.engine import (
    LearningRateScheduler,
    Numbers,
    Plan,
    ReduceLROnPlateau,
    RunFacts,
    Variables,
    compilation_report,
    run,
)
from fallline.errors import UsageError
from fallline.optimizers import SGD

from .problems import classification, classifier

NOTHING = Variables({}, {})
X = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
Y = X.sum(1)


def rates(values, rate=1.0, **arguments):
    """The rate after each epoch with these values."""
    rule = ReduceLROnPlateau("val_loss", **{"mode": "min"} | arguments)
    state, found = rule.init(NOTHING), []
    for epoch, value in enumerate(values):
        results = {
            "val_loss": jnp.asarray(value, jnp.float32),
            "learning_rate": jnp.asarray(rate, jnp.float32),
        }
        state, stop = rule.observe(state, jnp.asarray(epoch), results, jnp.asarray(True), NOTHING)
        assert not stop
        rate = float(rule.rate(state, jnp.asarray(rate, jnp.float32)))
        found.append(rate)
    return found


def test_worked_examples():
    """By hand, from the equation of the class."""
    assert rates([1, 1, 1, 1, 1], factor=0.5, patience=2) == [1, 1, 0.5, 0.5, 0.25]
    assert rates([4, 3, 2, 1], factor=0.5, patience=1) == [1, 1, 1, 1]
    assert rates([1, 1, 1, 1, 1], factor=0.5, patience=1, cooldown=2) == [1, 0.5, 0.5, 0.25, 0.25]
    assert rates([1] * 5, factor=0.5, patience=1, min_lr=0.3) == [1, 0.5, *[pytest.approx(0.3)] * 3]
    assert rates([1, 0.95, 0.9, 0.7], factor=0.5, patience=2, min_delta=0.2) == [1, 1, 0.5, 0.5]
    assert rates([1, 2, 2, 3], factor=0.5, patience=1, mode="max") == [1, 1, 0.5, 0.5]


def model_of(optimizer=None, metrics=()):
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1)], seed=0)
    model.compile(optimizer or fl.optimizers.SGD(0.5), "mse", metrics=list(metrics))
    return model


def fit(model, *callbacks, **arguments):
    return model.fit(X, Y, **{"epochs": 8, "verbose": 0, "callbacks": list(callbacks)} | arguments)


def test_the_rate_is_the_one_that_trains_and_outlasts_the_run():
    """As two fits by hand, the second with the reduced rate. SGD keeps nothing that a second fit would lose."""
    model = model_of()
    history = fit(
        model, ReduceLROnPlateau("loss", factor=0.25, patience=1, min_delta=1e9), epochs=3, shuffle=False
    )
    assert history.history["learning_rate"] == [0.5, 0.5, 0.125]
    assert float(model.optimizer.learning_rate) == 0.03125
    assert sorted(history.history) == ["learning_rate", "loss"]
    other = model_of()
    first = fit(other, epochs=2, shuffle=False)
    other.optimizer.learning_rate = 0.125
    second = fit(other, epochs=1, shuffle=False)
    assert first.history["loss"] + second.history["loss"] == history.history["loss"]
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_without_a_rule_nothing_is_recorded():
    assert list(fit(model_of()).history) == ["loss"]


def test_an_epoch_between_validations_does_not_count():
    rule = ReduceLROnPlateau("val_loss", factor=0.5, patience=1, min_delta=1e9)
    history = fit(model_of(), rule, validation_data=(X, Y), validation_freq=2, epochs=7)
    assert history.history["learning_rate"] == [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_a_metric_says_itself_what_is_better():
    y = (Y > 0).astype(np.float32)
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(1, activation="sigmoid")], seed=0)
    model.compile(fl.optimizers.SGD(0.5), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(
        X, y, epochs=12, verbose=0, callbacks=[ReduceLROnPlateau("accuracy", factor=0.5, patience=1)]
    )
    best, rate, expected = -1.0, 0.5, []
    for value in history.history["accuracy"]:
        expected.append(rate)
        rate, best = (rate, value) if value > best + 1e-4 else (rate / 2, best)
    assert history.history["learning_rate"] == expected
    assert len(set(expected)) > 1


def test_new_numbers_do_not_compile_again():
    fit(model_of(), ReduceLROnPlateau("loss", factor=0.5, patience=1))
    before = len(compilation_report().programs)
    fit(
        model_of(fl.optimizers.SGD(0.25)),
        ReduceLROnPlateau("loss", 0.1, 3, min_delta=0.5, cooldown=2, min_lr=0.1),
    )
    assert len(compilation_report().programs) == before


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (
            fl.optimizers.SGD(fl.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)),
            "is the schedule ExponentialDecay",
        ),
        (fl.optimizers.RProp(), "RProp has no learning rate that could be set"),
    ],
)
@pytest.mark.parametrize("rule", [ReduceLROnPlateau("loss"), LearningRateScheduler(lambda epoch: 0.1)])
def test_only_a_constant_rate_can_be_set(optimizer, message, rule):
    with pytest.raises(UsageError, match=message):
        fit(model_of(optimizer), rule, batch_size=64)


def test_two_that_set_the_rate():
    with pytest.raises(UsageError, match="only one can set the learning rate"):
        fit(model_of(), ReduceLROnPlateau("loss"), LearningRateScheduler(lambda epoch: 0.1))


def test_a_name_that_is_not_recorded():
    with pytest.raises(
        UsageError, match='ReduceLROnPlateau: monitor "val_loss" is not recorded.*Give validation data'
    ):
        fit(model_of(), ReduceLROnPlateau())
    with pytest.raises(UsageError, match='monitor "mea" is not recorded. Did you mean "mae"'):
        fit(model_of(metrics=["mae"]), ReduceLROnPlateau("mea", mode="min"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"factor": 1.0}, "factor must be a finite number at least 0 and below 1, got 1"),
        ({"patience": -1}, "patience must be a whole number of at least 0"),
        ({"cooldown": 1.5}, "cooldown must be a whole number"),
        ({"min_lr": -0.1}, "min_lr must be a finite number at least 0"),
        ({"mode": "down"}, 'mode must be "auto", "min" or "max", got "down"'),
        ({"monitor": ""}, "monitor must be a name"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(UsageError, match=message):
        ReduceLROnPlateau(**arguments)


def plateau(factor, patience, rate):
    return ReduceLROnPlateau("loss", factor=factor, patience=patience, min_delta=0.3), rate


def scheduler(start, decay, rate):
    facts = RunFacts({}, SGD(rate), epochs=6, initial_epoch=0, steps_per_epoch=1)
    return LearningRateScheduler(lambda epoch: start * decay**epoch).bound(facts), rate


@pytest.mark.parametrize(
    "members",
    [
        [plateau(0.5, 1, 0.3), plateau(0.1, 2, 0.3), plateau(0.2, 1, 0.05)],
        [scheduler(0.3, 0.5, 0.1), scheduler(0.1, 1.0, 0.1), scheduler(0.05, 0.9, 0.2)],
    ],
    ids=["plateau", "scheduler"],
)
def test_a_member_of_a_population_is_its_solo_run(members):
    numbers = [Numbers(classifier(), SGD(rate), (rule,), seed=k) for k, (rule, rate) in enumerate(members)]
    plan, data = Plan(epochs=6, batch_size=64), classification()
    together = run(numbers[0].objective, data, plan, Numbers.stack(numbers))
    for member, own in enumerate(numbers):
        solo = run(own.objective, data, plan, own)
        np.testing.assert_array_equal(together.trace["learning_rate"][member], solo.trace["learning_rate"])
        np.testing.assert_allclose(together.trace["loss"][member], solo.trace["loss"], rtol=1e-5)
    assert len({tuple(rates) for rates in together.trace["learning_rate"].tolist()}) == 3
