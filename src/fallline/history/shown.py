"""A history in a few lines: how the run ended, and each recorded value at its end and at its best."""

from __future__ import annotations

import collections
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fallline.errors import UsageError
from fallline.history.outcome import Outcome

NAMES = 12
"""Recorded names that are shown."""


def history_shown(
    recorded: Mapping[str, NDArray[np.floating]], epoch: list[int], outcomes: Outcome | tuple[Outcome, ...]
) -> str:
    """The lines of a history.

    Best is the least of losses, and of metrics that Fallline knows what they call best; of others the last value alone
    is shown.
    """
    epochs = f"{len(epoch)} epoch{'s' if len(epoch) != 1 else ''}"
    if isinstance(outcomes, tuple):
        kinds = collections.Counter(outcome.kind for outcome in outcomes)
        ended = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        lines = [f"History of {len(outcomes)} members, {epochs}: {ended}"]
    else:
        lines = [f"History of {epochs}: {outcomes.message}"]
    width = max((len(name) for name in [*recorded][:NAMES]), default=0)
    for name, values in [*recorded.items()][:NAMES]:
        told = _members(values) if isinstance(outcomes, tuple) else _epochs(name, values, epoch)
        lines.append(f"  {name:<{width}}  {told}")
    if len(recorded) > NAMES:
        lines.append(f"  ... {len(recorded)} names in all: history.values")
    return "\n".join(lines)


def _epochs(name: str, values: NDArray[np.floating], epochs: list[int]) -> str:
    if values.ndim > 1:
        return f"{math.prod(values.shape[1:])} values an epoch"
    recorded = np.flatnonzero(~np.isnan(values))
    if not len(recorded):
        return "never a number"
    last = f"{_number(values[recorded[-1]])} in epoch {epochs[recorded[-1]] + 1}"
    better = _better(name)
    if better is None:
        return last
    best = int((np.nanargmax if better == "up" else np.nanargmin)(values))
    return f"{last}, best {_number(values[best])} in epoch {epochs[best] + 1}"


def _members(values: NDArray[np.floating]) -> str:
    """The values with which members ended, from the least to the largest."""
    if values.ndim > 2:
        return f"{math.prod(values.shape[2:])} values an epoch"
    ends = [row[~np.isnan(row)][-1] for row in values if not np.isnan(row).all()]
    return f"{_number(min(ends))} to {_number(max(ends))} at the end" if ends else "never a number"


def _better(name: str) -> str | None:
    """Whether more (`up`) or less (`down`) of it is better, as far as its name tells."""
    from fallline.metrics import get

    plain = name.removeprefix("val_").removeprefix("weighted_")
    if plain.endswith("loss"):
        return "down"
    if plain in ("accuracy", "acc"):
        return "up"
    try:
        return get(plain).direction
    except UsageError:
        return None


def _number(value: float) -> str:
    return f"{value:.4g}"
