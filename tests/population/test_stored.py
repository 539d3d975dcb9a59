"""A population that is cut off goes on with the same bits; one that is saved is read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.population.test_population import FIT, X, Y, build, stopping

import fallline as fl
from fallline import errors
from fallline.population import Population, group, stored

pytestmark = pytest.mark.filterwarnings("ignore:Population. 2 of 8 members diverged")

AXES = {"learning_rate": [0.003, 0.3, 0.03, 1e25], "dropout": [0.0, 0.3]}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "PLACES", 3)
    monkeypatch.setattr(group, "MEMBER_STEPS", 30)
    monkeypatch.setattr(stored, "SECONDS_BETWEEN", 0.0)


class Cut:
    """Ends the process, so to speak, after so many stretches."""

    def __init__(self, stretches: int) -> None:
        self.left = stretches

    def looked(self, sweep: object, boundary: object) -> None:
        self.left -= boundary is None
        if not self.left:
            raise SystemExit


def fitted(folder: Path | None = None, **arguments: object) -> Population:
    given = FIT | arguments
    return Population(build, AXES, seed=3).fit(X, Y, callbacks=stopping(), folder=folder, **given)


def test_cut_off_twice_it_ends_with_the_same_bits(tmp_path: Path) -> None:
    for stretches in (3, 2):
        with pytest.raises(SystemExit):
            fitted(tmp_path, resume=stretches == 2, watchers=[Cut(stretches)])
    resumed, whole = fitted(tmp_path, resume=True), fitted()
    assert repr(resumed.members) == repr(whole.members)
    for one, other in zip(resumed.members, whole.members, strict=True):
        for held in ("arrays", "values"):
            ours, theirs = getattr(one, held), getattr(other, held)
            assert ours.keys() == theirs.keys()
            assert all(np.array_equal(ours[name], theirs[name], equal_nan=True) for name in ours)
    loaded = Population.load(tmp_path, build)
    assert repr(loaded.members) == repr(whole.members)
    np.testing.assert_array_equal(loaded.best.model.predict(X), whole.best.model.predict(X))
    np.testing.assert_array_equal(
        fl.load_model(tmp_path / stored.BEST).predict(X), whole.best.model.predict(X)
    )
    with pytest.raises(errors.UsageError, match="resume=True goes on"):
        fitted(tmp_path)
    with pytest.raises(errors.SavedFileError, match="epochs was 6, now it is 7"):
        fitted(tmp_path, resume=True, epochs=7)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    population = fitted(epochs=1)
    population.save(tmp_path)
    file = next(tmp_path.glob("ended-*"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(errors.SavedFileError, match="damaged"):
        Population.load(tmp_path, build)
    with pytest.raises(errors.SavedFileError, match="holds no population"):
        Population.load(tmp_path / "nowhere", build)


def test_a_budget_that_is_spent_can_be_enlarged(tmp_path: Path) -> None:
    first = fitted(tmp_path, budget=12)
    assert {"stopped", "waiting"} <= {member.status for member in first.members}
    assert first.best.model.predict(X).shape == (120, 2)
    assert repr(fitted(tmp_path, resume=True).members) == repr(fitted().members)


def test_members_that_do_not_fit_into_memory_are_read_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "HELD", 0)
    population = fitted(tmp_path, epochs=1)
    assert not any(member.held for member in population.members)
    for one, other in zip(population.members, fitted(epochs=1).members, strict=True):
        np.testing.assert_array_equal(one.model.predict(X), other.model.predict(X))
