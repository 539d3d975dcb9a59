"""A user's thing as structure: equal when it reads the same.

A function is traced once per program, and what it reads then (a global, a cell of its closure, an attribute of an object)
is a constant of that program. So a function, class or object of a user's own stands in the structure of a tree as `Own`:
a snapshot of its code and of what it reads, taken when the tree is flattened. Two lambdas of one line are the same
structure while they read the same; one lambda is another structure once a global that it reads has changed.

Followed are functions, classes and objects of the package that the thing is from, and of all that is no installed
library; of libraries it is only asked which object stands there (`Same`).
"""

from __future__ import annotations

import functools
import operator
import types
import weakref
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from fallline.own.look import LIBRARIES, Guard, Look, Portrait, package_of


class Own(Portrait):
    """A function, class or object of a user's own as a part of a tree's structure.

    Attributes:
        thing: The thing.
        reads: What it reads, for the key of a program: it holds neither the thing nor its arrays.
    """

    __slots__ = ("__weakref__", "_guards", "reads", "thing")

    thing: Any
    reads: Reads
    _guards: list[Guard]

    def __new__(cls, thing: Any, beside: Sequence[Any] = ()) -> Own:
        """The snapshot of a thing.

        Args:
            thing: The thing.
            beside: Objects within it that stand elsewhere in the tree, where they are compared.
        """
        place = (id(thing), *map(id, beside))
        latest = _latest.get(place)
        if latest is not None and latest.is_current():
            return latest
        own = super().__new__(cls)
        look = Look(package_of(thing), beside)
        own.thing = thing
        own.reads = Reads(look.at(thing))
        own._guards = look.guards
        _latest[place] = own
        return own

    def is_current(self) -> bool:
        """Whether everything that the thing read stands where it stood: cheap, and never wrongly true."""
        return _stand(self._guards)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Own) and self.reads == other.reads)

    def __hash__(self) -> int:
        return hash(self.reads)

    def __repr__(self) -> str:
        return f"Own({self.thing!r:.60})"


class Watched:
    """Things of a user's own that are asked again and again whether they are current: what they share is looked at once."""

    def __init__(self, owns: Sequence[Own]) -> None:
        self._guards = list(
            {
                (look, id(place)): (look, place, seen) for own in owns for look, place, seen in own._guards
            }.values()
        )

    def is_current(self) -> bool:
        """Whether all of them are."""
        return _stand(self._guards)


def _stand(guards: Sequence[Guard]) -> bool:
    # All in one list, each place with an end that nobody else has: a question for each takes a third longer.
    now: list[Any] = []
    then: list[Any] = []
    for look, place, seen in guards:
        now += look(place)
        now.append(_END)
        then += seen
        then.append(_END)
    return len(now) == len(then) and all(map(operator.is_, now, then))


_END = object()
_latest: weakref.WeakValueDictionary[tuple[int, ...], Own] = weakref.WeakValueDictionary()


class Reads:
    """What a thing read, hashed once."""

    __slots__ = ("_hash", "_value")

    def __init__(self, value: Hashable) -> None:
        self._value = value
        self._hash = hash(value)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Reads) and self._hash == other._hash and self._value == other._value
        )

    def __hash__(self) -> int:
        return self._hash


def reads(thing: Any) -> Reads:
    """What a thing reads at the moment."""
    return Own(thing).reads


def same(one: Any, other: Any) -> bool:
    """Whether two things are the same for all that a program does with them."""
    return one is other or reads(one) == reads(other)


def held(value: Any, beside: Sequence[Any] = ()) -> Any:
    """A value as it stands in a tree's structure: a user's own thing, or what contains one, as `Own`."""
    return Own(value, beside) if is_own(value) else value


def is_own(value: Any) -> bool:
    """Whether a value is a function or object of a user's own, or one made for them, or a container with one."""
    if value is None or isinstance(value, bool | int | float | str | type):
        return False
    if isinstance(value, tuple | list):
        return any(map(is_own, value))
    if isinstance(value, Mapping):
        return any(map(is_own, value.values()))
    if isinstance(value, functools.partial):
        return is_own(value.func) or is_own(value.args) or is_own(value.keywords)
    return is_foreign(value) or _is_made(value)


def _is_made(value: Any) -> bool:
    """Whether a function is made anew each time that one asks for it, with numbers closed in it, as those of Optax are."""
    return isinstance(value, types.FunctionType) and bool(value.__closure__) and package_of(value) == "optax"


def is_foreign(thing: Any) -> bool:
    """Whether a function, class or object is from elsewhere than this package and what it stands on."""
    return package_of(thing) not in LIBRARIES


def owns(structure: Any) -> tuple[Own, ...]:
    """Everything of a user's own in the structure of a tree."""
    data = structure.node_data()
    if data is None:
        return ()
    found, fixed = [], [data[1]]
    while fixed:
        item = fixed.pop()
        if isinstance(item, Own):
            found.append(item)
        elif isinstance(item, tuple | list):
            fixed += item
    return (*found, *(own for child in structure.children() for own in owns(child)))
