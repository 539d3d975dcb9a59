"""Where an axis of scores ends: a few bad networks must not press all others into a line."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from matplotlib.axis import Axis
from matplotlib.colors import LogNorm, Normalize

from fallline.report.figures.style import powers_axis, readable_numbers

FAR = 4.0
"""How many times as far from the best as three quarters of the scores the worst may be, to be shown."""
WIDE = 8.0
"""From this ratio of largest to smallest on, numbers above 0 are shown by their logarithms."""

Values = Float[np.ndarray, " values"]


def score_view(values: Values, minimise: bool | None) -> tuple[float, float] | None:
    """From where to where an axis of scores goes: all of the good side, and of the bad one what is not far away.

    Args:
        values: Scores; those that are not finite count as far away.
        minimise: Whether a lower score is better; None where neither is, and all are shown.

    Returns:
        None where no score is finite.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    if minimise is None:
        return float(finite.min()), float(finite.max())
    badness = finite if minimise else -finite
    best, quarter = float(badness.min()), float(np.quantile(badness, 0.75))
    worst, fence = float(badness.max()), best + FAR * (quarter - best)
    end = min(worst, fence) if quarter > best else worst
    ends = (best, end) if minimise else (-end, -best)
    return min(ends), max(ends)


def is_wide(values: Values) -> bool:
    """Whether scores are better shown by their logarithms: all above 0, and most of them over nearly a decade."""
    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and np.quantile(finite, 0.9) > WIDE * finite.min())


def norm_of(values: Values, low: float, high: float) -> Normalize:
    """From scores to colours and heights, 0 to 1."""
    if high == low:
        return Normalize(low, low + 1)
    return LogNorm(low, high) if is_wide(values) else Normalize(low, high)


def look_at_scores(axis: Axis, values: Values, minimise: bool | None, *, ends: Values | None = None) -> int:
    """Sets the range of an axis to that of the scores, by their logarithms where these differ much.

    Args:
        axis: The axis.
        values: The scores that it shows.
        minimise: Whether a lower score is better; None where neither is.
        ends: Ends of intervals, shown so far as they are not far beyond the scores: those of two runs may be anywhere.

    Returns:
        How many of the scores are outside.
    """
    bound = axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim  # type: ignore[attr-defined]
    if not np.isfinite(values).any():
        axis.set_ticks([])
        return 0
    logs = is_wide(values)
    shown = np.log(values[np.isfinite(values)]) if logs else values[np.isfinite(values)]
    low, high = score_view(shown, minimise) or (0.0, 1.0)
    if ends is not None:
        known = ends[np.isfinite(ends) & (ends > 0)] if logs else ends[np.isfinite(ends)]
        known = np.log(known) if logs else known
        room = 0.25 * (high - low)
        known = np.clip(known, low - room, high + room)
        low, high = float(known.min(initial=low)), float(known.max(initial=high))
    room = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    low, high = low - room, high + room
    outside = len(values) - int(np.sum((shown >= low) & (shown <= high)))
    if logs:
        low, high = math.exp(low), math.exp(high)
        powers_axis(axis, np.array([low, high]))
    else:
        readable_numbers(axis, np.array([low, high]))
    bound(low, high)
    return outside
