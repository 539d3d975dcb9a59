"""Layers of a user's own as programs for Keras write them: `__init__`, `build`, `call`, weights kept on `self`.

Such a layer is made pure here. Each pass works on a copy of it, in which arrays stand where `add_weight` had left a
mark, and the layers within are called with arrays of the pass: what `call` changes, it changes in the copy.
"""

from __future__ import annotations

import copy
import inspect
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import Key, named_key
from fallline._tree import static, tree
from fallline._types import ModelState, Params, Scalar
from fallline._variable import Variable, plain
from fallline.errors import ShapeError, UsageError
from fallline.layers.calling import within_a_pass
from fallline.layers.holder import FROZEN, INTERNAL
from fallline.layers.lambda_layer import shape_of
from fallline.layers.layer import Layer
from fallline.layers.tensor import Shape
from fallline.layers.weight_spec import WeightSpec
from fallline.regularizers import Regularizer

Arrays = dict[str, Array]


@tree
class Written(Layer):
    """A layer written for Keras, as a network holds it.

    Attributes:
        layer: The user's own layer.
    """

    layer: Any = static()

    @property
    def several_inputs(self) -> bool:  # type: ignore[override]
        """Whether it was called on a list."""
        return bool(self.layer.several_inputs)

    @property
    def draws(self) -> bool:  # type: ignore[override]
        """Whether a layer within draws random numbers."""
        return bool(self.layer.draws)

    @property
    def regularizers(self) -> list[Regularizer]:
        """The penalties on its weights, and on those of the layers within."""
        return list(self.layer.regularizers)

    @property
    def constrained(self) -> bool:
        """Whether a weight has a constraint, or one of the layers within."""
        return bool(self.layer.constrained)

    def init(self, key: Key, input_shape: Any) -> tuple[Params, ModelState]:
        """The arrays of the user's layer."""
        arrays: tuple[Params, ModelState] = self.layer.init(key, input_shape)
        return arrays

    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Array, ModelState]:
        """What `call` gives."""
        result: tuple[Array, ModelState] = self.layer.apply(params, state, x, key=key, training=training)
        return result

    def output_shape(self, input_shape: Any) -> Shape:
        """What `compute_output_shape` says, else what `call` gives."""
        return tuple(self.layer.output_shape(input_shape))

    def penalties(self, params: Params) -> list[Scalar]:
        """What the regularizers of its weights, and of the layers within, add to the loss."""
        return list(self.layer.penalties(params))

    def project(self, params: Params, lengths: Any) -> Params:
        """Its weights after a step."""
        return dict(self.layer.project(params, lengths))


def regularizers(layer: Any) -> list[Regularizer]:
    """The penalties on the weights, and on those of the layers within."""
    own, within = _parts(layer)
    found = [spec.regularizer for spec in own.values() if spec.regularizer is not None]
    return [*found, *(item for inner in within.values() for item in inner.regularizers)]


def constrained(layer: Any) -> bool:
    """Whether a weight has a constraint, or one of the layers within."""
    own, within = _parts(layer)
    return any(spec.constraint is not None for spec in own.values()) or any(
        inner.constrained for inner in within.values()
    )


def init(layer: Any, key: Key, input_shape: Any) -> tuple[Params, ModelState]:
    """The arrays that `build` asks for, and those of the layers within."""
    run = _Pass(layer, input_shape, key=key)
    if run.within:
        # What the layers within are called on shows itself only in a call.
        shapes = input_shape if layer.several_inputs else (input_shape,)
        probes = [jnp.zeros((1, *shape), jnp.float32) for shape in shapes]
        start = dict(run.state)
        for training in (False, True):
            run.call(probes if layer.several_inputs else probes[0], None, training)
            # The states that the layers within began with, not those that the probe left.
            start = run.first_state | start
        return run.params, {name: start.get(name, array) for name, array in run.state.items()}
    return run.params, run.state


def apply(
    layer: Any, params: Params, state: ModelState, x: Any, key: Key | None, training: bool
) -> tuple[Array, ModelState]:
    """What `call` gives, and the state that it leaves."""
    shapes = tuple(one.shape[1:] for one in x) if layer.several_inputs else x.shape[1:]
    run = _Pass(layer, shapes, params=params, state=state)
    return run.call(list(x) if layer.several_inputs else x, key, training), run.new_state()


def output_shape(layer: Any, input_shape: Any) -> Shape:
    """What `compute_output_shape` says, else what `call` gives."""
    several = layer.several_inputs
    if type(layer).compute_output_shape is not Layer.compute_output_shape:
        batched = [(None, *shape) for shape in input_shape] if several else (None, *input_shape)
        return tuple(layer.compute_output_shape(batched)[1:])

    def outputs(arrays: Any) -> Array:
        params, state = init(layer, jax.random.key(0), input_shape)
        return apply(layer, params, state, arrays if several else arrays[0], None, training=False)[0]

    return shape_of(outputs, input_shape if several else (input_shape,), f"{layer.title}: its call")


def penalties(layer: Any, params: Params) -> list[Scalar]:
    """What the regularizers add to the loss."""
    own, within = _parts(layer)
    found = [
        spec.regularizer(params[path])
        for path, spec in own.items()
        if spec.regularizer is not None and path in params
    ]
    for path, inner in within.items():
        found += inner.penalties(_below(params, path))
    return found


def project(layer: Any, params: Params, lengths: Any) -> Params:
    """The weights after a step: proximal penalties, then constraints."""
    own, within = _parts(layer)
    projected = dict(params)
    for path, spec in own.items():
        if path in projected and spec.regularizer is not None:
            length = lengths[path] if isinstance(lengths, dict) else lengths
            projected[path] = spec.regularizer.proximal_step(projected[path], length)
        if path in projected and spec.constraint is not None:
            projected[path] = spec.constraint(projected[path])
    for path, inner in within.items():
        below = _below(lengths, path) if isinstance(lengths, dict) else lengths
        new = inner.project(_below(projected, path), below)
        projected |= {f"{path}/{name}": array for name, array in new.items()}
    return projected


