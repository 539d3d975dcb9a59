"""Successive halving without waiting: a place that becomes free is filled at once."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

from fallline.population.search.base import Facts, Job, Search
from fallline.population.search.halving import SuccessiveHalving
from fallline.population.search.points import Points, points_for
from fallline.population.search.rungs import check_rungs, depth, rungs


@dataclasses.dataclass
class ASHA(Search):
    """Asynchronous successive halving: no place waits until a rung is full.

    A free place goes to the best candidate that is among the best n // factor of the n that have reached a rung, and has
    not gone on from it; higher rungs first. Only where there is none does a new candidate begin. The newcomer counts in
    its rung. So early candidates may go on with less right than under `SuccessiveHalving`; in return nothing ever waits.

    When no candidate is left to begin and none may go on, the best one goes on to the end, should none have been there:
    the answer has been trained for all of the epochs. What diverged counts in its rung and never goes on.

    The order in which candidates come back decides; on one machine that is the same each time.

    Args:
        factor: One of so many goes on.
        least: The fewest epochs after which candidates are compared.
        points: From where the candidates come: as for `SuccessiveHalving`.

    Raises:
        UsageError: `factor` is below 2 or `least` below 1, or one is no whole number.

    Source: Li, Jamieson, Rostamizadeh, Gonina, Hardt, Recht and Talwalkar 2020, A system for massively parallel
    hyperparameter tuning, algorithm 2. Rungs are counted down from the epochs (243 by 3: 1, 3, 9, 27, 81, 243). Ray and
    Syne Tune stop candidates instead of promoting them, count rungs by a logarithm (243: up to 81) and let the first
    comer pass; Ray never stops one that is NaN.
    """

    factor: int = 3
    least: int = 1
    points: Points | None = None
    asynchronous: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_rungs("ASHA", self.factor, self.least)

    def begin(self, facts: Facts) -> None:
        """Begins with the rungs of these epochs.

        Raises:
            UsageError: `least` is above the epochs, or how many candidates there are is not said.
        """
        super().begin(facts)
        check_rungs("ASHA", self.factor, self.least, facts.epochs)
        self._points = points_for(self.points, facts)
        self._begun = 0
        self._epochs = rungs(facts.epochs, self.factor, depth(facts.epochs, self.factor, self.least))
        self._scores: list[dict[int, float]] = [{} for _ in self._epochs]
        self._promoted: list[set[int]] = [set() for _ in self._epochs]
        self._running: dict[int, int] = {}
        self._ended: set[int] = set()

    def ask(self, places: int) -> list[Job]:
        """One job for each place: who may go on, or else who is new."""
        jobs: list[Job] = []
        while len(jobs) < places:
            self._raise_the_ended()
            promotion = self._promotion()
            if promotion is not None:
                rung, candidate = promotion
                self._promoted[rung].add(candidate)
                self._running[candidate] = rung + 1
                jobs.append(Job(candidate, self._epochs[rung + 1]))
                continue
            settings = self._points.next_point()
            if settings is None:
                break
            self._running[self._begun] = 0
            jobs.append(Job(self._begun, self._epochs[0], settings=settings))
            self._begun += 1
        return jobs

    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """A candidate has reached its rung, or its end."""
        rung, badness = self._running.pop(candidate), self.badness(score)
        self._scores[rung][candidate] = badness
        if ended:
            self._ended.add(candidate)
        self._raise_the_ended()

    def _raise_the_ended(self) -> None:
        """Who has ended goes on by standing in the next rung as it is, which takes no job."""
        while (promotion := self._promotion()) is not None and promotion[1] in self._ended:
            at, risen = promotion
            self._promoted[at].add(risen)
            self._scores[at + 1][risen] = self._scores[at][risen]

    def _promotion(self) -> tuple[int, int] | None:
        for rung in range(len(self._epochs) - 2, -1, -1):
            best = self._best(rung)[: len(self._scores[rung]) // self.factor]
            for candidate in best:
                if candidate not in self._promoted[rung]:
                    return rung, candidate
        return self._last_promotion()

    def _last_promotion(self) -> tuple[int, int] | None:
        """Who goes on although there are too few others, when nothing else is left to do and none is at the end."""
        if self._running or self._begun < self._points.count or self._best(len(self._epochs) - 1):
            return None
        for rung in range(len(self._epochs) - 2, -1, -1):
            for candidate in self._best(rung):
                if candidate not in self._promoted[rung]:
                    return rung, candidate
        return None

    def _best(self, rung: int) -> list[int]:
        """Who has reached a rung and not diverged, the best first; of equals who began first."""
        scores = self._scores[rung]
        finite = [each for each in scores if math.isfinite(scores[each])]
        return sorted(finite, key=lambda each: (scores[each], each))

    @property
    def done(self) -> bool:
        """Whether nothing runs, is new, or may go on."""
        return not self._running and self._begun >= self._points.count and self._promotion() is None

    @property
    def stage(self) -> str:
        """How many candidates have reached each rung."""
        reached = ", ".join(
            f"{len(scores)} epoch {epochs}" for scores, epochs in zip(self._scores, self._epochs, strict=True)
        )
        return f"reached: {reached}"

    def cost(self, epochs: int, candidates: int | None = None) -> int:
        """The epochs of all together if it promoted as `SuccessiveHalving`: the order of events makes it more or less."""
        return SuccessiveHalving(self.factor, self.least).cost(epochs, candidates)
