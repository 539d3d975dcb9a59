"""The figure of who went on from whose weights, and the settings that the best's weights were trained with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fallline.errors import UsageError
from fallline.population.results.findings import plural
from fallline.population.results.questions import Questions
from fallline.population.results.record import MemberLike, best_of
from fallline.report.contents import format_number
from fallline.report.figures.populations import Course, weight_lineage
from fallline.report.figures.populations.lineage import ancestry

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def lineage(results: Questions) -> Figure:
    """Who went on from whose weights."""
    members = sorted(results.members, key=lambda member: member.number)
    best = best_of(results.members, minimise=results.minimise)
    if best is None or not any(member.lineage for member in members):
        raise UsageError(
            'plot("lineage"): no member went on from the weights of another. plot("timeline") shows them.'
        )
    place = {member.number: k for k, member in enumerate(members)}
    courses = [
        Course(
            str(member.number),
            member.epochs,
            tuple((epoch, place[source]) for epoch, source in member.lineage),
        )
        for member in members
    ]
    parts = ancestry(courses, place[best.number])
    schedule = effective_schedule([(members[k], begin, end) for k, begin, end in parts])
    copies = sum(len(member.lineage) for member in members)
    title = (
        f"Member {best.number} is best, {results.monitor} {format_number(best.score)}: its weights went through "
        f"{plural(len(parts), 'network')}; {plural(copies, 'copy', 'copies')} in all"
    )
    return weight_lineage(courses, place[best.number], schedule, title)


def effective_schedule(
    parts: Sequence[tuple[MemberLike, int, int]],
) -> dict[str, list[tuple[int, Any]]]:
    """Setting -> (epoch from which it held, value) along what a network's weights went through; those that changed.

    Args:
        parts: (member, from this epoch, to this epoch), the first first.
    """
    found: dict[str, list[tuple[int, Any]]] = {}
    for member, begin, end in parts:
        changes = sorted(member.changes, key=lambda change: change[0]) or [(0, member.settings)]
        held = [change for change in changes if change[0] <= begin][-1:] or [(begin, changes[0][1])]
        later = [change for change in changes if begin < change[0] < end]
        for epoch, settings in [(begin, held[0][1]), *later]:
            for name, value in settings.items():
                steps = found.setdefault(name, [])
                if not steps or repr(steps[-1][1]) != repr(value):
                    steps.append((epoch, value))
    return {name: steps for name, steps in found.items() if len(steps) > 1}
