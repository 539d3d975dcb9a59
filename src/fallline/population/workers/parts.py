"""The groups of a sweep in other processes: each is divided into parts, which the workers train as groups of their own."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fallline.engine import Boundary, Data, Objective, Plan
from fallline.errors import TrainingWarning, warn
from fallline.own.shown import fields_shown
from fallline.population.board import Work
from fallline.population.builder import described
from fallline.population.group import Group, Stretch
from fallline.population.member import Member
from fallline.population.workers.payload import Done, Rest, Task
from fallline.population.workers.running import run_groups
from fallline.population.workers.worker import Tell

SECONDS = 20.0
"""After so long a worker hands back what it has, and goes on: its death costs no more."""

_CHANGES = ("status", "epochs", "values", "outcome", "seconds", "saved", "arrays")
"""What training changes of a member."""


@dataclasses.dataclass(frozen=True)
class Part:
    """Members of a group, on their way to a worker.

    Attributes:
        objective: What they train.
        data: The number of their data among those that all workers have; or the data.
        plan: What to run.
        works: Who is trained, how far; they sit on the places first.
        seats: The places of a part that goes on; 0 where it begins.
    """

    __repr__ = fields_shown

    objective: Objective
    data: int | Data
    plan: Plan
    works: list[Work]
    seats: int = 0


@dataclasses.dataclass(frozen=True)
class Came:
    """How far a member came.

    Attributes:
        number: Its number.
        changes: What changed of it, by attribute.
        left: Whether it is at its epoch, or ended.
    """

    number: int
    changes: dict[str, Any]
    left: bool


@dataclasses.dataclass(frozen=True)
class Trained:
    """What a worker sends back of a part: how far its members came, and the time spent in training."""

    came: list[Came]
    seconds: float


def train_part(part: Part, data: Sequence[Data], tell: Tell) -> Trained | Rest:
    """What a worker does: it trains the part until all have left, or for some seconds."""
    own = data[part.data] if isinstance(part.data, int) else part.data
    group = Group(part.objective, own, part.plan)
    group.seats = part.seats
    left: list[Work] = []
    seconds, begun = 0.0, time.monotonic()
    # Somebody might always come: so there is a look in between, after which it may stop.
    for stretch in group.advance(part.works, observers=[_Tells(group, tell)], more=_nobody):
        seconds += stretch.seconds
        left += stretch.left
        stays = [*group.placed, *group.waiting]
        if stays and time.monotonic() - begun > SECONDS:
            rest = dataclasses.replace(part, works=stays, seats=group.seats)
            return Rest(Trained(_came(left, stays), seconds), rest)
    return Trained(_came(left, []), seconds)


class Elsewhere:
    """Groups of a sweep that other processes train.

    Args:
        ask: Gives works with their groups: the next ones of the search. It is asked again where none are left, and all are back;
            of an asynchronous search, whenever a place is free.
        places: How many parts are trained at once.
        asynchronous: Whether the search does not wait.
        looked: Called some times a second.
    """

    def __init__(
        self,
        ask: Callable[[], list[tuple[Group, list[Work]]]],
        places: int,
        *,
        asynchronous: bool,
        looked: Callable[[], None],
    ) -> None:
        self._ask = ask
        self._places = places
        self._asynchronous = asynchronous
        self._looked = looked
        self._parts: deque[tuple[Group, list[Work]]] = deque()
        self._away: dict[int, tuple[Group, dict[int, Work]]] = {}
        self._data: list[Data] = []
        self._count = 0

    def stretches(self) -> Iterator[Stretch]:
        """Trains until nothing is left; gives what came back, each time as a stretch."""
        self._fill()
        for group, _ in self._parts:
            if not any(group.data is known for known in self._data):
                self._data.append(group.data)
        try:
            for done in run_groups(self._next, train_part, self._heard, self._data):
                yield self._back(done)
        except KeyboardInterrupt:
            self._call_off()
            yield Stretch([], [], 0.0, interrupted=True)

    def _fill(self) -> None:
        """Takes what the search has next, divided so that each place has a part of each group."""
        for group, works in self._ask():
            size = -(-len(works) // self._places)
            self._parts.extend((group, works[first : first + size]) for first in range(0, len(works), size))

    def _next(self) -> Task | None:
        if not self._parts and (self._asynchronous or not self._away):
            self._fill()
        if not self._parts:
            return None
        group, works = self._parts.popleft()
        self._count += 1
        self._away[self._count] = group, {work.member.number: work for work in works}
        group.placed.extend(works)
        for work in works:
            work.member.status = "running"
        known = [number for number, data in enumerate(self._data) if data is group.data]
        part = Part(group.objective, known[0] if known else group.data, group.plan, [*map(_alone, works)])
        return Task(self._count, part, _named(works))

    def _back(self, done: Done) -> Stretch:
        _, away = self._away[done.task.number]
        if done.lost:
            return self._lost(done)
        trained: Trained = done.content
        left = []
        for came in trained.came:
            work = away[came.number]
            for name, value in came.changes.items():
                setattr(work.member, name, value)
            work.saved = work.member.saved
            if came.left:
                left.append(work)
                self._leave(done.task.number, work)
        if not away:
            del self._away[done.task.number]
        return Stretch(left, list(away.values()), trained.seconds, interrupted=False)

    def _lost(self, done: Done) -> Stretch:
        _, away = self._away[done.task.number]
        works = list(away.values())
        warn(
            f"Population: {_named(works)} cannot be trained: {done.lost}. The first has "
            f"{described(works[0].member.settings)}. All others go on.",
            TrainingWarning,
        )
        for work in works:
            self._leave(done.task.number, work)
            work.member.status = "interrupted"
        del self._away[done.task.number]
        return Stretch(works, [], 0.0, interrupted=False)

    def _leave(self, number: int, work: Work) -> None:
        group, away = self._away[number]
        del away[work.member.number]
        group.placed = [placed for placed in group.placed if placed is not work]

    def _call_off(self) -> None:
        """Members that were away stand where they last came from a worker."""
        for group, away in self._away.values():
            for work in away.values():
                member, saved = work.member, work.member.saved
                member.status = "waiting" if saved is None else "paused"
                member.epochs = 0 if saved is None else group.plan.initial_epoch + saved.epochs

    def _heard(self, number: int, message: dict[str, Any]) -> None:
        """Shows how far members in training are."""
        _, away = self._away[number]
        for member, epochs in message["epochs"]:
            if member in away:
                away[member].member.epochs = epochs
        self._looked()


class _Tells:
    """The observer in a worker: tells how far its members are."""

    granularity = "boundary"

    def __init__(self, group: Group, tell: Tell) -> None:
        self._group = group
        self._tell = tell

    def at_boundary(self, boundary: Boundary) -> None:
        seats = zip(self._group.placed, boundary.state.epoch, strict=False)
        first = self._group.plan.initial_epoch
        self._tell({"epochs": [[work.member.number, first + int(epoch)] for work, epoch in seats]})


def _nobody(_: int) -> list[Work]:
    return []


def _alone(work: Work) -> Work:
    """The work with a member that knows nothing of the population: its own state, and nothing to make a model with."""
    own = work.member
    member = Member(own.number, own.candidate, own.settings, own.seed, own.fold, seconds=own.seconds)
    return dataclasses.replace(work, member=member)


def _came(left: Sequence[Work], stays: Sequence[Work]) -> list[Came]:
    """How far those came that left or trained; who still waits did not."""
    found = []
    for works, gone in ((left, True), (stays, False)):
        for work in works:
            if gone or work.member.outcome is not None:
                changes = {name: getattr(work.member, name) for name in _CHANGES}
                found.append(Came(work.member.number, changes, gone))
    return found


def _named(works: Sequence[Work]) -> str:
    """Members in words: "members 0 to 31", or "member 7"."""
    numbers = sorted(work.member.number for work in works)
    if len(numbers) == 1:
        return f"member {numbers[0]}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"members {numbers[0]} to {numbers[-1]}"
    return f"{len(numbers)} members from {numbers[0]} to {numbers[-1]}"
