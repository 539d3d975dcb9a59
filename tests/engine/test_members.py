"""Members of a population that is cut off: some go on elsewhere, others take their places, each as if alone."""

from __future__ import annotations

import importlib
from typing import Any

import jax
import numpy as np
import pytest

from fallline.engine import Boundary, EarlyStopping, Numbers, Plan, Resume, RunResult, run
from fallline.engine.placement import Placement
from fallline.optimizers import SGD, Adam

from .problems import classification, classifier

DATA, PLAN, OBJECTIVE = classification(70, 20), Plan(epochs=6, batch_size=32), classifier(0.2)


class Cut:
    granularity = "epoch"

    def __init__(self, after: int) -> None:
        self.after = after
        self.resume: Any = None

    def at_boundary(self, boundary: Boundary) -> None:
        if boundary.epoch == self.after:
            self.resume = Resume.at(boundary)
            boundary.stop()


def numbers(seed: int) -> Numbers:
    rule = EarlyStopping("loss", patience=2, restore_best_weights=True, mode="min")
    return Numbers(OBJECTIVE, Adam(10.0 ** -(seed % 3 + 1)), (rule,), seed=seed)


def layout(monkeypatch: pytest.MonkeyPatch, *, side_by_side: bool) -> None:
    width = 2 if side_by_side else 1
    chosen = lambda count, parameters, **_: Placement(count, tuple(jax.devices()[:2]), width)  # noqa: E731
    monkeypatch.setattr(importlib.import_module("fallline.engine.run"), "place", chosen)


def same(one: Any, other: Any, tolerance: float) -> None:
    for first, second in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        if tolerance:
            np.testing.assert_allclose(first, second, rtol=tolerance, atol=1e-6)
        else:
            np.testing.assert_array_equal(np.asarray(first), np.asarray(second))


def member(result: RunResult, k: int) -> Any:
    epochs = int(result.epochs[k])
    trace = {name: values[k][:epochs] for name, values in result.trace.items()}
    return jax.tree.map(lambda leaf: np.asarray(leaf)[k], (result.variables, result.optimizer)), trace


# One after the other a member has the bits of the run that was never cut off; side by side it agrees within rounding,
# and in another program (alone, or among others in number) likewise.
@pytest.mark.parametrize(
    ("side_by_side", "tolerance"), [pytest.param(False, 0.0, marks=pytest.mark.shipped), (True, 1e-5)]
)
def test_members_go_on_and_others_take_their_places(
    monkeypatch: pytest.MonkeyPatch, side_by_side: bool, tolerance: float
) -> None:
    layout(monkeypatch, side_by_side=side_by_side)
    cut = Cut(2)
    run(OBJECTIVE, DATA, PLAN, Numbers.stack([numbers(seed) for seed in (0, 1, 2)]), observers=[cut])
    assert cut.resume.epochs.tolist() == [2, 2, 2]
    # The third moves to the front, the second is replaced by one with seed 7; the first leaves, and one more joins.
    resume = cut.resume.select([2, None, None])
    assert resume.epochs.tolist() == [2, 0, 0]
    members = Numbers.stack([numbers(seed) for seed in (2, 7, 8)])
    result = run(OBJECTIVE, DATA, PLAN, members, resume=resume)
    uncut = run(OBJECTIVE, DATA, PLAN, members)
    assert result.outcome == uncut.outcome
    for k, seed in enumerate((2, 7, 8)):
        alone = run(OBJECTIVE, DATA, PLAN, numbers(seed))
        assert result.outcome[k] == alone.outcome
        arrays, trace = member(result, k)
        same((arrays, trace), member(uncut, k), tolerance)
        same(arrays, (alone.variables, alone.optimizer), 1e-5)
        same(trace, alone.trace, 1e-5)


