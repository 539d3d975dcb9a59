"""A model or a layer as a pure function of its weights, for derivatives by whoever traces them (`GradientTape`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from fallline import config
from fallline._random import Key, root_key
from fallline._schedule import at_step
from fallline.engine import Variables
from fallline.layers import Layer
from fallline.models.assembled import Assembled
from fallline.old.keras.behaviour.weights import Weight, weight, weights_of

Values = Sequence[Any]


@dataclasses.dataclass(frozen=True)
class Pure:
    """What a model or a layer computes.

        pure = pure_of(model)
        outputs, new = pure(values(pure.trainable), values(pure.others), x, key=pure.key(training=True), training=True)

    It may stand within `jax.grad`, `jax.vjp` and `jax.jit`: it reads no array but those that it is given. After a call
    with `training=True` the new values belong into `others` (moving averages): `pure.keep(new)`.

    Attributes:
        trainable: The weights that gradients change, in Keras's order.
        others: The other weights (frozen ones, moving averages), in Keras's order.
        function: (trainable values, values of the others, inputs, key, training) -> (outputs, new values of the others).
            Inputs: an array; where there are several, a tuple of them in the model's order. Outputs likewise.
        draws: Whether it draws random numbers in training.
        draws_always: Whether it draws them at inference too.
    """

    trainable: tuple[Weight, ...]
    others: tuple[Weight, ...]
    function: Callable[[Values, Values, Any, Key | None, bool], tuple[Any, list[Any]]]
    draws: bool
    draws_always: bool

    def __call__(
        self, trainable: Values, others: Values, inputs: Any, *, key: Key | None, training: bool
    ) -> tuple[Any, list[Any]]:
        """The outputs, and the new values of `others`."""
        return self.function(trainable, others, inputs, key, training)

    def key(self, training: bool) -> Key | None:
        """Randomness for one call; None where nothing is drawn."""
        return root_key(config.next_seed()) if self.draws_always or (training and self.draws) else None

    def keep(self, values: Values) -> None:
        """Gives the weights that are not trained the values that a call has left."""
        for one, value in zip(self.others, values, strict=True):
            if one.value is not value:
                one.value = value


def values(weights: Sequence[Weight]) -> list[Any]:
    """The arrays of weights at the moment."""
    return [one.value for one in weights]


def pure_of(callee: Any) -> Pure:
    """A model (whose input shape is known) or a layer (that is built) as a pure function.

    Raises:
        NotReadyError: the model does not know its input shape yet.
    """
    return _of_model(callee) if isinstance(callee, Assembled) else _of_layer(callee)


def _of_layer(layer: Layer) -> Pure:
    pure, (trainable, others) = layer.pure, weights_of(layer)
    params, state = pure.drawn()
    described = at_step(pure, 0)

    def function(trained: Values, kept: Values, x: Any, key: Key | None, training: bool) -> Any:
        named = _named(trainable, trained) | _named(others, kept)
        own = {name: named[name] for name in params}
        left = {name: named[name] for name in state}
        trains = training and (bool(layer.trainable) or not pure.frozen_is_inference)
        outputs, new = described.apply(own, left, x, key=key, training=trains)
        return outputs, [new.get(one.key, named[one.key]) for one in others]

    return Pure(tuple(trainable), tuple(others), function, bool(pure.draws), bool(pure.draws_always))


def _named(weights: Sequence[Weight], given: Values) -> dict[str, Any]:
    return {one.key: value for one, value in zip(weights, given, strict=True)}


def _of_model(model: Assembled) -> Pure:
    network = at_step(model._refrozen(), 0)
    layers = list(model._require_traced().layers)
    names = {id(layer): str(copy.name) for layer, copy in zip(layers, network.layers, strict=True)}
    model._layer_arrays()
    trainable, others = model_weights(model)
    held = {names[id(layer)]: layer.pure.drawn() for layer in layers}
    keys = {name: (tuple(params), tuple(state)) for name, (params, state) in held.items()}

    def function(trained: Values, kept: Values, x: Any, key: Key | None, training: bool) -> Any:
        pairs = zip([*trainable, *others], [*trained, *kept], strict=True)
        named = {(names[id(one.layer)], one.key): value for one, value in pairs}
        arrays = {
            name: ({part: named[name, part] for part in params}, {part: named[name, part] for part in state})
            for name, (params, state) in keys.items()
        }
        variables = network.arranged(arrays)
        outputs, state, _ = network.apply(variables, x, key=key, training=training)
        left = network.arrays(Variables(variables.params, state))
        new = []
        for one in others:
            place = left[names[id(one.layer)]]
            new.append(place[0].get(one.key, place[1].get(one.key)))
        return outputs, new

    draws = any(layer.draws for layer in network.layers)
    return Pure(tuple(trainable), tuple(others), function, draws, network.draws_always)


def weights_by_name(model: Assembled) -> dict[str, Any]:
    """The weights of a model as its network arranges arrays: by the names of the layers, parameters apart from states."""
    model._layer_arrays()
    traced = model._require_traced()
    found = {}
    for layer, copy in zip(traced.layers, traced.network.layers, strict=True):
        params, state = layer.pure.drawn()
        found[str(copy.name)] = (
            {key: weight(layer, key) for key in params},
            {key: weight(layer, key) for key in state},
        )
    return found


def model_weights(model: Assembled) -> tuple[list[Weight], list[Weight]]:
    """Those of a model that gradients change, and the others; layer by layer in Keras's order."""
    model._layer_arrays()
    found = [weights_of(layer) for layer in model._weighted_layers]
    return [one for pair in found for one in pair[0]], [one for pair in found for one in pair[1]]


def all_weights(model: Assembled) -> list[Weight]:
    """All of a model's weights, layer by layer as Keras 2 orders them."""
    model._layer_arrays()
    return [
        weight(layer, key)
        for layer in model._weighted_layers
        for key in layer.pure.arranged(*layer.pure.drawn())
    ]
