"""What a space is: the values that an axis may take, and how one of them is drawn from a number between 0 and 1."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from fallline.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Space(ABC):
    """The values that one axis of a population may take.

    A space is written as its quantile function, so that random numbers, a Sobol sequence and an even spread over
    [0, 1) draw from it alike. Frozen: drawing needs a generator, and leaves the space as it is.
    """

    kind: ClassVar[str]
    """"float", "integer" or "choice"."""

    @property
    def options(self) -> tuple[Any, ...] | None:
        """All values in their order, where a grid goes through them; None where they are only drawn."""
        return None

    @property
    def log(self) -> bool:
        """Whether the values are spread evenly over their logarithm."""
        return False

    @abstractmethod
    def draw(self, unit: float) -> Any:
        """The value at a quantile.

        Args:
            unit: A number in [0, 1).
        """

    @abstractmethod
    def contains(self, value: Any) -> bool:
        """Whether the axis may take this value."""

    @abstractmethod
    def perturbed(self, value: Any, factor: float, generator: np.random.Generator) -> Any:
        """The value times `factor`, kept inside the space.

        What has steps moves by one of them at least; a choice moves to its neighbour, up for a factor above 1. A
        value that is none of the space's is drawn anew.

        Args:
            value: The value from which to move.
            factor: Above 0, and not 1.
            generator: Draws anew where there is nothing from which to move.
        """

    @abstractmethod
    def position(self, value: Any) -> float:
        """Where a value lies between the ends of the space, from 0 to 1: the height at which a figure draws it."""


def checked_bound(where: str, value: Any) -> float:
    """A bound as a finite number; an integer stays one.

    Raises:
        UsageError: It is no finite number.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{where} has to be a number; got {value!r}.")
    if not np.isfinite(value):
        raise UsageError(f"{where} has to be finite; got {value!r}.")
    return value


def check_order(where: str, low: float, high: float) -> None:
    """The lower bound is below the upper one.

    Raises:
        UsageError: It is not; a single value is a list of one.
    """
    if low == high:
        raise UsageError(f"{where}: both bounds are {low}. For a single value write [{low}].")
    if low > high:
        raise UsageError(f"{where}: the lower bound {low} is above the upper one {high}. Exchange them.")


def clipped_fraction(part: float) -> float:
    """A position, where a value may lie outside the space."""
    return float(min(max(part, 0.0), 1.0))
