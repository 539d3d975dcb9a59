"""The axes of a population: named spaces, some of which are there only where others have a certain value."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fallline.errors import UsageError, nearest, suggestion
from fallline.population.spaces.options import Choice, alike
from fallline.population.spaces.ranges import MOST_OPTIONS
from fallline.population.spaces.space import Space

Settings = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Conditional:
    """A space that is an axis only where other axes have one of certain values; see `when`."""

    space: Space
    conditions: tuple[tuple[str, tuple[Any, ...]], ...]

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Whether every condition holds; one on an axis that is itself absent does not."""
        return all(
            name in settings and any(alike(settings[name], value) for value in values)
            for name, values in self.conditions
        )

    def __str__(self) -> str:
        conditions = " and ".join(
            f"{name}={','.join(str(value) for value in values)}" for name, values in self.conditions
        )
        return f"{self.space} if {conditions}" if conditions else str(self.space)


@dataclasses.dataclass(frozen=True)
class Axes:
    """What varies in a population: names with their spaces. `Axes.of` makes them of what a person writes."""

    axes: Mapping[str, Conditional]

    @classmethod
    def of(cls, axes: Mapping[str, Any]) -> Axes:
        """Axes as a person writes them, checked.

        Args:
            axes: Name -> a space, a `when(space, ...)`, or the options as a list, tuple, range or array of one axis.
                Without any there is one candidate, which has no settings.

        Raises:
            UsageError: It is no mapping, an axis is none of these or has no options, a condition names no axis, asks
                for a value that the axis never has, or conditions go round in a circle.
        """
        if isinstance(axes, Axes):
            return axes
        if not isinstance(axes, Mapping):
            raise UsageError(
                f'axes has to be a dictionary such as {{"learning_rate": [0.01, 0.1]}}; got {axes!r}.'
            )
        made = {}
        for name, what in axes.items():
            if not isinstance(name, str) or not name:
                raise UsageError(f"the names of axes are text, the arguments of build; got {name!r}.")
            made[name] = conditional_of(f'axis "{name}"', what)
        for name, axis in made.items():
            for parent, values in axis.conditions:
                _check_condition(name, parent, values, made)
        checked = cls(made)
        _ = checked.order
        return checked

    @property
    def names(self) -> tuple[str, ...]:
        """The names, as they are written."""
        return tuple(self.axes)

    @property
    def dimensions(self) -> int:
        """How many axes there are: so many numbers draw one candidate."""
        return len(self.axes)

    def __getitem__(self, name: str) -> Space:
        """The space of an axis, without its conditions."""
        if name not in self.axes:
            raise UsageError(f'there is no axis "{name}". {suggestion(name, self.axes)}')
        return self.axes[name].space

    @property
    def order(self) -> list[str]:
        """Every axis after those on which it depends."""
        order: list[str] = []
        while len(order) < len(self.axes):
            ready = [
                name
                for name, axis in self.axes.items()
                if name not in order and all(parent in order for parent, _ in axis.conditions)
            ]
            if not ready:
                circle = ", ".join(f'"{name}"' for name in self.axes if name not in order)
                raise UsageError(
                    f"the conditions of {circle} go round in a circle; one has to be free of them."
                )
            order += ready
        return order

    def in_order(self, settings: Mapping[str, Any]) -> Settings:
        """The settings in the order in which the axes are written."""
        return {name: settings[name] for name in self.axes if name in settings}

    def settings(self, units: Sequence[float] | np.ndarray) -> Settings:
        """The settings of one candidate.

        Args:
            units: One number in [0, 1) for each axis, in the order of `names`. That of an axis whose condition fails
                is not used, and the axis is not in the settings.

        Raises:
            UsageError: There are not as many numbers as axes, or one is outside [0, 1).
        """
        if len(units) != self.dimensions or not all(0 <= unit < 1 for unit in units):
            raise UsageError(
                f"{self.dimensions} axes need as many numbers in [0, 1); got {list(map(float, units))}."
            )
        unit_of = dict(zip(self.axes, map(float, units), strict=True))
        settings: Settings = {}
        for name in self.order:
            if self.axes[name].holds(settings):
                settings[name] = self.axes[name].space.draw(unit_of[name])
        return self.in_order(settings)

    def drawn(self, generator: np.random.Generator) -> Settings:
        """The settings of one candidate, drawn at random."""
        return self.settings(generator.random(self.dimensions))

    def completed(self, settings: Mapping[str, Any], generator: np.random.Generator) -> Settings:
        """The settings after one of them has changed: axes whose condition fails are gone, new ones are drawn."""
        done: Settings = {}
        for name in self.order:
            if self.axes[name].holds(done):
                space = self.axes[name].space
                done[name] = settings[name] if name in settings else space.draw(generator.random())
        return self.in_order(done)

    @property
    def without_end(self) -> tuple[str, ...]:
        """The names of the axes that a grid cannot go through."""
        return tuple(name for name, axis in self.axes.items() if axis.space.options is None)

    @property
    def size(self) -> int | None:
        """How many candidates the whole grid has; None where an axis has no end of values."""
        if self.without_end:
            return None
        parents = {parent for axis in self.axes.values() for parent, _ in axis.conditions}

        def count(order: list[str], settings: Settings) -> int:
            if not order:
                return 1
            name, *rest = order
            if not self.axes[name].holds(settings):
                return count(rest, settings)
            options = self.axes[name].space.options or ()
            if name not in parents:
                return len(options) * count(rest, settings)
            return sum(count(rest, {**settings, name: option}) for option in options)

        return count(self.order, {})

    def grid(self) -> list[Settings]:
        """Every candidate once, the last axis running fastest.

        Raises:
            UsageError: An axis has no end of values, or the grid has more than a million candidates.
        """
        if self.without_end:
            name = self.without_end[0]
            raise UsageError(
                f'a grid needs values that can be counted, but axis "{name}" is {self[name]}. Give it a list, '
                "a range or uniform(low, high, step), or say how many members are drawn: members=64."
            )
        if (self.size or 0) > MOST_OPTIONS:
            raise UsageError(f"the grid has {self.size:,} candidates; say how many are drawn: members=64.")
        return [self.in_order(settings) for settings in self._below(self.order, {})]

    def _below(self, order: list[str], settings: Settings) -> Iterator[Settings]:
        if not order:
            yield settings
            return
        name, *rest = order
        if not self.axes[name].holds(settings):
            yield from self._below(rest, settings)
            return
        for option in self.axes[name].space.options or ():
            yield from self._below(rest, {**settings, name: option})

    def key(self, settings: Mapping[str, Any]) -> tuple[Any, ...]:
        """What two candidates share only if they are the same: where each axis stands, or its value."""
        parts: list[Any] = []
        for name, axis in self.axes.items():
            space, there = axis.space, name in settings
            if there and isinstance(space, Choice):
                parts.append(space.index(settings[name]))
            else:
                parts.append(settings[name] if there else "absent")
        return tuple(parts)

    def __str__(self) -> str:
        return "; ".join(f"{name}={axis}" for name, axis in self.axes.items())


