"""A search driven to its end: candidates asked for, trained as groups of members, and told.

What a search sees depends on nothing but the order of its questions and answers; they are kept, so that a sweep that was
cut off asks and answers the same again and goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fallline.data.batch import Batch
from fallline.engine import Boundary
from fallline.engine.monitoring import watched_name
from fallline.errors import UsageError
from fallline.population.board import Work
from fallline.population.budget import Budget
from fallline.population.builder import described, same_settings
from fallline.population.drafting import Drafting
from fallline.population.group import Group, Stretch
from fallline.population.member import Member, Saved
from fallline.population.search.base import Job, Search
from fallline.population.watching import Looks, Watcher
from fallline.population.workers.parts import Elsewhere
from fallline.population.workers.running import places


class Sweep:
    """A search in progress.

    Args:
        search: What decides who is trained, and how far; it has begun.
        drafting: Makes members trainable.
        seeds: The seeds of each candidate.
        folds: How many folds there are; 0: none.
        monitor: The recorded value that is compared.
        minimise: Whether less of it is better.
        epochs: The epoch at which a member's training ends.
        budget: What may be spent, asked before each question; None: no bound.
        watchers: Those who look.
    """

    def __init__(
        self,
        search: Search,
        drafting: Drafting,
        seeds: Sequence[int],
        folds: int,
        monitor: str,
        *,
        minimise: bool,
        epochs: int,
        budget: Budget | None = None,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.search = search
        self.members: list[Member] = []
        self.monitor = monitor
        self.minimise = minimise
        self.epochs = epochs
        self.interrupted = False
        self.seconds = 0.0
        self.training: Group | None = None
        self.elsewhere = 0
        self._asked_for = 0
        self._until: dict[int, int] = {}
        self._drafting = drafting
        self._slots = [(seed, fold) for seed in seeds for fold in (range(folds) if folds else (None,))]
        self._by_candidate: dict[int, list[Member]] = {}
        self._open: dict[int, set[int]] = {}
        self._group_of: dict[int, Group] = {}
        self._queues: dict[Group, list[Work]] = {}
        self._budget = Budget() if budget is None else budget
        self._watchers = watchers
        self.journal: list[list[Any]] = []

    @property
    def like(self) -> Batch | None:
        """A row of the data, as the networks take it."""
        return self._drafting.like

    @property
    def validation(self) -> Batch | None:
        """The rows that all members are validated by, as the networks take them; None where there are none."""
        return self._drafting.validation

    @property
    def counts(self) -> dict[str, int]:
        """How many members there are of each status."""
        found: dict[str, int] = {}
        for member in self.members:
            found[member.status] = found.get(member.status, 0) + 1
        return found

    @property
    def best(self) -> Member | None:
        """The member with the best score so far; None before the first."""
        scored = [member for member in self.members if math.isfinite(member.score)]
        sign = 1 if self.minimise else -1
        return min(scored, key=lambda member: sign * member.score, default=None)

    @property
    def member_epochs(self) -> int:
        """Epochs trained by all members together."""
        return sum(member.epochs for member in self.members)

    @property
    def groups(self) -> list[Group]:
        """The groups of members that share a program, as far as they are known."""
        return self._drafting.groups

    def left_at_most(self, done: float, forgone: float = 0.0) -> float:
        """Member-epochs to come where nobody ends early: what was asked for, and what the search will ask yet.

        Args:
            done: Member-epochs trained so far.
            forgone: Those of members on their places that ended before.
        """
        open_ = [member for member in self.members if not member.ended]
        queued = sum(max(0, self._until.get(member.number, 0) - member.epochs) for member in open_)
        facts, later = self.search.facts, 0.0
        sizes = [size for size in (facts.candidates, facts.axes.size) if size is not None]
        with contextlib.suppress(UsageError):  # a search that does not know
            cost = self.search.cost(self.epochs, min(sizes, default=None))
            later = cost * len(self._slots) - self._asked_for
        left = max(0.0, queued - forgone - (done - self.member_epochs)) + max(0.0, later)
        return min(left, max(0.0, self._budget.epochs - done)) if self._budget.epochs is not None else left

    def run(self, interrupt: threading.Event | None = None) -> Iterator[Stretch]:
        """Trains until the search is done, the budget is spent, or Ctrl-C came; gives what each stretch left.

        Args:
            interrupt: Tells of Ctrl-C where nothing trains.
        """
        try:
            self.elsewhere = places()
            if self.elsewhere:
                self.looked(None)
            for stretch in self._elsewhere(interrupt) if self.elsewhere else self._here(interrupt):
                self.seconds += stretch.seconds
                self.interrupted = stretch.interrupted
                for work in stretch.left:
                    self._left(work)
                self.looked(None)
                yield stretch
        except KeyboardInterrupt:
            self.interrupted = True
            raise
        finally:
            self.training = None
            self._end()

    def _here(self, interrupt: threading.Event | None) -> Iterator[Stretch]:
        """Trains group after group in this process."""
        while not self.interrupted and not self._spent():
            self._ask(interrupt)
            group = next((group for group, queue in self._queues.items() if queue), None)
            if group is None:
                break
            yield from self._train(group)

    def _elsewhere(self, interrupt: threading.Event | None) -> Iterator[Stretch]:
        """Trains parts of all groups at once in other processes."""

        def ask() -> list[tuple[Group, list[Work]]]:
            self._ask(interrupt)
            found = [(group, queue) for group, queue in self._queues.items() if queue]
            self._queues |= {group: [] for group, _ in found}
            return found

        return Elsewhere(
            ask,
            self.elsewhere,
            asynchronous=self.search.asynchronous,
            looked=lambda: self.looked(None),
            spent=self._spent,
            seconds_left=lambda: self._budget.seconds_left,
            interrupted=lambda: interrupt is not None and interrupt.is_set(),
        ).stretches()

    def _train(self, group: Group) -> Iterator[Stretch]:
        """Trains those who wait in a group, and whoever comes."""
        self.training = group
        self.looked(None)
        works, self._queues[group] = self._queues[group], []
        more = (lambda free: self._more(group, free)) if self.search.asynchronous else None
        yield from group.advance(works, observers=[Looks(self.looked)], more=more, stop=self._spent)

    def _end(self) -> None:
        """Says of those who are not at their end that they never will be, or that they were cut off."""
        for member in self.members:
            if member.status == "running":
                member.status = "interrupted"
            elif member.status == "paused" and self.search.done and not self.interrupted:
                member.status = "pruned"

    def queued(self) -> list[dict[str, Any]]:
        """Who trains and who waits, group by group, in the order of their places."""
        found = []
        one_of = {group: number for number, group in reversed(self._group_of.items())}
        for group, queue in self._queues.items():
            works = [*group.placed, *group.waiting, *queue]
            # Who comes later is to find as many places, also in a group where nobody is now.
            found.append(
                {
                    "seats": group.seats,
                    "most": group.most,
                    "works": [[work.member.number, work.until] for work in works],
                    "like": one_of.get(group),
                }
            )
        return found

    def replay(self, journal: Sequence[Sequence[Any]]) -> None:
        """Asks and tells the search once more what it was asked and told; makes the members, and trains nobody."""
        for kind, *content in journal:
            self.journal.append([kind, *content])
            if kind == "tell":
                self.search.tell(*content)
                continue
            if kind == "kept":  # its settings, since it had ended
                member = self.members[content[0]]
                member.changes.pop()
                member.settings = member.changes[-1][1]
                continue
            for job in self.search.ask(*content):
                members = self._by_candidate.get(job.candidate)
                if members is None:
                    self._by_candidate[job.candidate] = self._new(job)
                    continue
                for member in members:
                    if job.settings is not None and not same_settings(job.settings, member.settings):
                        member.settings = dict(job.settings)
                        member.changes.append((0, member.settings))

    def requeue(self, queues: Sequence[Mapping[str, Any]]) -> None:
        """Puts members back on the places and into the queues that they had."""
        for queue in queues:
            for number, until in queue["works"]:
                member = self.members[number]
                self._open.setdefault(member.candidate, set())
                self._queue(member, until)
            number = queue["works"][0][0] if queue["works"] else queue["like"]
            if number is not None:
                group, _ = self._drafting.draft(self.members[number], self.epochs)
                group.seats, group.most = queue["seats"], queue["most"]
                self._queues.setdefault(group, [])

    def looked(self, boundary: Boundary | None) -> None:
        """Passes on what is seen between two windows, or stretches.

        Raises:
            UsageError: the monitored value is not recorded, or has several values.
        """
        if boundary is not None and boundary.history:
            value = watched_name("Population.fit", self.monitor, boundary.history)
            if value.ndim != 2:
                raise UsageError(
                    f'Population.fit: "{self.monitor}" has several values; monitor a single one.'
                )
        for watcher in self._watchers:
            watcher.looked(self, boundary)

    # Inside

    def _spent(self) -> bool:
        return self._budget.spent(self.member_epochs)

    def _ask(self, interrupt: threading.Event | None = None) -> None:
        """Takes the search's next jobs: all that there are, or of an asynchronous one as many as find places."""
        while not self._spent():
            waiting = sum(map(len, self._queues.values()))
            seats = max((group.seats for group in self._queues), default=0) or 64
            places = seats - waiting if self.search.asynchronous else seats
            if places <= 0 or not self._asked(places, interrupt):
                return

    def _more(self, group: Group, free: int) -> list[Work]:
        """Further members of a group, where an asynchronous search has some."""
        if not self._spent():
            self._asked(free)
        works, self._queues[group] = self._queues[group], []
        return works

    def _asked(self, places: int, interrupt: threading.Event | None = None) -> bool:
        """Takes the answer to a question; whether there was one.

        Raises:
            KeyboardInterrupt: after Ctrl-C; the answer is lost.
        """
        jobs = self.search.ask(places)
        if jobs or not self.journal or self.journal[-1] != ["ask", places]:
            self.journal.append(["ask", places])
        # What is copied is what was there when the search answered, whatever else it answered.
        held = {
            job.copies: [member.saved for member in self._by_candidate[job.copies]]
            for job in jobs
            if job.copies is not None
        }
        for job in jobs:
            if interrupt is not None and interrupt.is_set():
                raise KeyboardInterrupt("Interrupted while networks were made.")
            self._take(job, held)
        return bool(jobs)

    def _take(self, job: Job, held: Mapping[int, list[Saved | None]]) -> None:
        """A job as works of its group."""
        if job.candidate not in self._by_candidate:
            self._by_candidate[job.candidate] = self._new(job)
        members = self._by_candidate[job.candidate]
        self._open[job.candidate] = set()
        for index, member in enumerate(members):
            if job.copies is not None:
                self._copy(member, self._by_candidate[job.copies][index], held[job.copies][index])
            if member.ended:
                if job.settings is not None and not same_settings(job.settings, member.settings):
                    self.journal.append(["kept", member.number])
                continue
            if job.settings is not None and not same_settings(job.settings, member.settings):
                member.settings = dict(job.settings)
                member.changes.append((member.epochs, member.settings))
            self._queue(member, job.until)
        if not self._open[job.candidate]:
            self._told(job.candidate)

    def _new(self, job: Job) -> list[Member]:
        settings, members = job.settings or {}, []
        for seed, fold in self._slots:
            member = Member(len(self.members), job.candidate, dict(settings), seed, fold)
            member.changes.append((0, member.settings))
            member.revive = self._drafting.revived
            self.members.append(member)
            members.append(member)
        return members

    def _queue(self, member: Member, until: int) -> Group:
        """Puts a member into the queue of its group.

        Raises:
            UsageError: with the settings that it goes on with it would be of another program.
        """
        group, work = self._drafting.draft(member, until)
        if member.saved is not None and self._group_of.setdefault(member.number, group) is not group:
            raise UsageError(
                f"{type(self.search).__name__} changed the settings of a network in training to "
                f"{described(member.settings)}, which makes it another network. Leave out of the axes what changes layers, "
                "optimizer or batch size, or take a search that changes nothing in between."
            )
        self._group_of[member.number] = group
        work.saved = member.saved
        member.status = "waiting" if member.saved is None else "paused"
        self._asked_for += until - member.epochs
        self._until[member.number] = until
        self._open[member.candidate].add(member.number)
        self._queues.setdefault(group, []).append(work)
        return group

    def _copy(self, member: Member, source: Member, held: Saved | None) -> None:
        """A member goes on from another's weights, and has their record: its score is that of one of their epochs.

        Of a source with several seeds some may have ended: whose counterpart has, stays what it is.
        """
        if held is None:
            return
        member.saved, member.status = held, "paused"
        member.lineage.append((held.epochs, source.number))
        # Those of a sweep that is resumed are in none yet.
        self._group_of.pop(member.number, None)
        if (group := self._group_of.get(source.number)) is not None:
            self._group_of[member.number] = group

    def _left(self, work: Work) -> None:
        """A member left its place: its score, and where it was the last of its candidate, the search is told."""
        member = work.member
        member.score = member.value(self.monitor)
        if member.status in ("interrupted", "stopped"):
            return
        if member.ended:
            member.saved = None
        waits = self._open.get(member.candidate, set())
        waits.discard(member.number)
        if not waits:
            self._told(member.candidate)

    def _told(self, candidate: int) -> None:
        members = self._by_candidate[candidate]
        score = float(np.mean([member.score for member in members]))
        epochs, ended = max(member.epochs for member in members), all(member.ended for member in members)
        self.journal.append(["tell", candidate, score, epochs, ended])
        self.search.tell(candidate, score, epochs, ended)