class _Pass:
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
    ) -> None:
        self.key = key
        self.params: dict[str, Any] = dict(params or {})
        self.state: dict[str, Any] = dict(state or {})
        self.within: dict[str, Layer] = {}
        self.training = False
        self.draws_arrays = key is not None
        self.first_state: dict[str, Any] = {}
        self.placed: dict[str, bool] = layer.__dict__.setdefault("_placed", {})
        self.trains_outer = bool(layer.trainable)
        self.is_drawn = layer.held() is not None
        self._variables: dict[str, Variable] = {}
        self._specs: dict[str, WeightSpec] = {}
        self._met: dict[int, Any] = {}
        self._layer = _fresh_copy(layer)
        several = layer.several_inputs
        batched = [(None, *shape) for shape in input_shape] if several else (None, *input_shape)
        if type(layer).build is not Layer.build:
            with within_a_pass():
                self._layer.build(batched)
        for name, value in list(vars(self._layer).items()):
            if name not in INTERNAL:
                self._layer.__dict__[name] = self._bound(value, name)
        layer.__dict__["_parts"] = (self._specs, self.within)
        layer.__dict__["draws"] = any(inner.draws for inner in self.within.values())

    def call(self, x: Any, key: Key | None, training: bool) -> Array:
        """What `call` gives in this pass.

        Raises:
            ShapeError: it is no array of as many rows.
        """
        self.key, self.training = (self.key if key is None else key), training
        told = {"training": training} if "training" in inspect.signature(self._layer.call).parameters else {}
        with within_a_pass():
            outputs = jnp.asarray(plain(self._layer.call(x, **told)))
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

    def __init__(self, layer: Layer, path: str, run: _Pass) -> None:
        self._layer = layer
        self._path = path
        self._run = run

    def __call__(self, inputs: Any, training: bool | None = None) -> Array:
        layer, path, run = self._layer, self._path, self._run
        several = isinstance(inputs, list | tuple)
        arrays: Any = (
            tuple(jnp.asarray(plain(item)) for item in inputs) if several else jnp.asarray(plain(inputs))
        )
        if layer.several_inputs != several:
            raise UsageError(
                f"{layer.title}: takes {'a list of inputs' if layer.several_inputs else 'one input'}."
            )
        # Where its arrays lie is decided when they are drawn; `require_same_freezing` tells of a change.
        if not run.is_drawn:
            run.placed[path] = bool(layer.trainable)
        trainable = run.placed.get(path, bool(layer.trainable))
        place, where = (run.params, path) if trainable else (run.state, f"{path}/{FROZEN}".rstrip("/"))
        params, state = _below(place, where), _below(run.state, path)
        if run.draws_arrays and not params and not state:
            shapes: Any = tuple(one.shape[1:] for one in arrays) if several else arrays.shape[1:]
            assert run.key is not None
            params, state = layer.init(named_key(run.key, path), shapes)
            place |= {f"{where}/{name}": array for name, array in params.items()}
            run.state |= {f"{path}/{name}": array for name, array in state.items()}
            run.first_state |= {f"{path}/{name}": array for name, array in state.items()}
        if layer.dtype is not None:
            params, arrays = jax.tree.map(lambda array: array.astype(layer.dtype), (params, arrays))
        trains = run.training if training is None else bool(training)
        trains = trains and ((trainable and run.trains_outer) or not layer.frozen_is_inference)
        key = named_key(run.key, path) if run.key is not None and trains and layer.draws else None
        outputs, new = layer.apply(params, state, arrays, key=key, training=trains)
        run.state |= {f"{path}/{name}": array for name, array in new.items()}
        return outputs

    def __getattr__(self, name: str) -> Any:
        for part in (self._run.params, self._run.state):
            if f"{self._path}/{name}" in part:
                return part[f"{self._path}/{name}"]
        return getattr(self._layer, name)


def _below(arrays: Any, path: str) -> Arrays:
    """The arrays of a layer within, by their names there."""
    prefix = f"{path}/"
    found = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    return {name: array for name, array in found.items() if not name.startswith(FROZEN)}


def _fresh_copy(layer: Any) -> Any:
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
    # In the order in which they were assigned, which is Keras's order of weights.
    order = [name for name in layer.__dict__.get("_order", ()) if name in held]
    fresh = copy.copy(layer)
    fresh.__dict__.clear()
    for name in dict.fromkeys([*order, *held]):
        value = held[name]
        fresh.__dict__[name] = copy.copy(value) if isinstance(value, list | dict) else value
    return fresh


def require_same_freezing(layer: Any) -> None:
    """Refuses layers within that were frozen or thawed after their arrays were drawn.

    Raises:
        UsageError: names the layer, and what to do.
    """
    if "_parts" not in layer.__dict__ or layer.held() is None:
        return
    for path, inner in _parts(layer)[1].items():
        before = layer.__dict__.get("_placed", {}).get(path, inner.trainable)
        if bool(inner.trainable) != before:
            raise UsageError(
                f"{layer.title}: the layer within, {path}, had trainable={before} when its arrays were drawn. Freeze or "
                "thaw the outer layer as a whole, or set it before the model is built."
            )
        inner.require_same_freezing()


def _parts(layer: Any) -> tuple[dict[str, WeightSpec], dict[str, Layer]]:
    """The weights of a layer and the layers within, as its last pass found them."""
    found: tuple[dict[str, WeightSpec], dict[str, Layer]] = layer.__dict__["_parts"]
    return found