def conditional_of(where: str, what: Any) -> Conditional:
    """An axis of what a person writes for it.

    Raises:
        UsageError: It is neither a space nor options, or there are no options.
    """
    if isinstance(what, Conditional):
        return what
    if isinstance(what, Space):
        return Conditional(what, ())
    if isinstance(what, np.ndarray) and what.ndim == 1:
        what = what.tolist()
    if isinstance(what, list | tuple | range):
        if not len(what):
            raise UsageError(f"{where} has no values; give it one at least, or leave the axis out.")
        try:
            return Conditional(Choice(tuple(what)), ())
        except UsageError as error:
            raise UsageError(f"{where}: {error}") from None
    told = f"{what!r}" if isinstance(what, str | int | float | bool | type(None)) else type(what).__name__
    raise UsageError(
        f"{where} has to be a list of options such as [{told if isinstance(what, str) else '32, 64'}], or a space "
        f"such as fl.population.uniform(0, 0.5); got {told}. What does not vary belongs into build."
    )


def _check_condition(name: str, parent: str, values: Sequence[Any], axes: Mapping[str, Conditional]) -> None:
    if parent == name:
        raise UsageError(f'axis "{name}" has a condition on itself.')
    if parent not in axes:
        raise UsageError(
            f'axis "{name}" is there when "{parent}" has a value, but there is no such axis.{nearest(parent, axes)}'
            f" Axes: {', '.join(axes)}."
        )
    space = axes[parent].space
    for value in values:
        if not space.contains(value):
            known = "" if space.options is None else nearest(str(value), map(str, space.options))
            raise UsageError(
                f'axis "{name}" is there when {parent}={value!r}, but axis "{parent}" never is that: {space}.{known}'
            )


def flattened(space: Any, conditions: Mapping[str, Any]) -> Conditional:
    """A space with further conditions; lists and ranges hold the values of which one is enough."""
    inner = conditional_of("when(space, ...)", space)
    more = tuple(
        (name, tuple(value) if isinstance(value, list | range | set | frozenset) else (value,))
        for name, value in conditions.items()
    )
    for name, values in more:
        if not values:
            raise UsageError(
                f"when(space, {name}=...): the list of values is empty, so the axis never is there."
            )
    return Conditional(inner.space, tuple(itertools.chain(inner.conditions, more)))
