"""What a layer written as in Keras consists of: its weights and the layers within, wherever it keeps them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

from fallline._tree import assign, assignments
from fallline.layers.base.layer import Layer
from fallline.layers.base.named_arrays import BASE, FROZEN
from fallline.layers.base.notes import NOTES, notes
from fallline.layers.base.weight_spec import WeightSpec
from fallline.own.symbolic import Recorded

ABSENT = object()
"""Stands for an attribute that was not there."""

Put = Callable[[str, Any], Any]
"""Path and thing -> what stands in its place."""

Things = list[tuple[str, Any]]


class Parts(NamedTuple):
    """The parts of a layer.

    Attributes:
        specs: Its weights by path, in the order in which it asked for them.
        within: The layers within by path, each once.
    """

    specs: dict[str, WeightSpec]
    within: dict[str, Any]


def parts(layer: Any) -> Parts:
    """The parts of a layer at the moment; containers are gone through."""
    first: dict[int, tuple[str, Any]] = {}
    for path, thing in things_in(attributes(layer)):
        if isinstance(thing, WeightSpec | Layer):
            first.setdefault(id(thing), (path, thing))
    asked = {id(spec): place for place, spec in enumerate(notes(layer).asked)}
    specs = {path: thing for path, thing in first.values() if isinstance(thing, WeightSpec)}
    order = sorted(specs, key=lambda path: asked.get(id(specs[path]), len(asked)))
    within = {path: thing for path, thing in first.values() if isinstance(thing, Layer)}
    return Parts({path: specs[path] for path in order}, within)


def things_in(value: Any, path: str = "") -> Things:
    """A value and its path; of a container its kind, and what it holds."""
    if not isinstance(value, dict | list | tuple):
        return [(path, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    within = (things_in(item, f"{path}_{name}" if path else str(name)) for name, item in items)
    return [(path, type(value)), *(pair for each in within for pair in each)]


def same_things(one: Things, other: Things) -> bool:
    """Whether they are the same objects at the same paths."""
    return len(one) == len(other) and all(
        a[1] is b[1] and a[0] == b[0] for a, b in zip(one, other, strict=True)
    )


def copy_of(value: Any) -> Any:
    """A value; a container copied, with the same things in it."""
    return mapped("", value, lambda _, thing: thing)


def attributes(layer: Any) -> dict[str, Any]:
    """What a layer keeps, the weights that it asked for included, without what is noted of it."""
    return {name: value for name, value in vars(layer).items() if name != NOTES} | notes(layer).specs


def mapped(path: str, value: Any, put: Put) -> Any:
    """A value with what `put` gives in the place of each thing within; lists and dictionaries are new."""
    if isinstance(value, dict):
        return {
            name: mapped(f"{path}_{name}" if path else str(name), item, put) for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        items = [mapped(f"{path}_{index}", item, put) for index, item in enumerate(value)]
        return (
            type(value)(*items)
            if isinstance(value, tuple) and type(value) is not tuple
            else type(value)(items)
        )
    return put(path, value)


def copied(layer: Any, put: Put) -> Any:
    """A copy of a layer with what `put` gives in the place of each thing that it keeps."""
    other = object.__new__(type(layer))
    for name, value in mapped("", attributes(layer), put).items():
        keep(other, name, value)
    return other


def keep(layer: Any, name: str, value: Any) -> None:
    """Keeps an attribute; a weight aside, so that the layer shows its array under that name."""
    layer.__dict__.pop(name, None)
    notes(layer).specs.pop(name, None)
    if value is not ABSENT:
        (notes(layer).specs if isinstance(value, WeightSpec) else layer.__dict__)[name] = value


def set_own(layer: Any, name: str, value: Any) -> None:
    """Sets an attribute of a layer written as in Keras; a variable that is kept becomes one of its weights."""
    assignments.made += 1
    if isinstance(value, Recorded | list | tuple | dict):
        value = (
            mapped("", value, lambda _, thing: _as_weight(layer, thing)) if _holds_variables(value) else value
        )
    if isinstance(value, WeightSpec) or name in notes(layer).specs:
        keep(layer, name, value)
    else:
        object.__setattr__(layer, name, value)


def _holds_variables(value: Any) -> bool:
    return any(isinstance(thing, Recorded) and thing.first is not None for _, thing in things_in(value))


def _as_weight(layer: Any, thing: Any) -> Any:
    if not isinstance(thing, Recorded) or thing.first is None:
        return thing
    array, trainable = thing.first

    def first(shape: Any, dtype: Any = None) -> Any:
        del shape, dtype
        return array

    return layer.add_weight(shape=array.shape, initializer=first, dtype=str(array.dtype), trainable=trainable)


def numbers(cls: Any) -> list[str]:
    """The names of what a class of layers has as children of a tree, from the class that it derives from."""
    return [field.name for field in dataclasses.fields(cls) if not field.metadata.get("static")]


def base_of(layer: Any) -> Any:
    """The layer that a class with a `call` of its own is derived from, as it is at the moment; None: it is none."""
    if type(layer).base_class is None:
        return None
    base = object.__new__(type(layer).base_class)
    assign(base, **{field.name: getattr(layer, field.name) for field in dataclasses.fields(base)})
    # These two are the derived layer's business.
    assign(base, activity_regularizer=None, trainable=True)
    return base


def with_base(layer: Any) -> dict[str, Any]:
    """The layers within, that which its class is derived from first."""
    base = base_of(layer)
    return parts(layer).within if base is None else {BASE: base} | parts(layer).within


def was_trained(inner: Any, path: str, params: Any, state: Any) -> bool:
    """Whether a layer within was trainable when its arrays were drawn; where it has none, whether it is now."""
    if any(name.startswith(f"{path}/{FROZEN}") for name in state):
        return False
    return bool(inner.trainable) or any(name.startswith(f"{path}/") for name in params)
