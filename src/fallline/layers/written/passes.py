"""A pass through a layer written as in Keras, in which whoever asks for an array is given that of the pass."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import Key, named_key
from fallline._types import ModelState, Params
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.layer import Layer
from fallline.layers.base.named_arrays import BASE, FROZEN, below
from fallline.layers.base.notes import notes
from fallline.layers.base.tensor import UsedAsLayer
from fallline.layers.base.trying import abstract, shapes_of, with_batch
from fallline.layers.written.parts import (
    ABSENT,
    attributes,
    copied,
    copy_of,
    parts,
    same_things,
    things_in,
    was_trained,
    with_base,
)
from fallline.own.drawing import drawing_from
from fallline.own.tracing import PASS, in_a_trace
from fallline.own.variable import Variable, plain


class Pass:
    """One pass.

    Attributes:
        layer: The layer; the pass changes nothing of it.
        instance: The copy whose `call` runs: arrays stand where its weights belong, and what it assigns is its own.
        params: Trained arrays by path.
        state: The others, as the layers within have left them.
        first: The states that layers within were drawn with.
        drew: Whether it has drawn random numbers at inference.
    """

    def __init__(
        self,
        layer: Any,
        params: Params,
        state: ModelState,
        key: Key | None = None,
        sampling: bool = False,
    ) -> None:
        self.layer, self.instance = layer, layer
        self.params, self.state, self.first = dict(params), dict(state), dict[str, Any]()
        self.drew = False
        self._key, self._draws_arrays, self._sampling = key, key is not None, sampling
        self._training = False
        self.within = with_base(layer)
        self._paths = {id(inner): path for path, inner in self.within.items()}
        self._own: dict[int, Any] = {}
        self._variables: dict[str, Variable] = {}
        for path, spec in parts(layer).specs.items():
            place = self.params if spec.trainable else self.state
            if path not in place and key is not None:
                place[path] = spec.initializer.sample(named_key(key, path), spec.shape, spec.dtype)
            if path in self.state:
                self._variables[path] = Variable(self.state[path])
            if path in place:
                self._own[id(spec)] = self._variables.get(path, place[path])

    def call(self, x: Any, key: Key | None, training: bool) -> Array:
        """What `call` gives in this pass.

        Raises:
            ShapeError: it is no array of as many rows.
            UsageError: it is no array.
        """
        self._key, self._training = (self._key if key is None else key), training
        self.instance = copied(self.layer, lambda _, thing: self._own.get(id(thing), thing))
        call = self.instance.call
        told = {"training": training} if "training" in inspect.signature(call).parameters else {}
        own = None if self._key is None else named_key(self._key, "call")
        with self.running(), drawing_from(own, x) as source:
            given = call(list(x) if isinstance(x, tuple) else x, **told)
        self.drew |= source.taken > 0 and not training
        if isinstance(given, dict | list | tuple):
            raise UsageError(
                f"{self.layer.pure.title}: call gave a {type(given).__name__} of {len(given)}, but a layer gives one array. Join "
                "them by ops.concatenate, make a layer for each, or derive the class from fl.Model."
            )
        outputs = jnp.asarray(plain(given))
        rows = (x[0] if isinstance(x, tuple) else x).shape[0]
        if outputs.shape[:1] != (rows,):
            raise ShapeError(
                f"{self.layer.pure.title}: call gave {outputs.shape} for {rows} rows; the first axis is the batch."
            )
        return outputs

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Within it the layers within are called with arrays of this pass."""
        outer = PASS.get()
        token = PASS.set(self)
        try:
            with in_a_trace():
                yield
        finally:
            PASS.reset(token)
        if outer is not None and self.drew and not outer._training:
            outer.drew = True

    def new_state(self) -> ModelState:
        """The state that the pass leaves."""
        return self.state | {path: variable.value for path, variable in self._variables.items()}

    def holds(self, layer: Any) -> bool:
        """Whether a layer is one of those within."""
        return id(layer) in self._paths

    def arrays_of(self, layer: Any) -> tuple[Params, ModelState] | None:
        """The arrays that a layer has in this pass; None: it is no part of it."""
        if layer is self.instance:
            return self.params, self.new_state()
        path = self._paths.get(id(layer))
        if path is None:
            return None
        frozen = below(self.state, f"{path}/{FROZEN}".rstrip("/"))
        return below(self.params, path) | frozen, below(self.state, path)

    def called(self, layer: Any, inputs: Any, training: bool | None = None) -> Array:
        """What a layer within gives."""
        path, several = self._paths[id(layer)], isinstance(inputs, list | tuple)
        x: Any = tuple(jnp.asarray(plain(item)) for item in inputs) if several else jnp.asarray(plain(inputs))
        pure = layer.pure
        if pure.several_inputs not in (None, several):
            raise UsageError(
                f"{pure.title}: takes {'a list of inputs' if pure.several_inputs else 'one input'}."
            )
        trained = was_trained(layer, path, self.params, self.state)
        params, state = self.arrays_of(layer) or ({}, {})
        if self._draws_arrays and not params and not state:
            params, state = self.draw(layer, shapes_of(x))
        if layer.dtype is not None:
            params, x = jax.tree.map(lambda array: array.astype(layer.dtype), (params, x))
        trains = self._training if training is None else bool(training)
        trains = trains and ((trained and bool(self.layer.trainable)) or not layer.frozen_is_inference)
        samples = self._sampling and pure.sampled and not trains
        draws = pure.draws_always or (pure.draws and (trains or samples))
        self.drew |= draws and not samples and not self._training
        # Whether a layer written as in Keras draws shows itself only within.
        wanted = draws or (layer.written and pure.draws)
        key = named_key(self._key, path) if self._key is not None and wanted else None
        if samples:
            outputs, new = pure.sample(params, state, x, key=key)
        else:
            outputs, new = pure.apply(params, state, x, key=key, training=trains)
        self.state |= {f"{path}/{name}": array for name, array in new.items()}
        return outputs

    def draw(self, layer: Any, input_shape: Any) -> tuple[Params, ModelState]:
        """Draws the arrays of a layer within for rows of a shape."""
        path = self._paths[id(layer)]
        assert self._key is not None
        params, state = layer.pure.init(named_key(self._key, path), input_shape)
        trained = was_trained(layer, path, self.params, self.state)
        place, where = (self.params, path) if trained else (self.state, f"{path}/{FROZEN}".rstrip("/"))
        place |= {f"{where}/{name}": array for name, array in params.items()}
        drawn = {f"{path}/{name}": array for name, array in state.items()}
        self.state |= drawn
        self.first |= drawn
        return params, state


