"""What losses and metrics are made with and no number is: truth values, axes, classes, names, number types."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias

from fallline._ranges import axes, truth, whole
from fallline._tree import assign, is_static
from fallline.errors import UsageError
from fallline.own.classes import place_of

DType: TypeAlias = str | None
"""The type in which a loss or metric computes, in Keras's place: None, or "float32", which says the same."""


def check_arguments(node: Any) -> None:
    """Checks the static arguments of a loss or metric by what they are declared as.

    A field `bool` is a truth value, `axis: int` and `ignore_class` are whole numbers, `name` is a text, where None
    means the default, and `dtype` is None or "float32".

    Args:
        node: The object, inside its `__post_init__`.

    Raises:
        UsageError: names the class, the argument, what came and what was expected.
    """
    if not dataclasses.is_dataclass(node):  # a class of the user's own
        return
    for field in dataclasses.fields(node):
        if not field.init or not is_static(field):
            continue
        where, value = f"{type(node).__name__}: {field.name}", getattr(node, field.name)
        if field.type == "bool":
            assign(node, **{field.name: truth(where, value)})
        elif field.name == "axis" and (field.type == "int" or value is not None):
            assign(node, axis=(whole if field.type == "int" else axes)(where, value))
        elif field.name == "ignore_class" and value is not None:
            assign(node, ignore_class=whole(where, value))
        elif field.name == "name":
            assign(node, name=_name(where, value, field.default))
        elif field.name == "dtype":
            _check_dtype(where, value)
            assign(node, dtype=None)  # the same thing, and one program


def _name(where: str, value: object, default: object) -> Any:
    if value is None:
        return default if isinstance(default, str) else None
    if not isinstance(value, str) or not value:
        raise UsageError(f"{where} must be a text, got {type(value).__name__} {value!r:.40}.")
    return value


def _check_dtype(where: str, value: object) -> None:
    if value not in (None, "float32"):
        raise UsageError(
            f"{where}={value!r:.40} cannot be chosen for one loss or metric: they compute in float32, or in float64 "
            "where the model does. Leave it out; fallline.config.set_dtype_policy sets the types of models."
        )


def require_call(cls: type, base: type) -> None:
    """Refuses a class that says what it computes in `__call__` alone, which no compiled program asks.

    Raises:
        UsageError: names `call` as the remedy.
    """
    brings = place_of(cls, "__call__")
    if cls.__call__ is not base.__call__ and brings < min(
        place_of(cls, "call"), place_of(cls, "values", "formula")
    ):
        raise UsageError(
            f"{cls.__name__}: it defines __call__, which a compiled program does not ask. Write what it computes as "
            "call(self, y_true, y_pred), which returns one value a row; the reduction follows by itself."
        )
