"""Successive halving, and Hyperband: many candidates for a few epochs, the best of them for more."""

from __future__ import annotations

import dataclasses
import math
from collections import deque

from fallline._ranges import whole
from fallline.errors import UsageError
from fallline.population.search.base import Facts, Job, Search
from fallline.population.search.points import Points, points_for
from fallline.population.search.rungs import check_rungs, depth, rungs, spent, survivors


class Bracket:
    """Candidates that are compared with each other, rung by rung.

    When all have reached a rung, the best of them go on to the next, those that began first where scores are equal. What
    diverged never does. What early stopping ended is compared by the score that it has, and costs nothing more.
    """

    def __init__(self, sizes: tuple[int, ...], epochs: tuple[int, ...]) -> None:
        self.sizes = sizes
        self.epochs = epochs
        self.rung = 0
        self.unborn = sizes[0]
        self.waiting: deque[int] = deque()
        self.running: set[int] = set()
        self.scores: dict[int, float] = {}
        self.ended: set[int] = set()

    @property
    def until(self) -> int:
        """The epochs of the rung to which candidates are trained now."""
        return self.epochs[self.rung]

    @property
    def done(self) -> bool:
        """Whether nothing waits, runs, or is still to begin."""
        return not (self.unborn or self.waiting or self.running)

    def begun(self, candidate: int) -> None:
        """A new candidate is trained to the first rung."""
        self.unborn -= 1
        self.running.add(candidate)

    def tell(self, candidate: int, badness: float, ended: bool) -> None:
        """A candidate has reached its rung, or its end."""
        self.running.discard(candidate)
        self.scores[candidate] = badness
        if ended:
            self.ended.add(candidate)
        while self.done and self.rung + 1 < len(self.epochs):
            self._promote()

    def _promote(self) -> None:
        order = sorted(self.scores, key=lambda each: (self.scores[each], each))
        best = [each for each in order if math.isfinite(self.scores[each])]
        self.rung += 1
        self.scores = {each: self.scores[each] for each in best[: self.sizes[self.rung]]}
        self.waiting.extend(each for each in sorted(self.scores) if each not in self.ended)


class _Brackets(Search):
    """A search of one or more brackets, which are trained at the same time."""

    brackets: list[Bracket]
    points: Points | None

    def _begin(self, facts: Facts, points: Points, brackets: list[Bracket]) -> None:
        self._points = points
        self.brackets = brackets
        self._home: dict[int, Bracket] = {}
        super().begin(facts)

    def ask(self, places: int) -> list[Job]:
        """Candidates that go on, and new ones, bracket by bracket."""
        jobs: list[Job] = []
        for bracket in self.brackets:
            while len(jobs) < places and bracket.waiting:
                candidate = bracket.waiting.popleft()
                bracket.running.add(candidate)
                jobs.append(Job(candidate, bracket.until))
            while len(jobs) < places and bracket.unborn:
                candidate, settings = len(self._home), self._points.next_point()
                bracket.begun(candidate)
                self._home[candidate] = bracket
                jobs.append(Job(candidate, bracket.until, settings=settings))
        return jobs

    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """A candidate has reached its rung, or its end."""
        self._home[candidate].tell(candidate, self.badness(score), ended)

    @property
    def done(self) -> bool:
        """Whether every bracket is."""
        return all(bracket.done for bracket in self.brackets)

    @property
    def stage(self) -> str:
        """The rung of a single bracket, or how many brackets are done."""
        if len(self.brackets) == 1:
            [one] = self.brackets
            return f"rung {one.rung + 1} of {len(one.epochs)}, until epoch {one.until}"
        return f"{sum(bracket.done for bracket in self.brackets)} of {len(self.brackets)} brackets done"


