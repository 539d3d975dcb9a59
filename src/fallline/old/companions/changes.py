"""Changes of libraries that can be taken back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from fallline.errors import PACKAGE
from fallline.old.notices import say_once
from fallline.old.whose import INSTALLED

_NOTHING = object()


class Changes:
    """What was changed, and how it was before."""

    def __init__(self) -> None:
        self._before: list[Callable[[], None]] = []

    def after(self, action: Callable[[], None]) -> None:
        """Done when the changes are taken back."""
        self._before.append(action)

    def put(self, thing: Any, name: str, value: Any) -> None:
        """Sets an attribute of a module or a class."""
        before = vars(thing).get(name, _NOTHING)
        self._before.append(lambda: _put_back(thing, name, before))
        setattr(thing, name, value)

    def add(self, thing: Any, name: str, value: Any, now: str) -> None:
        """Sets one that is not there any more; what is there stays. The first call says the later word.

        Args:
            thing: A module or a class.
            name: The old name.
            value: A function.
            now: What stands in its place today.
        """
        if not hasattr(thing, name):
            self.put(thing, name, told(value, f"{thing.__name__}.{name}", now))

    def names(self, module: Any, values: Mapping[str, tuple[Callable[[], Any], str]]) -> None:
        """Answers a program for names that a module does not have any more; libraries see it as it is.

        Args:
            module: The module.
            values: Old name -> what gives its value, and what stands in its place today.
        """
        behind = vars(module).get("__getattr__")

        def find(name: str) -> Any:
            if name in values and not asked_by_a_library(sys._getframe(1)):
                value, now = values[name]
                say_once(f"{module.__name__}.{name} is gone; now: {now}.")
                return value()
            if behind is not None:
                return behind(name)
            raise AttributeError(
                f"module '{module.__name__}' has no attribute '{name}'", name=name, obj=module
            )

        self.put(module, "__getattr__", find)

    def take_back(self) -> None:
        """All as it was, the last change first."""
        while self._before:
            self._before.pop()()


def asked_by_a_library(frame: FrameType | None) -> bool:
    """Whether what asks, past the import system, is a library rather than a program."""
    while frame is not None and _imports(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename.startswith(PACKAGE):  # the room's own stand-ins
        return False
    return frame.f_code.co_filename.startswith(INSTALLED)


def _imports(filename: str) -> bool:
    return filename.startswith("<frozen importlib") or filename.endswith("importlib/__init__.py")


def _put_back(thing: Any, name: str, before: Any) -> None:
    if before is _NOTHING:
        delattr(thing, name)
    else:
        setattr(thing, name, before)


def told(function: Callable[..., Any], name: str, now: str) -> Callable[..., Any]:
    """The function, which says once that its name is gone."""

    def call(*positional: Any, **named: Any) -> Any:
        say_once(f"{name} is gone; now: {now}.")
        return function(*positional, **named)

    return call
