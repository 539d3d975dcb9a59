"""What the results are made of: one record a member, the axes that it was drawn from, and how scores compare.

Anything with the same names will do, such as the members and spaces of a population: the protocols say which.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fallline.own.shown import fields_shown

FINISHED = ("completed", "early_stopped")
"""Statuses of members that ran as far as they were to."""
DIVERGED = "diverged"


class MemberLike(Protocol):
    """What the results read of a member; see `MemberRecord`."""

    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def candidate(self) -> int: ...  # noqa: D102
    @property
    def settings(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def fold(self) -> int | None: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def epochs(self) -> int: ...  # noqa: D102
    @property
    def best_epoch(self) -> int | None: ...  # noqa: D102
    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def values(self) -> Mapping[str, NDArray[np.floating]]: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def lineage(self) -> Sequence[tuple[int, int]]: ...  # noqa: D102
    @property
    def changes(self) -> Sequence[tuple[int, Mapping[str, Any]]]: ...  # noqa: D102


class SpaceLike(Protocol):
    """What the results read of an axis; see `AxisRecord`."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def log(self) -> bool: ...  # noqa: D102
    @property
    def options(self) -> tuple[Any, ...] | None: ...  # noqa: D102


@dataclass(frozen=True)
class MemberRecord:
    """One network of a population, as its results see it.

    Args:
        number: Its place among the members.
        candidate: The number of its settings; members of one candidate differ in seed and fold alone.
        settings: Axis -> value; an axis that does not apply is missing.
        seed: Of its weights and the order of its rows.
        fold: Which rows validate it; None without folds.
        status: `completed`, `early_stopped`, `diverged`, `pruned`, `interrupted`, `lost`, `paused`, `running` or
            `waiting`.
        epochs: Epochs that it completed.
        score: The monitored value of the epoch whose weights it has; NaN where it diverged or has none.
        values: Name -> value at the end of each epoch.
        seconds: Its share of the time of training.
        best_epoch: The epoch, counted from 0, whose weights it has; None before the first.
        lineage: Where it went on from another's weights: (epoch, number of that member), in their order.
        changes: Its settings over time where they changed: (epoch from which they hold, settings).
    """

    __repr__ = fields_shown

    number: int
    candidate: int
    settings: Mapping[str, Any]
    seed: int
    fold: int | None
    status: str
    epochs: int
    score: float
    values: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)
    seconds: float = 0.0
    best_epoch: int | None = None
    lineage: Sequence[tuple[int, int]] = ()
    changes: Sequence[tuple[int, Mapping[str, Any]]] = ()


@dataclass(frozen=True)
class AxisRecord:
    """What varies, as the results see it.

    Args:
        kind: `float`, `integer` or `choice`.
        log: Whether it was drawn evenly in its logarithm.
        options: All its values, where they are finite.
    """

    kind: str = "choice"
    log: bool = False
    options: tuple[Any, ...] | None = None


def finished(member: MemberLike) -> bool:
    """Whether a member has the score that it was to have."""
    return member.status in FINISHED and math.isfinite(member.score)


def diverged(member: MemberLike) -> bool:
    """Whether a member has no score because its numbers stopped being finite."""
    return member.status == DIVERGED or (member.status in FINISHED and not math.isfinite(member.score))


def best_of(members: Sequence[MemberLike], *, minimise: bool) -> MemberLike | None:
    """The member with the best score, the first of equal ones; None without a score. Those that were pruned are none."""
    scored = [member for member in members if math.isfinite(member.score) and member.status != "pruned"]
    return min(scored, key=lambda member: member.score if minimise else -member.score, default=None)


def by_candidate(members: Sequence[MemberLike]) -> dict[int, list[MemberLike]]:
    """Candidate -> its members, in the order of their numbers."""
    groups: dict[int, list[MemberLike]] = {}
    for member in sorted(members, key=lambda member: (member.candidate, member.number)):
        groups.setdefault(member.candidate, []).append(member)
    return groups


def is_number(value: Any) -> bool:
    """Whether a value is a plain number; True and False are none."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(
        value, bool | np.bool_
    )
