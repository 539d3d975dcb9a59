"""A run that was cut off and goes on: bitwise the run that was never cut off."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
import pytest

from fallline.data.sampling import HardExamples
from fallline.engine import Boundary, EarlyStopping, GradientNorm, Plan, Resume, RunResult, run
from fallline.errors import SavedFileError
from fallline.optimizers import SGD, Adam
from fallline.optimizers.schedules import CosineDecay

from .problems import classification, classifier

EPOCHS = 6


class Cut:
    """Ends a run after some epochs, and keeps what it then stood at."""

    granularity = "epoch"

    def __init__(self, after: int) -> None:
        self.after = after
        self.resume: Resume | None = None

    def at_boundary(self, boundary: Boundary) -> None:
        if boundary.epoch == self.after and boundary.step == 0:
            self.resume = Resume.at(boundary)
            boundary.stop()


class Looker:
    granularity = "epoch"

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def at_boundary(self, boundary: Boundary) -> None:
        self.seen.append((boundary.epoch, len(boundary.history["loss"])))


def bits(result: RunResult) -> dict[str, list[bytes]]:
    return {
        "variables": [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(result.variables)],
        "optimizer": [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(result.optimizer)],
        "trace": [result.trace[name].tobytes() for name in sorted(result.trace)],
    }


def plan(**changes: Any) -> Plan:
    return dataclasses.replace(Plan(optimizer=Adam(0.01), epochs=EPOCHS, batch_size=32, seed=7), **changes)


def cut_off(objective: Any, data: Any, whole: Plan, after: int) -> Resume:
    cut = Cut(after)
    result = run(objective, data, whole, observers=[cut])
    assert len(result.trace["loss"]) == after - whole.initial_epoch
    assert cut.resume is not None
    return cut.resume


PLANS = {
    "adam": {},
    "schedule": {"optimizer": SGD(CosineDecay(0.1, 60), momentum=0.9)},
    "average": {"optimizer": Adam(0.01, use_ema=True)},
    "probes": {"probes": (GradientNorm(),)},
    "steps of an epoch": {"steps_per_epoch": 5},
    "every second validation": {"validation_freq": 2},
    "hard examples": {"sampling": HardExamples()},
    "no shuffle": {"shuffle": False},
}


@pytest.mark.parametrize("after", [1, 4])
@pytest.mark.parametrize("changes", PLANS.values(), ids=PLANS.keys())
def test_a_resumed_run_is_the_whole_run_bitwise(changes: dict[str, Any], after: int) -> None:
    """With dropout, batch normalisation, shuffling and a short last batch."""
    objective, data = classifier(0.3, normalised=True), classification()
    whole = plan(**changes)
    expected = run(objective, data, whole)
    resumed = run(objective, data, whole, resume=cut_off(objective, data, whole, after))
    assert bits(resumed) == bits(expected)
    assert resumed.outcome == expected.outcome
    assert len(resumed.trace["loss"]) == EPOCHS


def test_early_stopping_remembers_what_it_saw() -> None:
    """Its patience was half used up when the run was cut off, and its best weights lay before that."""
    objective, data = classifier(), classification()
    rule = EarlyStopping("val_loss", patience=3, min_delta=10.0, restore_best_weights=True, mode="min")
    whole = plan(rules=(rule,), epochs=20, optimizer=SGD(0.05))
    expected = run(objective, data, whole)
    assert (expected.outcome.kind, len(expected.trace["loss"])) == ("early_stopped", 4)
    resumed = run(objective, data, whole, resume=cut_off(objective, data, whole, 2))
    assert bits(resumed) == bits(expected)
    assert resumed.outcome == expected.outcome


def test_the_seed_is_that_of_the_run_that_was_cut_off() -> None:
    objective, data = classifier(0.3), classification()
    expected = run(objective, data, plan())
    resume = cut_off(objective, data, plan(), 3)
    assert (resume.seed, resume.epochs, resume.initial_epoch) == (7, 3, 0)
    assert bits(run(objective, data, plan(seed=99), resume=resume)) == bits(expected)


def test_a_run_that_began_later() -> None:
    objective, data = classifier(0.3), classification()
    whole = plan(initial_epoch=2)
    expected = run(objective, data, whole)
    assert len(expected.trace["loss"]) == EPOCHS - 2
    resume = cut_off(objective, data, whole, 4)
    assert (resume.epochs, resume.initial_epoch) == (2, 2)
    looker = Looker()
    resumed = run(objective, data, plan(), resume=resume, observers=[looker])
    assert bits(resumed) == bits(expected)
    assert looker.seen == [(5, 3), (6, 4)], "observers see all epochs of the history"


def test_longer_training_than_was_planned() -> None:
    """A run that was complete goes on when more epochs are asked for."""
    objective, data = classifier(0.3), classification()
    expected = run(objective, data, plan(epochs=EPOCHS + 2))
    resume = cut_off(objective, data, plan(), EPOCHS - 1)
    assert bits(run(objective, data, plan(epochs=EPOCHS + 2), resume=resume)) == bits(expected)


def test_nothing_is_compiled_again_and_the_arrays_stay_the_callers() -> None:
    from fallline.engine import compilation_report

    objective, data = classifier(0.3), classification()
    resume = cut_off(objective, data, plan(), 3)
    first = bits(run(objective, data, plan(), resume=resume))
    before = len(compilation_report().programs)
    assert bits(run(objective, data, plan(), resume=resume)) == first, "not used up"
    assert len(compilation_report().programs) == before


@pytest.mark.parametrize(
    ("objective", "changes", "named"),
    [
        (classifier(0.3, normalised=True), {}, "variables/"),
        (classifier(0.3), {"optimizer": SGD(0.1)}, "(optimizer|good)/"),
        (classifier(0.3), {"rules": (EarlyStopping("loss", mode="min"),)}, "rules/"),
        (classifier(0.3), {"batch_size": 16}, "step_losses"),
    ],
    ids=["network", "optimizer", "callbacks", "batch size"],
)
def test_another_run_is_refused(objective: Any, changes: dict[str, Any], named: str) -> None:
    resume = cut_off(classifier(0.3), classification(), plan(), 2)
    with pytest.raises(
        SavedFileError, match=f"the run to resume was another one: {named}.* does not fit. Train"
    ):
        run(objective, classification(), plan(**changes), resume=resume)
