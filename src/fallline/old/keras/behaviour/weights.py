"""Weights as objects with a name, `numpy` and `assign`, as programs of other years handle them."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from fallline.old.tensorflow.second.core.tensors import Reference, callings, meanings
from fallline.own.symbolic import Recorded
from fallline.own.variable import Variable, plain
from fallline.registry.described import snake_case


class Weight(Variable, Recorded):
    """One array of a layer: it reads what the layer holds at the moment, and what is assigned the layer holds.

    There is one such object for each array as long as anybody keeps it, so that `is` and dictionaries tell weights apart.

    Attributes:
        layer: The layer.
        key: The array's name within the layer.
        trainable: Whether the layer counts it among what gradients change.
    """

    def __init__(self, layer: Any, key: str) -> None:
        self.layer = layer
        self.key = key

    @property
    def _place(self) -> int:
        """0 where it is a parameter of the layer, 1 where it is a part of its state."""
        return 0 if self.key in self.layer.pure.drawn()[0] else 1

    @property
    def value(self) -> Array:
        """The array of the moment."""
        array: Array = self.layer.pure.drawn()[self._place][self.key]
        return array

    @value.setter
    def value(self, array: Any) -> None:
        pure = self.layer.pure
        pure.require_free("assign")
        params, state = pure.drawn()
        new = [dict(params), dict(state)]
        new[self._place][self.key] = jnp.asarray(plain(array))
        pure.hold(*new)

    @property
    def name(self) -> str:
        """Its name as Keras 2 writes it: `dense/kernel:0`."""
        return f"{self.path}:0"

    @property
    def path(self) -> str:
        """Its name as Keras 3 writes it: `dense/kernel`."""
        return f"{self.layer.name or snake_case(type(self.layer).__name__)}/{self.key}"

    @property
    def trainable(self) -> bool:
        """Whether the layer counts it among what gradients change."""
        return bool(self.layer.trainable) and self._place == 0

    @property
    def constraint(self) -> Any:
        """What the layer says that holds for it; None: nothing."""
        return getattr(self.layer, f"{self.key}_constraint", None)

    @property
    def regularizer(self) -> Any:
        """The penalty that the layer puts on it; None: none."""
        return getattr(self.layer, f"{self.key}_regularizer", None)

    def through(self, function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a named function of Fallline gives for arguments of which this is one."""
        return meanings[-1](function, args, kwargs)

    def given_to(self, callee: Any, args: tuple[Any, ...]) -> Any:
        """What a layer, a model or a loss gives for arguments of which this is one."""
        return callings[-1](callee, args)

    def ref(self) -> Reference:
        """A key of dictionaries."""
        return Reference(self)

    def read_value(self) -> Array:
        """The array of the moment."""
        return self.value

    def get_shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.shape

    def eval(self, session: Any = None) -> Any:
        """The array on the host."""
        del session
        return self.numpy()

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype}>"


_known: weakref.WeakValueDictionary[tuple[int, str], Weight] = weakref.WeakValueDictionary()


def weight(layer: Any, key: str) -> Weight:
    """The object that stands for one array of a layer."""
    found = _known.get((id(layer), key))
    if found is None or found.layer is not layer:
        found = _known[(id(layer), key)] = Weight(layer, key)
    return found


def weights_of(layer: Any) -> tuple[list[Weight], list[Weight]]:
    """Those of a layer that gradients change, and the others; both in Keras's order."""
    pure = layer.pure
    params, state = pure.drawn()
    found = [weight(layer, key) for key in pure.arranged(params, state)]
    return [one for one in found if one.trainable], [one for one in found if not one.trainable]
