"""Layers of a user's own as programs for Keras write them, made pure: `__init__`, `build`, `call`, weights on `self`.

In a network stands `Written`, a tree: its children are the weights that the layer asked for (initializers, penalties,
constraints), the layers within, and the numbers of the class that it is derived from; the rest of the layer is structure.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.tree_util import GetAttrKey
from jaxtyping import Array

from fallline._random import Key
from fallline._tree import assign, tree
from fallline._types import ModelState, Params
from fallline.errors import UsageError
from fallline.layers.base.layer import Layer
from fallline.layers.base.named_arrays import BASE, FROZEN, below
from fallline.layers.base.notes import NOTES, notes
from fallline.layers.base.tensor import Shape
from fallline.layers.base.trying import is_several, shape_of, shapes_of, with_batch
from fallline.layers.written import parts as of
from fallline.layers.written.passes import Pass, bring_up
from fallline.own.reads import Own
from fallline.own.tracing import PASS


@tree
class Written(Layer):
    """A layer written for Keras, as a network holds it.

    Attributes:
        layer: The user's own layer.
    """

    several_inputs = None

    layer: Any

    def __post_init__(self) -> None:
        # What is noted of the one is noted of the other; the user's own layer is checked already.
        self.__dict__[NOTES] = notes(self.layer)

    @property
    def itself(self) -> Any:
        """The user's own layer."""
        return self.layer

    @property
    def takes_integers(self) -> bool:  # type: ignore[override]
        """As the class that it is derived from."""
        return bool(type(self.layer).takes_integers)

    @property
    def draws(self) -> bool:  # type: ignore[override]
        """Whether it draws random numbers, or a layer within does."""
        return notes(self).draws_always or any(
            inner.pure.draws for inner in of.with_base(self.layer).values()
        )

    @property
    def draws_always(self) -> bool:  # type: ignore[override]
        """Whether `call` draws at inference too, which shows itself when it is tried."""
        own = notes(self)
        if own.tried is not None and self.draws and own.tried[0] != jax.tree.structure(self.layer.pure):
            self.output_shape(own.tried[1])
        return own.draws_always

    @property
    def sampled(self) -> bool:  # type: ignore[override]
        """Whether a layer within is of the dropout family."""
        return any(inner.pure.sampled for inner in of.with_base(self.layer).values())

    def init(self, key: Key, input_shape: Any) -> tuple[Params, ModelState]:
        """The arrays that it asks for, and those of the layers within."""
        bring_up(self.layer, input_shape)
        run = Pass(self.layer, {}, {}, key=key)
        if not run.within:
            return run.params, run.state
        if BASE in run.within:
            run.draw(run.within[BASE], input_shape)
        # What the layers within are called on shows itself only in a call.
        several = is_several(input_shape)
        probes = [
            jnp.zeros((1, *shape), jnp.float32) for shape in (input_shape if several else [input_shape])
        ]
        for training in (False, True):
            run.call(tuple(probes) if several else probes[0], None, training)
        # The states that the layers within began with, not those that the probe left.
        return run.params, run.state | run.first

    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Array, ModelState]:
        """What `call` gives, and the state that it leaves."""
        return self._outputs(params, state, x, key, training, sampling=False)

    def sample(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None
    ) -> tuple[Array, ModelState]:
        """What `call` gives with the dropout family within at work, whatever `call` tells it."""
        return self._outputs(params, state, x, key, training=False, sampling=True)

    def output_shape(self, input_shape: Any) -> Shape:
        """What `compute_output_shape` says, else what `call` gives.

        Raises:
            ShapeError: it is no array of as many rows.
            UsageError: `call` fails on such inputs.
        """
        runs: list[Pass] = []

        def outputs(x: Any) -> Array:
            key = jax.random.key(0)
            runs.append(Pass(self.layer, *self.init(key, input_shape)))
            return runs[-1].call(x, key, training=False)

        shape = shape_of(outputs, input_shape, f"{self.title}: its call")
        own = notes(self)
        own.draws_always = runs[-1].drew
        own.tried = jax.tree.structure(self.layer.pure), input_shape
        if type(self.layer).compute_output_shape is not Layer.compute_output_shape:
            return tuple(self.layer.compute_output_shape(with_batch(input_shape))[1:])
        return shape

    def arranged(self, params: Any, state: Any) -> dict[str, Any]:
        """Its arrays in Keras's order: its own as it asked for them, those of each layer within; its base's come first."""
        run = PASS.get()
        layer = run.layer if run is not None and run.instance is self.layer else self.layer
        specs = of.parts(layer).specs
        names = sorted(specs, key=lambda name: not specs[name].trainable)
        for path, inner in of.with_base(layer).items():
            frozen = below(state, f"{path}/{FROZEN}".rstrip("/"))
            own = inner.pure.arranged(below(params, path) | frozen, below(state, path))
            names += [f"{path}/{FROZEN * (name in frozen)}{name}" for name in own]
        names.sort(key=lambda name: not name.startswith(f"{BASE}/"))
        both = {**params, **state}
        return {name: both[name] for name in names if name in both}

    def in_network(self, name: str) -> Layer:
        """What a network holds, under its name there."""
        layer = self.layer
        return Written(layer, name=name, activity_regularizer=layer.activity_regularizer, dtype=layer.dtype)

    def require_same_freezing(self) -> None:
        """Refuses layers within that were frozen or thawed after their arrays were drawn.

        Raises:
            UsageError: names the layer, and what to do.
        """
        if (held := self.held()) is None:
            return
        for path, inner in of.parts(self.layer).within.items():
            before = of.was_trained(inner, path, *held)
            if bool(inner.trainable) != before:
                raise UsageError(
                    f"{self.title}: the layer within, {path}, had trainable={before} when its arrays were drawn. Freeze "
                    "or thaw the outer layer as a whole, or set it before the model is built."
                )
            inner.pure.require_same_freezing()

    def twin(self, name: str | None) -> Any:
        """A copy of the user's layer as it was before its `build`, with copies of the layers within."""
        met: dict[int, Any] = {}

        def fresh(_: str, thing: Any) -> Any:
            if isinstance(thing, Layer) and id(thing) not in met:
                met[id(thing)] = thing.pure.twin(thing.name)
            return met.get(id(thing), thing)

        other, own = of.copied(self.layer, fresh), notes(self)
        for kept, value in (own.before or {}).items():
            of.keep(other, kept, of.mapped(kept, value, fresh))
        notes(other).asked = list(own.asked)
        assign(other, name=name)
        return other

    def forget_calls(self) -> None:
        """Forgets on which tensors it was called, and takes back what its `build` has made."""
        super().forget_calls()
        own = notes(self)
        if own.before is None or self.held() is not None:
            return
        for inner in of.parts(self.layer).within.values():
            inner.pure.forget_calls()
        for name, value in own.before.items():
            of.keep(self.layer, name, value)
        own.before, own.draws_always = None, False

    def attached(self, role: str) -> dict[str, Any]:
        """Path of a weight, those of the layers within included -> its "regularizer" or "constraint"."""
        own = {path: getattr(spec, role) for path, spec in of.parts(self.layer).specs.items()}
        found = {path: item for path, item in own.items() if item is not None}
        for path, inner in of.with_base(self.layer).items():
            found |= {f"{path}/{name}": item for name, item in inner.pure.attached(role).items()}
        return found

    # As a tree

    def flattened(self) -> tuple[list[tuple[Any, Any]], tuple[Any, ...]]:
        """Its children under their names, and its structure."""
        specs, within = of.parts(self.layer)
        numbers = {name: getattr(self.layer, name) for name in of.numbers(type(self.layer))}
        numbers["activity_regularizer"] = self.activity_regularizer
        # The numbers are not read: the class says so, see `style`.
        own = Own(self.layer, (*specs.values(), *within.values()))
        drew = notes(self).draws_always
        structure = (self.name, self.trainable, self.dtype, tuple(specs), drew, own)
        pures = {path: inner.pure for path, inner in within.items()}
        children = {"weights": specs, "within": pures, "numbers": numbers}
        return [(GetAttrKey(name), child) for name, child in children.items()], structure

    @classmethod
    def unflattened(cls, structure: tuple[Any, ...], children: Any) -> Written:
        """The node of such children and such a structure; its layer is a copy of the user's, without arrays."""
        name, trainable, dtype, order, draws_always, own = structure
        specs, within, numbers = children
        things = specs | {path: getattr(inner, "itself", inner) for path, inner in within.items()}
        old = of.parts(own.thing)
        new = {id(thing): things[path] for path, thing in (*old.specs.items(), *old.within.items())}
        layer = of.copied(own.thing, lambda _, thing: new.get(id(thing), thing))
        assign(layer, **numbers)
        noted = notes(layer)
        noted.asked, noted.before, noted.draws_always = [specs[path] for path in order], {}, draws_always
        node = object.__new__(cls)
        activity = numbers["activity_regularizer"]
        assign(node, **{NOTES: noted}, layer=layer, name=name, trainable=trainable, dtype=dtype)
        assign(node, input_shape=None, activity_regularizer=activity)
        return node

    # Inside

    def _outputs(
        self, params: Params, state: ModelState, x: Any, key: Key | None, training: bool, sampling: bool
    ) -> tuple[Array, ModelState]:
        bring_up(self.layer, shapes_of(x))
        run = Pass(self.layer, params, state, sampling=sampling)
        return run.call(x, key, training), run.new_state()
