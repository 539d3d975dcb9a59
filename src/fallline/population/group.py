"""Members that share a program: trained on places, of which those that become free are taken by who waits.

No loop of training is here: each stretch is a call of `engine.run`, which ends after a number of epochs that depends on
nothing but the sizes, so that a population that is resumed does the same.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from fallline._tree import PyTree, named_leaves, stack
from fallline.engine import Data, Objective, Observer, Plan, RunResult, run
from fallline.engine.placement import Placement, place
from fallline.engine.places import room
from fallline.engine.scoring import fresh_variables
from fallline.own.shown import fields_shown
from fallline.population.board import Work, resumed, stacked, taken
from fallline.population.member import Saved

PLACES = 64
"""Members that one program holds at most."""

MEMBER_STEPS = 40_000
"""Steps of small networks, of all members together, between two looks at who has ended: half a second, beside which a look
costs little. Of large ones they are as many fewer as each takes longer."""

SMALL = 200_000
"""Parameters times rows of a step: up to here a step takes as long as its operations take to start."""

SELDOM = 10
"""How many times as long it takes to the next look where no rule ends a member early."""


@dataclasses.dataclass(frozen=True)
class Stretch:
    """What a stretch of a group's run left.

    Attributes:
        left: Who left its place: at its epoch, or since it ended.
        stays: Who goes on.
        seconds: Time spent in training.
        interrupted: Whether Ctrl-C came.
        cut: Whether it came, or the group was to stop.
    """

    __repr__ = fields_shown

    left: list[Work]
    stays: list[Work]
    seconds: float
    interrupted: bool
    cut: bool


class Group:
    """Members that share a program.

    Args:
        objective: What they train, as the first of them has it.
        data: Training and validation rows.
        plan: What to run, without numbers.

    Attributes:
        seats: How many places its program has.
        most: How many it may have, for as much memory as was free when the first of them began; 0: not known yet.
        placed: Who trains.
        seated: Who is on which place.
        waiting: Who comes next.
    """

    def __init__(self, objective: Objective, data: Data, plan: Plan) -> None:
        self.objective = objective
        self.data = data
        self.plan = plan
        self.seats = 0
        self.most = 0
        self.placed: list[Work] = []
        self.seated: list[Work | None] = []
        self.waiting: deque[Work] = deque()
        self.empty: Saved | None = None
        self._parameters = 0
        self._early = False
        self._laid: tuple[int, Data] | None = None

    def advance(
        self,
        works: Iterable[Work],
        *,
        observers: Sequence[Observer] = (),
        more: Callable[[int], list[Work]] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[Stretch]:
        """Trains members until each has reached its epoch or ended, stretch by stretch.

        Args:
            works: Who is to be trained, how far; none is there already.
            observers: Those who look at the run.
            more: Given the number of free places, who else there is to train; asked where nobody waits.
            stop: Whether to end after a stretch, with whoever is on the places.

        Yields:
            What each stretch left; the members are up to date.
        """
        self.placed, self.waiting = [], deque(works)
        if self.waiting:
            self._measure(self.waiting[0])
            self.seats = max(self.seats, min(self.most, len(self.waiting)))
        while True:
            free = self.seats - len(self.placed)
            if free and not self.waiting and more is not None:
                self.waiting.extend(more(free))
            while self.waiting and len(self.placed) < self.seats:
                self.placed.append(self.waiting.popleft())
            if not self.placed:
                return
            stretch = self._stretch(self._seated(), observers, stop)
            # Who was cut off is where it can go on, if the population is resumed.
            cut = [work for work in stretch.left if work.member.status in ("interrupted", "stopped")]
            self.placed = cut or stretch.stays
            yield stretch
            if stretch.cut:
                return

    def _measure(self, work: Work) -> None:
        """Sees how large a network is, and how many there may be at once."""
        if not (self._parameters and self.most):
            found = room(work.numbers, self.data.train, self.data.validation, self.plan)
            self._parameters, self._early = found.parameters, bool(work.numbers.rules)
            self.most = self.most or min(PLACES, found.places)

    def _seated(self) -> list[Work | None]:
        """Who sits where: those who train fill groups of members that run side by side, evenly on the devices."""
        seats: list[Work | None] = [None] * self.seats
        for seat, work in zip(self._layout().seats(), self.placed, strict=False):
            seats[seat] = work
        return seats

    def _layout(self) -> Placement:
        return place(self.seats, self._parameters, early=self._early)

    def _on_devices(self) -> Data:
        """The data where the run takes it from, brought there once."""
        if self._laid is None or self._laid[0] != self.seats:
            self._laid = self.seats, Data(*self._layout().share((self.data.train, self.data.validation)))
        return self._laid[1]

    def _stretch(
        self,
        seats: list[Work | None],
        observers: Sequence[Observer],
        stop: Callable[[], bool],
    ) -> Stretch:
        self.seated = seats
        placed = [work for work in seats if work is not None]
        for work in placed:
            work.member.status = "running"
        # Who trains to the end of the plan ends by itself.
        left = [work.until - work.epochs for work in placed]
        early = [count for count, work in zip(left, placed, strict=True) if work.until < self.plan.epochs]
        rounds = min([*early, max(left), self._rounds_between_looks()])
        resume = resumed(seats, self.plan.initial_epoch, self.empty)
        result = run(
            self.objective,
            self._on_devices(),
            self.plan,
            stacked(seats),
            variables=_starts(seats) if resume is None or resume.fresh is not None else None,
            observers=observers,
            resume=resume,
            rounds=rounds,
        )
        return self._looked_at(seats, result, stop)

    def _looked_at(self, seats: list[Work | None], result: RunResult, stop: Callable[[], bool]) -> Stretch:
        left, stays, stopped = [], [], stop()
        assert isinstance(result.outcome, tuple)
        leaves = named_leaves({"variables": result.variables, "optimizer": result.optimizer})
        leaves = {name: np.asarray(leaf) for name, leaf in leaves.items()}
        shares = result.seconds / max(1, sum(work is not None for work in seats))
        for seat, work in enumerate(seats):
            if work is None:
                continue
            member, outcome = work.member, result.outcome[seat]
            member.seconds += shares
            epochs = int(result.epochs[seat])
            member.epochs = self.plan.initial_epoch + epochs
            member.values = {name: np.array(values[seat, :epochs]) for name, values in result.trace.items()}
            if result.resume is not None:
                work.saved = member.saved = self.empty = taken(result.resume, seat)
            member.outcome = outcome
            ended = outcome.kind in ("diverged", "early_stopped", "completed")
            if ended or result.interrupted or stopped or work.epochs >= work.until:
                member.arrays = {name: np.array(leaf[seat]) for name, leaf in leaves.items()}
                at_end = ended or result.interrupted or work.epochs >= work.until
                member.status = outcome.kind if at_end else "stopped"
                left.append(work)
            else:
                stays.append(work)
        return Stretch(left, stays, result.seconds, result.interrupted, result.interrupted or stopped)

    def _rounds_between_looks(self) -> int:
        rows = self.data.train.rows
        steps = self.plan.steps_per_epoch or -(-rows // self.plan.batch_size)
        size = max(1.0, self._parameters * min(rows, self.plan.batch_size) / SMALL)
        steps_between = MEMBER_STEPS / size * (1 if self._early else SELDOM)
        return max(1, int(steps_between / (steps * self.seats)))


def _starts(seats: Sequence[Work | None]) -> PyTree:
    """Variables to begin with, stacked; None where all are drawn from the seeds."""
    given = [None if work is None else work.start for work in seats]
    like: Any = next((start for start in given if start is not None), None)
    if like is None:
        return None
    drawn = [
        fresh_variables(work.numbers.objective, work.numbers.seed)
        if work is not None and work.saved is None and start is None
        else like
        for work, start in zip(seats, given, strict=True)
    ]
    return stack([own if start is None else start for own, start in zip(drawn, given, strict=True)])
