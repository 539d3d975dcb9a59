"""Layers of a user's own as programs for Keras write them: `__init__`, `build`, `call`, weights kept on `self`.

Such a layer is made pure here. Each pass works on a copy of it, in which arrays stand where `add_weight` had left a
mark, and the layers within are called with arrays of the pass: what `call` changes, it changes in the copy.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline._random import Key
from fallline._tree import static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.errors import UsageError
from fallline.layers.base.held import INTERNAL, below
from fallline.layers.base.layer import Layer
from fallline.layers.base.tensor import Shape
from fallline.layers.lambda_layer import shape_of
from fallline.layers.written.passes import Pass, fresh_copy
from fallline.layers.written.weight_spec import WeightSpec
from fallline.regularizers import Regularizer


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
    def draws_always(self) -> bool:  # type: ignore[override]
        """Whether `call` draws at inference too."""
        return bool(self.layer.draws_always)

    @property
    def sampled(self) -> bool:  # type: ignore[override]
        """Whether a layer within is of the dropout family."""
        return bool(self.layer.sampled)

    @property
    def regularizers(self) -> list[Regularizer]:
        """The penalties on its weights, and on those of the layers within."""
        return regularizers(self.layer)

    @property
    def constrained(self) -> bool:
        """Whether a weight has a constraint, or one of the layers within."""
        return constrained(self.layer)

    def init(self, key: Key, input_shape: Any) -> tuple[Params, ModelState]:
        """The arrays of the user's layer."""
        return init(self.layer, key, input_shape)

    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Array, ModelState]:
        """What `call` gives."""
        return apply(self.layer, params, state, x, key, training)

    def sample(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None
    ) -> tuple[Array, ModelState]:
        """What `call` gives with the dropout family within at work."""
        return apply(self.layer, params, state, x, key, training=False, sampling=True)

    def output_shape(self, input_shape: Any) -> Shape:
        """What `compute_output_shape` says, else what `call` gives."""
        return output_shape(self.layer, input_shape)

    def penalties(self, params: Params) -> list[Scalar]:
        """What the regularizers of its weights, and of the layers within, add to the loss."""
        return penalties(self.layer, params)

    def project(self, params: Params, lengths: Any) -> Params:
        """Its weights after a step."""
        return project(self.layer, params, lengths)


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
    run = Pass(layer, input_shape, key=key)
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
    layer: Any,
    params: Params,
    state: ModelState,
    x: Any,
    key: Key | None,
    training: bool,
    sampling: bool = False,
) -> tuple[Array, ModelState]:
    """What `call` gives, and the state that it leaves.

    With `sampling` the dropout family within is at work, whatever `call` tells it.
    """
    shapes = tuple(one.shape[1:] for one in x) if layer.several_inputs else x.shape[1:]
    run = Pass(layer, shapes, params=params, state=state, sampling=sampling)
    return run.call(list(x) if layer.several_inputs else x, key, training), run.new_state()


def output_shape(layer: Any, input_shape: Any) -> Shape:
    """What `compute_output_shape` says, else what `call` gives."""
    several = layer.several_inputs
    if type(layer).compute_output_shape is not Layer.compute_output_shape:
        batched = [(None, *shape) for shape in input_shape] if several else (None, *input_shape)
        return tuple(layer.compute_output_shape(batched)[1:])

    def outputs(arrays: Any) -> Array:
        params, state = init(layer, jax.random.key(0), input_shape)
        return apply(
            layer, params, state, arrays if several else arrays[0], jax.random.key(0), training=False
        )[0]

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
        found += inner.penalties(below(params, path))
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
        own_lengths = below(lengths, path) if isinstance(lengths, dict) else lengths
        new = inner.pure.project(below(projected, path), own_lengths)
        projected |= {f"{path}/{name}": array for name, array in new.items()}
    return projected


def twin(layer: Any) -> Any:
    """A copy of a layer without arrays, with copies of the layers within: those belong to one layer."""
    met: dict[int, Layer] = {}

    def fresh(value: Any) -> Any:
        if isinstance(value, Layer):
            if id(value) not in met:
                met[id(value)] = value.twin(value.name)
            return met[id(value)]
        if isinstance(value, list | tuple):
            return type(value)(fresh(item) for item in value)
        return {name: fresh(item) for name, item in value.items()} if isinstance(value, dict) else value

    other = fresh_copy(layer)
    for name, value in list(vars(other).items()):
        if name in INTERNAL:
            del other.__dict__[name]
        else:
            other.__dict__[name] = fresh(value)
    return other


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
