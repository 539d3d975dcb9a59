"""Ctrl-C: what is done is kept and usable, and a population that is kept goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.population.test_population import FIT, X, Y, build, stopping

from fallline import errors
from fallline.population import Population, group, stored

AXES = {"learning_rate": [0.003, 0.3, 0.03, 0.1], "dropout": [0.0, 0.3]}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PLACES", 3)
    monkeypatch.setattr(group, "MEMBER_STEPS", 30)
    monkeypatch.setattr(stored, "SECONDS_BETWEEN", 0.0)


class CtrlC:
    """Somebody who presses it so many times, at the boundary after so many."""

    def __init__(self, boundaries: int, times: int = 1) -> None:
        self.left, self.times = boundaries, times

    def looked(self, sweep: Any, boundary: Any) -> None:
        self.left -= boundary is not None
        for _ in range(0 if self.left else self.times):
            os.kill(os.getpid(), signal.SIGINT)
            self.left = -1


def test_what_is_done_is_kept_and_goes_on(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    population = Population(build, AXES, seed=3)
    given = FIT | {"verbose": 0, "callbacks": stopping(), "folder": tmp_path}
    with pytest.raises(KeyboardInterrupt, match="holds what was trained"):
        population.fit(X, Y, watchers=[CtrlC(8)], **given)
    assert signal.getsignal(signal.SIGINT) is before
    statuses = {member.status for member in population.members}
    assert {"interrupted", "waiting"} <= statuses
    assert statuses <= {"interrupted", "waiting", "completed", "early_stopped"}
    for member in population.members:
        if member.status == "interrupted":
            loss, _ = member.model.evaluate(X[90:], Y[90:])
            assert member.score == pytest.approx(loss, rel=1e-5)
    assert population.best.model.predict(X).shape == (120, 2)

    resumed = Population(build, AXES, seed=3).fit(X, Y, resume=True, **given)
    whole = Population(build, AXES, seed=3).fit(X, Y, **given | {"folder": None})
    assert repr(resumed.members) == repr(whole.members)
    for one, other in zip(resumed.members, whole.members, strict=True):
        np.testing.assert_array_equal(one.values["val_loss"], other.values["val_loss"])


def test_a_second_one_ends_it_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    population = Population(build, AXES, seed=3)
    with pytest.raises(KeyboardInterrupt):
        population.fit(X, Y, verbose=0, callbacks=stopping(), watchers=[CtrlC(5, times=2)], **FIT)
    assert signal.getsignal(signal.SIGINT) is before
    kept = [member for member in population.members if member.epochs]
    assert [member.status for member in kept] == ["interrupted"] * 3
    assert all(np.isfinite(member.values["val_loss"]).all() for member in kept)
    # The weights at the end of the last stretch, that of the second epoch.
    loss, _ = kept[0].model.evaluate(X[90:], Y[90:])
    assert loss == pytest.approx(kept[0].values["val_loss"][-1], rel=1e-5)


def test_while_networks_are_made() -> None:
    made: list[float] = []

    def slow(learning_rate: float) -> Any:
        made.append(learning_rate)
        if len(made) == 12:
            os.kill(os.getpid(), signal.SIGINT)
        return build(learning_rate)

    before = signal.getsignal(signal.SIGINT)
    population = Population(slow, {"learning_rate": np.linspace(0.01, 0.1, 20).tolist()})
    with pytest.raises(KeyboardInterrupt):
        population.fit(X, Y, verbose=0, **FIT)
    assert signal.getsignal(signal.SIGINT) is before
    assert len(made) == 12
    assert {member.status for member in population.members} == {"waiting"}
    with pytest.raises(errors.NotReadyError, match="nothing is trained yet"):
        _ = population.best
