"""Changes of libraries that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fallline.old.notices import say_once

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
        """Answers for names that a module does not have any more.

        Args:
            module: The module.
            values: Old name -> what gives its value, and what stands in its place today.
        """
        behind = vars(module).get("__getattr__")

        def find(name: str) -> Any:
            if name in values:
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
