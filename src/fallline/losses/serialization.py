"""Losses as dictionaries for JSON, under Keras's names of these functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fallline._custom_objects import custom_object_scope
from fallline._registry import from_config, to_config
from fallline.losses.base import Loss, get


def serialize(loss: Any) -> dict[str, Any]:
    """A loss as a dictionary for JSON, from which `deserialize` makes an equal one.

    Args:
        loss: A loss, its name, or a function `f(y_true, y_pred)` that is defined under a name.

    Raises:
        UsageError: the loss holds a function without a name.

    Source: Keras 3.
    """
    described: dict[str, Any] = to_config(get(loss))
    return described


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Loss:
    """The loss that `serialize` described, Keras's own included; a name is taken too.

    Args:
        config: The dictionary.
        custom_objects: What the names of your own functions and classes stand for.

    Raises:
        SavedFileError: the dictionary names something that is not there.

    Source: Keras 3.
    """
    with custom_object_scope(custom_objects):
        described = from_config(config) if isinstance(config, dict) else config
        return described if isinstance(described, Loss) else get(described)
