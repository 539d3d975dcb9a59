"""What is said of a sweep: who is best and how surely, what mattered, what diverged, how much was spent."""

from __future__ import annotations

import math

from fallline.experiment.judgement import Judgement
from fallline.experiment.populations.members import counted
from fallline.experiment.populations.swept import Sweeping
from fallline.population import Member, Population
from fallline.population.results.findings import p_text, score_text
from fallline.population.results.labels import value_text
from fallline.population.results.ranking import Ranking, Standing
from fallline.report.population_seen import PopulationSeen

WIDTH, GAP = 80, 3
"""Signs of a line, and between two columns of a table: settings that would need more stand in one column."""

LONGEST = 16
"""Signs of a recorded name that stands above its column; the heading says what a longer one is."""

ROWS_SHOWN = 8
"""Candidates in the table of a terminal; members.csv has all."""

SCORES = {
    "val_loss": "validation loss",
    "val_binary_crossentropy": "validation loss without penalties",
    "val_sparse_categorical_crossentropy": "validation loss without penalties",
    "val_mean_squared_error": "validation loss without penalties",
}


def tell_sweep(
    sweeping: Sweeping,
    population: Population,
    best: Member,
    spent: tuple[int, int],
    interrupted: bool,
    run: str,
    judgement: Judgement,
) -> PopulationSeen:
    """What a sweep showed.

    Args:
        sweeping: What was wanted.
        population: All networks.
        best: The member that was chosen.
        spent: Epochs trained by all, and those without an early end.
        interrupted: Whether Ctrl-C ended it.
        run: The run folder.
        judgement: What the test rows say of the best.
    """
    del judgement
    results = population.results
    ranking = results.rank()
    candidates = len({member.candidate for member in population.members})
    heading = (
        f"A sweep over {', '.join(population.axes.names)}: {candidates:,} candidates, {len(population.members):,} networks, "
        f"{spent[0]:,} epochs trained of {spent[1]:,}; compared by {score_words(population)}."
    )
    sentences = [_as_options(sentence) for sentence in results.findings()]
    sentences += [_network(sweeping, ranking), f"Networks: {counted(population)}."]
    if best.lineage or len(best.changes) > 1:
        sentences.append(
            "The best network's settings changed while it was trained; those above are the last. Its config.json does not "
            "repeat that way."
        )
    if interrupted:
        sentences.append(f"Interrupted. Go on with: fallline sweep --resume {run}")
    return PopulationSeen(heading, _table(population, ranking), tuple(sentences))


def score_words(population: Population) -> str:
    """What candidates are compared by, in words."""
    name = population.monitor or "val_loss"
    return SCORES.get(name, name)


def _network(sweeping: Sweeping, ranking: Ranking) -> str:
    """Where the network of the run comes from."""
    if sweeping.folds is not None:
        return "With the best settings the network of this run was trained, as `fallline train` does."
    if (runs := len(ranking.best.scores)) == 1:
        return "The network of this run is that of the best settings."
    return f"The network of this run has the best settings, and of their {runs} seeds the best by the validation rows."


def _as_options(sentence: str) -> str:
    """A sentence about arguments of Python as one about options."""
    for name in ("seeds", "folds"):
        sentence = sentence.replace(f"{name}=", f"--{name}")
    return sentence


def _table(population: Population, ranking: Ranking) -> tuple[tuple[str, ...], ...]:
    """The first candidates: settings, score, and how sure it is that the best is better."""
    axes = population.axes.names
    settings = {member.candidate: member.settings for member in population.members}
    monitor = population.monitor or "score"
    rows: list[tuple[str, ...]] = [("", *axes, monitor if len(monitor) <= LONGEST else "score", "p")]
    for standing in ranking.standings[:ROWS_SHOWN]:
        own = settings[standing.candidate]
        cells = (value_text(own[axis]) if axis in own else "-" for axis in axes)
        rows.append((str(standing.place), *cells, score_text(standing), _p(standing)))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    if sum(widths) + GAP * len(widths) > WIDTH:
        rows = [(row[0], ", ".join(row[1 : 1 + len(axes)]), *row[1 + len(axes) :]) for row in rows]
    return tuple(rows)


def _p(standing: Standing) -> str:
    if standing.place == 1:
        return "best"
    return "-" if math.isnan(standing.p) else p_text(standing.p)
