"""One look at what a function, class or object of a user's own reads: as a value that can be compared, and where it stood."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import dis
import enum
import functools
import hashlib
import operator
import sys
import types
import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline.own.variable import Variable

PACKAGE = __package__.partition(".")[0]

LIBRARIES = (PACKAGE, "builtins", "jax", "jaxlib", "numpy", "optax")
"""Packages whose functions and classes read nothing that changes."""

VALUED = ("jax", "jaxlib")
"""Packages whose objects, where they are compared by value, are hashable and do not change: shardings, shapes."""

SMALL = 1 << 12
"""Bytes of an array up to which it is compared by its numbers themselves, beyond by a digest; one of JAX, which cannot
change, beyond by which it is."""

CLASS_MADE = frozenset(
    [
        "__dict__",
        "__weakref__",
        "__doc__",
        "__module__",
        "__annotations__",
        "_abc_impl",
        "__abstractmethods__",
    ]
)
"""What every class is given, which says nothing of what it computes."""

LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
"""Instructions that look up a global by its name."""

CONSISTS_OF: dict[Any, Callable[[Any], Sequence[Any]]] = {
    functools.partial: operator.attrgetter("func", "args", "keywords"),
    types.MethodType: operator.attrgetter("__func__", "__self__"),
    property: operator.attrgetter("fget", "fset"),
    staticmethod: lambda method: (method.__func__,),
    classmethod: lambda method: (method.__func__,),
    types.SimpleNamespace: lambda space: _items(vars(space)),
    argparse.Namespace: lambda space: _items(vars(space)),
}
"""Kinds of Python's own that are what they consist of."""

_ABSENT = object()
_EMPTY = types.CellType()


Guard = tuple[Callable[[Any], Sequence[Any]], Any, Sequence[Any]]
"""Where a look went: how, into what, and what stood there."""


class Portrait:
    """What stands in the structure of a tree for a thing that the structure must be compared by.

    Attributes:
        reads: What it is compared by; it does not hold the thing.
    """

    __slots__ = ()

    reads: Hashable


class Same:
    """Which object it is. It is not kept alive, and no other that gets its id later is taken for it."""

    __slots__ = ("_hash", "_value")

    def __init__(self, value: Any) -> None:
        self._hash = id(value)
        try:
            self._value: Callable[[], Any] = weakref.ref(value)
        except TypeError:  # some kinds of objects allow no such reference
            self._value = lambda: value

    def __eq__(self, other: object) -> bool:
        mine = self._value()
        return isinstance(other, Same) and mine is not None and mine is other._value()

    def __hash__(self) -> int:
        return self._hash


