"""Names and shapes as a user gives them to a layer, checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from fallline import _precision
from fallline._tree import assign
from fallline.errors import UsageError
from fallline.layers.base.tensor import Shape


def check_name(layer: Any) -> None:
    """Refuses names that would be ambiguous in a path such as `dense/kernel`."""
    name = layer.name
    if name is not None and (not isinstance(name, str) or not name or "/" in name):
        raise UsageError(
            f'{type(layer).__name__}: a name must be text, not empty and without "/", got {name!r}.'
        )


def checked_shape(layer: Any) -> Shape | None:
    """The `input_shape` of a layer as a tuple of sizes, or None.

    Raises:
        UsageError: it is something else.
    """
    shape = layer.input_shape
    if shape is None:
        return None
    if isinstance(shape, int | np.integer) and not isinstance(shape, bool):  # as Keras takes it
        shape = (shape,)
    if not isinstance(shape, Sequence) or not all(
        isinstance(size, int | np.integer) and size > 0 for size in shape
    ):
        raise UsageError(
            f"{type(layer).__name__}: input_shape must be a tuple of positive whole numbers without the batch "
            f"axis, got {shape!r}."
        )
    return tuple(int(size) for size in shape)


def checked_dtype(layer: Any) -> str | None:
    """The type in which a layer computes, or None: the network's own.

    Raises:
        UsageError: it is no floating type that a network computes in.
    """
    given = layer.dtype
    if given is None:
        return None
    name = given if isinstance(given, str) else np.dtype(given).name if _is_type(given) else repr(given)
    name = name.removeprefix("mixed_")
    if name not in ("float32", "bfloat16", "float64"):
        raise UsageError(
            f'{type(layer).__name__}: dtype must be "float32", "bfloat16" or "float64", the type in which the layer '
            f"computes, got {name[:60]}. That of a whole model is its dtype_policy."
        )
    if name == "float64":
        _precision.get(name)  # raises where JAX computes in 32 bits
    return name


def _is_type(given: Any) -> bool:
    try:
        np.dtype(given)
    except TypeError:
        return False
    return True


def check_flags(layer: Any) -> None:
    """Refuses what is no truth value where one is meant: "False" would count as true.

    Raises:
        UsageError: names the argument.
    """
    for field in dataclasses.fields(layer):
        if field.type not in ("bool", bool):
            continue
        value = getattr(layer, field.name)
        if not isinstance(value, bool | np.bool_) and not (isinstance(value, int) and value in (0, 1)):
            raise UsageError(
                f"{type(layer).__name__}: {field.name} must be True or False, got {value!r:.40}."
            )
        assign(layer, **{field.name: bool(value)})


class Unknown:
    """What `call` of a model's class is told as `training`: it is called once, for both."""

    def __bool__(self) -> bool:
        raise UsageError(
            "call: whether the model trains is not known here, as call describes the network once. Pass it on, "
            "self.dropout(x, training=training), or leave it out: each layer runs as the model does."
        )


UNKNOWN = Unknown()


def checked_training(training: Any, title: str) -> bool | None:
    """What `training=` was given: a truth value or None.

    Raises:
        UsageError: it is something else, such as a second input.
    """
    if isinstance(training, Unknown):
        return None
    if training is None or (isinstance(training, bool | np.bool_ | int) and training in (0, 1)):
        return None if training is None else bool(training)
    raise UsageError(
        f"{title}: training must be True, False or None, got {type(training).__name__}. Several inputs are given as "
        "one list."
    )


def without_batch(shape: Any, title: str) -> Shape:
    """The shape of one row, from one with the batch axis first.

    Raises:
        UsageError: it is no shape; the message begins with `title`.
    """
    if not isinstance(shape, Sequence) or isinstance(shape, str) or not shape:
        raise UsageError(
            f"{title}: expected a shape with the batch axis first, e.g. (None, 20), got {shape!r:.60}."
        )
    for size in shape[1:]:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise UsageError(
                f"{title}: expected a shape with the batch axis first and positive sizes behind it, e.g. (None, 20), got "
                f"{tuple(shape)!r:.60}. Only the batch may be None."
            )
    return tuple(int(size) for size in shape[1:])
