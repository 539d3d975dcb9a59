"""What users give to layers: tensors, initialisers, activations, switches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax.numpy as jnp

from fallline.graph import initializers
from fallline.graph.core import shapes
from fallline.graph.core.building import constant_value, convert, node
from fallline.graph.core.dtypes import bool_
from fallline.graph.core.failures import GraphError, GraphShapeError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops import elementary, nn


def snake_case(name: str) -> str:
    """The name of a class as that of a scope: `BatchNormalization` becomes `batch_normalization`."""
    name = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
    return f"private{name}" if name.startswith("_") else name


def one_tensor(layer: Any, inputs: Any) -> Tensor:
    """The one tensor that a layer takes.

    Raises:
        GraphError: a list.
    """
    if isinstance(inputs, list | tuple):
        number = sum(1 for _ in _leaves(inputs))
        raise GraphError(
            f'Layer "{layer.name}" expects 1 input(s), but it received {number} input tensors. A list is taken as several '
            "inputs: give a tensor or an array, tf.constant([[1., 2.]])."
        )
    return convert(inputs)


def _leaves(given: Any) -> Iterator[Any]:
    for each in given:
        if isinstance(each, list | tuple):
            yield from _leaves(each)
        else:
            yield each


def last_size(layer: Any, sizes: Sizes, least: int) -> int:
    """The size of the last axis, which has to be known.

    Raises:
        GraphShapeError: it is not, or there are fewer axes than `least`.
    """
    if sizes is not None and len(sizes) < least:
        raise GraphShapeError(
            f'Input 0 of layer "{layer.name}" is incompatible with the layer: expected min_ndim={least}, found '
            f"ndim={len(sizes)}. Full shape received: {shapes.shown(sizes)}"
        )
    if sizes is None or sizes[-1] is None:
        raise GraphShapeError(
            f"The last dimension of the inputs to a {type(layer).__name__} layer should be defined. Found None. Full input shape "
            f"received: {shapes.shown(sizes)}"
        )
    return sizes[-1]


def initializer_of(given: Any) -> Any:
    """An initialiser: itself, or that of a name such as "glorot_uniform".

    Raises:
        GraphError: there is none of that name.
    """
    if not isinstance(given, str):
        return given
    name = {"normal": "random_normal", "uniform": "random_uniform", "one": "ones", "zero": "zeros"}.get(
        given, given
    )
    found = getattr(initializers, snake_case(name), None)
    if found is None or not callable(found):
        raise GraphError(
            f'unknown initializer "{given}": give one of tf.initializers, such as tf.zeros_initializer().'
        )
    return found()


def activation_of(given: Any) -> Callable[[Tensor], Tensor] | None:
    """An activation: a function of a tensor, the name of one of `tf.nn`, or None.

    Raises:
        GraphError: there is none of that name.
        GraphTypeError: it is no function.
    """
    if given is None or given == "linear":
        return None
    if not isinstance(given, str):
        if not callable(given):
            raise GraphTypeError(
                f"activation: expected a function such as tf.nn.relu, or None, got {given!r}: the function itself, uncalled."
            )
        return given
    found = getattr(nn, given, None) if given in nn.__all__ else getattr(elementary, given, None)
    if found is None or given.startswith("_"):
        raise GraphError(f'Unknown activation function: "{given}". Give a function such as tf.nn.relu.')
    return found


def truth(given: Any, what: str) -> bool | Tensor:
    """A switch as a truth value, where it is known while the graph is built, or a tensor.

    Raises:
        GraphTypeError: a tensor of another type than bool.
    """
    if given is None or isinstance(given, bool | int):
        return bool(given)
    tensor = convert(given)
    if tensor.dtype.base_dtype is not bool_:
        raise GraphTypeError(
            f"{what}: expected True, False or a tensor of type bool, got {tensor.name} of type {tensor.dtype.name}."
        )
    known = constant_value(tensor)
    return tensor if known is None else bool(known)


def _chosen(condition: Any, one: Any, other: Any) -> Any:
    return jnp.where(jnp.reshape(condition, ()), one, other)


_CHOSEN = Formula(_chosen, differentiable=(1, 2))


def chosen(condition: Tensor, one: Tensor, other: Tensor, name: str) -> Tensor:
    """One tensor or another of its shape, by a truth value."""
    sizes = one.sizes if one.sizes is not None and None not in one.sizes else other.sizes
    return node("Merge", [condition, one, other], _CHOSEN, sizes, one.dtype, name)


def sizes_after(sizes: Sizes, last: int) -> Sizes:
    """A shape with another last size."""
    return None if sizes is None else (*sizes[:-1], last)


def axes_but(rank: int, kept: Sequence[int]) -> tuple[int, ...]:
    """The axes that are not kept."""
    return tuple(axis for axis in range(rank) if axis not in kept)
