"""Figures of scores over the settings: lines through parallel axes, and a map of two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fallline.errors import UnknownNameError, UsageError
from fallline.population.results.common import comparable_scores
from fallline.population.results.effects import levels_of
from fallline.population.results.findings import headline, plural
from fallline.population.results.questions import Questions
from fallline.population.results.scales import ABSENT, scale_of
from fallline.report.contents import format_number
from fallline.report.figures.populations import parallel_axes, score_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def parallel(results: Questions) -> Figure:
    """Settings and scores as lines."""
    scored = comparable_scores(results.members, results.monitor)
    candidates = list(scored.runs)
    if not candidates:
        raise UsageError('plot("parallel"): no candidate has a score yet.')
    scores = np.array([np.mean(scored.runs[candidate]) for candidate in candidates])
    settings = [scored.settings[candidate] for candidate in candidates]
    found = {each.axis: k for k, each in enumerate(results.effects())}
    axes = list(dict.fromkeys([*results.axes, *(axis for of in settings for axis in of)]))
    varying = [axis for axis in axes if axis in found]
    scales = [
        scale_of(axis, [of.get(axis, ABSENT) for of in settings], results.axes.get(axis))
        for axis in sorted(varying or axes, key=lambda axis: found.get(axis, 0))
    ]
    at = f", after {plural(scored.epochs, 'epoch')}" if scored.epochs else ""
    return parallel_axes(
        scales,
        scores,
        headline(results.members, results.rank(), results.monitor),
        results.monitor + at,
        minimise=results.minimise,
    )


def heat(results: Questions, axes: tuple[str, str] | None = None) -> Figure:
    """Mean scores over two axes."""
    known = [each.axis for each in results.effects()]
    if axes is None:
        if len(known) < 2:
            raise UsageError('plot("heat"): fewer than two axes have two values. plot("effects") shows one.')
        axes = known[0], known[1]
    across, upward = axes
    for axis in axes:
        if axis not in known:
            raise UnknownNameError("axis", axis, known)
    scored = comparable_scores(results.members, results.monitor)
    both = [k for k in scored.runs if across in scored.settings[k] and upward in scored.settings[k]]
    if not both:
        raise UsageError(f'plot("heat"): no candidate has both {across} and {upward}.')
    scores = np.array([np.mean(scored.runs[k]) for k in both])
    names, codes = [], []
    for axis in axes:
        shown, level, _ = levels_of([scored.settings[k][axis] for k in both], results.axes.get(axis))
        names.append(shown)
        codes.append(np.array(level))
    shape = len(names[1]), len(names[0])
    means, lost = np.full(shape, np.nan), np.zeros(shape, np.int64)
    for row, column in np.ndindex(*shape):
        cell = scores[(codes[1] == row) & (codes[0] == column)]
        good = cell[np.isfinite(cell)]
        lost[row, column] = len(cell) - len(good)
        if len(good):
            means[row, column] = good.mean()
    title = _map_title(means, names, axes, results)
    at = f", after {plural(scored.epochs, 'epoch')}" if scored.epochs else ""
    return score_map(
        (across, names[0]),
        (upward, names[1]),
        means,
        lost,
        f"{title}{at}",
        results.monitor,
        minimise=results.minimise,
    )


def _map_title(means: Any, names: Sequence[Sequence[str]], axes: tuple[str, str], results: Questions) -> str:
    if not np.isfinite(means).any():
        return f"All candidates diverged, whatever {axes[0]} and {axes[1]}"
    flat = np.where(np.isfinite(means), means if results.minimise else -means, np.inf)
    row, column = np.unravel_index(int(np.argmin(flat)), means.shape)
    best = f"mean {results.monitor} {format_number(float(means[row, column]))}"
    return f"{axes[0]} {names[0][int(column)]} with {axes[1]} {names[1][int(row)]} is best: {best}, other axes averaged"
