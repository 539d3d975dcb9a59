"""Layers of the room: the class that each of Fallline's has there, and what is special about some of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from fallline import layers
from fallline._tree import assign, tree
from fallline.initializers import Constant
from fallline.layers.base.layer import layers as table
from fallline.old import age
from fallline.old.keras.behaviour import tensors
from fallline.old.keras.behaviour.classes import of_the_room, translated
from fallline.old.keras.behaviour.old_layer import OldLayer, OutputShape, sizes_of, steep as steep
from fallline.registry.argument_names import check_names


def Input(
    shape: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    dtype: Any = None,
    sparse: Any = None,
    tensor: Any = None,
    **kwargs: Any,
) -> Any:
    """The symbolic tensor that a network begins with; one number is a shape of one axis."""
    del sparse
    batch_shape = kwargs.pop("batch_input_shape", batch_shape)
    kind = str(getattr(dtype, "name", dtype)) if dtype is not None else None
    if isinstance(batch_shape, int) and shape is not None:  # (shape, batch_size) of TensorFlow 2 and Keras 3
        batch_shape = None
    if batch_shape is not None:
        shape = tuple(batch_shape)[1:]
    sizes = None if shape is None else sizes_of(shape)
    return tensors.in_room(layers.Input(sizes, dtype=kind, name=name, tensor=tensor))


def merging(name: str) -> Any:
    """A function of Keras 2 that joins tensors by a layer of the room: `concatenate(tensors, axis=1)`."""

    def join(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        return layer(name)(*args, **kwargs)(inputs)

    join.__name__, join.__doc__ = name.lower(), f"The tensor that {name} gives."
    return join


def in_room(found: Any) -> Any:
    """A layer as one of the room's classes, where there is one."""
    name = type(found).__name__
    if name not in NAMES or type(found) is not getattr(layers, name):
        return found
    twin = object.__new__(layer(name))
    twin.__dict__.update(vars(found))
    return twin


class OldDense(OldLayer):
    """What the fully connected layer had in its years: (in, out) in Keras 0.1, numbers of Python 2, first weights."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names."""
        if _is_whole(given.get("activation")):
            given["input_dim"], given["units"] = given["units"], given.pop("activation")
        first = given.pop("weights", None)
        now = super().of_the_years(given)
        for name in ("units", "input_dim"):
            if isinstance(value := now.get(name), float | np.number) and float(value).is_integer():
                now[name] = int(value)
        return _begun(now, first, kernel=0, bias=1)

    def __post_init__(self) -> None:
        layer: Any = self
        # It has weights, and so becomes a layer behind this one.
        if isinstance(layer.activation, layers.PReLU):
            layer.__dict__["_behind"] = layer.activation
            assign(layer, activation=None)
        super().__post_init__()  # type: ignore[misc]

    def __call__(self, inputs: Any, training: Any = None, **kwargs: Any) -> Any:
        """The layer on symbolic tensors or on arrays."""
        outputs, behind = super().__call__(inputs, training, **kwargs), vars(self).get("_behind")
        return outputs if behind is None else behind(outputs)


class OldEmbedding(OldLayer):
    """What an embedding had in its years: first weights, and weights that are set before it is built."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names."""
        first = given.pop("weights", None)
        return _begun(super().of_the_years(given), first, embeddings=0)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces the rows; of a layer that is not built yet too, as their number and length are known."""
        layer: Any = self
        if layer.pure.held() is None:
            layer.build((None, 1))
        super().set_weights(weights)  # type: ignore[misc]


class OldBatchNormalization(OldLayer):
    """What batch normalization had in its years."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names; before Keras 1 the averages moved faster, and epsilon was smaller."""
        if isinstance(given.get("axis"), tuple):  # the shape of a row came first in Keras 0
            del given["axis"]
        now = super().of_the_years(given)
        if age.current().before((1, 0)):
            now = {"epsilon": 1e-6, "momentum": 0.9} | now
        return now


class OldPReLU(OldLayer):
    """What the rectifier with learned slopes had in its years."""

    @classmethod
    def of_the_years(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Arguments by today's names; in Keras 0.1 the first was the shape of a row."""
        if isinstance(given.get("alpha_initializer"), tuple):
            del given["alpha_initializer"]
        return super().of_the_years(given)


class Statistic(np.ndarray):
    """What `adapt` found, as programs read it: an array with `numpy()`."""

    def numpy(self) -> np.ndarray:
        """The numbers."""
        return np.asarray(self)


class OldNormalization(OldLayer):
    """What the layer that takes mean and variance from data had in its years."""

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Takes mean and variance from data; `mean.numpy()` reads them.

        Args:
            data: An array or table of numbers, rows first, or batches of them.
            batch_size: Kept for Keras's programs: all rows are read at once.
            steps: Likewise.
        """
        del batch_size, steps
        layer: Any = self
        layers.Normalization.adapt(layer, data)
        assign(layer, mean=layer.mean.view(Statistic), variance=layer.variance.view(Statistic))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _begun(given: dict[str, Any], first: Any, **places: int) -> dict[str, Any]:
    """`weights=[...]` of Keras 1 and 2: the arrays that a layer begins with."""
    if first is None:
        return given
    for name, place in places.items():
        if place < len(first):
            given[f"{name}_initializer"] = Constant(np.asarray(first[place]))
    return given


MIXINS: dict[str, type] = {
    "Dense": OldDense,
    "Embedding": OldEmbedding,
    "BatchNormalization": OldBatchNormalization,
    "Normalization": OldNormalization,
    "PReLU": OldPReLU,
}
"""Layer -> what is special about it in the room; all others are `OldLayer`."""


@functools.cache
def layer(name: str) -> Any:
    """The room's class for a layer of Fallline's, made when it is first asked for: many programs need three of fifty.

    Args:
        name: One of `NAMES`.
    """
    kind: Any = getattr(layers, name)
    mixin = MIXINS.get(name, OldLayer)
    own: dict[str, Any] = {}
    if "output_shape" not in getattr(kind, "__dataclass_fields__", {}):
        own["output_shape"] = OutputShape(kind.output_shape)
    made = of_the_room(kind, mixin, **own)
    Layer.register(made)
    return made


NAMES = tuple(sorted(name for name in table.classes() if hasattr(layers, name)))
"""The names of the layers that the room has a class of its own for."""


def _base() -> Any:
    """The room's `Layer`, which programs derive from; every layer of the room is one."""
    kind: Any = layers.Layer
    own = {"__module__": __name__, "__doc__": kind.__doc__, "stands_for": kind}
    return translated(check_names(tree(type("Layer", (OldLayer, kind), own))))


Layer: Any = _base()
