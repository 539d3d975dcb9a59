"""Which points of the space become candidates: all of a grid, at random, or spread by a Sobol sequence.

Alone, each is a search that trains every candidate to the end. Other searches take their candidates from one.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections import deque
from typing import Any

import numpy as np

from fallline.errors import FalllineWarning, UsageError, warn
from fallline.population.search.base import Facts, Job, Search
from fallline.population.spaces import Settings

TRIES = 1000
"""So often a point that was there already is drawn again before the points that are left are counted."""


class Points(Search):
    """Candidates one after the other, each trained to the end."""

    count: int
    """How many there are."""

    def begin(self, facts: Facts) -> None:
        """Sees how many candidates there are.

        Raises:
            UsageError: That is not said, and the axes have no end of values.
        """
        super().begin(facts)
        self.count = counted(facts)
        self._given = 0
        self._open: set[int] = set()

    @abstractmethod
    def point(self) -> Settings:
        """The settings of the next candidate."""

    def next_point(self) -> Settings | None:
        """The settings of the next candidate; None when all have been given."""
        if self._given >= self.count:
            return None
        self._given += 1
        return self.point()

    def ask(self, places: int) -> list[Job]:
        """New candidates, as long as there are some."""
        jobs: list[Job] = []
        while len(jobs) < places and (settings := self.next_point()) is not None:
            jobs.append(Job(self._given - 1, self.facts.epochs, settings=settings))
        self._open.update(job.candidate for job in jobs)
        return jobs

    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """The candidate is at its end."""
        self._open.discard(candidate)

    @property
    def done(self) -> bool:
        """Whether all candidates were given and are at their end."""
        return self._given >= self.count and not self._open


class Grid(Points):
    """All settings, or the first `members` of them, the last axis running fastest."""

    def begin(self, facts: Facts) -> None:
        """Lays the grid out.

        Raises:
            UsageError: An axis has no end of values.
        """
        self._grid = deque(facts.axes.grid())
        super().begin(facts)

    def point(self) -> Settings:
        """The next of the grid."""
        return self._grid.popleft()


class _Drawn(Points):
    """Points that are drawn, none twice."""

    def begin(self, facts: Facts) -> None:
        super().begin(facts)
        self._seen: set[Any] = set()
        self._left: list[Settings] | None = None

    @abstractmethod
    def units(self) -> np.ndarray:
        """Numbers in [0, 1), one for each axis."""

    def point(self) -> Settings:
        """The next point that was not there before."""
        axes = self.facts.axes
        for _ in range(TRIES if self._left is None else 0):
            settings = axes.settings(self.units())
            if self._new(settings):
                return settings
        if axes.size is None:
            # Conditions can leave most of the mass on few points even where an axis has no end of values.
            return settings
        if self._left is None:
            left = [settings for settings in axes.grid() if axes.key(settings) not in self._seen]
            self._left = [left[index] for index in self.facts.generator.permutation(len(left))]
        return self._left.pop()

    def _new(self, settings: Settings) -> bool:
        before = len(self._seen)
        self._seen.add(self.facts.axes.key(settings))
        return len(self._seen) > before


class Random(_Drawn):
    """Every axis drawn for itself, as its space says. What can be counted is drawn without repeats.

    Source: Bergstra and Bengio 2012, Random search for hyper-parameter optimization.
    """

    def units(self) -> np.ndarray:
        """Independent numbers."""
        return self.facts.generator.random(self.facts.axes.dimensions)


class Sobol(_Drawn):
    """A scrambled Sobol sequence: fills the space more evenly than random points, best with a power of two of them.

    SciPy's sequence (`scipy.stats.qmc.Sobol`), each of its numbers going through the quantile function of its axis. The
    scrambling is drawn from the population's seed, so that no point lies on a bound by rule. Where the axes can be
    counted, points that come again are left out.

    Source: Owen 1998, Scrambling Sobol' and Niederreiter-Xing points; Joe and Kuo 2008 for the directions.
    """

    def begin(self, facts: Facts) -> None:
        """Scrambles the sequence.

        Raises:
            UsageError: As `Points.begin`.
        """
        from scipy.stats import qmc

        super().begin(facts)
        # A number, not the generator: SciPy spawns a child of a generator, and one that is the same at each engine's
        # making differs from the one of a plain seed.
        seed = int(facts.generator.integers(2**31))
        self._engine = qmc.Sobol(facts.axes.dimensions, scramble=True, seed=np.random.default_rng(seed))

    def units(self) -> np.ndarray:
        """The next point of the sequence."""
        if not self.facts.axes.dimensions:
            return np.zeros(0)
        with warnings.catch_warnings():
            # The balance of the whole sequence is not lost by drawing it point by point.
            warnings.filterwarnings("ignore", message="The balance properties", category=UserWarning)
            unit = self._engine.random(1)[0]
        return np.minimum(unit, np.nextafter(1.0, 0.0))


def points_for(points: Points | None, facts: Facts) -> Points:
    """From where a search takes its candidates, begun: what it was given, or a grid where that is meant, or at random.

    Raises:
        UsageError: It is none, or how many there are is not said.
    """
    if points is None:
        points = Grid() if facts.candidates is None and facts.axes.size is not None else Random()
    if not isinstance(points, Points):
        raise UsageError(
            f"points= has to be Grid(), Random() or Sobol() of fallline.population; got {points!r:.60}."
        )
    points.begin(facts)
    return points


def counted(facts: Facts) -> int:
    """How many different candidates there shall be.

    Raises:
        UsageError: That is not said, and the axes have no end of values.
    """
    size = facts.axes.size
    if facts.candidates is None and size is None:
        name = facts.axes.without_end[0]
        raise UsageError(
            f"how many candidates shall be drawn? Say members=64. (Without it the whole grid is trained, but "
            f'axis "{name}" is {facts.axes[name]}, which has no end of values.)'
        )
    if facts.candidates is None or size is None:
        return facts.candidates or size or 0
    if facts.candidates > size:
        warn(
            f"{facts.candidates} candidates are asked for, but the axes have {size} different settings: each is "
            "taken once. For several networks with the same settings say seeds=.",
            FalllineWarning,
        )
    return min(facts.candidates, size)
