"""The results of a population as figures, one kind a function; each title says what was found.

Imported where a figure is drawn: it loads matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fallline.errors import UnknownNameError, UsageError, warn
from fallline.population.results.effects import Effect
from fallline.population.results.findings import best_level_text, headline, p_text, plural
from fallline.population.results.labels import Names, candidate_names
from fallline.population.results.landscape import heat, parallel
from fallline.population.results.lineage import lineage
from fallline.population.results.questions import Questions
from fallline.population.results.ranking import Ranking, Standing
from fallline.population.results.record import MemberLike, best_of, by_candidate
from fallline.report.figures import give_fonts, save_figure
from fallline.report.figures.populations import (
    AxisPanel,
    Band,
    Bar,
    LevelRow,
    Row,
    axis_effects,
    epoch_bands,
    epochs_spent,
    score_intervals,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


TOP = 5


def picture(results: Questions, kind: str, path: str | Path | None = None, **options: Any) -> Figure:
    """A figure of the results.

    Args:
        results: The results.
        kind: One of `KINDS`.
        path: Where to write it, as PNG or SVG by its ending; None: nowhere.
        **options: `value` and `top` of "curves", `axes` of "heat".

    Raises:
        UsageError: no such kind, an option that it does not take, or nothing to draw.
    """
    if kind not in KINDS:
        raise UnknownNameError("figure", kind, KINDS)
    if not results.members:
        raise UsageError("plot: no member is there yet. Fit the population first.")
    draw, known = KINDS[kind]
    for option in options:
        if option not in known:
            raise UsageError(
                f'plot("{kind}") takes no {option}='
                + (f"; it takes {', '.join(f'{name}=' for name in known)}." if known else ".")
            )
    figure = draw(results, **options)
    lacking = give_fonts([figure])
    if path is not None:
        if lacking:
            warn(lacking)
        save_figure(figure, Path(path))
    return figure


def _headline(results: Questions, ranking: Ranking) -> str:
    return headline(results.members, ranking, results.monitor)


def _curves(results: Questions, value: str | None = None, top: int = TOP) -> Figure:
    """A recorded value over the epochs."""
    name = results.monitor if value is None else value
    known = list(dict.fromkeys(recorded for member in results.members for recorded in member.values))
    if name not in known:
        raise UnknownNameError("recorded value", name, known)
    ranking, groups = results.rank(), by_candidate(results.members)
    told = candidate_names(results.members, results.names)
    most = max((member.epochs for member in results.members), default=1)
    order = _ordered(results, ranking)
    bands = [
        Band(
            told.values[candidate], _stacked([member.values.get(name) for member in groups[candidate]], most)
        )
        for candidate in order
    ]
    # What is not monitored is shown whole.
    minimise = results.minimise if name == results.monitor else None
    return epoch_bands(
        bands,
        _headline(results, ranking),
        name,
        top=top,
        minimise=minimise,
        runs=ranking.runs,
        heading=told.heading,
    )


def _ordered(results: Questions, ranking: Ranking) -> list[int]:
    """The candidates: those ranked, those that were pruned late and well before others, those that diverged."""
    groups = by_candidate(results.members)

    def key(candidate: int) -> tuple[int, float]:
        members = groups[candidate]
        score = sum(member.score for member in members) / len(members)
        score = score if results.minimise else -score
        return -max(member.epochs for member in members), score if math.isfinite(score) else math.inf

    good = [standing.candidate for standing in ranking.standings if math.isfinite(standing.mean)]
    lost = [standing.candidate for standing in ranking.standings if not math.isfinite(standing.mean)]
    return [*good, *sorted(ranking.unranked, key=key), *lost]


def _stacked(values: Sequence[Any], most: int) -> Any:
    made = np.full((len(values), max(most, 1)), np.nan)
    for row, recorded in zip(made, values, strict=True):
        if recorded is not None and len(recorded):
            flat = np.asarray(recorded, np.float64).reshape(len(recorded), -1)[:most, 0]
            row[: len(flat)] = flat
    return made


def _rows(ranking: Ranking) -> list[Row]:
    return [
        Row(
            standing.values,
            standing.mean,
            standing.low,
            standing.high,
            tuple(score for score in standing.scores.values() if math.isfinite(score)),
            len(standing.diverged),
            standing.with_best,
            None
            if standing.against is None
            else (standing.against.difference, standing.against.low, standing.against.high),
            _note(standing),
        )
        for standing in ranking.standings
    ]


def _note(standing: Standing) -> str:
    if standing.place == 1:
        return "the best" if math.isfinite(standing.mean) else ""
    if standing.against is None or standing.against.runs < 2 or math.isnan(standing.mean):
        return ""
    wins = standing.against.runs - standing.against.wins
    told = f"wins {wins:g} of {standing.against.runs}"
    return (
        told
        if math.isnan(standing.p)
        else f"{told}, p {'' if standing.p < 0.001 else '= '}{p_text(standing.p)}"
    )


def _ranks(results: Questions) -> Figure:
    """Candidates with their intervals."""
    ranking = results.rank()
    return score_intervals(
        _rows(ranking),
        _headline(results, ranking),
        results.monitor,
        minimise=results.minimise,
        runs=ranking.runs,
        heading=ranking.heading,
    )


def _comparison(results: Questions) -> Figure:
    """Candidates with their intervals, and how far each is behind the best over the same runs."""
    ranking = results.rank()
    return score_intervals(
        _rows(ranking),
        _headline(results, ranking),
        results.monitor,
        minimise=results.minimise,
        runs=ranking.runs,
        differences=True,
        heading=ranking.heading,
    )


def _effects(results: Questions) -> Figure:
    """What the values of each axis change."""
    found = results.effects()
    if not found:
        raise UsageError('plot("effects"): no axis has two values. plot("rank") shows the members.')
    panels = [
        AxisPanel(
            each.axis,
            _effect_note(each),
            each.is_real,
            tuple(
                LevelRow(
                    level.name,
                    level.mean,
                    level.low,
                    level.high,
                    level.scores,
                    level.diverged,
                    level is each.best(results.minimise),
                )
                for level in each.levels
            ),
        )
        for each in found
    ]
    first = found[0]
    at = f" after {plural(first.epochs, 'epoch')}" if first.epochs else ""
    title = f"No axis has an effect beyond chance{at}"
    if first.is_real:
        title = f"{first.axis} matters {'most' if len(found) > 1 else 'beyond chance'}{at}: best {best_level_text(first, results.minimise)}"
    if not any(level.scores for each in found for level in each.levels):
        title = _headline(results, results.rank())
    return axis_effects(panels, title, results.monitor, minimise=results.minimise)


def _effect_note(found: Effect) -> str:
    if math.isnan(found.share):
        return "too few candidates to tell"
    return f"{100 * found.share:.0f} % of the ranks' variance, {100 * found.chance:.0f} % by chance"


def _timeline(results: Questions) -> Figure:
    """How far each network was trained."""
    members = sorted(results.members, key=lambda member: (member.candidate, member.number))
    told = candidate_names(members, results.names)
    repeated = len(members) > len(told.whole)
    best = best_of(results.members, minimise=results.minimise)
    place = {member.number: k for k, member in enumerate(members)}
    bars = [
        Bar(
            _member_name(member, told) if repeated else told.whole[member.candidate],
            member.epochs,
            member.status,
            member is best,
        )
        for member in members
    ]
    copies = [
        (place[member.number], place[source], epoch)
        for member in members
        for epoch, source in member.lineage
        if source in place
    ]
    return epochs_spent(bars, spent_text(members), copies=copies if len(members) <= 60 else [])


def spent_text(members: Sequence[MemberLike]) -> str:
    """What was trained, and how it ended, in a line."""
    spent, most = sum(member.epochs for member in members), max(member.epochs for member in members)
    counts: dict[str, int] = {}
    for member in members:
        counts[member.status] = counts.get(member.status, 0) + 1
    ends = ", ".join(f"{count:,} {status.replace('_', ' ')}" for status, count in counts.items())
    whole = len(members) * most
    share = f", {100 * spent / whole:.0f} % of training all to epoch {most:,}" if spent < whole else ""
    return f"{plural(len(members), 'network')}: {ends}; {plural(spent, 'member-epoch')}{share}"


def _member_name(member: MemberLike, told: Names) -> str:
    fold = "" if member.fold is None else f", fold {member.fold}"
    return f"{told.whole[member.candidate]}, seed {member.seed}{fold}"


Draw = Callable[..., "Figure"]
KINDS: dict[str, tuple[Draw, tuple[str, ...]]] = {
    "curves": (_curves, ("value", "top")),
    "rank": (_ranks, ()),
    "comparison": (_comparison, ()),
    "effects": (_effects, ()),
    "parallel": (parallel, ()),
    "heat": (heat, ("axes",)),
    "timeline": (_timeline, ()),
    "lineage": (lineage, ()),
}
"""Kind of figure -> what draws it, and the options that it takes."""
