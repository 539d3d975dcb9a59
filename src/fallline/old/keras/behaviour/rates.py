"""Learning rates that callbacks assign in the middle of a run, as old programs do: taken over between its epochs."""

from __future__ import annotations

from typing import Any

import numpy as np

from fallline._tree import replace
from fallline.engine.between import Between


def following(model: Any) -> Between:
    """What gives a run the learning rate that its model's optimizer has between two epochs.

    Args:
        model: The model in training.
    """
    last = _rate(model.optimizer)

    def between(state: Any, numbers: Any) -> Any:
        nonlocal last
        now = _rate(model.optimizer)
        if now is None or now == last:
            return None
        last = now
        optimizer = numbers.optimizer
        if hasattr(optimizer.learning_rate, "initial_learning_rate"):  # beside `decay`
            rate = replace(optimizer.learning_rate, initial_learning_rate=np.float32(now))
        else:
            rate = np.float32(now)
        return state, replace(numbers, optimizer=replace(optimizer, learning_rate=rate))

    return between


def _rate(optimizer: Any) -> float | None:
    """The number that programs know as the learning rate; None where there is none."""
    rate = getattr(optimizer, "learning_rate", None)
    begins = getattr(rate, "initial_learning_rate", rate)
    return float(begins) if isinstance(begins, int | float | np.number) else None
