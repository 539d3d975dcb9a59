"""From what a user writes to an optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fallline._custom_objects import custom_object_scope
from fallline._registry import to_config
from fallline.optimizers.optax_adapter import GradientTransformation, OptaxOptimizer
from fallline.optimizers.optimizer import Optimizer, optimizers


def get(identifier: Any) -> Optimizer:
    """The optimizer that is meant.

    Args:
        identifier: A name (`"adam"`), an optimizer, a configuration (Keras's too: `{"class_name": "Adam",
            "config": {"learning_rate": 0.01}}`), or an `optax.GradientTransformation`.

    Raises:
        UnknownNameError: no optimizer has this name; the message suggests the nearest.
        UsageError: the thing given is none of these.
        SavedFileError: the configuration does not fit the optimizer it names.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, tuple) and isinstance(identifier, GradientTransformation):
        return OptaxOptimizer(identifier)
    if isinstance(identifier, dict) and "." not in str(identifier.get("class_name", ".")):
        # As Keras writes it: the class has no module before its name, and older versions took any name.
        named = type(optimizers.get(identifier["class_name"])).__name__
        return optimizers.get({**identifier, "class_name": f"{optimizers.module}.{named}"})
    return optimizers.get(identifier)


def serialize(optimizer: Any) -> Any:
    """An optimizer as a dictionary for JSON, from which `deserialize` makes an equal one.

    Raises:
        UsageError: it holds a function without a name.

    Source: Keras 3.
    """
    return to_config(get(optimizer))


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Optimizer:
    """The optimizer that `serialize` described, Keras's own included.

    Args:
        config: The dictionary, or a name.
        custom_objects: What the names of your own functions and classes stand for.

    Raises:
        SavedFileError: the dictionary names something that is not there.

    Source: Keras 3.
    """
    with custom_object_scope(custom_objects):
        return get(config)