def bring_up(layer: Any, input_shape: Any) -> None:
    """Calls the `build` of a layer, once, and takes the layers within for its own.

    Raises:
        UsageError: a layer within belongs to another, or is none that can be trained there.
    """
    own = notes(layer)
    if own.before is not None:
        return
    own.before, done = {}, False
    before = {name: (copy_of(value), things_in(value)) for name, value in attributes(layer).items()}
    try:
        if type(layer).build is not Layer.build:
            base = with_base(layer).get(BASE)
            drawn = ({}, {}) if base is None else abstract(base, input_shape)
            shown = [{f"{BASE}/{name}": array for name, array in part.items()} for part in drawn]
            with Pass(layer, shown[0], shown[1]).running():
                layer.build(with_batch(input_shape))
        for path, thing in things_in(attributes(layer)):
            _claim(layer, path, thing)
        done = True
    finally:
        after = attributes(layer)
        own.before = dict.fromkeys(after.keys() - before.keys(), ABSENT) | {
            name: value
            for name, (value, things) in before.items()
            if name not in after or not same_things(things, things_in(after[name]))
        }
        if not done:
            layer.pure.forget_calls()


def _claim(layer: Any, path: str, thing: Any) -> None:
    if isinstance(thing, UsedAsLayer):
        raise UsageError(
            f"{layer.pure.title}: the model within, {path}, would not be trained. Derive the outer class from fl.Model, or "
            "keep the layers of the inner one in a list."
        )
    if not isinstance(thing, Layer):
        return
    if thing.activity_regularizer is not None:
        raise UsageError(
            f"{layer.pure.title}: the layer within, {path}, has an activity_regularizer, which is not counted there. Give it "
            "to the outer layer."
        )
    thing.pure.belong_to(layer.pure, path)
