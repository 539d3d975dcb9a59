"""One table of names per noun, and configurations that go to JSON and back.

A `Registry` resolves what a user may write where an object is expected: a name (`"adam"`), an object, a
configuration made by `to_config`, or a plain function where the noun allows one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar, cast

import numpy as np

from fallline.errors import SavedFileError, UnknownNameError, UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """The names of one noun (say "optimizer"), kept where the noun is defined.

    Args:
        noun: The word used in messages, e.g. `optimizer`.
        module: The public module of the noun, e.g. `optimizers`; the first half of a class's saved name.
        wrap: What to do with a plain function; None where the noun takes none.
    """

    tables: ClassVar[dict[str, Registry[Any]]] = {}

    def __init__(self, noun: str, module: str, wrap: Callable[[Callable[..., Any]], T] | None = None) -> None:
        self.noun = noun
        self.module = module
        self._wrap = wrap
        self._makers: dict[str, Callable[[], T]] = {}
        self._classes: dict[str, type[T]] = {}
        Registry.tables[module] = self

    def register(self, *names: str) -> Callable[[type[T]], type[T]]:
        """Class decorator: the class's own name and `names` (with default arguments) resolve to it."""

        def add(cls: type[T]) -> type[T]:
            self._classes[cls.__name__] = cls
            for name in (cls.__name__, *names):
                self._makers[name] = cls
            return cls

        return add

    def names(self) -> list[str]:
        """Every name that resolves, sorted."""
        return sorted(self._makers)

    def classes(self) -> dict[str, type[T]]:
        """Every registered class under its own name."""
        return dict(self._classes)

    def get(self, identifier: Any) -> T:
        """Resolves a name, an object, a configuration, or a function.

        Raises:
            UnknownNameError: no such name; the message suggests the nearest.
            UsageError: the thing given is none of these.
        """
        if isinstance(identifier, str):
            if identifier in self._makers:
                return self._makers[identifier]()
            raise UnknownNameError(self.noun, identifier, self.names())
        if isinstance(identifier, tuple(self._classes.values())):
            return cast("T", identifier)
        if isinstance(identifier, dict) and "class_name" in identifier:
            described: T = from_config(identifier)
            if not isinstance(described, tuple(self._classes.values())):
                raise UsageError(f"{self.noun}: the configuration describes a {type(described).__name__}.")
            return described
        if isinstance(identifier, type) and identifier in self._classes.values():
            raise UsageError(
                f"{self.noun}: got the class {identifier.__name__}; write {identifier.__name__}() to make one."
            )
        if callable(identifier) and self._wrap is not None:
            return self._wrap(identifier)
        accepted = "a name, an object" + (" or a function" if self._wrap else "")
        raise UsageError(
            f"{self.noun}: expected {accepted}, got {type(identifier).__name__} {identifier!r:.60}."
        )


def to_config(value: Any) -> Any:
    """A JSON value that `from_config` turns back into an equal object.

    Raises:
        UsageError: the object holds something that JSON cannot carry, such as a function of the user's own.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        return {
            "class_name": f"{_table_of(type(value)).module}.{type(value).__name__}",
            "config": {name: to_config(item) for name, item in fields.items()},
        }
    if isinstance(value, tuple | list):
        return [to_config(item) for item in value]
    if isinstance(value, dict):
        return {str(name): to_config(item) for name, item in value.items()}
    array = np.asarray(value)
    if array.dtype == object:
        raise UsageError(
            f"cannot save {value!r:.80}: it is a function or object of your own. "
            "Save the weights alone (get_weights), or use the named object."
        )
    return array.tolist()


def from_config(value: Any) -> Any:
    """The object that `to_config` described.

    Raises:
        SavedFileError: the configuration names a class that this version does not have.
    """
    if isinstance(value, list):
        return tuple(from_config(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "class_name" not in value:
        return {name: from_config(item) for name, item in value.items()}
    module, _, name = str(value["class_name"]).rpartition(".")
    table = Registry.tables.get(module)
    if table is None or name not in table.classes():
        raise SavedFileError(
            f"this version of fallline has no {module}.{name}; the file is from another version."
        )
    fields = {key: from_config(item) for key, item in value.get("config", {}).items()}
    try:
        return table.classes()[name](**fields)
    except TypeError as error:
        raise SavedFileError(f"{module}.{name} does not take the saved settings: {error}.") from error


def _table_of(cls: type) -> Registry[Any]:
    for table in Registry.tables.values():
        if table.classes().get(cls.__name__) is cls:
            return table
    raise UsageError(
        f"cannot save {cls.__name__}: it is a function or object of your own, which a file cannot name. "
        "Save the weights alone (get_weights), or use a named object."
    )
