"""One table of names per noun, and configurations that go to JSON and back.

A `Registry` resolves what a user may write where an object is expected: a name (`"adam"`), an object, a
configuration made by `to_config`, or a plain function where the noun allows one. What is a user's own is written
by its name, see `custom_objects`.
"""

from __future__ import annotations

import abc
import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np

from fallline._tree import assign
from fallline.errors import SavedFileError, UnknownNameError, UsageError
from fallline.own.arguments import own_arguments, parameters
from fallline.own.classes import defines
from fallline.registry import custom_objects
from fallline.registry.argument_names import Modernised, check_names
from fallline.registry.custom_objects import Configured, custom_object_scope

T = TypeVar("T", bound="Described")


class Described(Modernised, abc.ABC):
    """What a configuration describes: the base of every noun (layer, optimizer, loss, ...).

    Attributes:
        writes_repr: Tells `tree` that these classes show themselves: only what differs from the defaults.
    """

    writes_repr: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Checks the fields that were declared with a check, such as `_ranges.number`."""
        if not dataclasses.is_dataclass(self):  # a class of the user's own
            return
        for field in dataclasses.fields(self):
            if "check" in field.metadata:
                where = f"{type(self).__name__}: {field.name}"
                assign(self, **{field.name: field.metadata["check"](where, getattr(self, field.name))})

    def __repr__(self) -> str:
        if not dataclasses.is_dataclass(self):  # a class of the user's own
            return object.__repr__(self)
        shown = [
            f"{name}={value!r}"
            for name, value in _arguments(self).items()
            if not _is_default(self, name, value)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal object, as a dictionary for JSON; nested objects likewise.

        Raises:
            UsageError: an argument is a function of your own without a name (a lambda), which JSON cannot carry; or
                a class of your own does not say its arguments.
        """
        if not dataclasses.is_dataclass(self):
            if takes_no_arguments(type(self)):
                return {}
            kind = type(self).__name__
            raise UsageError(
                f"cannot save {kind}: give it a get_config that returns the arguments of {kind}(...)."
            )
        # One written as in Keras without arguments is given what every object of its kind has, see `from_config`.
        own = defines(type(self), "__init__") and not (self.written and takes_no_arguments(type(self)))
        if own and not defines(type(self), "get_config"):
            return own_arguments(self, to_config)
        return {name: to_config(value) for name, value in _arguments(self).items()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The object that a `get_config` described, Keras's own included.

        Raises:
            UsageError: an argument is unknown or out of its range.
            SavedFileError: the configuration names a class that this version does not have.
        """
        if not isinstance(config, Mapping):
            raise UsageError(f"{cls.__name__}: a configuration is a dictionary, got {type(config).__name__}.")
        arguments = dict(config)
        if dataclasses.is_dataclass(cls):  # not every class of the user's own is one
            own = {field.name for field in dataclasses.fields(cls)}
            arguments = {
                name: value for name, value in config.items() if name in own or name not in KERAS_ONLY
            }
        return cls(**{name: from_config(value) for name, value in arguments.items()})


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
        self._holders: dict[str, type[T]] = {}
        Registry.tables[module] = self

    def register(self, *names: str) -> Callable[[type[T]], type[T]]:
        """Class decorator: the class's own name and `names` (with default arguments) resolve to it."""

        def add(cls: type[T]) -> type[T]:
            held = self._classes.get(cls.__name__)
            # A notebook's cell that is run again defines its class anew.
            if held is not None and (held.__module__, held.__qualname__) != (
                cls.__module__,
                cls.__qualname__,
            ):
                raise UsageError(
                    f"{self.noun}: there is a {cls.__name__} already, by which files know another class. Give yours "
                    "another name."
                )
            check_names(cls)
            self._classes[cls.__name__] = cls
            for name in (cls.__name__, *names):
                self._makers[name] = cls
            return cls

        return add

    def holds_functions(self, cls: type[T]) -> type[T]:
        """Class decorator for the class that wraps functions of the user's own: no name resolves to it."""
        self._holders[cls.__name__] = cls
        return cls

    def find(self, name: str) -> type[T] | None:
        """The class of a saved name, or None."""
        return self._classes.get(name) or self._holders.get(name)

    def placed(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """A configuration whose class has its module before its name.

        Keras has it beside, and older versions of Keras took any name.
        """
        name = config.get("class_name")
        if not isinstance(name, str) or "." in name or "module" in config:
            return dict(config)
        return {**config, "class_name": f"{self.module}.{type(self.get(name)).__name__}"}

    def serializers(
        self, kind: type[T], get: Callable[[Any], Any]
    ) -> tuple[Callable[[Any], Any], Callable[..., Any]]:
        """Keras's `serialize` and `deserialize` of a noun.

        Args:
            kind: What every object of the noun is.
            get: The noun's way from a name, an object or a function to an object.
        """

        def serialize(thing: Any) -> Any:
            """A dictionary for JSON, from which `deserialize` makes an equal object.

            Args:
                thing: An object, its name, or a function that is defined under a name.

            Raises:
                UsageError: it holds a function without a name.

            Source: Keras 3.
            """
            return to_config(thing if isinstance(thing, kind) else get(thing))

        def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
            """The object that `serialize` described, Keras's own included; a name is taken too.

            Args:
                config: The dictionary, or a name.
                custom_objects: What the names of your own functions and classes stand for.

            Raises:
                SavedFileError: the dictionary names something that is not there.

            Source: Keras 3.
            """
            with custom_object_scope(custom_objects):
                described = from_config(self.placed(config)) if isinstance(config, dict) else config
                if isinstance(described, Described) and not isinstance(described, kind):
                    raise SavedFileError(
                        f"{self.noun}: the configuration describes a {type(described).__name__}."
                    )
                return described if isinstance(described, kind) else get(described)

        return serialize, deserialize

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
            own = custom_objects.known_as(identifier)
            if own is not None:
                return self.get(own() if isinstance(own, type) else own)
            maker = self._makers.get(identifier) or self._plain_makers().get(_plain(identifier))
            if maker is not None:
                return maker()
            raise UnknownNameError(self.noun, identifier, self.names())
        kinds = (*self._classes.values(), *self._holders.values())
        if isinstance(identifier, kinds) and not (identifier.written and self._wrap):
            return identifier
        if isinstance(identifier, dict) and "custom" in identifier:
            return self.get(from_config(identifier))
        if isinstance(identifier, dict) and "class_name" in identifier:
            described: T = from_config(self.placed(identifier))
            if not isinstance(described, kinds):
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
        UsageError: the object holds something that JSON cannot carry, such as a function without a name.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        described = value.get_config() if isinstance(value, Described) else _arguments(value)
        named = _saved_name(type(value))
        if "custom" in named:
            _require_arguments(type(value), described)
        return named | {"config": to_config(described)}
    if isinstance(value, tuple | list):
        return [to_config(item) for item in value]
    if isinstance(value, dict):
        return {str(name): to_config(item) for name, item in value.items()}
    if isinstance(value, functools.partial) and not value.args:
        return to_config(value.func) | {"arguments": to_config(value.keywords)}
    if isinstance(value, type) or inspect.isroutine(value):
        return {"custom": custom_objects.name_of(value)}
    if isinstance(value, Configured):  # written as Keras's programs write their own
        return {"custom": custom_objects.name_of(type(value)), "config": to_config(value.get_config())}
    array = np.asarray(value)
    if array.dtype == object and callable(value) and takes_no_arguments(type(value)):
        return {"custom": custom_objects.name_of(type(value)), "config": {}}
    if array.dtype == object:
        raise UsageError(
            f"cannot save {value!r:.80}: it is a function or object of your own. Give its class a get_config, or "
            "save the weights alone (save_weights)."
        )
    return array.tolist()


def from_config(value: Any) -> Any:
    """The object that `to_config` described.

    Raises:
        SavedFileError: the configuration names a class that this version does not have, or something of the
            user's own of which nobody said what it stands for.
    """
    if isinstance(value, list):
        return tuple(from_config(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "custom" in value:
        return _own_from_config(value)
    if "class_name" not in value:
        return {name: from_config(item) for name, item in value.items()}
    module, _, name = str(value["class_name"]).rpartition(".")
    if not module and str(value.get("module", "")).startswith("keras."):
        module = str(value["module"]).rpartition(".")[2]
    table = Registry.tables.get(module)
    cls = None if table is None else table.find(name)
    if cls is None:
        raise SavedFileError(
            f"this version of fallline has no {module}.{name}; the file is from another version."
        )
    try:
        return cls.from_config(value.get("config", {}))
    except (TypeError, UsageError) as error:
        raise SavedFileError(f"{module}.{name} does not take the saved settings: {error}.") from error


def _require_arguments(cls: type, config: Mapping[str, Any]) -> None:
    """Refuses a configuration of a user's own class that does not hold what its `__init__` asks for.

    Raises:
        UsageError: names the first argument that is missing.
    """
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = [item.name for item in parameters(cls) if item.kind in kinds and item.default is item.empty]
    if missing := [name for name in needed if name not in config]:
        raise UsageError(
            f'cannot save {cls.__name__}: its configuration lacks the argument "{missing[0]}". Write get_config(self), which '
            f'returns {{**super().get_config(), "{missing[0]}": self.{missing[0]}}}.'
        )


def takes_no_arguments(cls: type) -> bool:
    """Whether a class is made by `cls()` alone, so that there is nothing to say of how an object was made."""
    return cls.__init__ is object.__init__ or not parameters(cls)  # type: ignore[misc]


def _own_from_config(value: dict[str, Any]) -> Any:
    """A function or object of the user's own, by its name."""
    thing = custom_objects.require(value["custom"])
    if "config" not in value:
        arguments = value.get("arguments")
        return thing if arguments is None else functools.partial(thing, **from_config(arguments))
    config = value["config"]
    try:
        if isinstance(thing, type) and issubclass(thing, Described):
            return thing.from_config(config)
        return thing(**{name: from_config(item) for name, item in config.items()})
    except (TypeError, UsageError) as error:
        raise SavedFileError(f"{value['custom']} does not take the saved settings: {error}.") from error


def snake_case(name: str) -> str:
    """A class's name as objects are named after it: `BatchNormalization` gives `batch_normalization`.

    Source: Keras 3, whose rule makes `p_re_lu` of `PReLU`.
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).casefold()


def _plain(name: str) -> str:
    """A name without case and underscores: "HeNormal" and "he_normal" are one."""
    return name.replace("_", "").casefold()


def _saved_name(cls: type) -> dict[str, str]:
    """How a configuration names a class: by table and name, or as the user's own."""
    for module, table in Registry.tables.items():
        if table.find(cls.__name__) is cls:
            return {"class_name": f"{module}.{cls.__name__}"}
    if cls.__module__.partition(".")[0] == __package__.partition(".")[0]:
        raise UsageError(
            f"cannot save {cls.__name__}: it has no form in a file. Save the weights alone (save_weights)."
        )
    return {"custom": custom_objects.name_of(cls)}
