"""Functions and classes of a user's own under names, so that a file can name them without holding code.

A file never holds code, only the name of what it needs; whoever reads it says what the name stands for:
`load_model(path, custom_objects={"my_loss": my_loss})`, or once for the program with
`@fl.utils.register_keras_serializable()`.
"""

from __future__ import annotations

import contextlib
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar, runtime_checkable

from fallline.errors import SavedFileError, UsageError

T = TypeVar("T")

_registered: dict[str, Any] = {}
_SCOPE: ContextVar[Mapping[str, Any] | None] = ContextVar("names within a scope", default=None)
"""Of this thread alone: what another one says its names stand for is nothing to it."""


def _known() -> Mapping[str, Any]:
    return _SCOPE.get() or _registered


@runtime_checkable
class Configured(Protocol):
    """An object that says what it was made with, as Keras's programs write it."""

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal object."""


def get_custom_objects() -> dict[str, Any]:
    """The table of names itself: what is put into it is known until it is taken out. What a scope says is not in it.

    Source: Keras 3.
    """
    return _registered


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """A decorator that makes a class or function known to files by the name `package>name`, as in Keras.

        @fl.utils.register_keras_serializable("my_package")
        def half_squared(y_true, y_pred):
            return (y_true - y_pred) ** 2 / 2

    Args:
        package: The first half of the name; keeps two packages apart.
        name: The second half; None: the name in the code.

    Raises:
        UsageError: what is decorated has no name.

    Source: Keras 3.
    """

    def register(thing: T) -> T:
        _registered[f"{package}>{name or _name_in_code(thing)}"] = thing
        return thing

    return register


@contextlib.contextmanager
def custom_object_scope(objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Within it the names stand for these classes and functions, also where a name is given: `Dense(activation=...)`.

    It holds for the thread that enters it. What is registered meanwhile stays registered.

    Args:
        objects: name -> class or function; None for none.

    Raises:
        UsageError: objects is no mapping.

    Source: Keras 3.
    """
    if objects is not None and not isinstance(objects, Mapping):
        raise UsageError(
            f'custom_objects must be a dictionary such as {{"my_loss": my_loss}}, got {type(objects).__name__}.'
        )
    token = _SCOPE.set(ChainMap(dict(objects or {}), _known()))  # type: ignore[arg-type]
    try:
        yield
    finally:
        _SCOPE.reset(token)


def name_of(thing: Any) -> str:
    """The name by which files know a class or function: the registered one, else that in the code.

    Raises:
        UsageError: it has none, as a lambda.
    """
    registered = [name for name, known in _known().items() if known is thing]
    return registered[0] if registered else _name_in_code(thing)


def known_as(name: str) -> Any:
    """What a name stands for, or None; `package>name` is also known as `name`."""
    known = _known()
    return known.get(name, known.get(name.rpartition(">")[2]))


def require(name: Any) -> Any:
    """What a name in a file stands for.

    Raises:
        SavedFileError: nobody said so.
    """
    thing = known_as(str(name))
    if thing is None:
        plain = str(name).rpartition(">")[2]
        raise SavedFileError(
            f'"{plain}" is a function or class of your own, which a file only names. Say what it stands for: '
            f'custom_objects={{"{plain}": {plain}}}, or decorate it with fl.utils.register_keras_serializable()'
        )
    return thing


def _name_in_code(thing: Any) -> str:
    name = getattr(thing, "__name__", None)
    if not isinstance(name, str) or not name.isidentifier():
        raise UsageError(
            f"cannot save {thing!r:.80}: it is a function or object of your own without a name, and a file holds no "
            "code. Define it with def or class, or save the weights alone (save_weights)."
        )
    return name
