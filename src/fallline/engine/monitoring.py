"""The recorded value that a rule or a callback watches: which one it is, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from fallline._types import Scalar
from fallline.errors import UsageError, nearest, suggestion

T = TypeVar("T")
MODES = ("auto", "min", "max")


def check_monitor(who: str, monitor: object, mode: object) -> None:
    """Refuses what can be no name to watch and no mode.

    Raises:
        UsageError: says which of the two is wrong.
    """
    if mode not in MODES:
        raise UsageError(f'{who}: mode must be "auto", "min" or "max", got "{mode}".')
    if not isinstance(monitor, str) or not monitor:
        raise UsageError(f'{who}: monitor must be a name such as "val_loss", got {monitor!r}.')


def direction(who: str, monitor: str, mode: str, directions: Mapping[str, str | None]) -> str | None:
    """Which is better for a watched value, "min" or "max"; None for a name that nothing is known of.

    Args:
        who: Begins the message.
        monitor: The watched name.
        mode: "min", "max", or "auto": as `directions` says.
        directions: "min" or "max" for each recorded name without `val_`; None where it is not known.

    Raises:
        UsageError: the value is recorded, and its direction is not known.
    """
    if mode != "auto":
        return mode
    name = monitor.removeprefix("val_")
    found = "min" if name == "loss" else directions.get(name)
    if found is None and name in directions:
        raise UsageError(
            f'{who}: it is not known whether a larger "{monitor}" is better; pass mode="max" or mode="min".'
            + nearest(name, [known for known in directions if known != name])
        )
    # A name that nothing is known of is looked up when the run begins: it may not be recorded at all.
    return found


def watched_name(who: str, monitor: str, results: Mapping[str, T]) -> T:
    """The value under a watched name.

    Raises:
        UsageError: nothing is recorded under that name; the message suggests the nearest.
    """
    if monitor in results:
        return results[monitor]
    validates = any(name.startswith("val_") for name in results)
    remedy = (
        suggestion(monitor, results)
        if validates or not monitor.startswith("val_")
        else f"This run records {', '.join(results)}. Give validation data."
    )
    raise UsageError(f'{who}: monitor "{monitor}" is not recorded. {remedy}')


def watched_value(who: str, monitor: str, results: Mapping[str, Scalar]) -> Scalar:
    """The number under a watched name.

    Raises:
        UsageError: nothing is recorded under that name, or several values are.
    """
    value = watched_name(who, monitor, results)
    if value.shape != ():
        raise UsageError(f'{who}: "{monitor}" has several values; monitor a single one.')
    return value
