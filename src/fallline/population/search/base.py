"""The protocol between a search and what trains its candidates.

    search.begin(facts)
    while not search.done:
        jobs = search.ask(places)               new work for free places
        ... train each candidate until jobs[i].until ...
        search.tell(candidate, score, epochs, ended)

A search is a state machine on the host. It never trains, knows no clock, and what it asks depends on `facts` and on the
order of the calls alone: the same tells in the same order give the same asks, so a sweep that was killed is resumed by
telling again what was told.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from fallline.errors import UsageError
from fallline.population.spaces import Axes, Settings


@dataclasses.dataclass(frozen=True)
class Facts:
    """What a search is told before it begins.

    Attributes:
        axes: What varies.
        epochs: The most that one candidate is trained.
        candidates: How many there shall be (`members=`); None where that was not said.
        generator: The source of everything that is drawn.
        minimise: Whether a low score is good.
        fixed: Axes that a member which goes on cannot change, since they are part of its program: widths, activations.
        sweep: What tells this sweep from others in a store that several share; empty where it cannot be resumed.
        resumed: Whether this sweep was begun before, and is now told again what it was told.
    """

    axes: Axes
    epochs: int
    candidates: int | None
    generator: np.random.Generator
    minimise: bool = True
    fixed: frozenset[str] = frozenset()
    sweep: str = ""
    resumed: bool = False


@dataclasses.dataclass(frozen=True)
class Job:
    """Work for one place: train a candidate until it has completed so many epochs in all.

    Attributes:
        candidate: Its number. New ones come as 0, 1, 2, ...
        until: The epochs completed in all when the job is done.
        copies: It goes on from the weights and the optimizer's state of this candidate, as they are when the job is
            asked for, before another job of the same answer has trained; None: from its own.
        settings: The settings with which it goes on; None: as they are. The first job of a candidate has them.
    """

    candidate: int
    until: int
    copies: int | None = None
    settings: Settings | None = None


class Search(ABC):
    """Decides which candidates are trained, how long, and with which settings."""

    asynchronous: ClassVar[bool] = False
    """Whether it is asked as soon as a place is free; the others wait until all of their jobs are told."""
    facts: Facts

    def begin(self, facts: Facts) -> None:
        """Forgets an earlier sweep, and begins.

        Raises:
            UsageError: The search cannot work with these axes, epochs or number of candidates.
        """
        self.facts = facts

    @abstractmethod
    def ask(self, places: int) -> list[Job]:
        """New work, at most one job for each free place; nothing while it waits for tells, or is done."""

    @abstractmethod
    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """What became of a job.

        Args:
            candidate: Its number.
            score: The mean over its members; NaN or infinite where it diverged.
            epochs: How many epochs it has completed in all.
            ended: Whether it ended before `until`: by early stopping, or because it diverged.
        """

    @property
    @abstractmethod
    def done(self) -> bool:
        """Whether there is no further work, now or later."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """No more is told, be it done or not: what it has open elsewhere is closed."""

    def cost(self, epochs: int, candidates: int | None = None) -> int:
        """The epochs that all candidates are trained, taken together, where none ends early.

        Args:
            epochs: The most that one candidate is trained.
            candidates: How many there are; None where the search itself says.
        """
        if candidates is None:
            raise UsageError(f"{type(self).__name__} takes as many candidates as it is given: say how many.")
        return epochs * candidates

    @property
    def stage(self) -> str:
        """Where it is, in its own words, for a display: "rung 2 of 4, until epoch 9"; empty: it has none."""
        return ""

    def description(self) -> dict[str, Any]:
        """What it is told from others by, plain enough for a file: a sweep goes on with the same search alone."""
        fields: tuple[dataclasses.Field[Any], ...] = (
            dataclasses.fields(self) if dataclasses.is_dataclass(self) else ()
        )
        return {
            "kind": type(self).__name__,
            **{field.name: _plainly(getattr(self, field.name)) for field in fields},
        }

    def badness(self, score: float) -> float:
        """The score as a number of which a low one is good; what diverged is infinitely bad, whatever its sign."""
        if not math.isfinite(score):
            return math.inf
        return score if self.facts.minimise else -score


def _plainly(value: Any) -> Any:
    if isinstance(value, Search):
        return value.description()
    if isinstance(value, tuple | list):
        return [_plainly(each) for each in value]
    return value if isinstance(value, bool | int | float | str | None) else type(value).__name__
