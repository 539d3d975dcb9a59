"""Layers as dictionaries for JSON, under Keras's names of these functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fallline._custom_objects import custom_object_scope
from fallline._registry import from_config, to_config
from fallline.errors import SavedFileError
from fallline.layers.layer import Layer, layers


def serialize(layer: Any) -> Any:
    """A layer as a dictionary for JSON, from which `deserialize` makes an equal one.

    Raises:
        UsageError: it holds a function without a name.

    Source: Keras 3.
    """
    return to_config(layer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Layer:
    """The layer that `serialize` described, Keras's own included.

    Args:
        config: The dictionary, or a name.
        custom_objects: What the names of your own functions and classes stand for.

    Raises:
        SavedFileError: the dictionary names something that is not there.

    Source: Keras 3.
    """
    with custom_object_scope(custom_objects):
        described = from_config(config) if isinstance(config, dict) else layers.get(config)
    if not isinstance(described, Layer):
        raise SavedFileError(f"layer: the configuration describes a {type(described).__name__}.")
    return described
