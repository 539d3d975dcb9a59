"""How many members a program holds: as many as are worth it, and never more than the memory takes."""

from __future__ import annotations

import importlib

import jax
import pytest

from fallline.engine import Numbers, Plan
from fallline.engine.places import Room, parameters_of, room
from fallline.optimizers import Adam

from .problems import classification, classifier

DATA, PLAN = classification(390, 110), Plan(epochs=3, batch_size=32)
NUMBERS = Numbers(classifier(0.2), Adam(0.01), seed=1)
MODULE = importlib.import_module("fallline.engine.places")


def with_free(monkeypatch: pytest.MonkeyPatch, megabytes: float) -> int:
    monkeypatch.setattr(MODULE, "_free", lambda device: megabytes * 2.0**20)
    return room(NUMBERS, DATA.train, DATA.validation, PLAN).places


def test_small_networks_take_the_most_places() -> None:
    assert room(NUMBERS, DATA.train, DATA.validation, PLAN) == Room(64, parameters_of(NUMBERS))


def test_fewer_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole groups on each device as long as they fit, then fewer, and never none."""
    counts = [with_free(monkeypatch, megabytes) for megabytes in (100, 2.2, 1.2, 0.3, 0.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 64
    assert counts[1] % 16 == 0
    assert counts[1] < 64
    assert counts[-1] == 1


def test_memory_is_known() -> None:
    assert 2.0**20 < MODULE._free(jax.devices()[0]) < 2.0**60


def test_parameters_are_those_of_one_network() -> None:
    own = 8 * 16 + 16 + 16 * 3 + 3
    assert parameters_of(NUMBERS) == own
    assert parameters_of(Numbers.stack([NUMBERS] * 3)) == own
