"""The names that Keras's users look for under `saving`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fallline.errors import missing
from fallline.models import Model, load_model, save_model
from fallline.registry.configuration import from_config, to_config
from fallline.registry.custom_objects import (
    custom_object_scope,
    get_custom_objects,
    register_keras_serializable,
)

__all__ = [
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "load_model",
    "register_keras_serializable",
    "save_model",
    "serialize_keras_object",
]


def serialize_keras_object(obj: Any) -> Any:
    """A value for JSON, from which `deserialize_keras_object` makes an equal object: for a `get_config` of one's own.

        def get_config(self):
            return {**super().get_config(), "inner": fl.saving.serialize_keras_object(self.inner)}

    Args:
        obj: A layer, a model (without its arrays), a loss, an optimizer, ..., a function with a name, a number, a text, or
            lists and dictionaries of them.

    Raises:
        UsageError: it holds a function without a name, or an object of which nobody says what it was made with.

    Source: Keras 3 for names and arguments.
    """
    if isinstance(obj, Model):
        return obj.get_config()
    if isinstance(obj, list | tuple):
        return [serialize_keras_object(item) for item in obj]
    if isinstance(obj, dict):
        return {str(name): serialize_keras_object(item) for name, item in obj.items()}
    return to_config(obj)


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """The object that `serialize_keras_object` described, Keras's own layers and so on included.

    Args:
        config: What it gave.
        custom_objects: What the names of your own functions and classes stand for, `{"my_loss": my_loss}`.
        safe_mode: Kept for Keras's argument order: a description holds no code.

    Raises:
        SavedFileError: it names something that is not there, or of which nobody said what it stands for.

    Source: Keras 3 for names and arguments.
    """
    del safe_mode
    with custom_object_scope(custom_objects):
        return _restored(config)


def _restored(config: Any) -> Any:
    if isinstance(config, list | tuple):
        return [_restored(item) for item in config]
    if not isinstance(config, dict):
        return config
    if "kind" in config and "name" in config:  # a model's
        return Model.from_config(config)
    if "class_name" in config or "custom" in config:
        return from_config(config)
    return {name: _restored(item) for name, item in config.items()}


# Hidden from type checkers, which would else accept any attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        raise missing("fallline.saving", name, __all__)