class Look:
    """One look at what a thing reads.

    Attributes:
        guards: Where it looked.
    """

    def __init__(self, package: str, beside: Sequence[Any]) -> None:
        self.guards: list[Guard] = []
        self._package = package
        self._met: dict[int, Hashable] = {id(item): ("beside", place) for place, item in enumerate(beside)}
        # While one looks, what was met must not give its id away.
        self._alive: list[Any] = []

    def at(self, value: Any) -> Hashable:
        """A value as a constant that can be compared."""
        if value is None or isinstance(value, bool | int | float | complex | str | bytes):
            return type(value), repr(value)
        if id(value) in self._met:
            return self._met[id(value)]
        if isinstance(value, np.ndarray | np.generic | jax.Array) and value.dtype != object:
            return self._array(value)
        if isinstance(value, np.dtype | enum.Enum | types.CodeType):
            return value
        if isinstance(value, jax.tree_util.PyTreeDef):
            return outline(value)
        self._met[id(value)] = ("met", len(self._met))
        self._alive.append(value)
        return self._parts(value)

    def each(self, values: Any) -> tuple[Hashable, ...]:
        """Several values."""
        return tuple(map(self.at, values))

    def _looked(self, look: Callable[[Any], Sequence[Any]], place: Any) -> Sequence[Any]:
        seen = look(place)
        self.guards.append((look, place, seen))
        return seen

    def _follows(self, package: str) -> bool:
        return package not in LIBRARIES and (package == self._package or not _is_library(package))

    def _array(self, value: Any) -> Hashable:
        large = value.size * value.dtype.itemsize > SMALL
        keys = jnp.issubdtype(value.dtype, jax.dtypes.extended)
        if isinstance(value, jax.core.Tracer) or keys or (large and isinstance(value, jax.Array)):
            return Same(value)
        if isinstance(value, np.ndarray):
            digest = _digest(value)
            # Numbers are compared by what they are: the guard is the digest itself where it has not changed.
            self.guards.append(
                (lambda array: (digest if _digest(array) == digest else None,), value, (digest,))
            )
            return type(value).__name__, value.shape, value.dtype, digest
        array = np.asarray(value)
        return type(value).__name__, array.shape, array.dtype, array.tobytes()

    def _parts(self, value: Any) -> Hashable:
        if isinstance(value, tuple):
            return type(value), self.each(value)
        if isinstance(value, list | set | frozenset | collections.deque):
            found = self.each(self._looked(tuple, value))
            return type(value), frozenset(found) if isinstance(value, set | frozenset) else found
        if isinstance(value, Mapping):
            return type(value), self.each(self._looked(_items, value))
        for kind, parts in CONSISTS_OF.items():
            if isinstance(value, kind):
                return kind, self.each(self._looked(parts, value))
        package = package_of(value)
        if not self._follows(package):
            return self._of_library(value, package)
        return self._of_theirs(value)

    def _of_library(self, value: Any, package: str) -> Hashable:
        if isinstance(value, types.FunctionType):
            if not value.__closure__ and not value.__defaults__:
                return value.__code__
            code, *rest = self._looked(_of_made_function, value)
            return code, self.each(rest)
        if package == PACKAGE and not isinstance(value, type):
            return self._of_ours(value)
        compares = any("__eq__" in vars(one) for one in type(value).__mro__[:-1])
        return value if package in VALUED and compares else Same(value)

    def _of_ours(self, value: Any) -> Hashable:
        """A layer or penalty of ours within one of a user's, which may hold functions of theirs."""
        if dataclasses.is_dataclass(value):
            names = [field.name for field in dataclasses.fields(value)]
            fields = self._looked(lambda thing: [getattr(thing, name) for name in names], value)
            return type(value), self.each(fields)
        if isinstance(value, Variable):  # what stands there of the moment is read
            return self.each(self._looked(lambda variable: (variable.value,), value))
        return Same(value)

    def _of_theirs(self, value: Any) -> Hashable:
        if isinstance(value, types.FunctionType):
            return self._of_function(value)
        if isinstance(value, type):
            # Its own and what it inherits, from classes of the user's.
            classes = [one for one in value.__mro__ if self._follows(package_of(one))]
            bases = tuple(base for base in value.__mro__ if base not in classes)
            return value.__qualname__, bases, tuple(map(self._of_class, classes))
        # An object: what it holds; `__call__` and other methods may read it.
        left_out: frozenset[str] = getattr(type(value), "not_read", frozenset())
        slots = [name for one in type(value).__mro__ for name in _slots(one)]
        if not slots and not hasattr(value, "__dict__"):
            return Same(value)

        def attributes(thing: Any) -> Sequence[Any]:
            kept = thing.__dict__ if hasattr(thing, "__dict__") else {}
            if not kept.keys().isdisjoint(left_out):
                kept = {name: item for name, item in kept.items() if name not in left_out}
            return (*_items(kept), *(getattr(thing, name, _ABSENT) for name in slots))

        return self.at(type(value)), self.each(self._looked(attributes, value))

    def _of_class(self, cls: type) -> Hashable:
        seen = self._looked(_items, vars(cls))
        half = len(seen) // 2
        pairs = zip(seen[:half], seen[half:], strict=True)
        return tuple((name, self.at(item)) for name, item in pairs if name not in CLASS_MADE)

    def _of_function(self, function: types.FunctionType) -> Hashable:
        """Its code, defaults and closure, and the globals that it reads, through modules down to what stands there."""
        paths = _paths(function.__code__)
        names = [name for name, *_ in paths]
        absent = [_ABSENT] * len(names)

        def look(function: types.FunctionType) -> Sequence[Any]:
            return [*_of_made_function(function), *map(function.__globals__.get, names, absent)]

        code, *found = self._looked(look, function)
        split = len(found) - len(names)
        reached = [
            self._through(value, attributes)
            for value, (_, *attributes) in zip(found[split:], paths, strict=True)
        ]
        return code, self.each(found[:split]), self.each(reached)

    def _through(self, value: Any, attributes: Sequence[str]) -> Any:
        """What stands at the end of the attributes that are asked of a module that is no library."""
        for name in attributes:
            if not isinstance(value, types.ModuleType) or not self._follows(_named(value.__name__)):
                break
            (value,) = self._looked(functools.partial(_attribute, name), value)
        return value


