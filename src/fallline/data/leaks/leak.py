"""What is found where a table tells more about its target than new rows will."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["copy", "sum", "gaps", "key", "tells", "rows", "group", "time"]
"""Kinds of leaks, the most harmful first.

    copy   the target under another name: equal, in another unit, rounded, relabelled
    sum    columns that add up to the target, or multiply to it
    gaps   whether a column has a value tells the target
    key    a running number, or a part of an id, tells the target
    tells  one column alone tells the target
    rows   rows that stand in training and test part
    group  rows that belong together, and would stand in training and test part
    time   rows in order of time, whose neighbours would stand in training and test part
"""


_MOST_OF_A_KIND = 3
_MOST_NAMES = 8


@dataclass(frozen=True)
class Leak:
    """One finding.

    Args:
        columns: The columns it is about; none for `rows`.
        kind: What it is; see `Kind`.
        sentence: What was found, why it matters and what to do.
        strength: From 0 to 1: how much of the target it tells; of `rows` the share of the test rows.
        rows: Of `rows`, the test rows that repeat, by their place in the test part.
    """

    columns: tuple[str, ...]
    kind: Kind
    sentence: str
    strength: float
    rows: tuple[int, ...] = ()


def by_harm(leaks: Iterable[Leak]) -> tuple[Leak, ...]:
    """The most harmful kind first, of one kind the strongest; of many of a kind the rest are one finding."""
    found = list(leaks)
    ordered: list[Leak] = []
    for kind in get_args(Kind):
        alike = sorted((leak for leak in found if leak.kind == kind), key=lambda leak: -leak.strength)
        ordered += alike[:_MOST_OF_A_KIND]
        if rest := alike[_MOST_OF_A_KIND:]:
            ordered.append(rest[0] if len(rest) == 1 else _together(rest))
    return tuple(ordered)


def _together(leaks: list[Leak]) -> Leak:
    columns = tuple(dict.fromkeys(name for leak in leaks for name in leak.columns))
    shown = ", ".join(f'"{name}"' for name in columns[:_MOST_NAMES]) + (
        ", ..." if len(columns) > _MOST_NAMES else ""
    )
    sentence = f"The same is true of {len(columns):,} more columns, {shown}: {drop(columns)}."
    return Leak(columns, leaks[0].kind, sentence, leaks[0].strength)


def drop(columns: Sequence[str]) -> str:
    """The option that leaves these columns out, as a person would type it."""
    return f"--drop {shlex.quote(','.join(columns))}"
