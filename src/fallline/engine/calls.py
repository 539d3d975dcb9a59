"""Calls that are made again and again: what stays the same between them is taken apart once.

A call of a `Program` takes its arguments apart and asks what they read: nothing beside a run, but many times the work of
one step or of one row's prediction. Here it is done once, for as long as it holds.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from fallline._tree import PyTree, assignments, canonical_number
from fallline.compilation.program import CompiledProgram, Program, settings_of_jax, signature, used_by
from fallline.own.reads import Watched, owns

T = TypeVar("T")
R = TypeVar("R")


class Signature:
    """What a program is compiled for: the structure of a tree, and what XLA distinguishes about its leaves."""

    __slots__ = ("_hash", "_value")

    def __init__(self, structure: Any, leaves: Sequence[Any]) -> None:
        self._value = structure, tuple(map(signature, leaves))
        self._hash = hash(self._value)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Signature) and self._hash == other._hash and self._value == other._value
        )

    def __hash__(self) -> int:
        return self._hash


class Flat:
    """A tree of arrays, taken apart.

    Attributes:
        leaves: Its leaves.
        structure: Its structure.
        signature: What a program is compiled for.
    """

    __slots__ = ("leaves", "signature", "structure")

    def __init__(self, leaves: Sequence[Any], structure: Any, known: Signature | None = None) -> None:
        self.leaves = leaves
        self.structure = structure
        self.signature = known or Signature(structure, leaves)

    @staticmethod
    def of(node: Any) -> Flat:
        """A tree, taken apart if it is not."""
        return node if isinstance(node, Flat) else Flat(*jax.tree.flatten(node))

    @property
    def tree(self) -> PyTree:
        """The tree."""
        return jax.tree.unflatten(self.structure, self.leaves)


class Prepared(Generic[T]):
    """A tree that many calls take first: its numbers on the device, and the programs that were made for it.

    Attributes:
        node: The tree, its leaves as the arrays that programs take.
        holds: Whether what is the user's in it read the same when it was looked at last.
    """

    def __init__(self, node: T, *sources: Any) -> None:
        """Takes a tree apart.

        Args:
            node: The tree.
            sources: The objects that it was made of, see `is_current`.
        """
        # The structure of the tree itself, not of a copy: what the user wrote is watched where they may change it.
        leaves, structure = jax.tree.flatten(node)
        self._flat = Flat([jnp.array(canonical_number(leaf)) for leaf in leaves], structure)
        # Arrays of NumPy may be written into where they lie.
        self._writable = [(leaf, leaf.copy()) for leaf in leaves if isinstance(leaf, np.ndarray)]
        self.node: T = self._flat.tree
        self._sources = sources
        # Of the tree as it was given: a layer written as in Keras is another object in one that was put together again.
        self._watched = Watched(owns(jax.tree.structure(node)))
        self._made = assignments.made, settings_of_jax()
        self.holds = True
        self._notes: dict[Hashable, Any] = {}
        self._programs: dict[Hashable, weakref.ref[CompiledProgram]] = {}

    @staticmethod
    def of(node: Any) -> Prepared[Any]:
        """A tree, prepared if it is not."""
        return node if isinstance(node, Prepared) else Prepared(node)

    def is_of(self, *sources: Any) -> bool:
        """Whether it is made of the same objects, none of which was assigned to, and held when it was looked at."""
        return (
            self.holds
            and all(one is other for one, other in zip(self._sources, sources, strict=True))
            and self._made == (assignments.made, settings_of_jax())
        )

    def look(self) -> bool:
        """Whether what is the user's in it still reads the same."""
        self.holds = (
            self.holds
            and self._watched.is_current()
            and all(np.array_equal(now, then) for now, then in self._writable)
        )
        return self.holds

    def noted(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """What follows from the tree, made once."""
        if name not in self._notes:
            self._notes[name] = make()
        return self._notes[name]

    def call(
        self, name: Hashable, program: Callable[[], Program], *given: Any
    ) -> tuple[Sequence[Any], CompiledProgram]:
        """Runs a program on the tree and on what is given; the leaves of its result, and the program.

        Whether the tree still holds is looked at while the device computes, see `steadily`.

        Args:
            name: What the program is called here, its settings included.
            program: Makes it, where it is not there yet.
            given: Its further arguments, as trees or taken apart.
        """
        leaves, compiled = self.compiled(name, program, *given)
        result = compiled.flat(leaves)
        self.look()
        return result, compiled

    def compiled(
        self, name: Hashable, program: Callable[[], Program], *given: Any
    ) -> tuple[list[Any], CompiledProgram]:
        """The leaves that `call` gives to a program, and the program."""
        flats = [Flat.of(item) for item in given]
        key = (name, *[flat.signature for flat in flats])
        known = self._programs.get(key)
        # Kept by the cache of programs alone, which may drop it.
        compiled = None if known is None else known()
        if compiled is None:
            with used_by(self):
                compiled = program().compile(self.node, *(flat.tree for flat in flats))
            self._programs[key] = weakref.ref(compiled)
        leaves = [*self._flat.leaves]
        for flat in flats:
            leaves += flat.leaves
        return leaves, compiled


def steadily(prepare: Callable[[], Prepared[T]], call: Callable[[Prepared[T]], R]) -> tuple[Prepared[T], R]:
    """A call of what was prepared before: given to the device at once, and again if it turns out that it holds no longer.

    Looking through what a user wrote takes as long as a small step. Calls are pure, so that one in vain harms nothing.

    Args:
        prepare: Gives what is prepared, anew where it does not hold.
        call: Calls it.
    """
    prepared = prepare()
    try:
        result = call(prepared)
    except Exception:
        if prepared.look():
            raise
    else:
        if prepared.holds:
            return prepared, result
    prepared = prepare()
    return prepared, call(prepared)


class Calls:
    """What a client keeps for its calls; a copy of the client, or a pickle, begins with nothing."""

    def __init__(self) -> None:
        self._prepared: dict[Hashable, Prepared[Any]] = {}
        self._known: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def __reduce__(self) -> Any:
        return Calls, ()

    def prepared(self, name: Hashable, make: Callable[[], T], *sources: Any) -> Prepared[T]:
        """What was prepared under a name, made again where it is known to hold no longer.

        Args:
            name: Which of the client's calls it is for.
            make: Makes the tree.
            sources: The objects that it is made of.
        """
        kept = self._prepared.get(name)
        if kept is None or not kept.is_of(*sources):
            kept = self._prepared[name] = Prepared(make(), *sources)
        return kept

    def kept(self, name: str, make: Callable[[], T], *holders: Any) -> T:
        """What is known under a name while these objects are the same; made again where one is another."""
        before, value = self._known.get(name, ((), None))
        if (
            name not in self._known
            or len(before) != len(holders)
            or not all(map(operator.is_, before, holders))
        ):
            value = make()
            self.know(name, value, *holders)
        known: T = value
        return known

    def know(self, name: str, value: Any, *holders: Any) -> None:
        """Keeps a value for as long as the objects that hold what it is made of are the same."""
        self._known[name] = holders, value