def _items(mapping: Mapping[Any, Any]) -> Sequence[Any]:
    return (*mapping.keys(), *mapping.values())


def _of_made_function(function: types.FunctionType) -> list[Any]:
    """The code of a function, its defaults and the cells of its closure: all that differs in a function of a library."""
    cells = [cell.cell_contents if cell != _EMPTY else _ABSENT for cell in function.__closure__ or ()]
    return [function.__code__, function.__defaults__, function.__kwdefaults__, *cells]


def _attribute(name: str, module: types.ModuleType) -> Sequence[Any]:
    return (getattr(module, name, _ABSENT),)


def _slots(cls: type) -> Sequence[str]:
    slots = vars(cls).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return [name for name in names if name not in ("__dict__", "__weakref__")]


@functools.lru_cache(maxsize=4096)
def _paths(code: types.CodeType) -> tuple[tuple[str, ...], ...]:
    """The globals that a piece of code looks up, each with the attributes asked of it at once; functions within too."""
    found: dict[tuple[str, ...], None] = {}
    path: list[str] = []
    for step in dis.get_instructions(code):
        if step.opname == "EXTENDED_ARG":
            continue
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and path:
            path.append(step.argval)
            continue
        if path:
            found[tuple(path)] = None
        path = [step.argval] if step.opname in LOADS else []
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return tuple(dict.fromkeys([*found, *(each for one in inner for each in _paths(one))]))


def _digest(array: Any) -> bytes:
    contiguous = np.ascontiguousarray(array)
    if array.nbytes <= SMALL:
        return contiguous.tobytes()
    return hashlib.blake2b(contiguous.reshape(-1).view(np.uint8).data, digest_size=16).digest()


def package_of(thing: Any) -> str:
    """The package that a function, class or object is from."""
    if isinstance(thing, functools.partial):
        return package_of(thing.func)
    named = thing if isinstance(thing, type | types.FunctionType | types.MethodType) else type(thing)
    return _named(str(getattr(named, "__module__", "")))


def _named(module: str) -> str:
    return module.partition(".")[0]


@functools.cache
def _is_library(package: str) -> bool:
    """Whether a package is Python's, or lies where libraries are installed."""
    place = str(getattr(sys.modules.get(package), "__file__", None) or "")
    installed = {"site-packages", "dist-packages"} & set(place.replace("\\", "/").split("/"))
    return package in LIBRARIES or package in sys.stdlib_module_names or bool(installed)


def outline(structure: Any) -> Hashable:
    """The structure of a tree as a key that holds nothing of what the tree held: what is a user's own by what it reads."""
    data = structure.node_data()
    if data is None:
        return structure.num_leaves
    kind, fixed = data
    return (kind, _key(fixed), *map(outline, structure.children()))


def _key(fixed: Any) -> Hashable:
    if isinstance(fixed, Portrait):
        return fixed.reads
    if isinstance(fixed, tuple | list):
        return tuple(map(_key, fixed))
    return outline(fixed) if isinstance(fixed, jax.tree_util.PyTreeDef) else fixed
