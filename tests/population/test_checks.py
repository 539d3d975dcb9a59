"""What cannot be meant is refused before anything is trained, in words that say for which member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.population.test_population import FIT, X, Y, build

import fallline as fl
from fallline import errors
from fallline.population import Grid, Population

RATES = {"learning_rate": [0.01, 0.02]}
MODEL = build()
SHARED = fl.layers.Dense(5)


def compiled(*layers: Any, inputs: int = 4) -> fl.Sequential:
    model = fl.Sequential([fl.Input((inputs,)), *layers, fl.layers.Dense(2, activation="softmax")])
    model.compile(fl.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model


def trained(learning_rate: float) -> fl.Sequential:
    model = build(learning_rate)
    model.train_on_batch(X, Y)
    return model


def fails(learning_rate: float) -> fl.Sequential:
    raise ZeroDivisionError("my own")


MAKING: list[tuple[Callable[[], Any], str]] = [
    (lambda: Population(3, RATES), "must be a function of settings that gives a compiled model, got int"),  # type: ignore[arg-type]
    (lambda: Population(MODEL, RATES), "build is a model; give a function"),  # type: ignore[arg-type]
    (lambda: Population(build, {"seed": [1, 2]}), r'"seed" is no axis.*Say seeds=\[1, 2\]'),
    (lambda: Population(build, {"dropout": 0.1}), 'axis "dropout" has to be a list'),
    (lambda: Population(build, {"dropout": (x for x in [0.1])}), "got generator"),
    (lambda: Population(build, RATES, seeds=[1, 1]), "seeds must be different"),
    (lambda: Population(build, RATES, seeds=0), "seeds must be a whole number of at least 1"),
    (lambda: Population(build, RATES, members=0), "members must be a whole number of at least 1"),
    (lambda: Population(build, RATES, search=Grid), r"the class Grid; write Grid\(\)"),  # type: ignore[arg-type]
    (lambda: Population(build, RATES, search="hyperband"), 'Did you mean "Hyperband"'),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "told"), MAKING)
def test_what_cannot_be_made(make: Callable[[], Any], told: str) -> None:
    with pytest.raises(errors.UsageError, match=told):
        make()


BUILDERS: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (build, {"learning_rat": [0.1]}, 'nobody takes the axis "learning_rat".*Did you mean "learning_rate"'),
    (build, {"epochs": [1, 2]}, 'nobody takes the axis "epochs"'),
    (lambda units, learning_rate: build(), RATES, 'the builder wants "units", which is no axis'),
    (lambda learning_rate: None, RATES, "gave NoneType for learning_rate 0.01"),
    (
        lambda learning_rate: fl.Sequential([fl.Input((4,)), fl.layers.Dense(2)]),
        RATES,
        "0.01 is not compiled",
    ),
    (trained, RATES, "learning_rate 0.01 is in training already"),
    (lambda learning_rate: MODEL, RATES, "the model for learning_rate 0.01 is that of another member too"),
    (
        lambda learning_rate: compiled(SHARED),
        RATES,
        'the layer "dense.*" of the model for learning_rate 0.02',
    ),
]


@pytest.mark.parametrize(("make", "axes", "told"), BUILDERS)
def test_what_a_builder_may_not_give(make: Callable[..., Any], axes: dict[str, Any], told: str) -> None:
    with pytest.raises(errors.UsageError, match=told):
        Population(make, axes).fit(X, Y, verbose=0, **FIT)


ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    ({"validation_spli": 0.2}, 'no argument "validation_spli". Did you mean "validation_split"'),
    ({"seed": 3}, "seeds belong to the population"),
    ({"workers": 3}, 'no argument "workers": data are arrays'),
    ({"budget": "10"}, "budget must be a positive number, got '10'"),
    ({"budget": float("nan")}, "budget must be a positive number, got nan"),
    ({"seconds": -1}, "seconds must be a positive number, got -1"),
    ({"monitor": "val_acuracy"}, 'monitor "val_acuracy" is not recorded. Did you mean "val_accuracy"'),
    ({"monitor": 3}, "monitor must be a name"),
    ({"mode": "maximum"}, 'mode must be "auto", "min" or "max", got "maximum"'),
    ({"folds": 3}, "each fold is validated by its own rows; leave validation_split out"),
    ({"groups": Y}, "groups goes with folds"),
    ({"callbacks": fl.callbacks.ModelCheckpoint("best.fallline")}, "ModelCheckpoint looks at one network"),
    ({"callbacks": fl.callbacks.TerminateOnNaN(raise_error=True)}, "TerminateOnNaN looks at one network"),
    ({"callbacks": lambda patience: []}, 'that gives callbacks wants "patience", which is no axis'),
    ({"callbacks": fl.callbacks.EarlyStopping}, "got the class EarlyStopping"),
    ({"batch_size": 0}, "batch_size must be a whole number of at least 1"),
    ({"epochs": "3"}, "epochs must be a whole number"),
    ({"resume": True}, "give folder="),
]


@pytest.mark.parametrize(("arguments", "told"), ARGUMENTS)
def test_arguments_that_cannot_be_meant(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(errors.UsageError, match=told):
        Population(build, RATES).fit(X, Y, verbose=0, **FIT | arguments)


def test_rows_that_cannot_be_used() -> None:
    broken = X.copy()
    broken[3, 1] = np.nan
    population = Population(build, RATES)
    with pytest.raises(errors.DataError, match="row 3, column 1"):
        population.fit(broken, Y, verbose=0, **FIT)
    for folds in (None, 3):
        with pytest.raises(errors.ShapeError, match="x has 120 rows and y has 119"):
            population.fit(X, Y[:-1], verbose=0, folds=folds)
        with pytest.raises(errors.DataError, match="y is missing"):
            population.fit(X, verbose=0, folds=folds)
    assert population.members == ()


def test_a_note_says_for_which_member() -> None:
    with pytest.raises(ZeroDivisionError, match="my own") as raised:
        Population(fails, RATES).fit(X, Y, verbose=0, **FIT)
    assert raised.value.__notes__ == ["The builder made the model for learning_rate 0.01."]
    axes = {"inputs": [4, 5]}
    with pytest.raises(errors.ShapeError, match=r"takes rows of shape \(5,\)") as misfit:
        Population(lambda inputs: compiled(inputs=inputs), axes).fit(X, Y, verbose=0, **FIT)
    assert misfit.value.__notes__ == ["This is the member with inputs 5."]


def test_settings_may_be_anything() -> None:
    """Lists and dictionaries, of which no key of a dictionary could be made."""
    axes = {"sizes": [[5, 3], [4]], "optimizer": [{"rate": 0.1}, {"rate": 0.2}]}

    def make(sizes: list[int], optimizer: dict[str, float]) -> fl.Sequential:
        model = compiled(*map(fl.layers.Dense, sizes))
        model.compile(fl.optimizers.SGD(optimizer["rate"]), "sparse_categorical_crossentropy")
        return model

    population = Population(make, axes).fit(X, Y, verbose=0, epochs=0)
    assert [member.settings for member in population.members] == [
        {"sizes": sizes, "optimizer": {"rate": rate}} for sizes in ([5, 3], [4]) for rate in (0.1, 0.2)
    ]


def test_what_has_several_values_compares_nobody() -> None:
    def make() -> fl.Sequential:
        model = fl.Sequential([fl.Input((4,)), fl.layers.Dense(1, activation="sigmoid")])
        precision = fl.metrics.Precision(thresholds=[0.3, 0.6], name="precision")
        model.compile("sgd", "binary_crossentropy", metrics=[precision])
        return model

    with pytest.raises(errors.UsageError, match='"precision" has several values; monitor a single one'):
        Population(make).fit(X, Y, verbose=0, monitor="precision", mode="max")
