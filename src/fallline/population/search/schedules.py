"""Settings that change during a training, and a search that trains one network by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fallline._ranges import as_whole
from fallline.errors import UsageError
from fallline.population.search.base import Facts, Job, Search
from fallline.population.spaces import Settings

Schedule = tuple[tuple[int, Settings], ...]
"""(completed epochs, the settings from there on), the first at 0."""


def checked_schedule(schedule: Sequence[tuple[int, Settings]]) -> Schedule:
    """A schedule whose epochs begin at 0 and grow.

    Raises:
        UsageError: They do not, or it is none.
    """
    try:
        pairs = tuple((as_whole(epoch), dict(settings)) for epoch, settings in schedule)
    except (TypeError, ValueError):
        pairs = ()
    epochs = [epoch for epoch, _ in pairs]
    if not pairs or None in epochs or epochs[0] != 0 or sorted(set(epochs)) != epochs:  # type: ignore[type-var]
        raise UsageError(
            "a schedule is a list of (epoch, settings) with growing epochs, the first 0, such as "
            f'[(0, {{"learning_rate": 0.1}}), (5, {{"learning_rate": 0.01}})]; got {schedule!r:.120}.'
        )
    return tuple((int(epoch or 0), settings) for epoch, settings in pairs)


def settings_by_epoch(schedule: Sequence[tuple[int, Settings]], epochs: int) -> list[Settings]:
    """The settings of each epoch: element i those of the epoch after i completed ones.

    Args:
        schedule: (epoch, settings) from when on, as `PopulationBasedTraining.schedule_of` gives it.
        epochs: How many epochs.

    Raises:
        UsageError: The schedule is none.
    """
    checked = checked_schedule(schedule)
    return [
        next(settings for begins, settings in reversed(checked) if begins <= epoch) for epoch in range(epochs)
    ]


class Replay(Search):
    """Trains one candidate by a schedule: whether a winner of population-based training holds what it promised.

    Its settings change as they did for the winner's weights, but nothing is copied: with `seeds=5` the schedule is
    trained on five networks of their own.

    Args:
        schedule: (epoch, settings) from when on.

    Raises:
        UsageError: The schedule is none.
    """

    def __init__(self, schedule: Sequence[tuple[int, Settings]]) -> None:
        self.schedule = checked_schedule(schedule)

    def __repr__(self) -> str:
        return f"Replay({list(self.schedule)!r})"

    def description(self) -> dict[str, Any]:
        """Its schedule."""
        return {**super().description(), "schedule": repr(self.schedule)}

    def begin(self, facts: Facts) -> None:
        """Begins.

        Raises:
            UsageError: The settings are not those of the axes, or more than one candidate is asked for.
        """
        super().begin(facts)
        if facts.candidates not in (None, 1):
            raise UsageError(
                f"Replay trains one candidate, got members={facts.candidates}; for several networks say seeds=."
            )
        for _, settings in self.schedule:
            for name, value in settings.items():
                if not facts.axes[name].contains(value):
                    raise UsageError(
                        f'the schedule has {name}={value!r}, but axis "{name}" is {facts.axes[name]}.'
                    )
        # What lies beyond the last epoch is not reached.
        begins = [epoch for epoch, _ in self.schedule if epoch < facts.epochs]
        self._stretches: list[tuple[int, Any]] = [
            (until, settings)
            for until, (_, settings) in zip([*begins[1:], facts.epochs], self.schedule, strict=False)
        ]
        self._running = False

    def ask(self, places: int) -> list[Job]:
        """The next stretch with the same settings."""
        if self._running or not self._stretches or places < 1:
            return []
        until, settings = self._stretches.pop(0)
        self._running = True
        return [Job(0, until, settings=settings)]

    def tell(self, candidate: int, score: float, epochs: int, ended: bool) -> None:
        """The stretch is done; where the training ended, so is the rest."""
        self._running = False
        if ended:
            self._stretches = []

    @property
    def done(self) -> bool:
        """Whether the schedule is at its end."""
        return not self._running and not self._stretches

    def cost(self, epochs: int, candidates: int | None = None) -> int:
        """The epochs of the one candidate."""
        return epochs
