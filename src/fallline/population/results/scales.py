"""Where the values of an axis stand between 0 and 1, and what is written beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fallline.population.results.labels import value_text
from fallline.population.results.record import SpaceLike, is_number
from fallline.report.figures.populations import Scale

ABSENT: Any = object()
"""Stands for an axis that does not apply."""
FEW = 6
"""Different numbers that are shown as options where nothing is known of the axis."""


def scale_of(axis: str, values: Sequence[Any], space: SpaceLike | None) -> Scale:
    """An axis of numbers, from the least to the greatest, or of options one above the other.

    Args:
        axis: Its name.
        values: The value of each candidate, or `ABSENT`.
        space: Its kind and options.
    """
    there = [value for value in values if value is not ABSENT]
    drawn = space is not None and space.kind != "choice"
    if there and all(map(is_number, there)) and (drawn or len(set(there)) > FEW):
        return _of_numbers(axis, values, logs=drawn and space is not None and space.log, known=drawn)
    return _of_options(axis, values, there, space)


def _of_numbers(axis: str, values: Sequence[Any], *, logs: bool, known: bool) -> Scale:
    numbers = np.array([math.nan if value is ABSENT else float(value) for value in values])
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    logs = low > 0 and (logs if known else high > 20 * low)
    place = _placed(low, high, logs=logs)
    ticks = [(float(place(np.array(tick))), value_text(tick)) for tick in _ticks(low, high, place, logs=logs)]
    return Scale(axis, place(numbers), tuple(ticks))


def _of_options(axis: str, values: Sequence[Any], there: Sequence[Any], space: SpaceLike | None) -> Scale:
    texts = [None if value is ABSENT else value_text(value) for value in values]
    ordered = (
        sorted(set(there)) if all(map(is_number, there)) else [*((space and space.options) or ()), *there]
    )
    shown = [text for text in dict.fromkeys(map(value_text, ordered)) if text in texts]
    height = {text: k / (len(shown) - 1) if len(shown) > 1 else 0.5 for k, text in enumerate(shown)}
    positions = np.array([math.nan if text is None else height[text] for text in texts])
    return Scale(axis, positions, tuple((at, text) for text, at in height.items()))


def _placed(low: float, high: float, *, logs: bool) -> Callable[[Any], Any]:
    if high == low:
        return lambda numbers: numbers * 0 + 0.5
    if logs:
        return lambda numbers: (np.log(numbers) - math.log(low)) / (math.log(high) - math.log(low))
    return lambda numbers: (numbers - low) / (high - low)


def _ticks(low: float, high: float, place: Callable[[Any], Any], *, logs: bool) -> list[float]:
    """The ends, and round numbers between that do not touch them."""
    if high == low:
        return [low]
    if logs:
        powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
        inner = [10.0**power for power in powers[:: max(1, len(powers) // 6)]]
    else:
        from matplotlib.ticker import MaxNLocator

        inner = [float(tick) for tick in MaxNLocator(4).tick_values(low, high)]
    return [low, *(tick for tick in inner if 0.07 < float(place(np.array(tick))) < 0.93), high]