@dataclasses.dataclass
class SuccessiveHalving(_Brackets):
    """Trains all candidates to the first rung, the best 1/factor of them to the next, and so on.

    Rung k of s is after epochs // factor^(s-k) epochs, and candidates // factor^k are trained to it: 27 candidates
    and 27 epochs by 3 are 27, 9, 3, 1 candidates for 1, 3, 9, 27 epochs. s is the largest for which the first rung has
    `least` epochs and the last a candidate. It waits at every rung until all have reached it; whoever goes on goes on
    from its own weights. Equal scores: who began first.

    A candidate that diverges is out at once, and its place among those that go on is another's.

    Args:
        factor: One of so many goes on.
        least: The fewest epochs after which candidates are compared.
        points: From where the candidates come: `Random()` (the default where `members` are said or the axes have no end
            of values), `Sobol()`, or `Grid()` (else).

    Raises:
        UsageError: `factor` is below 2 or `least` below 1, or one is no whole number.

    Source: Jamieson and Talwalkar 2016, Non-stochastic best arm identification and hyperparameter optimization, in the
    form of the inner loop of Hyperband (Li et al. 2018), which fixes the epochs and not the budget. scikit-learn's
    `HalvingGridSearchCV` counts rungs up from the least and may never train one to the end; this counts down from it.
    """

    factor: int = 3
    least: int = 1
    points: Points | None = None

    def __post_init__(self) -> None:
        check_rungs("SuccessiveHalving", self.factor, self.least)

    def begin(self, facts: Facts) -> None:
        """Begins with the rungs of these epochs.

        Raises:
            UsageError: `least` is above the epochs, or how many candidates there are is not said.
        """
        check_rungs("SuccessiveHalving", self.factor, self.least, facts.epochs)
        points = points_for(self.points, facts)
        self._begin(facts, points, [Bracket(*zip(*self.table(facts.epochs, points.count), strict=True))])

    def table(self, epochs: int, candidates: int) -> tuple[tuple[int, int], ...]:
        """(candidates, epochs) of each rung."""
        s = depth(epochs, self.factor, self.least)
        while s and candidates < self.factor**s:
            s -= 1
        sizes = survivors(candidates, self.factor, s)
        return tuple(zip(sizes, rungs(epochs, self.factor, s), strict=True))

    def cost(self, epochs: int, candidates: int | None = None) -> int:
        """The epochs of all candidates together, where none ends early."""
        super().cost(epochs, candidates)
        assert candidates is not None
        sizes, until = zip(*self.table(epochs, candidates), strict=True)
        return spent(sizes, until)


@dataclasses.dataclass
class Hyperband(_Brackets):
    """Several successive halvings, from many candidates for a few epochs to a few for all of them.

    It hedges: where a short training does not tell who will win, the brackets that compare late find the good ones. With
    R epochs and s_max the largest s with R // factor^s >= least, bracket s = s_max, ..., 0 has

        n = ceil((s_max + 1) factor^s / (s + 1)) candidates, of which n // factor^i
        are trained for R // factor^(s-i) epochs, i = 0..s

    R = 81 by 3: 81-27-9-3-1, 34-11-3-1, 15-5-1, 8-2 and 5 candidates, 143 in all. Brackets are trained at the same time,
    since none depends on another. Halving itself is as in `SuccessiveHalving`.

    Args:
        factor: One of so many goes on.
        least: The fewest epochs after which candidates are compared.
        rounds: How often the whole table is gone through.
        points: From where the candidates come: `Random()` by default, or `Sobol()`, `Grid()`.

    Raises:
        UsageError: `factor` is below 2, `least` or `rounds` below 1, or one is no whole number.

    Source: Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar 2018, Hyperband, algorithm 1. Others differ: Optuna reads
    the sizes as odds and gives 243 epochs the brackets of 81, Ray begins with the bracket of few candidates, Keras Tuner
    has other sizes (98-33-11-4-2 for 100 epochs) and ends with two or three, hpbandster rounds the sizes down first.
    """

    factor: int = 3
    least: int = 1
    rounds: int = 1
    points: Points | None = None

    def __post_init__(self) -> None:
        check_rungs("Hyperband", self.factor, self.least)
        whole("Hyperband: rounds", self.rounds, 1)

    def table(self, epochs: int) -> tuple[tuple[tuple[int, int], ...], ...]:
        """(candidates, epochs) of each rung of each bracket, the one of most candidates first."""
        top = depth(epochs, self.factor, self.least)
        made = []
        for s in range(top, -1, -1):
            candidates = -(-(top + 1) * self.factor**s // (s + 1))
            sizes = survivors(candidates, self.factor, s)
            made.append(tuple(zip(sizes, rungs(epochs, self.factor, s), strict=True)))
        return tuple(made)

    def candidates(self, epochs: int) -> int:
        """How many candidates all brackets have together."""
        return self.rounds * sum(bracket[0][0] for bracket in self.table(epochs))

    def begin(self, facts: Facts) -> None:
        """Begins with the brackets of these epochs.

        Raises:
            UsageError: `least` is above the epochs, or a number of candidates is said, which the table says already.
        """
        check_rungs("Hyperband", self.factor, self.least, facts.epochs)
        total = self.candidates(facts.epochs)
        if facts.candidates not in (None, total):
            raise UsageError(
                f"Hyperband's table for {facts.epochs} epochs has {total} candidates, so leave members= out "
                f"(it is {facts.candidates}); rounds= goes through the table again. For a number of your own take "
                "SuccessiveHalving or ASHA."
            )
        points = points_for(self.points, dataclasses.replace(facts, candidates=total))
        left, brackets = points.count, []
        for bracket in self.table(facts.epochs) * self.rounds:
            _, epochs = zip(*bracket, strict=True)
            # Axes with few values may have fewer settings than the table has candidates.
            count = min(bracket[0][0], left)
            left -= count
            if count:
                brackets.append(Bracket(survivors(count, self.factor, len(epochs) - 1), epochs))
        self._begin(facts, points, brackets)

    def cost(self, epochs: int, candidates: int | None = None) -> int:
        """The epochs of all candidates together, where none ends early."""
        return self.rounds * sum(spent(*zip(*bracket, strict=True)) for bracket in self.table(epochs))
