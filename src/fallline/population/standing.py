"""Where a population is, and how that is said: lines of a live display, a plain line, a summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import numpy as np
from numpy.typing import NDArray

from fallline.callbacks.readings import bar, curve, duration, number, per_second
from fallline.engine.endings import Status
from fallline.own.names import GAP
from fallline.own.shown import fields_shown
from fallline.population.builder import described
from fallline.population.member import Member

if TYPE_CHECKING:
    from fallline.engine import Boundary
    from fallline.population.sweep import Sweep

WORDS = {
    "running": "running",
    "waiting": "waiting",
    "paused": "paused",
    "completed": "completed",
    "early_stopped": "stopped early",
    "diverged": "diverged",
    "pruned": "pruned",
    "stopped": "stopped",
    "lost": "lost",
    "interrupted": "interrupted",
}
"""What a status is called, in the order in which they are told."""

ENDED_INSIDE = {Status.EARLY_STOPPED: "early_stopped", Status.DIVERGED: "diverged"}
"""Endings that the run knows before its stretch is over."""

BAR_WIDTH = 24
WIDEST = 120


@dataclass(frozen=True)
class Leader:
    """The best member so far.

    Attributes:
        member: Which one.
        score: Its monitored value.
        values: The monitored value after each of its epochs.
    """

    __repr__ = fields_shown

    member: Member
    score: float
    values: NDArray[np.floating]


@dataclass(frozen=True)
class Standing:
    """Where a sweep is.

    Attributes:
        done: Member-epochs trained.
        left: Member-epochs that are still to come, at most.
        counts: How many members there are of each status.
        monitor: The value that is compared.
        leader: The best so far; None before the first.
        groups: How many programs there are, as far as is known.
        group: The number of the one that trains, from 1; 0: several at once, or none.
        stage: Where the search is, in its words.
        elsewhere: How many other processes train; 0: this one does.
    """

    __repr__ = fields_shown

    done: float
    left: float
    counts: Mapping[str, int]
    monitor: str
    leader: Leader | None
    groups: int = 1
    group: int = 1
    stage: str = ""
    elsewhere: int = 0

    @classmethod
    def of(cls, sweep: Sweep, boundary: Boundary | None) -> Standing:
        """Where a sweep is, at a boundary of the group that trains, or between two stretches."""
        groups, group = sweep.groups, sweep.training
        done, counts, forgone = float(sweep.member_epochs), sweep.counts, 0
        if boundary is not None and group is not None:
            epochs, status = jax.device_get((boundary.state.epoch, boundary.state.status))
            for place, work in enumerate(group.seated):
                if work is None:
                    continue
                running = status[place] == Status.RUNNING
                part = boundary.step / max(boundary.steps_per_epoch, 1) if running else 0.0
                done += boundary.initial_epoch + int(epochs[place]) + part - work.member.epochs
                if (ended := ENDED_INSIDE.get(status[place])) is not None:
                    forgone += work.until - int(epochs[place])
                    counts[work.member.status] -= 1
                    counts[ended] = counts.get(ended, 0) + 1
        return cls(
            done=done,
            left=sweep.left_at_most(done, forgone),
            counts=counts,
            monitor=sweep.monitor,
            leader=_leader(sweep, boundary),
            groups=len(groups),
            group=0 if group is None else groups.index(group) + 1,
            stage=sweep.search.stage,
            elsewhere=sweep.elsewhere,
        )


def _leader(sweep: Sweep, boundary: Boundary | None) -> Leader | None:
    """The best of those that are at their place for now, and of those that train as they are."""
    found: list[Leader] = []
    seated: set[int] = set()
    if boundary is not None and sweep.training is not None:
        values, status = boundary.history.get(sweep.monitor), np.asarray(boundary.state.status)
        for place, work in enumerate(sweep.training.seated):
            if work is None or values is None or values.ndim != 2:
                continue
            seated.add(work.member.number)
            own = values[place][np.isfinite(values[place])]
            if own.size and status[place] != Status.DIVERGED:
                found.append(Leader(work.member, float(own[-1]), own))
    found += [
        Leader(member, member.score, np.asarray(member.values.get(sweep.monitor, ()), float))
        for member in sweep.members
        if member.number not in seated and math.isfinite(member.score)
    ]
    sign = 1 if sweep.minimise else -1
    return min(found, key=lambda leader: (sign * leader.score, leader.member.number), default=None)


def display_lines(
    now: Standing, rate: float | None, seconds: float | None, *, width: int = 80, plain: bool = False
) -> list[str]:
    """The live display.

    Args:
        now: Where the sweep is.
        rate: Member-epochs a second, if known.
        seconds: Time left at most, if known.
        width: Columns that there are.
        plain: Use ASCII only: no curve.
    """
    width = min(width, WIDEST)
    drawn = bar(now.done, now.done + now.left, BAR_WIDTH, plain=plain)
    lines = ["  ".join([_progress(now), drawn, *_pace(now, rate, seconds)])]
    lines.append(f"{sum(now.counts.values()):,} members: {_counted(now.counts)}")
    if where := _where(now):
        lines.append(where)
    if now.leader is not None:
        line = [] if plain else [curve(now.leader.values)]
        lines += _best(now.monitor, now.leader.score, now.leader.member, line, width)
    return [_cropped(line, width, plain=plain) for line in lines]


def plain_line(now: Standing, rate: float | None, seconds: float | None) -> str:
    """One line: `member-epochs 300/1,200  best val_loss 0.2132 (member 3)  20 running, 4 diverged  57/s  0:16 left at most`."""
    parts = [_progress(now)]
    if now.leader is not None:
        parts.append(f"best {now.monitor} {number(now.leader.score)} (member {now.leader.member.number})")
    parts.append(_counted(now.counts))
    parts += [where] if (where := _where(now)) else []
    return "  ".join(parts + _pace(now, rate, seconds))


def summary_lines(
    sweep: Sweep, compile_seconds: float, *, width: int | None = None, plain: bool = False
) -> list[str]:
    """What is said at the end: the best member, how many ended how, and what it took.

    Args:
        sweep: The sweep.
        compile_seconds: Time spent on compiling.
        width: Columns that there are; None: as many as it takes.
        plain: Use ASCII only.
    """
    best, count = sweep.best, len(sweep.members)
    lines = [] if best is None else _best(sweep.monitor, best.score, best, [], width)
    lines.append(f"{count:,} member{'s' * (count != 1)}: {_counted(sweep.counts)}")
    done, programs = sweep.member_epochs, len(sweep.groups)
    line = f"{done:,} member-epochs in {sweep.seconds:.1f} s"
    if sweep.seconds:
        line += f" ({per_second(done / sweep.seconds)})"
    if compile_seconds >= 0.05:
        line += f", {programs} program{'s' * (programs != 1)} compiled in {compile_seconds:.1f} s"
    return [line if width is None else _cropped(line, width, plain=plain) for line in [*lines, line]]


def ended_line(member: Member, monitor: str) -> str:
    """A member at its end: `member 3: learning_rate 0.01, seed 0: stopped early after 12 epochs, val_loss 0.2132`."""
    score = f", {monitor} {number(member.score)}" if math.isfinite(member.score) else ""
    epochs = f"{member.epochs} epoch{'s' * (member.epochs != 1)}"
    return f"member {member.number}: {identity(member)}: {WORDS[member.status]} after {epochs}{score}"


def identity(member: Member) -> str:
    """What tells a member from others: "learning_rate 0.01, seed 0, fold 2"."""
    parts = [described(member.settings)] if member.settings else []
    parts += [] if "seed" in member.settings else [f"seed {member.seed}"]
    parts += [] if member.fold is None else [f"fold {member.fold}"]
    return ", ".join(parts)


def _best(monitor: str, score: float, member: Member, line: list[str], width: int | None) -> list[str]:
    """The leader, in one line where that is wide enough for what it is, else in two."""
    head = "  ".join([f"best {monitor} {number(score)}", *line, f"member {member.number}"])
    both = f"{head}: {identity(member)}"
    return [both] if width is None or len(both) <= width else [head, f"     {identity(member)}"]


def _where(now: Standing) -> str:
    """What is at work: "program 2 of 3, rung 2 of 4"."""
    program = f"program {now.group} of {now.groups}" if now.group and now.groups > 1 else ""
    if now.elsewhere:
        program = f"{now.elsewhere} places in other processes"
    return ", ".join(part for part in (program, now.stage) if part)


def _progress(now: Standing) -> str:
    return f"member-epochs {int(now.done):,}/{int(now.done + now.left):,}"


def _counted(counts: Mapping[str, int]) -> str:
    parts = [f"{counts[status]:,} {word}" for status, word in WORDS.items() if counts.get(status)]
    return ", ".join(parts) or "none"


def _pace(now: Standing, rate: float | None, seconds: float | None) -> list[str]:
    if rate is None:
        return []
    # Early stopping may end members before.
    left = [] if seconds is None or now.left < 1 else [f"{duration(seconds)} left at most"]
    return [per_second(rate), *left]


def _cropped(line: str, width: int, *, plain: bool) -> str:
    gap = ".." if plain else GAP
    return line if len(line) <= width else line[: width - len(gap)] + gap
