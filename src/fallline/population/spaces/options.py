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

    def __post_init__(self) -> None:
        if not self.values:
            raise UsageError("choice() has no options; give one at least.")
        kept: list[Any] = []
        for value in self.values:
            value = value.item() if isinstance(value, np.generic) else value
            if any(same(value, other) for other in kept):
                raise UsageError(
                    f"the options hold {value!r} twice: that would train the same network again."
                )
            kept.append(value)
        object.__setattr__(self, "values", tuple(kept))

    @property
    def options(self) -> tuple[Any, ...]:
        """The options, as they are written."""
        return self.values

    def index(self, value: Any) -> int | None:
        """Which of the options it is; None where it is none of them."""
        # 0.5 read back from a file may come as another type; what is the very same is preferred.
        exact = [index for index, option in enumerate(self.values) if same(option, value)]
        near = [index for index, option in enumerate(self.values) if alike(option, value)]
        return next(iter(exact or near), None)

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


def equal(one: Any, other: Any) -> bool:
    """Python's equality, where it is one answer; arrays and the like are compared as the objects that they are."""
    if one is other:
        return True
    try:
        return bool(one == other)
    except (TypeError, ValueError):
        return False


def same(one: Any, other: Any) -> bool:
    """Equal, and of one type: True is not 1."""
    return type(one) is type(other) and (equal(one, other) or _both_nan(one, other))


def _both_nan(one: Any, other: Any) -> bool:
    return isinstance(one, float) and one != one and other != other


def alike(one: Any, other: Any) -> bool:
    """Equal, except that a truth value equals no number."""
    return equal(one, other) and isinstance(one, bool) == isinstance(other, bool)
