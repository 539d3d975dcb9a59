"""Through the engine: one network with a number of every noun, trained alone, stacked, and by `fit`.

That any number of any class may be stacked is shown without a run in test_numbers.py; here one of each noun goes the
whole way, all in one program.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from fallline import activations, constraints, initializers, losses, metrics, regularizers
from fallline.engine import (
    Batch,
    Data,
    EarlyStopping,
    Numbers,
    Plan,
    ReduceLROnPlateau,
    RunResult,
    compilation_report,
    run,
)
from fallline.layers import Dense, Dropout, Input
from fallline.layers.mixing import MixUp
from fallline.models import Head, NetworkObjective, Sequential
from fallline.optimizers import SGD
from fallline.optimizers.schedules import ExponentialDecay

BASE = {
    "layers": 0.2,
    "activations": 0.1,
    "initializers": 0.4,
    "regularizers": 0.01,
    "constraints": 1.5,
    "losses": 1.0,
    "metrics": 0.2,
    "optimizers": 0.05,
    "schedules": 0.9,
    "mixing": 0.2,
    "stopping": 1,
    "plateau": 0.5,
}
"""One number of each noun."""

CHANGED = {
    "layers": 0.5,
    "activations": 0.4,
    "initializers": 0.8,
    "regularizers": 0.1,
    "constraints": 0.5,
    "losses": 0.2,
    "metrics": 0.8,
    "optimizers": 0.01,
    "schedules": 0.3,
    "mixing": 1.0,
    "stopping": 2,
    "plateau": 0.1,
}
"""The number of the member that differs from the first in this noun alone."""

PLAN = Plan(epochs=6, batch_size=16)
MEMBERS = ["", *BASE]


def layers_of(number: dict[str, Any]) -> list[Any]:
    return [
        Input((4,)),
        Dense(
            6,
            activation=activations.LeakyReLU(number["activations"]),
            kernel_initializer=initializers.RandomNormal(stddev=number["initializers"]),
            kernel_regularizer=regularizers.L2(number["regularizers"]),
            kernel_constraint=constraints.MaxNorm(number["constraints"]),
        ),
        Dropout(number["layers"]),
        Dense(1),
    ]


def optimizer_of(number: dict[str, Any]) -> SGD:
    # The schedule drives the momentum, as the learning rate is what ReduceLROnPlateau sets.
    return SGD(number["optimizers"], momentum=ExponentialDecay(0.9, 10, number["schedules"]))


def member(changed: str) -> Numbers:
    """The numbers of a run that differs from the first in one noun."""
    number = {**BASE, **({changed: CHANGED[changed]} if changed else {})}
    head = Head(
        "out",
        activations.Linear(),
        losses.Huber(number["losses"]),
        metrics=(metrics.BinaryAccuracy(threshold=number["metrics"]),),
    )
    objective = NetworkObjective.of(Sequential(layers_of(number)).network, [head], MixUp(number["mixing"]))
    rules = (
        EarlyStopping("loss", min_delta=10.0, patience=number["stopping"], start_from_epoch=2),
        ReduceLROnPlateau("loss", factor=number["plateau"], min_delta=10.0, patience=1),
    )
    return Numbers(objective, optimizer_of(number), rules, seed=3)


def rows() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(48, 4)).astype(np.float32)
    return x, (x[:, :1] > 0).astype(np.float32)


@pytest.fixture(scope="module")
def solo() -> list[RunResult]:
    """Each member's own run, all by one program."""
    data = Data(Batch(*rows()))
    first = run(member("").objective, data, PLAN, member(""))
    before = len(compilation_report().programs)
    others = [run(member(name).objective, data, PLAN, member(name)) for name in BASE]
    assert len(compilation_report().programs) == before, "another number compiled another program"
    return [first, *others]


@pytest.fixture(scope="module")
def population() -> RunResult:
    """All members in one run."""
    members = [member(name) for name in MEMBERS]
    return run(members[0].objective, Data(Batch(*rows())), PLAN, Numbers.stack(members))


@pytest.mark.parametrize("index", range(len(MEMBERS)), ids=["first", *BASE])
def test_a_stacked_member_is_its_solo_run(index: int, solo: list[RunResult], population: RunResult) -> None:
    alone, epochs = solo[index], int(solo[index].epochs)
    assert int(population.epochs[index]) == epochs
    assert population.outcome[index] == alone.outcome
    for name, values in alone.trace.items():
        np.testing.assert_allclose(population.trace[name][index][:epochs], values, rtol=1e-5, err_msg=name)
    pairs = zip(jax.tree.leaves(alone.variables), jax.tree.leaves(population.variables), strict=True)
    for one, stacked in pairs:
        np.testing.assert_allclose(stacked[index], one, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", BASE)
def test_each_number_counts(name: str, solo: list[RunResult]) -> None:
    first, other = solo[0], solo[MEMBERS.index(name)]
    assert any(
        values.shape != other.trace[key].shape or not np.array_equal(values, other.trace[key])
        for key, values in first.trace.items()
    )


def test_fit_does_not_compile_for_other_numbers() -> None:
    x, y = rows()
    before = 0
    for index, changed in enumerate(MEMBERS):
        number = {**BASE, **({changed: CHANGED[changed]} if changed else {})}
        model = Sequential(layers_of(number), seed=3)
        model.compile(
            optimizer=optimizer_of(number),
            loss=losses.Huber(number["losses"]),
            metrics=[metrics.BinaryAccuracy(threshold=number["metrics"])],
            mixing=MixUp(number["mixing"]),
        )
        model.fit(
            x,
            y,
            epochs=2,
            batch_size=16,
            verbose=0,
            callbacks=[
                EarlyStopping("loss", patience=number["stopping"]),
                ReduceLROnPlateau("loss", factor=number["plateau"]),
            ],
        )
        if index:
            assert len(compilation_report().programs) == before, changed
        before = len(compilation_report().programs)
