"""Networks from the cycles of one training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fallline as fl
from fallline.errors import UsageError
from fallline.models import snapshot_ensemble

from .problems import TRAIN, X, Y, classifier


def test_a_training_in_cycles() -> None:
    """As one run with a rate of equation 2, whose weights are kept at the ends of the last cycles."""
    ensemble = snapshot_ensemble(classifier(), X[TRAIN], Y[TRAIN], epochs=6, cycles=3, last=2, verbose=0)
    model = classifier()
    steps = 2 * 4  # of a cycle: 100 rows in batches of 32, two epochs
    rate = lambda step: 0.05 * (np.cos(np.pi * (step % steps) / steps) + 1)  # noqa: E731
    schedule = fl.optimizers.schedules.CosineDecayRestarts(0.1, steps, t_mul=1.0)
    np.testing.assert_allclose(
        [schedule(step) for step in range(20)], [rate(step) for step in range(20)], rtol=1e-4, atol=1e-7
    )
    model.compile(fl.optimizers.SGD(schedule), model.loss)
    expected = []
    for cycle in range(3):
        model.fit(X[TRAIN], Y[TRAIN], epochs=2 * cycle + 2, initial_epoch=2 * cycle, verbose=0)
        expected.append(model.get_weights())
    assert len(ensemble.members) == 2
    for member, weights in zip(ensemble.members, expected[1:], strict=True):
        for one, other in zip(member.get_weights(), weights, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"epochs": 5, "cycles": 2}, "Take 4"),
        ({"epochs": 4, "cycles": 2, "last": 3}, "last=3 networks of 2 cycles"),
        ({"epochs": 4, "cycles": 0}, "cycles"),
        ({"epochs": 4, "cycles": 2, "learning_rate": -1.0}, "learning_rate"),
        ({"epochs": 4, "cycles": 2, "initial_epoch": 1}, "leave initial_epoch out"),
        ({"epochs": 4, "cycles": 2, "callback": []}, "callback"),
    ],
)
def test_what_is_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        snapshot_ensemble(classifier(), X, Y, verbose=0, **options)


def test_optimizers_whose_rate_cannot_fall() -> None:
    model = classifier()
    model.compile(fl.optimizers.SGD(fl.optimizers.schedules.CosineDecay(0.1, 10)), model.loss)
    with pytest.raises(UsageError, match="is the schedule CosineDecay"):
        snapshot_ensemble(model, X, Y, epochs=2, cycles=2)
