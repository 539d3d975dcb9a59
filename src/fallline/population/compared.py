"""What a comparison showed: scores of every choice over the same seeds, and how sure one is better than another."""

from __future__ import annotations

import dataclasses
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from fallline.own.shown import fields_shown
from fallline.population.population import Population
from fallline.population.results import Ranking, Results
from fallline.population.results.findings import p_text, score_text
from fallline.population.results.labels import value_text
from fallline.population.results.record import AxisRecord, MemberRecord
from fallline.report.contents import format_number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 80


@dataclasses.dataclass(frozen=True)
class Tried:
    """Settings that the tuning tried.

    Attributes:
        settings: What was tuned: name -> value.
        score: The mean validation score over the tuning's seeds; NaN where a network diverged.
    """

    settings: Mapping[str, Any]
    score: float


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found.

    Attributes:
        scores: Choice -> its score on the test rows, of each seed; NaN where the network diverged.
        settings: Choice -> the settings that the tuning found best, with which it was compared.
        tried: Choice -> all that the tuning tried; empty where nothing was tuned.
        score: What they are judged by.
        minimise: Whether less of it is better.
        seeds: The seeds that are compared.
        tuning_seeds: How many others each setting was tried with; 0: nothing was tuned.
        rows: Rows of each part: `train`, `validation`, `test`.
        population: The networks that are compared.
        tuning: Those of the tuning; None where nothing was tuned.

    Source: Choi et al., On empirical comparisons of optimizers for deep learning (2019).
    """

    __repr__ = fields_shown

    scores: Mapping[str, Float[np.ndarray, " seeds"]]
    settings: Mapping[str, Mapping[str, Any]]
    tried: Mapping[str, tuple[Tried, ...]]
    score: str
    minimise: bool
    seeds: tuple[int, ...]
    tuning_seeds: int
    rows: Mapping[str, int]
    population: Population
    tuning: Population | None = None

    @property
    def results(self) -> Results:
        """The scores as those of a population with one axis, `choice`: `rank()`, `plot(kind)`, `frame()`."""
        records = [
            MemberRecord(
                number=member.number,
                candidate=member.candidate,
                settings={"choice": name},
                seed=member.seed,
                fold=None,
                status="diverged" if member.diverged else "completed",
                epochs=member.epochs,
                score=float(self.scores[name][self.seeds.index(member.seed)]),
                values=member.values,
                seconds=member.seconds,
                best_epoch=member.best_epoch,
            )
            for member in self.population.members
            for name in [list(self.scores)[member.candidate]]
        ]
        axis = AxisRecord("choice", False, tuple(self.scores))
        return Results(records, {"choice": axis}, f"test {self.score}", self.minimise)

    @property
    def ranking(self) -> Ranking:
        """The choices, the best first, each tested against the best over the same seeds, with Holm's correction."""
        return self.results.rank()

    @property
    def places(self) -> dict[str, float]:
        """Choice -> its mean place over the seeds, from 1; equal scores share places, who diverged is last."""
        from scipy.stats import rankdata

        values = np.array([self.scores[name] for name in self.scores])
        badness = np.where(np.isfinite(values), values if self.minimise else -values, np.inf)
        means = rankdata(badness, axis=0).mean(axis=1)
        return dict(zip(self.scores, means.tolist(), strict=True))

    def frame(self, backend: Any = "polars") -> Any:
        """A row for each network: choice, seed, status, score; see `Results.frame`."""
        return self.results.frame(backend)

    def plot(self, path: str | Path | None = None) -> Figure:
        """The choices with their intervals, and how far each is behind the best over the same seeds.

        Args:
            path: Where to write it, as PNG or SVG by its ending; None: nowhere.
        """
        return self.results.plot("comparison", path)

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Rows of cells, the names of the columns first: choice, what was tuned, mean score, place, wins, p."""
        ranking, places = self.ranking, self.places
        tuned = list(dict.fromkeys(axis for settings in self.settings.values() for axis in settings))
        rows = [("choice", *tuned, f"{self.score} ± 95 %", "place", "beats best", "p")]
        for standing in ranking.standings:
            own = self.settings[standing.name]
            beats, p = "-", "best"
            if standing.against is not None:
                beats = (
                    "-"
                    if math.isnan(standing.against.win_rate)
                    else f"{100 * (1 - standing.against.win_rate):.0f} %"
                )
                p = "-" if math.isnan(standing.p) else p_text(standing.p)
            cells = (value_text(own[axis]) if axis in own else "-" for axis in tuned)
            rows.append(
                (standing.name, *cells, score_text(standing), f"{places[standing.name]:.1f}", beats, p)
            )
        return tuple(rows)

    def sentences(self) -> list[str]:
        """What was found, what was tuned and how much, and what the tests do not speak of."""
        rows = ", ".join(f"{count:,} {name}" for name, count in self.rows.items())
        said = self.results.findings()
        # The effect of the one axis says the same as the ranking, and there are no folds to be had.
        said = [sentence for sentence in said if not sentence.startswith(("choice ", "The tests speak"))]
        said.append("The tests speak of other seeds on this division of the rows, not of other rows.")
        if self.tuning is None:
            said.append("Nothing was tuned: a choice may suffer from a learning rate that another one likes.")
        else:
            counts = {name: len(tried) for name, tried in self.tried.items()}
            said.append(
                f"Tuned: {_tuned_words(self)}, {_counts(counts)}, each with {self.tuning_seeds} other "
                f"{'seed' if self.tuning_seeds == 1 else 'seeds'}, by the validation rows; judged by the test rows ({rows})."
            )
            said += self._edges()
        return said

    def _edges(self) -> list[str]:
        """Choices whose best value is the first or the last that was tried: a better one may lie beyond."""
        found = []
        for name, tried in self.tried.items():
            for axis in self.settings[name]:
                values = [one.settings[axis] for one in tried]
                numbers = [value for value in values if isinstance(value, int | float)]
                if len(set(numbers)) < 3 or len(numbers) < len(values):
                    continue
                own = self.settings[name][axis]
                if own in (min(numbers), max(numbers)):
                    end = "largest" if own == max(numbers) else "smallest"
                    known = [one.score for one in tried if one.settings[axis] == own]
                    if math.isfinite(known[0]):
                        found.append(f"{name} ({axis} {format_number(own)}, the {end})")
        if not found:
            return []
        return [f"At the edge of what was tried: {', '.join(found)}; further out may be better."]

    def __str__(self) -> str:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        head, *rows = self.table()
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, name in enumerate(head):
            # Numbers stay in one line; names may be broken.
            table.add_column(Text(name), justify="left" if place == 0 else "right", no_wrap=place > 0)
        for row in rows:
            table.add_row(*map(Text, row))
        file = io.StringIO()
        out = Console(file=file, width=WIDTH, highlight=False, color_system=None)
        out.print(table)
        for sentence in self.sentences():
            out.print(Text(sentence))
        return "\n".join(line.rstrip() for line in file.getvalue().splitlines())


def _tuned_words(comparison: Comparison) -> str:
    names = dict.fromkeys(axis for settings in comparison.settings.values() for axis in settings)
    return ", ".join(names)


def _counts(counts: Mapping[str, int]) -> str:
    """How many values of each choice: `5 values each`, or `sgd 5, lbfgs 1`."""
    if len(set(counts.values())) == 1:
        return f"{next(iter(counts.values()))} values each"
    return ", ".join(f"{name} {count}" for name, count in counts.items()) + " values"
