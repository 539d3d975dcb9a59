"""What tapes record: which function made which arrays of which."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Cell:
    """One array that was computed, told apart from all others.

    Attributes:
        value: The array: NumPy's or JAX's.
        owner: The variable whose value it is; None: it was computed.
    """

    __slots__ = ("owner", "value")

    def __init__(self, value: Any, owner: Any = None) -> None:
        self.value, self.owner = value, owner


@dataclasses.dataclass(frozen=True, eq=False)
class Entry:
    """One computation.

    Attributes:
        compute: Arrays -> an array or a tuple of arrays; pure, and equal for equal computations.
        attributes: Its keywords.
        inputs: What it was computed of.
        outputs: What it gave.
        passes: For each input whether gradients pass.
    """

    compute: Callable[..., Any]
    attributes: Mapping[str, Any]
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]
    passes: tuple[bool, ...]


@dataclasses.dataclass(frozen=True)
class WithState:
    """A computation with a state, such as a random one, as a function of its inputs and the state."""

    compute: Callable[..., Any]

    def __call__(self, *inputs: Any, **attributes: Any) -> Any:
        """The outputs, without the next state."""
        return self.compute(*inputs[:-1], state=inputs[-1], **attributes)[0]


@dataclasses.dataclass(frozen=True)
class WithNextState:
    """A computation with a state, as a function of its inputs and the state that gives the next state too."""

    compute: Callable[..., Any]

    def __call__(self, *inputs: Any, **attributes: Any) -> Any:
        """The outputs, and the next state."""
        return self.compute(*inputs[:-1], state=inputs[-1], **attributes)


@dataclasses.dataclass(frozen=True)
class Unchecked:
    """A computation that checks its inputs, of inputs that were checked."""

    compute: Callable[..., Any]

    def __call__(self, *inputs: Any, **attributes: Any) -> Any:
        """The outputs, without what was found."""
        return self.compute(*inputs, **attributes)[0]


class Recorder:
    """Where computations are recorded while it is open.

    Attributes:
        entries: The computations, in their order.
        watches_variables: Whether trainable variables are followed without being named.
    """

    def __init__(self, watches_variables: bool) -> None:
        self.entries: list[Entry] = []
        self.watches_variables = watches_variables
        self._followed: dict[int, Cell] = {}
        self.variables: dict[int, Any] = {}

    def follow(self, cell: Cell) -> None:
        """From now on what is computed of this array is recorded."""
        self._followed[id(cell)] = cell

    def follows(self, cell: Cell) -> bool:
        """Whether what is computed of an array is recorded."""
        if id(cell) in self._followed:
            return True
        owner = cell.owner
        if owner is None:
            return False
        if id(owner) in self.variables or (self.watches_variables and getattr(owner, "trainable", False)):
            self.variables[id(owner)] = owner
            self.follow(cell)
            return True
        return False

    def offered(self, entry: Entry) -> None:
        """Records a computation if it is of anything that is followed."""
        asked = [self.follows(cell) for cell in entry.inputs]
        if any(asked):
            self.entries.append(entry)
            for cell in entry.outputs:
                self.follow(cell)


open_recorders: list[Recorder] = []
"""Those that record now, outermost first."""


def record(
    compute: Callable[..., Any],
    attributes: Mapping[str, Any],
    inputs: Sequence[Cell],
    outputs: Sequence[Cell],
    passes: Sequence[bool],
) -> None:
    """Tells whoever records of a computation."""
    if open_recorders:
        entry = Entry(compute, attributes, tuple(inputs), tuple(outputs), tuple(passes))
        for recorder in open_recorders:
            recorder.offered(entry)
