"""One pass through a layer written as in Keras, on a copy of it in which arrays stand in their places."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import Key, named_key
from fallline._tree import assign
from fallline._types import ModelState, Params
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.held import BASE, FROZEN, INTERNAL, below
from fallline.layers.base.layer import Layer
from fallline.layers.written.weight_spec import WeightSpec
from fallline.own.tracing import in_a_trace
from fallline.own.variable import Variable, plain


class Pass:
    """One pass through a layer: a copy of it with arrays in their places.

    Attributes:
        params: Trained arrays by path.
        state: The others.
        within: The layers within, by path.
    """

    def __init__(
        self,
        layer: Any,
        input_shape: Any,
        *,
        key: Key | None = None,
        params: Params | None = None,
        state: ModelState | None = None,
        sampling: bool = False,
    ) -> None:
        self.key = key
        self.sampling = sampling
        self.params: dict[str, Any] = dict(params or {})
        self.state: dict[str, Any] = dict(state or {})
        self.within: dict[str, Layer] = {}
        self.training = False
        self.draws_arrays = key is not None
        self.first_state: dict[str, Any] = {}
        self.placed: dict[str, bool] = layer.__dict__.setdefault("_placed", {})
        self.trains_outer = bool(layer.trainable)
        self.is_drawn = layer.held() is not None
        self.outer = layer
        self._variables: dict[str, Variable] = {}
        self._specs: dict[str, WeightSpec] = {}
        self._met: dict[int, Any] = {}
        self._layer = fresh_copy(layer)
        several = layer.several_inputs
        batched = [(None, *shape) for shape in input_shape] if several else (None, *input_shape)
        self._layer.__dict__["_pass"] = self
        if type(layer).base_class is not None:
            self._enter_base(layer, input_shape)
        if type(layer).build is not Layer.build:
            with in_a_trace():
                self._layer.build(batched)
        for name, value in list(vars(self._layer).items()):
            if name not in INTERNAL:
                self._layer.__dict__[name] = self._bound(value, name)
        layer.__dict__["_parts"] = self._layer.__dict__["_parts"] = (self._specs, self.within)
        layer.__dict__["draws"] = any(inner.draws for inner in self.within.values())
        layer.__dict__["sampled"] = any(inner.sampled for inner in self.within.values())

    def _enter_base(self, layer: Any, input_shape: Any) -> None:
        """Makes `super().call` and the arrays of the layer that the class is derived from at hand."""
        base = layer.__dict__.setdefault("_base", object.__new__(layer.base_class))
        # Each time: they may have been assigned since. The last two are the derived layer's business.
        assign(base, **{field.name: getattr(layer, field.name) for field in dataclasses.fields(base)})
        assign(base, activity_regularizer=None, trainable=True)
        bound = self._bound(base, BASE)
        self._layer.__dict__["_base_in_pass"] = bound
        if self.draws_arrays:
            bound.draw(input_shape)

    def call(self, x: Any, key: Key | None, training: bool) -> Array:
        """What `call` gives in this pass.

        Raises:
            ShapeError: it is no array of as many rows.
        """
        self.key, self.training = (self.key if key is None else key), training
        told = {"training": training} if "training" in inspect.signature(self._layer.call).parameters else {}
        with in_a_trace():
            given = self._layer.call(x, **told)
        if isinstance(given, dict | list | tuple):
            raise UsageError(
                f"{self._layer.title}: call gave a {type(given).__name__} of {len(given)}, but a layer gives one array. Join "
                "them by ops.concatenate, make a layer for each, or derive the class from fl.Model."
            )
        outputs = jnp.asarray(plain(given))
        rows = (x[0] if isinstance(x, list) else x).shape[0]
        if outputs.shape[:1] != (rows,):
            raise ShapeError(
                f"{self._layer.title}: call gave {outputs.shape} for {rows} rows; the first axis is the batch."
            )
        return outputs

    def new_state(self) -> ModelState:
        """The state that the pass leaves."""
        return self.state | {path: variable.value for path, variable in self._variables.items()}

    def _bound(self, value: Any, path: str) -> Any:
        """What stands in a value's place during the pass; the same thing in each of its places."""
        if isinstance(value, WeightSpec | Layer):
            if id(value) not in self._met:
                self._met[id(value)] = self._entered(value, path)
            return self._met[id(value)]
        if isinstance(value, list | tuple):
            return type(value)(self._bound(item, f"{path}_{index}") for index, item in enumerate(value))
        if isinstance(value, dict):
            return {name: self._bound(item, f"{path}_{name}") for name, item in value.items()}
        # Models lie above the layers, which know of them only that they have a network.
        if hasattr(type(value), "run_variables"):
            raise UsageError(
                f"{self._layer.title}: the model within, {path}, would not be trained. Derive the outer class from "
                "fl.Model, or keep the layers of the inner one in a list."
            )
        return value

    def _entered(self, value: Any, path: str) -> Any:
        if isinstance(value, WeightSpec):
            return self._array(value, path)
        if isinstance(value, Layer):
            if value.activity_regularizer is not None:
                raise UsageError(
                    f"{self._layer.title}: the layer within, {path}, has an activity_regularizer, which is not counted "
                    "there. Give it to the outer layer."
                )
            value.belong_to(self.outer, path)
            self.within[path] = value
        return _Within(value, path, self)

    def _array(self, spec: WeightSpec, path: str) -> Any:
        self._specs[path] = spec
        place = self.params if spec.trainable else self.state
        if path not in place:
            assert self.key is not None
            place[path] = spec.initializer.sample(named_key(self.key, path), spec.shape, spec.dtype)
        if spec.trainable:
            return place[path]
        self._variables[path] = Variable(place[path])
        return self._variables[path]


