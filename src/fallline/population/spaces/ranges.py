"""Spaces of numbers: uniform, uniform over the logarithm, whole numbers."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np

from fallline.errors import UsageError
from fallline.population.spaces.space import Space, check_order, checked_bound, clipped_fraction

MOST_OPTIONS = 1_000_000


@dataclasses.dataclass(frozen=True)
class Uniform(Space):
    """Real numbers spread evenly from `low` to `high`; see `uniform`."""

    kind: ClassVar[str] = "float"
    low: float
    high: float
    step: float | None = None

    def __post_init__(self) -> None:
        where = "uniform(low, high, step)"
        for name in ("low", "high"):
            value = float(checked_bound(f"{where}: {name}", getattr(self, name)))
            object.__setattr__(self, name, value)
        check_order(where, self.low, self.high)
        if self.step is None:
            return
        step = float(checked_bound(f"{where}: step", self.step))
        if not 0 < step <= self.high - self.low:
            raise UsageError(
                f"{where}: step has to be above 0 and at most high - low = {self.high - self.low}; got {step}."
            )
        object.__setattr__(self, "step", step)
        if self._count > MOST_OPTIONS:
            raise UsageError(f"{where}: a step of {step} makes {self._count:,} values; leave it out.")

    @property
    def _count(self) -> int:
        # In decimals as they are written: (1 - 0) / 0.1 in binary numbers may fall on either side of 10.
        low, high, step = (Decimal(repr(each)) for each in (self.low, self.high, self.step))
        return int((high - low) // step) + 1

    def _at(self, index: int) -> float:
        # low + k step in binary numbers is 0.30000000000000004 for 0 + 3 * 0.1, and another value than 0.3.
        return float(Decimal(repr(self.low)) + index * Decimal(repr(self.step)))

    def _index(self, value: float) -> int:
        assert self.step is not None
        return min(max(round((value - self.low) / self.step), 0), self._count - 1)

    @property
    def options(self) -> tuple[float, ...] | None:
        """The multiples of the step above `low`, where there is one."""
        return None if self.step is None else tuple(self._at(index) for index in range(self._count))

    def draw(self, unit: float) -> float:
        """The value low + u (high - low), or the step into which that falls when all have the same share."""
        if self.step is not None:
            return self._at(min(int(unit * self._count), self._count - 1))
        return min(max(self.low + unit * (self.high - self.low), self.low), self.high)

    def contains(self, value: Any) -> bool:
        """Whether it lies between the bounds and, where there is a step, on one."""
        if not _is_real(value) or not self.low <= value <= self.high:
            return False
        return self.step is None or math.isclose(value, self._at(self._index(value)), abs_tol=self.step / 1e6)

    def perturbed(self, value: Any, factor: float, generator: np.random.Generator) -> float:
        """The value times the factor, between the bounds; a 0 stays 0 where there is no step."""
        if not _is_real(value):
            return self.draw(generator.random())
        moved = min(max(value * factor, self.low), self.high)
        if self.step is None:
            return float(moved)
        before, after = self._index(value), self._index(moved)
        if after == before:
            after = before + (1 if (factor > 1) == (value >= 0) else -1)
        return self._at(min(max(after, 0), self._count - 1))

    def position(self, value: Any) -> float:
        """(value - low) / (high - low)."""
        return clipped_fraction((value - self.low) / (self.high - self.low))

    def __str__(self) -> str:
        step = "" if self.step is None else f":{self.step:g}"
        return f"uniform:{self.low:g}:{self.high:g}{step}"


@dataclasses.dataclass(frozen=True)
class LogUniform(Space):
    """Real numbers above 0 whose logarithm is spread evenly; see `log_uniform`."""

    kind: ClassVar[str] = "float"
    low: float
    high: float

    def __post_init__(self) -> None:
        where = "log_uniform(low, high)"
        for name in ("low", "high"):
            value = float(checked_bound(f"{where}: {name}", getattr(self, name)))
            object.__setattr__(self, name, value)
        check_order(where, self.low, self.high)
        if self.low <= 0:
            raise UsageError(
                f"{where}: the logarithm needs bounds above 0; got low = {self.low}. Where 0 is meant as well, "
                "write uniform, or a list such as [0, 1e-5, 1e-4, 1e-3]."
            )

    @property
    def log(self) -> bool:
        """True."""
        return True

    def draw(self, unit: float) -> float:
        """exp(log low + u (log high - log low))."""
        value = math.exp(math.log(self.low) + unit * (math.log(self.high) - math.log(self.low)))
        return min(max(value, self.low), self.high)

    def contains(self, value: Any) -> bool:
        """Whether it lies between the bounds."""
        return _is_real(value) and self.low <= value <= self.high

    def perturbed(self, value: Any, factor: float, generator: np.random.Generator) -> float:
        """The value times the factor, between the bounds."""
        if not _is_real(value) or value <= 0:
            return self.draw(generator.random())
        return float(min(max(value * factor, self.low), self.high))

    def position(self, value: Any) -> float:
        """The part of the way between the logarithms of the bounds."""
        return clipped_fraction(math.log(value / self.low) / math.log(self.high / self.low))

    def __str__(self) -> str:
        return f"log:{self.low:g}:{self.high:g}"


@dataclasses.dataclass(frozen=True)
class Integer(Space):
    """Whole numbers from `low` to `high`, both included; see `integer`."""

    kind: ClassVar[str] = "integer"
    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        where = "integer(low, high)"
        for name in ("low", "high"):
            value = checked_bound(f"{where}: {name}", getattr(self, name))
            if value != int(value):
                raise UsageError(f"{where}: {name} has to be a whole number; got {value}. Or write uniform.")
            object.__setattr__(self, name, int(value))
        check_order(where, self.low, self.high)
        if not isinstance(self.log, bool):
            raise UsageError(f"{where}: log is True or False; got {self.log!r}.")
        if self.log and self.low < 1:
            raise UsageError(f"{where}: with log=True, low has to be at least 1; got {self.low}.")

    def draw(self, unit: float) -> int:
        """Each number the same share, or the share of its logarithm.

        With `log`, what is uniform is the logarithm of the real numbers from low - 1/2 to high + 1/2, which are then
        rounded, as Optuna does.
        """
        if self.log:
            low, high = math.log(self.low - 0.5), math.log(self.high + 0.5)
            value = round(math.exp(low + unit * (high - low)))
        else:
            value = self.low + int(unit * (self.high - self.low + 1))
        return min(max(value, self.low), self.high)

    def contains(self, value: Any) -> bool:
        """Whether it is whole and lies between the bounds."""
        return _is_real(value) and value == int(value) and self.low <= value <= self.high

    def perturbed(self, value: Any, factor: float, generator: np.random.Generator) -> int:
        """The value times the factor, rounded, but another one unless a bound forbids it; 0 stays 0."""
        if not _is_real(value):
            return self.draw(generator.random())
        value = int(value)
        moved = round(value * factor)
        if moved == value and value:
            moved += 1 if (factor > 1) == (value > 0) else -1
        return min(max(moved, self.low), self.high)

    def position(self, value: Any) -> float:
        """The part of the way between the bounds, or between their logarithms."""
        if self.log:
            return clipped_fraction(math.log(value / self.low) / math.log(self.high / self.low))
        return clipped_fraction((value - self.low) / (self.high - self.low))

    def __str__(self) -> str:
        return f"{'intlog' if self.log else 'int'}:{self.low}:{self.high}"


def _is_real(value: Any) -> bool:
    if isinstance(value, np.generic):
        value = value.item()
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
