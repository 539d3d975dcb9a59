"""One table of names per noun, and configurations that go to JSON and back.

A `Registry` resolves what a user may write where an object is expected: a name (`"adam"`), an object, a
configuration made by `to_config`, or a plain function where the noun allows one.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np

from fallline.errors import SavedFileError, UnknownNameError, UsageError, suggestion

T = TypeVar("T", bound="Described")


class Described(abc.ABC):  # noqa: B024 - made only through its nouns
    """What a configuration describes: the base of every noun (layer, optimizer, loss, ...).

    Attributes:
        renamed: Argument names of older Keras -> the name of today. They work, with a warning that shows the
            new line.
        writes_repr: Tells `tree` that these classes show themselves: only what differs from the defaults.
    """

    renamed: ClassVar[Mapping[str, str]] = {}
    writes_repr: ClassVar[bool] = True

    def __repr__(self) -> str:
        shown = [
            f"{name}={value!r}"
            for name, value in _arguments(self).items()
            if not _is_default(self, name, value)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal object, as a dictionary for JSON; nested objects likewise.

        Raises:
            UsageError: an argument is a function or object of your own, which JSON cannot carry.
        """
        return {name: to_config(value) for name, value in _arguments(self).items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The object that a `get_config` described, Keras's own included.

        Raises:
            UsageError: an argument is unknown or out of its range.
            SavedFileError: the configuration names a class that this version does not have.
        """
        own = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        arguments = {name: value for name, value in config.items() if name in own or name not in KERAS_ONLY}
        return cls(**{name: from_config(value) for name, value in arguments.items()})

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments with the names of today; a class that drops an argument translates it here."""
        return {cls.renamed.get(name, name): value for name, value in arguments.items()}


KERAS_ONLY = frozenset(
    [
        "dtype",
        "trainable",
        "sparse",
        "ragged",
        "optional",
        "batch_input_shape",
        "data_format",
        "synchronized",
        "quantization_config",
        "lora_rank",
        "lora_alpha",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
        "rms_scaling",
    ]
)
"""Entries of Keras's configurations that have no counterpart in some classes here."""


def _arguments(node: Any) -> dict[str, Any]:
    return {field.name: getattr(node, field.name) for field in dataclasses.fields(node) if field.init}


def _is_default(node: Any, name: str, value: Any) -> bool:
    default = next(field.default for field in dataclasses.fields(node) if field.name == name)
    if isinstance(value, Described):
        # A name that stands as the default, such as "glorot_uniform", has become the object that it names.
        return isinstance(default, str) and f"{_plain(default)}()" == _plain(repr(value))
    return type(value) in (type(default), int, float) and bool(value == default)


def _checking_names(cls: type) -> None:
    """Makes a class take the argument names of older Keras and say which names it knows."""
    original = cls.__init__  # type: ignore[misc]
    known = [name for name in inspect.signature(original).parameters if name != "self"]

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if not kwargs.keys() <= set(known) and type(self) is cls:
            given = dict(zip(known, args, strict=False)) | kwargs
            args, kwargs = (), cls.modernised(dict(given))
            if unknown := [name for name in kwargs if name not in known]:
                raise UsageError(
                    f'{cls.__name__}: no argument "{unknown[0]}". {suggestion(unknown[0], known)}'
                )
            _warn_of_old_names(cls, given, kwargs)
        original(self, *args, **kwargs)

    cls.__init__ = init  # type: ignore[misc]


def _warn_of_old_names(cls: type, given: dict[str, Any], now: dict[str, Any]) -> None:
    def line(arguments: dict[str, Any]) -> str:
        return f"{cls.__name__}({', '.join(f'{name}={value!r:.130}' for name, value in arguments.items())})"

    # FutureWarning, as Python hides a DeprecationWarning from the people who call.
    warnings.warn(f"{line(given)} is an older spelling; write {line(now)}.", FutureWarning, stacklevel=3)


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
            _checking_names(cls)
            self._classes[cls.__name__] = cls
            for name in (cls.__name__, *names):
                self._makers[name] = cls
            return cls

        return add

    def names(self) -> list[str]:
        """Every name that resolves, sorted."""
        return sorted(self._makers)

    def _plain_makers(self) -> dict[str, Callable[[], T]]:
        return {_plain(name): maker for name, maker in self._makers.items()}

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
            maker = self._makers.get(identifier) or self._plain_makers().get(_plain(identifier))
            if maker is not None:
                return maker()
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
        return {
            "class_name": f"{_table_of(type(value)).module}.{type(value).__name__}",
            "config": {name: to_config(item) for name, item in _arguments(value).items()},
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
    if not module and str(value.get("module", "")).startswith("keras."):
        module = str(value["module"]).rpartition(".")[2]
    table = Registry.tables.get(module)
    if table is None or name not in table.classes():
        raise SavedFileError(
            f"this version of fallline has no {module}.{name}; the file is from another version."
        )
    try:
        return table.classes()[name].from_config(value.get("config", {}))
    except (TypeError, UsageError) as error:
        raise SavedFileError(f"{module}.{name} does not take the saved settings: {error}.") from error


def _plain(name: str) -> str:
    """A name without case and underscores: "HeNormal" and "he_normal" are one."""
    return name.replace("_", "").casefold()


def _table_of(cls: type) -> Registry[Any]:
    for table in Registry.tables.values():
        if table.classes().get(cls.__name__) is cls:
            return table
    raise UsageError(
        f"cannot save {cls.__name__}: it is a function or object of your own, which a file cannot name. "
        "Save the weights alone (get_weights), or use a named object."
    )