class _Within:
    """A layer within a layer, during one pass."""

    def __init__(self, layer: Layer, path: str, run: Pass) -> None:
        self._layer = layer
        self._path = path
        self._run = run

    def __call__(self, inputs: Any, training: bool | None = None) -> Array:
        layer, path, run = self._layer, self._path, self._run
        several = isinstance(inputs, list | tuple)
        arrays: Any = (
            tuple(jnp.asarray(plain(item)) for item in inputs) if several else jnp.asarray(plain(inputs))
        )
        if layer.written:
            layer.__dict__["several_inputs"] = several
        if layer.several_inputs != several:
            raise UsageError(
                f"{layer.title}: takes {'a list of inputs' if layer.several_inputs else 'one input'}."
            )
        trainable, place, where = self._place()
        params, state = below(place, where), below(run.state, path)
        if run.draws_arrays and not params and not state:
            shapes: Any = tuple(one.shape[1:] for one in arrays) if several else arrays.shape[1:]
            params, state = self.draw(shapes)
        if layer.dtype is not None:
            params, arrays = jax.tree.map(lambda array: array.astype(layer.dtype), (params, arrays))
        trains = run.training if training is None else bool(training)
        trains = trains and ((trainable and run.trains_outer) or not layer.frozen_is_inference)
        samples = run.sampling and layer.sampled and not trains
        draws = layer.draws_always or (layer.draws and (trains or samples))
        if draws and not samples and not run.training:
            run.outer.__dict__["draws_always"] = True
        key = named_key(run.key, path) if run.key is not None and draws else None
        if samples:
            outputs, new = layer.pure.sample(params, state, arrays, key=key)
        else:
            outputs, new = layer.pure.apply(params, state, arrays, key=key, training=trains)
        run.state |= {f"{path}/{name}": array for name, array in new.items()}
        return outputs

    def draw(self, shapes: Any) -> tuple[Params, ModelState]:
        """Its arrays, drawn for rows of a shape."""
        run, path = self._run, self._path
        _, place, where = self._place()
        assert run.key is not None
        params, state = self._layer.pure.init(named_key(run.key, path), shapes)
        place |= {f"{where}/{name}": array for name, array in params.items()}
        run.state |= {f"{path}/{name}": array for name, array in state.items()}
        run.first_state |= {f"{path}/{name}": array for name, array in state.items()}
        return params, state

    def _arrays(self, which: str) -> list[Any]:
        """Its arrays in this pass: "trainable", "non_trainable", or "" for all."""
        params, state = self._run.params, self._run.new_state()
        frozen = below(state, f"{self._path}/{FROZEN}".rstrip("/"))
        own = below(params, self._path)
        found = self._layer.arranged(own | frozen, below(state, self._path))
        wanted = {"trainable": own.keys(), "non_trainable": found.keys() - own.keys()}
        names = wanted.get(which, found.keys())
        return [array for name, array in found.items() if name in names]

    def _place(self) -> tuple[bool, dict[str, Any], str]:
        """Whether its arrays are trained, where they lie, and the path there."""
        run, path, now = self._run, self._path, bool(self._layer.trainable)
        # Decided when they are drawn; `require_same_freezing` tells of a change.
        if not run.is_drawn:
            run.placed[path] = now
        trainable = run.placed.get(path, now)
        return (True, run.params, path) if trainable else (False, run.state, f"{path}/{FROZEN}".rstrip("/"))

    def __getattr__(self, name: str) -> Any:
        which, _, noun = name.rpartition("_")
        if noun in ("weights", "variables") and which in ("", "trainable", "non_trainable"):
            return self._arrays(which)
        for part in (self._run.params, self._run.state):
            if f"{self._path}/{name}" in part:
                return part[f"{self._path}/{name}"]
        # Not through the layer's own way to look for arrays, which would draw them: this is where they are drawn.
        try:
            return object.__getattribute__(self._layer, name)
        except AttributeError:
            raise AttributeError(
                f'the layer within, {self._path} ({type(self._layer).__name__}), has no attribute "{name}". Its arrays are '
                "there once it has been called, in the same call.",
                name=name,
            ) from None


def fresh_copy(layer: Any) -> Any:
    """A copy for one pass, with lists and dictionaries of its own, and marks where the arrays belong.

    What `add_weight` left in `__init__` is taken off the attributes of the layer itself, so that they show its arrays.
    """
    marks = {name: value for name, value in vars(layer).items() if isinstance(value, WeightSpec)}
    if marks:
        layer.__dict__["_marks"] = marks
        layer.__dict__["_order"] = [name for name in vars(layer) if name not in INTERNAL]
        for name in marks:
            del layer.__dict__[name]
    held = {**vars(layer), **layer.__dict__.get("_marks", {})}
    for name in ("_arrays", "_owner", "_within"):  # the copy has those of its pass
        held.pop(name, None)
    # In the order in which they were assigned, which is Keras's order of weights.
    order = [name for name in layer.__dict__.get("_order", ()) if name in held]
    fresh = object.__new__(type(layer))
    for name in dict.fromkeys([*order, *held]):
        value = held[name]
        fresh.__dict__[name] = copy.copy(value) if isinstance(value, list | dict) else value
    return fresh
