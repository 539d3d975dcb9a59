"""Where an axis of scores ends: a few bad networks must not press all others into a line."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from matplotlib.axis import Axis

from fallline.report.figures.style import powers_axis, readable_numbers

FAR = 4.0
"""How many times as far from the best as three quarters of the scores the worst may be, to be shown."""
WIDE = 20.0
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


def look_at_scores(axis: Axis, values: Values, minimise: bool | None, *, logs: bool = False) -> int:
    """Sets the range of an axis to that of the scores.

    Args:
        axis: The axis.
        values: The scores that it shows.
        minimise: Whether a lower score is better; None where neither is.
        logs: Whether scores above 0 that differ much are shown by their logarithms.

    Returns:
        How many of the scores are outside.
    """
    bound = axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim  # type: ignore[attr-defined]
    finite = values[np.isfinite(values)]
    if not len(finite):
        axis.set_ticks([])
        return 0
    wide = logs and finite.min() > 0 and np.quantile(finite, 0.9) > WIDE * finite.min()
    shown = np.log(finite) if wide else finite
    low, high = score_view(shown, minimise) or (0.0, 1.0)
    room = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    low, high = low - room, high + room
    outside = len(values) - int(np.sum((shown >= low) & (shown <= high)))
    if wide:
        low, high = math.exp(low), math.exp(high)
        powers_axis(axis, np.array([low, high]))
    else:
        readable_numbers(axis, np.array([low, high]))
    bound(low, high)
    return outside


def with_ends(scores: Values, ends: Values) -> Values:
    """Scores, and the ends of intervals so far as they are not far beyond these: those of two runs may be anywhere."""
    finite = scores[np.isfinite(scores)]
    if not len(finite):
        return scores
    room = 0.4 * float(np.ptp(finite))
    known = ends[np.isfinite(ends)]
    return np.concatenate([scores, np.clip(known, finite.min() - room, finite.max() + room)])
