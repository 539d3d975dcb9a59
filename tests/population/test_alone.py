"""Members are what they are alone, whatever a builder makes: given weights, own functions, several inputs, rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
import optax
from tests.population.test_population import X, Y

import fallline as fl
from fallline.compilation.program import compilation_report
from fallline.own.settings import seeds_from
from fallline.population import Population

FIT = {"epochs": 3, "validation_split": 0.25, "batch_size": 16, "verbose": 0}


def check(
    population: Population,
    make: Callable[[Mapping[str, Any]], tuple[Any, Mapping[str, Any]]],
    x: Any,
    y: Any,
    fit: Mapping[str, Any],
) -> None:
    """Each member against a model of its own, trained by itself: `make(settings) -> model, arguments of fit`."""
    for member in population.members:
        with seeds_from(member.seed):
            alone, own = make(member.settings)
        alone._reseed(member.seed)
        history = alone.fit(x, y, **fit | own, seed=member.seed)
        assert member.outcome == history.outcome
        assert member.history is not None
        assert member.history.history.keys() == history.history.keys()
        for name, values in history.history.items():
            np.testing.assert_allclose(
                member.history.history[name], values, rtol=3e-5, atol=3e-6, err_msg=name
            )
        for one, other in zip(
            *map(jax.tree.leaves, (member.model.predict(x), alone.predict(x))), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def runs_compiled() -> int:
    """How many programs were compiled that train a population."""
    return sum("population" in program.name for program in compilation_report().programs)


def test_given_weights_own_functions_and_a_shape_from_the_data() -> None:
    """Of one program: an adapted layer that all share, weights that some are given, lambdas, and Optax."""
    scaled = fl.layers.Normalization()
    scaled.adapt(X)
    trained = [np.full((4, 5), 0.1), np.zeros(5), np.full((5, 2), 0.3), np.zeros(2)]

    def build(dropout: float, given: bool) -> fl.Sequential:
        model = fl.Sequential(
            [
                scaled,
                fl.layers.Dense(5),
                fl.layers.Lambda(lambda x: 2.0 * fl.ops.tanh(x)),
                fl.layers.Dropout(dropout),
                fl.layers.Dense(2, activation="softmax"),
            ]
        )
        model.compile(
            optax.adam(0.01),
            loss=lambda y, p: fl.losses.sparse_categorical_crossentropy(y, p),
            weighted_metrics=["accuracy"],
        )
        if given:
            model.build((None, 4))
            model.set_weights([*scaled.get_weights(), *trained])
        return model

    fit = FIT | {"class_weight": {0: 1.0, 1: 3.0}, "sample_weight": np.linspace(0.5, 2, 120)}
    before = runs_compiled()
    population = Population(build, {"dropout": [0.1, 0.4], "given": [True, False]}, seeds=2)
    population.fit(X, Y, **fit)
    assert runs_compiled() == before + 1
    check(population, lambda settings: (build(**settings), {}), X, Y, fit)


class TwoHeads(fl.Model):
    """As written in Keras."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.hidden = fl.layers.Dense(5, activation="relu")
        self.drop = fl.layers.Dropout(rate)
        self.kind = fl.layers.Dense(2, activation="softmax")
        self.size = fl.layers.Dense(1)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        together = fl.ops.concatenate([inputs["a"], inputs["b"]], axis=1)
        hidden = self.drop(self.hidden(together), training=training)
        return [self.kind(hidden), self.size(hidden)]


def test_several_inputs_and_outputs_rules_schedules_and_hard_examples() -> None:
    """Of one program too: the numbers of schedules, of rules and of what chooses the rows."""

    def build(learning_rate: float, decay: float) -> fl.Model:
        model = TwoHeads(0.2)
        rate = fl.optimizers.schedules.ExponentialDecay(learning_rate, 10, decay)
        model.compile(
            fl.optimizers.Adam(rate), ["sparse_categorical_crossentropy", "mse"], loss_weights=[1.0, 0.3]
        )
        return model

    def callbacks(patience: int) -> list[Any]:
        return [
            fl.callbacks.EarlyStopping(patience=patience, restore_best_weights=True),
            fl.callbacks.TerminateOnNaN(),
        ]

    x, y = {"a": X[:, :1], "b": X[:, 1:]}, [Y, X[:, 0]]
    fit = FIT | {"epochs": 5, "steps_per_epoch": 4, "sampling": fl.data.HardExamples()}
    axes = {"learning_rate": [0.01, 0.3], "decay": [0.9, 0.5], "patience": [1, 3]}
    before = runs_compiled()
    population = Population(build, axes).fit(x, y, callbacks=callbacks, **fit)
    assert runs_compiled() == before + 1
    assert {member.status for member in population.members} == {"early_stopped", "completed"}

    def make(settings: Mapping[str, Any]) -> tuple[fl.Model, dict[str, Any]]:
        model = build(settings["learning_rate"], settings["decay"])
        return model, {"callbacks": callbacks(settings["patience"])}

    check(population, make, x, y, fit)


def test_arguments_of_fit_as_axes() -> None:
    """Weights that choose the rows are told apart by their numbers, however many there are."""
    first, second = np.linspace(1, 2, 90), np.linspace(2, 1, 90)
    axes = {
        "sampling": [fl.data.WeightedRows(first), fl.data.WeightedRows(second)],
        "validation_freq": [1, 2],
    }

    one_hot = np.eye(2, dtype=np.float32)[Y]

    def mixing() -> fl.Sequential:
        model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(2, activation="softmax")])
        model.compile(fl.optimizers.SGD(0.1), "categorical_crossentropy", mixing=fl.layers.MixUp(0.2))
        return model

    population = Population(mixing, axes).fit(X, one_hot, **FIT)
    check(population, lambda settings: (mixing(), settings), X, one_hot, FIT)
