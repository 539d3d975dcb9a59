"""The groups of a sweep in other processes: each is divided into parts, which the workers train as groups of their own."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax

from fallline.engine import Boundary, Data, Objective, Plan
from fallline.errors import TrainingWarning, warn
from fallline.own.shown import fields_shown
from fallline.population.board import Work
from fallline.population.builder import described
from fallline.population.group import PLACES, Group, Stretch
from fallline.population.member import Member, Saved
from fallline.population.workers.payload import Done, Task
from fallline.population.workers.running import run_groups
from fallline.population.workers.worker import Tell

SECONDS = 20.0
"""After so long a worker hands back how far its members came, and is given them again: its death costs no more."""

_CHANGES = ("status", "epochs", "values", "outcome", "seconds", "saved", "arrays")
"""What training changes of a member."""


@dataclasses.dataclass(frozen=True)
class Part:
    """Members of a group, on their way to a worker.

    Attributes:
        objective: What they train.
        data: The number of their data among those that all workers have; or the data.
        plan: What to run.
        works: Who is trained, how far; the first sit on the places.
        seats: The places of a part that goes on; 0 where it begins.
        empty: What fills places without work; None where there are none.
        seconds: The time after which it comes back.
    """

    __repr__ = fields_shown

    objective: Objective
    data: int | Data
    plan: Plan
    works: list[Work]
    seats: int
    empty: Saved | None
    seconds: float


@dataclasses.dataclass(frozen=True)
class Trained:
    """What comes back of a part.

    Attributes:
        changes: What changed of each member, by its number and the attribute.
        stays: Who has still to be trained, in the order of the places and of the queue behind them.
        seats: The places there were.
        empty: What fills those without work.
        seconds: Time spent in training.
    """

    __repr__ = fields_shown

    changes: dict[int, dict[str, Any]]
    stays: list[int]
    seats: int
    empty: Saved | None
    seconds: float


@dataclasses.dataclass
class _Away:
    """Members of a group that are to be trained together, or just are.

    Attributes:
        group: Their group.
        works: The members, in the order of their places.
        seats: The places they had; 0 before the first time.
        empty: What fills those without work.
    """

    __repr__ = fields_shown

    group: Group
    works: list[Work]
    seats: int = 0
    empty: Saved | None = None


def train_part(part: Part, data: Sequence[Data], tell: Tell) -> Trained:
    """What a worker does: it trains a part until all have left, or for some seconds."""
    own = data[part.data] if isinstance(part.data, int) else part.data
    group = Group(part.objective, own, part.plan)
    group.seats, group.empty = part.seats, part.empty
    left: list[Work] = []
    seconds, begun = 0.0, time.monotonic()

    def late() -> bool:
        return time.monotonic() - begun > part.seconds

    # Somebody might always come: so there is a look in between, after which it may stop.
    for stretch in group.advance(part.works, observers=[_Tells(group, tell)], more=_nobody, stop=late):
        seconds += stretch.seconds
        left += [work for work in stretch.left if work.member.status != "stopped"]
    gone = {work.member.number for work in left}
    stays = [work for work in (*group.placed, *group.waiting) if work.member.number not in gone]
    changed = [*left, *(work for work in stays if work.member.status == "stopped")]
    return Trained(
        {work.member.number: {name: getattr(work.member, name) for name in _CHANGES} for work in changed},
        [work.member.number for work in stays],
        group.seats,
        group.empty,
        seconds,
    )


class Elsewhere:
    """Groups of a sweep that other processes train.

    Args:
        ask: Gives works with their groups: the next ones of the search. It is asked where none are left and all are back; of
            an asynchronous search whenever a place is free.
        places: How many parts are trained at once.
        asynchronous: Whether the search does not wait.
        looked: Called some times a second.
        spent: Whether the budget is spent: nothing is begun any more then.
        seconds_left: The time after which it is.
        interrupted: Whether Ctrl-C came.
    """

    def __init__(
        self,
        ask: Callable[[], list[tuple[Group, list[Work]]]],
        places: int,
        *,
        asynchronous: bool,
        looked: Callable[[], None],
        spent: Callable[[], bool],
        seconds_left: Callable[[], float],
        interrupted: Callable[[], bool],
    ) -> None:
        self._ask = ask
        self._places = places
        self._asynchronous = asynchronous
        self._looked = looked
        self._spent = spent
        self._seconds_left = seconds_left
        self._interrupted = interrupted
        self._waiting: deque[_Away] = deque()
        self._away: dict[int, _Away] = {}
        self._data: list[Data] = []
        self._count = 0

    def stretches(self) -> Iterator[Stretch]:
        """Trains until nothing is left, the budget is spent or Ctrl-C came; gives what came back, each time as a stretch."""
        if self._spent():
            return
        self._fill()
        for part in self._waiting:
            if not any(part.group.data is known for known in self._data):
                self._data.append(part.group.data)
        try:
            for done in run_groups(
                self._next, train_part, self._heard, self._data, interrupted=self._interrupted
            ):
                yield self._lost(done) if done.lost else self._back(done)
        except KeyboardInterrupt:
            self._call_off()
            yield Stretch([], [], 0.0, interrupted=True, cut=True)

    def _fill(self) -> None:
        """Takes what the search has next, divided so that each place has a part of each group."""
        for group, works in self._ask():
            group.placed.extend(works)
            size = -(-len(works) // self._places)
            group.seats = max(group.seats, min(PLACES, size))
            parts = (works[first : first + size] for first in range(0, len(works), size))
            self._waiting.extend(_Away(group, part) for part in parts)

    def _next(self) -> Task | None:
        if self._spent():
            return None
        if not self._waiting and (self._asynchronous or not self._away):
            self._fill()
        if not self._waiting:
            return None
        away = self._waiting.popleft()
        self._count += 1
        self._away[self._count] = away
        group = away.group
        for work in away.works[: away.seats or PLACES]:
            work.member.status = "running"
        known = [number for number, data in enumerate(self._data) if data is group.data]
        part = Part(
            group.objective,
            known[0] if known else group.data,
            group.plan,
            [_alone(work) for work in away.works],
            away.seats,
            away.empty,
            max(0.0, min(SECONDS, self._seconds_left())),
        )
        return Task(self._count, part, _named(away.works))

    def _back(self, done: Done) -> Stretch:
        away, trained = self._away.pop(done.task.number), done.content
        works = {work.member.number: work for work in away.works}
        for number, changes in trained.changes.items():
            for name, value in changes.items():
                setattr(works[number].member, name, value)
            works[number].saved = works[number].member.saved
        away.works = [works.pop(number) for number in trained.stays]
        away.seats, away.empty = trained.seats, trained.empty
        left = list(works.values())
        self._leave(away.group, left)
        if away.works:
            self._waiting.appendleft(away)
        if self._spent():
            left += [work for work in away.works if work.member.status == "stopped"]
        return Stretch(left, away.works, trained.seconds, interrupted=False, cut=False)

    def _lost(self, done: Done) -> Stretch:
        away = self._away.pop(done.task.number)
        warn(
            f"Population: {_named(away.works)} cannot be trained: {done.lost}. The first has "
            f"{described(away.works[0].member.settings)}. All others go on.",
            TrainingWarning,
        )
        for work in away.works:
            work.member.status = "lost"
        self._leave(away.group, away.works)
        return Stretch(away.works, [], 0.0, interrupted=False, cut=False)

    def _leave(self, group: Group, works: Sequence[Work]) -> None:
        gone = {id(work) for work in works}
        group.placed = [work for work in group.placed if id(work) not in gone]

    def _call_off(self) -> None:
        """Members that were away stand where they last came back."""
        for away in self._away.values():
            for work in away.works:
                member, saved = work.member, work.member.saved
                member.status = "waiting" if saved is None else "interrupted"
                member.epochs = 0 if saved is None else away.group.plan.initial_epoch + saved.epochs

    def _heard(self, number: int, message: dict[str, Any]) -> None:
        """Shows how far members in training are."""
        if (away := self._away.get(number)) is None:
            return  # it came later than the result
        epochs = dict(message["epochs"])
        for work in away.works:
            work.member.epochs = epochs.get(work.member.number, work.member.epochs)
        self._looked()


class _Tells:
    """The observer in a worker: tells how far its members are."""

    granularity = "boundary"

    def __init__(self, group: Group, tell: Tell) -> None:
        self._group = group
        self._tell = tell

    def at_boundary(self, boundary: Boundary) -> None:
        seats = zip(self._group.seated, jax.device_get(boundary.state.epoch), strict=True)
        first = self._group.plan.initial_epoch
        epochs = [[work.member.number, first + int(epoch)] for work, epoch in seats if work is not None]
        self._tell({"epochs": epochs})


def _nobody(_: int) -> list[Work]:
    return []


def _alone(work: Work) -> Work:
    """The work with a member that knows nothing of the population: its own state, and nothing to make a model with."""
    own = work.member
    member = Member(own.number, own.candidate, own.settings, own.seed, own.fold, seconds=own.seconds)
    return dataclasses.replace(work, member=member)


def _named(works: Sequence[Work]) -> str:
    """Members in words: "members 0 to 31", or "member 7"."""
    numbers = sorted(work.member.number for work in works)
    if len(numbers) == 1:
        return f"member {numbers[0]}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"members {numbers[0]} to {numbers[-1]}"
    return f"{len(numbers)} members from {numbers[0]} to {numbers[-1]}"
