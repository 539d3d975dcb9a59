"""The names that Keras's users look for under `saving`."""

from __future__ import annotations

from fallline._custom_objects import custom_object_scope, get_custom_objects, register_keras_serializable
from fallline.models import load_model, save_model

__all__ = [
    "custom_object_scope",
    "get_custom_objects",
    "load_model",
    "register_keras_serializable",
    "save_model",
]
