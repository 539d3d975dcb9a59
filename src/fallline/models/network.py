"""Layers in a graph as pure functions: init, apply, penalties, project."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline import _precision
from fallline._random import Key, named_key
from fallline._tree import PyTree, assign, replace, static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.activations import Activation as ActivationFunction
from fallline.engine import Variables
from fallline.errors import ShapeError
from fallline.layers import Layer
from fallline.layers.base.tensor import Shape

Arrays = Mapping[str, tuple[Params, ModelState]]
"""Layer name -> what the layer holds: parameters and state."""

FROZEN = "/frozen"
"""Ends the name under which a frozen layer's parameters lie in the state: they receive no gradients."""


@dataclasses.dataclass(frozen=True)
class Node:
    """One use of a layer.

    Attributes:
        layer: Which layer, by its place in `Network.layers`.
        sources: The values it takes: the inputs are 0, 1, ..., then come the nodes in order.
        training: Whether it runs as in training; None: as the network does.
        several: Whether the layer takes its values as a tuple.
    """

    layer: int
    sources: tuple[int, ...]
    training: bool | None = None
    several: bool = False


@dataclasses.dataclass(frozen=True)
class InputSpec:
    """One input: its name and the shape of a row."""

    name: str
    shape: Shape


@tree
class Network:
    """Named layers and how they feed each other. Its leaves are the numbers of its layers.

    Attributes:
        layers: The layers, each with a name that differs from all others.
        nodes: The uses of the layers, in an order in which they can be computed.
        inputs: The inputs.
        outputs: The values that leave, numbered as in `Node.sources`.
        output_names: A name for each output: that of the layer it comes from.
        frozen: Names of the layers that training leaves as they are.
        precision: Name of the number types, see `_precision`.
        shapes: The shape of one row of each value, the inputs, then the nodes: known where the network was traced, else
            asked of the layers, once.

    Raises:
        ShapeError: a layer cannot take what it is given.
    """

    layers: tuple[Layer, ...]
    nodes: tuple[Node, ...] = static()
    inputs: tuple[InputSpec, ...] = static()
    outputs: tuple[int, ...] = static()
    output_names: tuple[str, ...] = static()
    frozen: tuple[str, ...] = static(default=())
    precision: str = static(default="float32")
    shapes: tuple[Shape, ...] = static(default=())

    def __post_init__(self) -> None:
        if not self.shapes:
            shapes = [item.shape for item in self.inputs]
            for node in self.nodes:
                shapes.append(self.layers[node.layer].output_shape(self._given(node, shapes)))
            assign(self, shapes=tuple(shapes))

    @property
    def input_shape(self) -> Any:
        """The shape of one row of inputs; a tuple of shapes where there are several."""
        shapes = tuple(item.shape for item in self.inputs)
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self) -> Any:
        """The shape of one row of outputs; a tuple of shapes where there are several."""
        shapes = self.output_shapes
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        """The shape of one row of each output."""
        return tuple(self.shapes[index] for index in self.outputs)

    def init(self, key: Key) -> Variables:
        """Fresh variables: layer name -> the layer's arrays. Layers without arrays are left out."""
        arrays: dict[str, tuple[Params, ModelState]] = {}
        for node in self.nodes:
            layer = self.layers[node.layer]
            name = name_of(layer)
            if name not in arrays:
                arrays[name] = layer.init(named_key(key, name), self._given(node, self.shapes))
        return self.arranged(arrays)

    def arranged(self, arrays: Arrays) -> Variables:
        """What the layers hold, as the engine trains it: frozen layers' parameters lie in the state."""
        dtype = _precision.get(self.precision).variable_dtype
        params: Params = {}
        state: ModelState = {}
        for layer in self.layers:
            name = name_of(layer)
            own, kept = jax.tree.map(lambda array: _as_kept(array, dtype), arrays[name])
            if own:
                (state if name in self.frozen else params)[self._place(name)] = own
            if kept:
                state[name] = kept
        return Variables(params, state)

    def arrays(self, variables: Variables) -> dict[str, tuple[Params, ModelState]]:
        """The inverse of `arranged`: what each layer holds."""
        found = {}
        for name in map(name_of, self.layers):
            # A layer's parameters and its state lie under one name, in two trees.
            own = variables.state if name in self.frozen else variables.params
            found[name] = (own.get(self._place(name), {}), variables.state.get(name, {}))
        return found

    def apply(
        self,
        variables: Variables,
        inputs: PyTree,
        *,
        key: Key | None,
        training: bool,
        sampling: bool = False,
    ) -> tuple[PyTree, ModelState, list[Scalar]]:
        """One pass over a batch.

        Args:
            variables: Parameters and state.
            inputs: An array, or a tuple of them where there are several inputs. Any number type: they are cast
                once, here.
            key: Randomness of this pass, or None where nothing is drawn.
            training: Whether dropout, batch statistics and the like are on.
            sampling: Whether the dropout family is on although it is no training (Monte-Carlo prediction).

        Returns:
            Outputs (an array, or a tuple where there are several), the new state, and the penalties on
            activities.
        """
        values, state, penalties = self.values(
            variables, inputs, key=key, training=training, sampling=sampling
        )
        dtype = _precision.get(self.precision).compute_dtype
        outputs = tuple(values[index].astype(self._type_of(index, dtype)) for index in self.outputs)
        return outputs[0] if len(outputs) == 1 else outputs, state, penalties

    def values(
        self,
        variables: Variables,
        inputs: PyTree,
        *,
        key: Key | None,
        training: bool,
        sampling: bool = False,
    ) -> tuple[list[Array], ModelState, list[Scalar]]:
        """All values of a pass, numbered as in `Node.sources`, and what else `apply` gives; it has the arguments."""
        dtype = _precision.get(self.precision).compute_dtype
        given = inputs if isinstance(inputs, tuple) else (inputs,)
        values = [_received(array, spec) for array, spec in zip(given, self.inputs, strict=True)]
        uncast = self._uncast(variables)
        types = {name_of(layer): jnp.dtype(layer.dtype or dtype) for layer in self.layers}
        held = {name: variables.state[self._place(name)] for name in self._frozen_held(variables)}
        params = {
            name: jax.tree.map(lambda array, name=name: array.astype(types[name]), own)
            for name, own in (variables.params | held).items()
        }
        state = dict(variables.state)
        penalties: list[Scalar] = []
        used: set[str] = set()
        for index, node in enumerate(self.nodes):
            layer = self.layers[node.layer]
            name = name_of(layer)
            trains = training if node.training is None else node.training
            trains = trains and not (layer.frozen_is_inference and name in self.frozen)
            samples = sampling and layer.sampled and not trains
            layer_key = None
            if key is not None and (layer.draws_always or (layer.draws and (trains or samples))):
                layer_key = named_key(key, name)
                # A layer that is used again draws anew.
                layer_key = jax.random.fold_in(layer_key, index) if name in used else layer_key
            used.add(name)
            taken: Any = tuple(
                values[source] if index in uncast else values[source].astype(types[name])
                for source in node.sources
            )
            own = params.get(name, {}), state.get(name, {}), taken if node.several else taken[0]
            if samples:
                x, new = layer.sample(*own, key=layer_key)
            else:
                x, new = layer.apply(*own, key=layer_key, training=trains)
            if name in state:
                state[name] = new
            if layer.activity_regularizer is not None:
                # Per row, as in Keras: the batch size must not change how strong the penalty is.
                penalties.append(layer.activity_regularizer(x) / x.shape[0])
            values.append(x)
        return values, state, penalties

    def _type_of(self, index: int, dtype: Any) -> Any:
        """The number type of a value that leaves: that in which its layer computes."""
        node = index - len(self.inputs)
        return jnp.dtype((self.layers[self.nodes[node].layer].dtype if node >= 0 else None) or dtype)

    def _uncast(self, variables: Variables) -> set[int]:
        """The nodes that take values as they come: bfloat16 cannot hold the category number 257.

        Those are the layers that want category numbers, and what passes values on to them without weights.
        """
        wanted: set[int] = set()
        nodes: set[int] = set()
        for index in reversed(range(len(self.nodes))):
            node = self.nodes[index]
            layer = self.layers[node.layer]
            passes_on = len(self.inputs) + index in wanted and self._place(name_of(layer)) not in (
                variables.params | variables.state
            )
            if layer.takes_integers or passes_on:
                nodes.add(index)
                wanted |= set(node.sources)
        return nodes

    def penalties(self, params: Params) -> list[Scalar]:
        """Everything that the layers' regularizers add to the loss, from the kept (not the cast) parameters."""
        return [
            penalty for layer in self._trained(params) for penalty in layer.penalties(params[name_of(layer)])
        ]

    def project(self, params: Params, lengths: PyTree) -> Params:
        """The parameters after a step of these lengths, brought back by proximal penalties and constraints."""
        names = {name_of(layer): layer for layer in self._trained(params)}
        return params | {
            name: layer.project(params[name], lengths[name] if isinstance(lengths, dict) else lengths)
            for name, layer in names.items()
        }

    @property
    def draws_always(self) -> bool:
        """Whether a random layer was called with `training=True`, so that predictions are random."""
        return any(layer.draws_always for layer in self.layers) or any(
            node.training and self.layers[node.layer].draws for node in self.nodes
        )

    @property
    def penalises_activity(self) -> bool:
        """Whether a layer penalises its outputs, so that the loss depends on more than the network's outputs."""
        return any(layer.activity_regularizer is not None for layer in self.layers)

    def without_activation(
        self, output: int, takes_over: Callable[[ActivationFunction], bool]
    ) -> tuple[Network, ActivationFunction] | None:
        """The same network with one linear output, and the activation that was taken off it.

        None where that output does not end in an activation that `takes_over`, or its layer serves elsewhere.

        Args:
            output: Which output.
            takes_over: Tells whether an activation may be taken off.
        """
        index = self.outputs[output] - len(self.inputs)
        if index < 0:
            return None
        which = self.nodes[index].layer
        uses = [node for node in self.nodes if node.layer == which or self.outputs[output] in node.sources]
        detached = self.layers[which].detached()
        shared = len(uses) > 1 or self.outputs.count(self.outputs[output]) > 1
        penalised = self.layers[which].activity_regularizer is not None
        if detached is None or shared or penalised or not takes_over(detached[1]):
            return None
        layers = (*self.layers[:which], detached[0], *self.layers[which + 1 :])
        return replace(self, layers=layers), detached[1]

    def _given(self, node: Node, values: Any) -> Any:
        given = tuple(values[index] for index in node.sources)
        return given if node.several else given[0]

    def _place(self, name: str) -> str:
        return name + FROZEN if name in self.frozen else name

    def _frozen_held(self, variables: Variables) -> list[str]:
        return [name for name in self.frozen if name + FROZEN in variables.state]

    def _trained(self, params: Params) -> list[Layer]:
        return [layer for layer in self.layers if name_of(layer) in params]


def name_of(layer: Layer) -> str:
    """The name of a layer of a built network: `tracing` gave it one."""
    assert layer.name is not None
    return layer.name


def _received(array: Any, spec: InputSpec) -> Array:
    array = jnp.asarray(array)
    if array.shape[1:] != spec.shape:
        raise ShapeError(f'input "{spec.name}" takes rows of shape {spec.shape}, got {array.shape[1:]}.')
    return array


def _as_kept(array: Any, dtype: Any) -> Array:
    """An array in the type in which variables are kept; whole numbers that a layer counts stay whole."""
    array = jnp.asarray(array)
    return array.astype(dtype) if jnp.issubdtype(array.dtype, jnp.floating) else array
