"""What a population found, in sentences: who is best and how surely, what diverged, which axes matter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fallline.population.results.divergence import divergence_text
from fallline.population.results.effects import Effect, effects
from fallline.population.results.ranking import Ranking, Standing, rank
from fallline.population.results.record import MemberLike, SpaceLike, diverged
from fallline.report.contents import format_number

NAMED = 3
"""Names that a sentence lists at most."""
LONG = 60
"""Signs that a list of names takes at most: else they are counted."""


def findings(
    members: Sequence[MemberLike],
    minimise: bool,
    *,
    axes: Mapping[str, SpaceLike] | None = None,
    monitor: str | None = None,
    overlap: float | None = None,
    names: Mapping[int, str] | None = None,
) -> list[str]:
    """A sentence for each thing that the population shows, the most important first.

    `adam is best: val_accuracy 0.912 ± 0.004 over 20 seeds (± is the 95 % interval).`
    `nesterov cannot be told from it (p = 0.31).`

    Args:
        members: The members.
        minimise: Whether a lower score is better.
        axes: Axis -> its kind and options.
        monitor: Name of the score.
        overlap: Test rows / training rows of a fold; see `rank`.
        names: Names of candidates.
    """
    ranking = rank(members, minimise, overlap=overlap, names=names)
    found = effects(members, minimise, axes=axes, monitor=monitor)
    return said_of(members, ranking, found, monitor)


def said_of(
    members: Sequence[MemberLike], ranking: Ranking, found: Sequence[Effect], monitor: str | None
) -> list[str]:
    """The sentences of a ranking and of effects that are there already."""
    bad = divergence_text(members)
    if not ranking.standings or math.isnan(ranking.best.mean):
        return [bad] if bad else ["No member has a score yet."]
    said = [best_text(ranking, monitor)]
    rivals = rivals_text(ranking)
    said += [f"{rivals}."] if rivals else []
    said += [bad] if bad else []
    said += [effect_text(each, ranking.minimise) for each in found if not math.isnan(each.share)]
    changed = sum(len(member.changes) > 1 for member in members)
    if changed:
        said.append(
            f"{plural(changed, 'member')} changed settings during the training: those shown are the last."
        )
    if ranking.unranked:
        count = len(ranking.unranked)
        said.append(
            f"{count} candidate{'s' if count > 1 else ''} did not run to the end, and {'are' if count > 1 else 'is'} not ranked."
        )
    if len(ranking.standings) > 1 or ranking.runs == "single":
        said.append(ranking.caveat)
    return said


def headline(members: Sequence[MemberLike], ranking: Ranking, monitor: str | None) -> str:
    """The best and its rivals in a line, for a title."""
    if not ranking.standings or math.isnan(ranking.best.mean):
        count = sum(map(diverged, members))
        return f"All {plural(count, 'member')} diverged" if count else "No member has a score yet"
    said = best_text(ranking, monitor).rstrip(".").replace(" (± is the 95 % interval)", "")
    rivals = rivals_text(ranking)
    if rivals is None:
        return said
    return f"{said}; {'i' + rivals[1:] if rivals.startswith('It ') else rivals}"


def best_text(ranking: Ranking, monitor: str | None) -> str:
    """Who is best, and how good."""
    best = ranking.best
    runs = sum(map(math.isfinite, best.scores.values()))
    value = score_text(best)
    label = f"{monitor} " if monitor else ""
    said = f"{best.name} is best: {label}{value}"
    if ranking.runs == "single" or runs < 2:
        return (
            f"{said}, in one run."
            if len(ranking.standings) > 1
            else f"{best.name}: {label}{value}, in one run."
        )
    said = said if len(ranking.standings) > 1 else f"{best.name}: {label}{value}"
    return f"{said} over {runs} {ranking.runs} (± is the 95 % interval)."


def rivals_text(ranking: Ranking) -> str | None:
    """Who cannot be told from the best, without the full stop; None where nothing can be said."""
    others = ranking.standings[1:]
    tested = [standing for standing in others if standing.against is not None and not math.isnan(standing.p)]
    near = [standing for standing in tested if standing.with_best]
    if not tested:
        return None
    if not near:
        rivals = "the other" if len(tested) == 1 else f"each of the {len(tested)} others"
        return f"It is better than {rivals} beyond chance (p {_at_most(max(each.p for each in tested))})"
    told = [f"{each.name} (p = {p_text(each.p)})" for each in near[:NAMED]]
    few = len(near) <= NAMED and sum(map(len, told)) <= LONG
    if few or len(near) == 1:
        listed = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
        return f"{listed} cannot be told from it"
    least, most = (p_text(bound(each.p for each in near)) for bound in (min, max))
    ends = f"p = {least}" if least == most else f"p {least} to {most}"
    return f"{len(near)} of {len(tested)} others cannot be told from it ({ends})"


def effect_text(found: Effect, minimise: bool) -> str:
    """What an axis changes, a sentence."""
    shares = f"{100 * found.share:.0f} % of the variance of ranks, by chance {100 * found.chance:.0f} %"
    at = f" after {found.epochs} epoch{'s' if found.epochs > 1 else ''}" if found.epochs else ""
    if not found.is_real:
        return f"{found.axis} shows no effect beyond chance{at} ({shares}; p = {p_text(found.adjusted)})."
    return f"{found.axis} matters{at}: best {best_level_text(found, minimise)}; {shares} (p {_p(found.adjusted)})."


def best_level_text(found: Effect, minimise: bool) -> str:
    """`at relu`, `from 0.001 to 0.005`."""
    best = found.best(minimise)
    return f"{'from' if best.low_edge < best.high_edge else 'at'} {best.name}"


def plural(count: int, noun: str, several: str | None = None) -> str:
    """`1 network`, `1,200 networks`."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def score_text(standing: Standing) -> str:
    """`0.912 ± 0.004`; the mean alone where there is no interval."""
    half = (standing.high - standing.low) / 2
    if math.isnan(standing.mean):
        return "diverged"
    if not math.isfinite(half):
        return format_number(standing.mean)
    if half == 0:
        return f"{format_number(standing.mean)} ± 0"
    return plus_minus(standing.mean, half)


def plus_minus(mean: float, half: float) -> str:
    """A mean and half of its interval to one place: one digit of the half, two where its first is 1 or 2.

    Of a wide interval the mean keeps three digits: it orders candidates all the same.
    """
    size = math.floor(math.log10(half))
    places = int(half / 10**size < 2.95) - size
    if places > 6 or abs(mean) >= 1e6:
        return f"{mean:.3e} ± {half:.1e}"
    places = max(places, min(2 - math.floor(math.log10(abs(mean))), 6) if mean else 0, 0)
    return f"{mean:,.{places}f} ± {half:,.{places}f}"


def p_text(p: float) -> str:
    """A p value as people write it: 0.31, 0.004, below 0.001."""
    if p < 0.001:
        return "below 0.001"
    return f"{p:.2g}" if p < 0.1 else f"{p:.2f}"


def _p(p: float) -> str:
    told = p_text(p)
    return told if told.startswith("below") else f"= {told}"


def _at_most(p: float) -> str:
    told = p_text(p)
    return told if told.startswith("below") else f"at most {told}"
