"""Argument names of classes: those of older Keras work, with a warning; unknown ones are told, with the near name."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from fallline._tree import nearest_tree
from fallline.errors import UsageError, suggestion
from fallline.own.classes import Derivable


class Modernised(Derivable):
    """A class whose arguments may go by their names in older Keras.

    Attributes:
        renamed: Argument names of older Keras -> the name of today. They work, with a warning that shows the
            new line.
    """

    renamed: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments with the names of today; a class that drops an argument translates it here."""
        return {cls.renamed.get(name, name): value for name, value in arguments.items()}


Class = TypeVar("Class", bound=type[Modernised])


def check_names(cls: Class) -> Class:
    """Makes a class take the argument names of older Keras and say which names it knows."""
    original = cls.__init__
    signature = inspect.signature(original)
    known = [name for name in signature.parameters if name != "self"]

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        # A class derived from it and not declared with `tree` comes here by `super().__init__`.
        # One without an `__init__` of its own is called as the class is.
        derived = type(self)
        plain = nearest_tree(derived) is None and "__init__" not in _own_names(derived, cls)
        own = derived is cls or nearest_tree(derived) is cls or plain
        if not kwargs.keys() <= set(known) and own and len(args) <= len(known):
            given = dict(zip(known, args, strict=False)) | kwargs
            if twice := [old for old, now in cls.renamed.items() if old in given and now in given]:
                now = cls.renamed[twice[0]]
                raise UsageError(
                    f'{cls.__name__}: "{twice[0]}" is the older name of "{now}"; give {now} alone.'
                )
            args, kwargs = (), cls.modernised(dict(given))
            if unknown := [name for name in kwargs if name not in known]:
                raise UsageError(
                    f'{cls.__name__}: no argument "{unknown[0]}". {suggestion(unknown[0], known)}'
                )
            _warn(cls, given, kwargs)
        if own:
            try:
                signature.bind(self, *args, **kwargs)
            except TypeError as error:
                raise UsageError(f"{cls.__name__}: {error}. It takes {', '.join(known)}.") from None
        original(self, *args, **kwargs)

    cls.__init__ = init  # type: ignore[method-assign]
    return cls


def _own_names(cls: type, base: type) -> set[str]:
    """What a class has that its base has not given it."""
    return {name for each in cls.__mro__[: cls.__mro__.index(base)] for name in vars(each)}


def _warn(cls: type, given: dict[str, Any], now: dict[str, Any]) -> None:
    def line(arguments: dict[str, Any]) -> str:
        return f"{cls.__name__}({', '.join(f'{name}={value!r:.130}' for name, value in arguments.items())})"

    # FutureWarning, as Python hides a DeprecationWarning from the people who call.
    warnings.warn(f"{line(given)} is an older spelling; write {line(now)}.", FutureWarning, stacklevel=3)