@pytest.mark.shipped
def test_a_population_goes_on_whole_or_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    layout(monkeypatch, side_by_side=False)
    members = Numbers.stack([numbers(seed) for seed in (0, 1, 2)])
    expected, cut = run(OBJECTIVE, DATA, PLAN, members), Cut(3)
    run(OBJECTIVE, DATA, PLAN, members, observers=[cut])
    whole = run(OBJECTIVE, DATA, PLAN, members, resume=cut.resume)
    same((whole.variables, whole.optimizer), (expected.variables, expected.optimizer), 0.0)
    same(whole.trace, expected.trace, 0.0)
    assert whole.outcome == expected.outcome
    two = run(
        OBJECTIVE, DATA, PLAN, Numbers.stack([numbers(2), numbers(0)]), resume=cut.resume.select([2, 0])
    )
    for k, before in enumerate((2, 0)):
        same(member(two, k), member(expected, before), 1e-5)


def test_members_of_different_ages_are_validated_in_their_own_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second epoch, one member an epoch behind the other."""
    layout(monkeypatch, side_by_side=True)
    plan = Plan(epochs=4, batch_size=32, validation_freq=2)
    given, cut = [Numbers(OBJECTIVE, SGD(0.1), seed=seed) for seed in (1, 2)], Cut(1)
    run(OBJECTIVE, DATA, plan, Numbers.stack(given), observers=[cut])
    result = run(OBJECTIVE, DATA, plan, Numbers.stack(given), resume=cut.resume.select([0, None]))
    for k, each in enumerate(given):
        alone = run(OBJECTIVE, DATA, plan, each)
        same(result.trace["val_loss"][k], alone.trace["val_loss"], 1e-5)
        assert np.isnan(alone.trace["val_loss"]).tolist() == [True, False, True, False]
        same(member(result, k)[0][0], alone.variables, 1e-5)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_a_run_in_rounds_with_places_refilled(monkeypatch: pytest.MonkeyPatch, side_by_side: bool) -> None:
    """Five members in three places, two epochs at a time: whoever has ended leaves, and the next begins."""
    layout(monkeypatch, side_by_side=side_by_side)
    places, waiting, resume, found = [0, 1, 2], [3, 4], None, {}
    while places:
        part = run(
            OBJECTIVE,
            DATA,
            PLAN,
            Numbers.stack([numbers(seed) for seed in places]),
            resume=resume,
            rounds=2,
        )
        kept: list[int | None] = []
        running = []
        for k, seed in enumerate(places):
            if part.outcome[k].kind != "paused":
                found[seed] = member(part, k), part.outcome[k]
                if waiting:
                    kept.append(None)
                    running.append(waiting.pop(0))
            else:
                assert part.outcome[k].message == f"Paused after epoch {part.epochs[k]} of 6."
                kept.append(k)
                running.append(seed)
        assert part.resume is not None
        resume, places = part.resume.select(kept), running
    for seed, (result, outcome) in found.items():
        alone = run(OBJECTIVE, DATA, PLAN, numbers(seed))
        assert outcome == alone.outcome
        same(result, ((alone.variables, alone.optimizer), alone.trace), 1e-5)
    assert sorted(found) == list(range(5))


def test_rounds_of_one_network_are_the_whole_run_to_the_bit() -> None:
    whole, resume = run(OBJECTIVE, DATA, PLAN, numbers(2)), None
    assert whole.resume is None
    for epochs, kind in ((2, "paused"), (4, "paused"), (6, "completed")):
        part = run(OBJECTIVE, DATA, PLAN, numbers(2), resume=resume, rounds=2)
        assert (part.outcome.kind, int(part.epochs)) == (kind, epochs)
        resume = part.resume
    assert part.outcome == whole.outcome
    same(part.variables, whole.variables, 0.0)
    same(part.trace, whole.trace, 0.0)
    nothing = run(OBJECTIVE, DATA, PLAN, numbers(2), resume=resume, rounds=2)
    same(nothing.variables, whole.variables, 0.0)
