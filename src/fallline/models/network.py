"""Layers in a chain as pure functions: init, apply, penalties."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline import _precision
from fallline._random import Key, named_key
from fallline._tree import replace, static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.activations import Activation as ActivationFunction
from fallline.activations import Linear
from fallline.engine import Variables
from fallline.errors import NotReadyError, UsageError
from fallline.layers import Activation, Dense, Input, Layer


@tree
class Network:
    """A chain of named layers for inputs of a known shape. Its leaves are the numbers of its layers.

    Attributes:
        layers: The layers, each with a name; inputs left out.
        input_shape: Shape of one row of inputs.
        precision: Name of the number types, see `_precision`.
    """

    layers: tuple[Layer, ...]
    input_shape: tuple[int, ...] = static()
    precision: str = static(default="float32")

    @staticmethod
    def build(layers: tuple[Layer, ...], input_shape: tuple[int, ...] | None, precision: str) -> Network:
        """Names the layers and checks that they fit together.

        Raises:
            NotReadyError: no input shape is known.
            UsageError: two layers have one name, or an `Input` is not the first.
            ShapeError: a layer cannot take what the one before it gives.
        """
        if layers and isinstance(layers[0], Input):
            input_shape, layers = layers[0].shape, layers[1:]
        if input_shape is None:
            raise NotReadyError(
                "the model's input shape is not known yet. Begin with Input((features,)), or fit it."
            )
        if any(isinstance(layer, Input) for layer in layers):
            raise UsageError("Input must be the first layer, and there can be only one.")
        network = Network(named(layers), tuple(input_shape), _precision.get(precision).name)
        network.shapes()  # raises where a layer does not fit
        return network

    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of one output row after each layer."""
        shapes, shape = [], self.input_shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
            shapes.append(shape)
        return shapes

    @property
    def output_shape(self) -> tuple[int, ...]:
        """The shape of one row of outputs."""
        return ([self.input_shape, *self.shapes()])[-1]

    def init(self, key: Key) -> Variables:
        """Fresh variables: layer name -> the layer's arrays. Layers without arrays are left out."""
        dtype = _precision.get(self.precision).variable_dtype
        params: Params = {}
        state: ModelState = {}
        for layer, shape in zip(self.layers, [self.input_shape, *self.shapes()], strict=False):
            name = name_of(layer)
            layer_params, layer_state = layer.init(named_key(key, name), shape)
            if layer_params:
                params[name] = jax.tree.map(lambda array: array.astype(dtype), layer_params)
            if layer_state:
                state[name] = jax.tree.map(lambda array: array.astype(dtype), layer_state)
        return Variables(params, state)

    def apply(
        self, variables: Variables, x: Array, *, key: Key | None, training: bool
    ) -> tuple[Array, ModelState]:
        """Outputs for a batch, and the new state. Inputs of any number type are cast once, here."""
        dtype = _precision.get(self.precision).compute_dtype
        x = jnp.asarray(x).astype(dtype)
        params = jax.tree.map(lambda array: array.astype(dtype), variables.params)
        state = dict(variables.state)
        for layer in self.layers:
            name = name_of(layer)
            layer_key = named_key(key, name) if key is not None and layer.draws and training else None
            x, new = layer.apply(
                params.get(name, {}), state.get(name, {}), x, key=layer_key, training=training
            )
            if name in state:
                state[name] = new
        return x, state

    def penalties(self, params: Params) -> list[Scalar]:
        """Everything that the layers' regularizers add to the loss, from the kept (not the cast) parameters."""
        return [
            penalty for layer in self.layers for penalty in layer.penalties(params.get(name_of(layer), {}))
        ]

    def split_activation(self) -> tuple[Network, ActivationFunction]:
        """The same network with linear outputs, and the activation that was taken off its end."""
        *rest, last = self.layers or (None,)
        if not isinstance(last, Dense | Activation):
            return self, Linear()
        return replace(self, layers=(*rest, last.without_activation())), last.activation


def name_of(layer: Layer) -> str:
    """The name of a layer of a built network: `Network.build` gave it one."""
    assert layer.name is not None
    return layer.name


def named(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers with names: those given, else the class in snake case and a number, as Keras does.

    Raises:
        UsageError: two layers have one name.
    """
    taken = [layer.name for layer in layers if layer.name is not None]
    if repeated := {name for name in taken if taken.count(name) > 1}:
        raise UsageError(
            f"two layers are named {', '.join(sorted(repeated))}; names must differ within a model."
        )
    counts: dict[str, int] = {}
    result: list[Any] = []
    for layer in layers:
        if layer.name is not None:
            result.append(layer)
            continue
        base = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(layer).__name__).casefold()
        name = base
        while name in taken:
            counts[base] = counts.get(base, 0) + 1
            name = f"{base}_{counts[base]}"
        taken.append(name)
        result.append(replace(layer, name=name))
    return tuple(result)
