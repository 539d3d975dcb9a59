"""What a population found as text of 80 columns: the best candidates, what each axis changes, and the sentences."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fallline.own.names import short_names
from fallline.population.results.effects import Effect
from fallline.population.results.findings import p_text, said_of, score_text
from fallline.population.results.questions import Questions
from fallline.population.results.ranking import Ranking, Standing

WIDTH = 80
MOST_CANDIDATES = 10
MOST_LEVELS = 12
LONGEST = 32


def render_population(results: Questions, *, most: int = MOST_CANDIDATES, width: int = WIDTH) -> str:
    """The summary of a population.

    Args:
        results: What it found.
        most: Candidates to list.
        width: Columns.
    """
    ranking, found = results.rank(), results.effects()
    blocks: list[str] = []
    if ranking.standings and math.isfinite(ranking.best.mean):
        lines = [_rendered(_ranking_table(ranking, results.monitor, most), width)]
        if (more := len(ranking.standings) - most) > 0:
            lines.append(f" and {more:,} more {'candidate' if more == 1 else 'candidates'}")
        if any(standing.with_best and not math.isnan(standing.p) for standing in ranking.standings[:most]):
            lines.append(" ~ cannot be told from the best")
        blocks.append("\n".join(lines))
        known = [each for each in found if not math.isnan(each.share)]
        if known:
            blocks.append(_rendered(_effects_table(known, minimise=results.minimise), width))
    # What each axis does, the table has said.
    said = said_of(results.members, ranking, (), results.monitor)
    blocks.append("\n".join(_rendered(Text(line), width) for line in said))
    return "\n\n".join(blocks)


def _ranking_table(ranking: Ranking, monitor: str, most: int) -> Table:
    shown = ranking.standings[:most]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column(Text(ranking.heading or "candidate"), overflow="fold")
    table.add_column(Text(monitor), justify="right", no_wrap=True)
    single = ranking.runs == "single"
    if not single:
        table.add_column(ranking.runs, justify="right")
        table.add_column("wins", justify="right", no_wrap=True)
        table.add_column("p", justify="right", no_wrap=True)
    names = short_names([standing.values for standing in shown], LONGEST)
    for standing, name in zip(shown, names, strict=True):
        cells = [] if single else _compared(standing)
        table.add_row(str(standing.place), Text(name), score_text(standing), *cells)
    return table


def _compared(standing: Standing) -> list[str]:
    done = sum(map(math.isfinite, standing.scores.values()))
    runs = f"{done}, {len(standing.diverged)} diverged" if standing.diverged else str(done)
    test = standing.against
    if test is None or test.runs == 0:
        return [runs, "", ""]
    mark = " ~" if standing.with_best and not math.isnan(standing.p) else ""
    p = "" if math.isnan(standing.p) else p_text(standing.p).replace("below ", "<") + mark
    return [runs, f"{test.runs - test.wins:g} of {test.runs}", p]


def _effects_table(found: Sequence[Effect], *, minimise: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("axis", no_wrap=True)
    table.add_column("best", overflow="fold")
    table.add_column("of the variance", justify="right", no_wrap=True)
    table.add_column("by chance", justify="right", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    names = short_names([each.axis for each in found], 20)
    for each, name in zip(found[:MOST_LEVELS], names, strict=False):
        best = each.best(minimise).name if each.is_real else "(may be chance)"
        table.add_row(
            Text(name),
            Text(best),
            f"{100 * each.share:.0f} %",
            f"{100 * each.chance:.0f} %",
            p_text(each.adjusted).replace("below ", "<"),
        )
    return table


def _rendered(part: Table | Text, width: int) -> str:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False, color_system=None).print(part, markup=False)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()).strip("\n")
