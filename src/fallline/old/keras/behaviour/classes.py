"""Classes of the room: each is one of Fallline's, taking the arguments of all years and with what its objects had then."""

from __future__ import annotations

import functools
import inspect
from typing import Any, TypeVar

from fallline._tree import tree
from fallline.errors import UsageError
from fallline.registry.argument_names import check_names

Class = TypeVar("Class")


class OfTheYears:
    """What a class of the room has: today's arguments for those of other years."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names, with the defaults of the program's years."""
        now: dict[str, Any] = cls.modernised(given)  # type: ignore[attr-defined]
        return now


def of_the_room(kind: Any, mixin: type, **namespace: Any) -> Any:
    """The room's class for one of Fallline's; files know both by the same name.

    Args:
        kind: Fallline's class.
        mixin: What its objects have in the room: derived from `OfTheYears`.
        namespace: What else the class has.
    """
    own = {"__module__": mixin.__module__, "__doc__": kind.__doc__, "__qualname__": kind.__name__}
    own |= {"stands_for": kind, "__init__": _made_as(kind)}
    made: Any = tree(type(kind.__name__, (mixin, kind), own | namespace))
    return translated(check_names(made))


def _made_as(kind: Any) -> Any:
    """The `__init__` of Fallline's class, as one of the room's own."""

    @functools.wraps(kind.__init__)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        kind.__init__(self, *args, **kwargs)

    init.__dict__["passes_on"] = False
    return init


def translated(cls: Any) -> Any:
    """Makes a class take the arguments of all years."""
    original = cls.__init__
    names = [name for name in inspect.signature(original).parameters if name != "self"]

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) > len(names):
            original(self, *args, **kwargs)  # says how many it takes
        given = dict(zip(names, args, strict=False))
        if twice := sorted(given.keys() & kwargs.keys()):
            raise UsageError(f"{cls.__name__}: {twice[0]} is given twice.")
        original(self, **cls.of_the_years(given | kwargs))

    cls.__init__ = init
    return cls
