"""Population-based training: the worst go on from the weights of the best, with settings that are changed a little."""

from __future__ import annotations

import dataclasses
import math
from collections import deque

from fallline._ranges import BELOW_ONE, FRACTION, POSITIVE, checked_number, whole
from fallline.errors import UsageError
from fallline.population.search.base import Facts, Job, Search
from fallline.population.search.points import Points, points_for
from fallline.population.search.schedules import Schedule
from fallline.population.spaces import Settings


@dataclasses.dataclass(frozen=True)
class Exploit:
    """One candidate went on from another.

    Attributes:
        epoch: After so many epochs.
        candidate: Who went on.
        source: From whose weights and settings.
        settings: With which settings.
    """

    epoch: int
    candidate: int
    source: int
    settings: Settings


@dataclasses.dataclass
class PopulationBasedTraining(Search):
    """Trains all candidates side by side; every `interval` epochs the worst go on from the best.

    After each interval candidates are ranked. With n of them, each of the lowest ceil(n quantile), but at most n // 2,
    copies the weights, the optimizer's state and the settings of one of as many highest, drawn at random, if that one
    scores better (truncation selection). Then it explores: every setting is drawn anew with probability `resample`, or
    else multiplied by one of `factors`; a choice moves to a neighbour. Settings stay inside their spaces. What is part of
    a network's structure is copied and not explored, as the weights would not fit.

    A candidate that diverged is the worst, whatever the quantile, and goes on from one of the best. Candidates that early
    stopping ended are not copied; among the lowest they are replaced like others.

    `lineage` records who went on from whom; `schedule_of` gives the settings that a winner's weights have seen, epoch by
    epoch, which `Replay` trains again.

    Args:
        interval: Epochs between two rankings; None: a tenth of all.
        quantile: The part that is replaced, and from which it is; 0 replaces what diverged alone.
        resample: The probability that a setting is drawn anew.
        factors: By which a setting is multiplied, down and up.
        points: From where the first settings come: as for `SuccessiveHalving`.

    Raises:
        UsageError: A number is out of its range.

    Source: Jaderberg et al. 2017, Population based training of neural networks; the numbers are Ray Tune's. Unlike there,
    bounds hold, equals are not copied, and what is NaN is replaced.
    """

    interval: int | None = None
    quantile: float = 0.25
    resample: float = 0.25
    factors: tuple[float, float] = (0.8, 1.2)
    points: Points | None = None

    def __post_init__(self) -> None:
        where = "PopulationBasedTraining"
        if self.interval is not None:
            whole(f"{where}: interval", self.interval, 1)
        checked_number(f"{where}: quantile", self.quantile, BELOW_ONE)
        if self.quantile > 0.5:
            raise UsageError(
                f"{where}: quantile must be at most 0.5, since nobody is both; got {self.quantile}."
            )
        checked_number(f"{where}: resample", self.resample, FRACTION)
        if not isinstance(self.factors, tuple | list) or len(self.factors) != 2:
            raise UsageError(
                f"{where}: factors must be two numbers such as (0.8, 1.2); got {self.factors!r}."
            )
        down, up = (checked_number(f"{where}: factors", each, POSITIVE) for each in self.factors)
        if not down < 1 < up:
            raise UsageError(f"{where}: of factors one is below 1 and one above; got ({down}, {up}).")

    def begin(self, facts: Facts) -> None:
        """Begins with new settings.

        Raises:
            UsageError: How many candidates there are is not said, or it is one.
        """
        super().begin(facts)
        self._points = points_for(self.points, facts)
        if self._points.count < 2:
            raise UsageError(
                "PopulationBasedTraining needs two candidates at least, since one goes on from another; say members=16."
            )
        self.lineage: list[Exploit] = []
        self._interval = self.interval or max(facts.epochs // 10, 1)
        self._boundary = 0
        self._settings: dict[int, Settings] = {}
        self._first: dict[int, Settings] = {}
        self._scores: dict[int, float] = {}
        self._ended: set[int] = set()
        self._running: set[int] = set()
        self._queue: deque[Job] = deque()
        self._next_interval()

    def ask(self, places: int) -> list[Job]:
        """Whoever is to be trained in this interval; first those that copy, whose sources then have not moved on."""
        jobs = [self._queue.popleft() for _ in range(min(places, len(self._queue)))]
        self._running.update(job.candidate for job in jobs)
        return jobs

    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """A candidate is at the end of the interval, or at its own."""
        self._running.discard(candidate)
        self._scores[candidate] = self.badness(score)
        if ended or not math.isfinite(self._scores[candidate]):
            self._ended.add(candidate)
        while not self._queue and not self._running and self._boundary < self.facts.epochs:
            if not self._next_interval():
                break

    @property
    def done(self) -> bool:
        """Whether all candidates are at their end."""
        return not self._queue and not self._running

    @property
    def stage(self) -> str:
        """Until when is trained before the next ranking, and how often one went on from another."""
        return f"until epoch {self._boundary} of {self.facts.epochs}, {len(self.lineage)} copied"

    def _next_interval(self) -> bool:
        """Ranks, and lays out the jobs up to the next ranking; whether there are any."""
        until = min(self._boundary + self._interval, self.facts.epochs)
        # A rest shorter than half an interval is no interval of its own.
        if self.facts.epochs - until < self._interval / 2:
            until = self.facts.epochs
        if not self._boundary:
            for candidate in range(self._points.count):
                settings = self._points.next_point()
                assert settings is not None
                self._settings[candidate] = self._first[candidate] = settings
                self._queue.append(Job(candidate, until, settings=settings))
        else:
            copying = [self._copying(candidate, source, until) for candidate, source in self._exploits()]
            moved = {job.candidate for job in copying}
            self._ended -= moved
            own = [each for each in sorted(self._scores) if each not in moved and each not in self._ended]
            self._queue.extend(copying + [Job(each, until) for each in own])
        self._boundary = until
        return bool(self._queue)

    def _exploits(self) -> list[tuple[int, int]]:
        """(candidate, source) of everyone that goes on from another."""
        order = sorted(self._scores, key=lambda each: (self._scores[each], each))
        count = min(math.ceil(len(order) * self.quantile), len(order) // 2)
        diverged = [each for each in order if not math.isfinite(self._scores[each])]
        sources = [each for each in order if each not in self._ended and each not in diverged]
        # With a quantile of 0 what diverged still needs somebody to go on from.
        upper = sources[: max(count, 1)]
        lowest = sorted({*order[len(order) - count :], *diverged} - set(upper))
        pairs = []
        for candidate in lowest if upper else ():
            source = upper[int(self.facts.generator.integers(len(upper)))]
            if self._scores[source] < self._scores[candidate]:
                pairs.append((candidate, source))
        return pairs

    def _copying(self, candidate: int, source: int, until: int) -> Job:
        settings = self._explored(self._settings[source])
        self.lineage.append(Exploit(self._boundary, candidate, source, settings))
        self._settings[candidate] = settings
        return Job(candidate, until, source, settings)

    def _explored(self, settings: Settings) -> Settings:
        axes, generator = self.facts.axes, self.facts.generator
        moved = dict(settings)
        for name in settings:
            if name in self.facts.fixed:
                continue
            space = axes[name]
            if generator.random() < self.resample:
                moved[name] = space.draw(generator.random())
            else:
                factor = self.factors[int(generator.integers(2))]
                moved[name] = space.perturbed(moved[name], factor, generator)
        return axes.completed(moved, generator)

    def ancestors_of(self, candidate: int) -> list[tuple[int, int]]:
        """Whose weights became those of a candidate: (epoch, candidate) from when on, its own number last.

        Raises:
            UsageError: There is no such candidate.
        """
        return [(epoch, number) for epoch, number, _ in self._line(candidate)]

    def schedule_of(self, candidate: int) -> Schedule:
        """The settings under which the weights of a candidate were trained: (epoch, settings) from when on.

        `Replay` trains a network by them from the beginning.

        Raises:
            UsageError: There is no such candidate.
        """
        schedule: list[tuple[int, Settings]] = []
        for epoch, _, settings in self._line(candidate):
            if not schedule or schedule[-1][1] != settings:
                schedule.append((epoch, settings))
        return tuple(schedule)

    def _line(self, candidate: int) -> list[tuple[int, int, Settings]]:
        if candidate not in self._settings:
            raise UsageError(
                f"there is no candidate {candidate!r}; they are numbered 0 to {len(self._settings) - 1}."
            )
        line: list[tuple[int, int, Settings]] = []
        for event in reversed(self.lineage):
            if event.candidate == candidate:
                line.append((event.epoch, candidate, event.settings))
                candidate = event.source
        line.append((0, candidate, self._first[candidate]))
        return line[::-1]
