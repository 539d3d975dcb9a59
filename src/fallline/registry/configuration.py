"""Configurations: what JSON carries of an object, and the object that it describes.

What is a user's own is written by its name, see `custom_objects`.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from fallline.errors import SavedFileError, UsageError, nearest, suggestion
from fallline.own.arguments import parameters
from fallline.own.classes import Derivable
from fallline.registry import custom_objects
from fallline.registry.custom_objects import Configured
from fallline.registry.tables import TABLES


def to_config(value: Any) -> Any:
    """A JSON value that `from_config` turns back into an equal object.

    Raises:
        UsageError: the object holds something that JSON cannot carry, such as a function without a name.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        described = value.get_config() if isinstance(value, Configured) else arguments_of(value)
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
    table = TABLES.get(module)
    cls = None if table is None else table.find(name)
    if cls is None:
        near = _nearest_class(module, name)
        raise SavedFileError(
            f"this version of fallline has no {f'{module}.{name}'.lstrip('.')}; the file is from another version. {near}"
        )
    try:
        return cls.from_config(value.get("config", {}))
    except (TypeError, UsageError) as error:
        raise SavedFileError(f"{module}.{name} does not take the saved settings: {error}.") from error


def _nearest_class(module: str, name: str) -> str:
    """The class that may be meant, as a suggestion."""
    if module in TABLES:
        return suggestion(name, TABLES[module].classes())
    if module:
        return suggestion(module, TABLES)
    everywhere = {each: f"{place}.{each}" for place, table in TABLES.items() for each in table.classes()}
    return f'Did you mean "{everywhere[name]}"?' if name in everywhere else nearest(name, everywhere).strip()


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
        is_noun = isinstance(thing, type) and issubclass(thing, Derivable)
        return (
            thing.from_config(config)
            if is_noun
            else thing(**{name: from_config(item) for name, item in config.items()})
        )
    except (TypeError, UsageError) as error:
        raise SavedFileError(f"{value['custom']} does not take the saved settings: {error}.") from error


def arguments_of(node: Any) -> dict[str, Any]:
    """The fields that a dataclass is made with."""
    return {field.name: getattr(node, field.name) for field in dataclasses.fields(node) if field.init}


def _saved_name(cls: type) -> dict[str, str]:
    """How a configuration names a class: by table and name, or as the user's own."""
    cls = vars(cls).get(
        "stands_for", cls
    )  # one of this package that is made of another, whose name it has in files
    for module, table in TABLES.items():
        if table.find(cls.__name__) is cls:
            return {"class_name": f"{module}.{cls.__name__}"}
    if cls.__module__.partition(".")[0] == __package__.partition(".")[0]:
        raise UsageError(
            f"cannot save {cls.__name__}: it has no form in a file. Save the weights alone (save_weights)."
        )
    return {"custom": custom_objects.name_of(cls)}
