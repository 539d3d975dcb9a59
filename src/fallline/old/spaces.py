"""Name spaces of other years: what is not there says what to use instead, and what is out of scope says so when called."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import CodeType
from typing import Any, NoReturn

from fallline.errors import ABSENT, UsageError, suggestion

_ROOM = "fallline.old."


class OutOfScope:
    """What Fallline leaves to other libraries: it may be imported among others, and says so when it is called.

    Attributes:
        reason: Why, and what to do instead.
    """

    reason = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise UsageError(f"{type(self).__module__}.{type(self).__name__}: {type(self).reason}")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)


def out_of_scope(module: str, name: str, reason: str) -> type[OutOfScope]:
    """A class that says why it is not there when it is called."""
    return type(name, (OutOfScope,), {"reason": reason, "__module__": shown(module), "__doc__": reason})


def shown(module: str) -> str:
    """The name of a module of this room as a program says it: `keras.layers`."""
    return module.removeprefix(_ROOM)


def names_of(
    module: str,
    *,
    modules: Iterable[str] = (),
    outside: Mapping[str, str] | None = None,
    absent: Mapping[str, str] | None = None,
    computed: Mapping[str, Callable[[], Any]] | None = None,
) -> Callable[[str], Any]:
    """The `__getattr__` of a name space: asked only for what does not stand in the module itself.

    Args:
        module: `__name__` of the module.
        modules: The modules within it, which are loaded when they are first asked for.
        outside: Names that are out of scope -> why; they may be imported, and raise when they are called.
        absent: Other names that are not there -> what to use instead; by default what `errors.ABSENT` says.
        computed: Names -> what gives their value of the moment.
    """
    modules, outside, absent = frozenset(modules), outside or {}, ABSENT | dict(absent or {})
    computed = computed or {}

    def find(name: str) -> Any:
        own = sys.modules[module]
        if name in computed:
            return computed[name]()
        if name in modules:
            found: Any = import_module(f"{module}.{name}")
        elif name in outside:
            found = out_of_scope(module, name, outside[name])
        else:
            caller = sys._getframe(1)
            imported = _imports_a_name(caller.f_code, caller.f_lasti)
            _refuse(module, name, {*dir(own), *modules, *outside, *computed}, absent, imported)
        setattr(own, name, found)
        return found

    return find


def _refuse(
    module: str, name: str, known: Iterable[str], absent: Mapping[str, str], imported: bool
) -> NoReturn:
    plain = [each for each in sorted(known) if not each.startswith("_")]
    told = absent.get(name) or suggestion(name, plain)
    text = f'{shown(module)} has no "{name}": {told}'
    if imported:
        raise ImportError(text, name=shown(module))
    raise AttributeError(text, name=name)


def _imports_a_name(code: CodeType, place: int) -> bool:
    """Whether a frame is at `from module import name`, where Python would put its own words in the place of ours."""
    return place >= 0 and dis.opname[code.co_code[place]] == "IMPORT_FROM"


def starred(namespace: Mapping[str, Any]) -> list[str]:
    """The `__all__` of a name space: what `from module import *` gives."""
    return sorted(
        name
        for name, thing in namespace.items()
        if not name.startswith("_") and getattr(thing, "__module__", "") not in ("__future__", __name__)
    )
