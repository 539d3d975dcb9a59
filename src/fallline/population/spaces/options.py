"""The space of things among which one chooses."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from fallline.errors import UsageError
from fallline.population.spaces.space import Space, clipped_fraction


@dataclasses.dataclass(frozen=True)
class Choice(Space):
    """One of some options, which may be anything; see `choice`.

    The order in which they are written is kept: it is that of a grid, and of the neighbours to which `perturbed` moves.
    1, 1.0 and True are three options, although Python calls them equal.
    """

    kind: ClassVar[str] = "choice"
    values: tuple[Any, ...]
    _places: dict[Any, int] = dataclasses.field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if not self.values:
            raise UsageError("choice() has no options; give one at least.")
        kept = tuple(value.item() if isinstance(value, np.generic) else value for value in self.values)
        for place, value in enumerate(kept):
            if self._places.setdefault(_identity(value), place) != place:
                raise UsageError(
                    f"the options hold {value!r} twice: that would train the same network again."
                )
        object.__setattr__(self, "values", kept)

    @property
    def options(self) -> tuple[Any, ...]:
        """The options, as they are written."""
        return self.values

    def index(self, value: Any) -> int | None:
        """Which of the options it is; None where it is none of them."""
        place = self._places.get(_identity(value))
        if place is not None:
            return place
        # 0.5 may come as a number of another type, and (64, 64) from a file as a list.
        near = (index for index, option in enumerate(self.values) if alike(option, value))
        return next(near, None)

    def draw(self, unit: float) -> Any:
        """Each option the same share, in their order."""
        return self.values[min(int(unit * len(self.values)), len(self.values) - 1)]

    def contains(self, value: Any) -> bool:
        """Whether it is one of the options."""
        return self.index(value) is not None

    def perturbed(self, value: Any, factor: float, generator: np.random.Generator) -> Any:
        """The next option for a factor above 1, else the one before; the ends stay."""
        index = self.index(value)
        if index is None:
            return self.draw(generator.random())
        moved = index + (1 if factor > 1 else -1)
        return self.values[min(max(moved, 0), len(self.values) - 1)]

    def position(self, value: Any) -> float:
        """Options stand at equal distances, the first at 0; a single one in the middle."""
        index = self.index(value)
        if index is None or len(self.values) == 1:
            return 0.5
        return clipped_fraction(index / (len(self.values) - 1))

    def __str__(self) -> str:
        return ",".join(str(value) for value in self.values)


def alike(one: Any, other: Any) -> bool:
    """Python's equality, except that a truth value equals no number, and that arrays are the objects that they are."""
    if one is other:
        return True
    if isinstance(one, tuple) and isinstance(other, list):
        other = tuple(other)
    try:
        return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
    except (TypeError, ValueError):
        return False


def _identity(value: Any) -> Any:
    """What is equal for two options only if they are one: their type and value, or where they lie in memory."""
    if isinstance(value, float) and value != value:
        return "nan"
    if isinstance(value, tuple | list):
        return type(value), tuple(_identity(each) for each in value)
    try:
        hash(value)
    except TypeError:
        return "object", id(value)
    return type(value), value
