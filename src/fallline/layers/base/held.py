"""The arrays that a layer holds: Keras's ways to look at them, and to change them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

import jax
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fallline._types import ModelState, Params
from fallline.errors import UsageError, nearest
from fallline.layers.base.named_arrays import BASE, FROZEN, matching, ordered, part_of
from fallline.layers.base.notes import NOTES, Place, notes
from fallline.own.tracing import IN_A_TRACE, PASS
from fallline.registry.described import Described

ABSENT_FROM_LAYERS = {
    "add_loss": "give add_weight a regularizer, the layer an activity_regularizer, or the model a second output with a loss.",
    "losses": "model.objective().network.penalties(model.run_variables.params) has them.",
    "add_metric": "give compile a metric, or the model a second output with one.",
}
"""Names of Keras's layers that have no counterpart -> the remedy."""


class Title:
    """What messages call a layer: `layer "hidden" (Dense)`; a class written as in Keras may call something else so."""

    def __get__(self, layer: Any, kind: type | None = None) -> str:
        if layer is None:
            return str(kind.__name__) if kind else ""
        itself = layer.itself
        return f'layer "{itself.name}" ({type(itself).__name__})' if itself.name else type(itself).__name__


class Holder(Described):
    """What a layer is as the holder of its arrays.

    The arrays are no fields of the tree: a description must not change when its weights do, or every step would
    compile.

    Attributes:
        name: The layer's name.
        trainable: Whether training changes its arrays.
    """

    not_read: ClassVar[frozenset[str]] = frozenset([NOTES])
    """Attributes that no program depends on, see `own.reads`."""

    name: str | None
    trainable: bool
    title: ClassVar[Title] = Title()

    @property
    def pure(self) -> Any:
        """What holds its pure functions and its arrays: the layer itself, unless it is written as in Keras.

        Such a class may use their names for something else.
        """
        return self

    @property
    def itself(self) -> Any:
        """The user's own layer, of which this is the `pure`."""
        return self

    @property
    def built(self) -> bool:
        """Whether the layer holds its arrays."""
        return self.pure.held() is not None

    @built.setter
    def built(self, value: bool) -> None:
        """Programs for Keras say so at the end of `build`; whether there are arrays is known without."""

    def held(self) -> tuple[Params, ModelState] | None:
        """The arrays that the layer holds: parameters and state. None before it is built.

        A layer within a layer shows its part of the outer one's, and in a pass what it has there.
        """
        if (run := PASS.get()) is not None and (found := run.arrays_of(self.itself)) is not None:
            return cast("tuple[Params, ModelState]", found)
        if (place := self._place_within()) is None:
            return notes(self).arrays
        held = place[0].pure.held()
        return None if held is None else part_of(held, place[1])

    def belong_to(self, outer: Any, path: str) -> None:
        """Says that it is the layer `path` within another, which holds its arrays.

        Raises:
            UsageError: it has arrays of its own, is a part of a model, or within yet another.
        """
        elsewhere, own = None, notes(self)
        if (place := self._place_within()) is not None:
            if place[0] is outer.itself:
                return
            elsewhere = f"within {place[0].pure.title} too"
        elif own.owner is not None and own.owner() is not None:
            elsewhere = "a part of a model too"
        elif jax.tree.leaves(own.arrays):
            elsewhere = "built already"
        if elsewhere:
            raise UsageError(
                f"{outer.title}: the layer within, {path}, is {elsewhere}; here it would have arrays of its own. Make a "
                "new layer and set its weights, or derive the outer class from fl.Model, where layers are shared."
            )
        own.lie_within(outer.itself, path)

    def __copy__(self) -> Holder:
        # Shares the layers within, which go on to belong to this one.
        twin = object.__new__(type(self))
        twin.__dict__.update(vars(self), **{NOTES: copy.copy(notes(self))})
        return twin

    def _place_within(self) -> tuple[Any, str] | None:
        """The layer that it is within, and its path there; one that is gone has left it its part of the arrays."""
        own = notes(self)
        if own.within is None:
            return None
        ref, path = own.within
        outer = ref()
        if outer is None:
            arrays, own.within, own.place = own.place.drawn(), None, Place()
            own.arrays = arrays
        return None if outer is None else (outer, path)

    def drawn(self) -> tuple[Params, ModelState]:
        """The arrays that the layer holds, drawn now if the model that it is in has not done so; else none.

        Raises:
            UsageError: read while a program is made, of which they would be constants.
        """
        if (run := PASS.get()) is not None and (found := run.arrays_of(self.itself)) is not None:
            return cast("tuple[Params, ModelState]", found)
        if IN_A_TRACE.get():
            raise UsageError(
                f"the arrays of {self.title} are read where a program is made; they would be constants of it and not follow "
                "training. Call the layer; for an array that serves twice write one layer of your own, which has it by "
                "add_weight; for a penalty give the layer a regularizer."
            )
        if (place := self._place_within()) is not None:
            place[0].pure.drawn()
        owner = notes(self).owner
        model = None if owner is None else owner()
        if self.held() is None and model is not None:
            model._layer_arrays()
        if self.held() is None:
            notes(self).place.drawn()
        return self.held() or ({}, {})

    def hold(self, params: Params, state: ModelState) -> None:
        """Gives the layer its arrays; models do so when they draw or train them."""
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((params, state))):
            raise UsageError(
                f"{self.title}: called within a transformation of JAX, it cannot keep the arrays it makes there. "
                "Build it before (layer.build), or use init and apply, which are pure."
            )
        if (place := self._place_within()) is None:
            notes(self).arrays = (params, state)
            return
        outer, path = place[0].pure, place[1]
        outer.require_free("set_weights")
        held = [dict(part) for part in outer.drawn()]
        for part in held:
            for prefix in (f"{path}/{FROZEN}", f"{path}/"):
                mine = {prefix + name: array for name, array in (dict(params) | dict(state)).items()}
                part |= {name: array for name, array in mine.items() if name in part}
        outer.hold(held[0], held[1])

    def lend(self, user: Any) -> None:
        """Says who trains the arrays just now (None: nobody), so that nobody else changes them meanwhile."""
        notes(self).lent = user

    def require_free(self, verb: str, user: Any = None) -> None:
        """Refuses to change arrays that a run trains: what was set would be lost.

        Raises:
            UsageError: another than `user` trains them.
        """
        lent = notes(self).lent
        if lent is not None and lent is not user:
            raise UsageError(
                f"{verb}: {self.title} is in training, where a callback looks but cannot change it. Set weights in "
                "on_train_end; to keep the best ones use EarlyStopping(restore_best_weights=True)."
            )

    @property
    def weights(self) -> list[Array]:
        """The arrays, parameters first, in Keras's order."""
        return list(self.pure.arranged(*self.pure.drawn()).values())

    @property
    def trainable_weights(self) -> list[Array]:
        """The arrays that training changes by gradients."""
        params, state = self.pure.drawn()
        found = self.pure.arranged(params, state) if self.trainable else {}
        return [array for name, array in found.items() if name in params]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The arrays that training does not change by gradients."""
        params, state = self.pure.drawn()
        trained = params if self.trainable else {}
        return [array for name, array in self.pure.arranged(params, state).items() if name not in trained]

    def get_weights(self) -> list[NDArray[Any]]:
        """Copies of the arrays, parameters first, in Keras's order."""
        return [np.array(array) for array in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces the arrays, in the order of `get_weights`.

        Raises:
            ShapeError: the number or the shapes of the arrays differ.
            UsageError: the layer is not built.
        """
        pure = self.pure
        pure.require_free("set_weights")
        params, state = pure.drawn()
        if pure.held() is None:
            raise UsageError(f"{pure.title}: not built yet; call build, or put it into a model, first.")
        new = matching(pure.arranged(params, state), weights, pure.title)
        pure.hold({name: new[name] for name in params}, {name: new[name] for name in state})

    variables = property(lambda self: self.weights, doc="Keras's other name for `weights`.")
    trainable_variables = property(lambda self: self.trainable_weights, doc="Keras's other name.")
    non_trainable_variables = property(lambda self: self.non_trainable_weights, doc="Keras's other name.")

    def arranged(self, params: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
        """Its arrays in Keras's order: parameters, then state."""
        return ordered(params) | ordered(state)

    def count_params(self) -> int:
        """The number of numbers in its arrays."""
        return sum(int(array.size) for array in self.weights)

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is no field: an array of a built layer, such as `layer.kernel`.
        # Names that begin with "_" are asked for by libraries, which must not draw arrays.
        if not name.startswith("_"):
            pure = self.pure
            for part in (pure.held() or ({}, {})) if IN_A_TRACE.get() else pure.drawn():
                for found in (name, f"{BASE}/{name}"):
                    if found in part:
                        pure.drawn()  # refuses what would be a constant
                        return part[found]
        if name in notes(self).specs:  # asked for and not drawn yet: it has a shape
            return notes(self).specs[name]
        if name in ABSENT_FROM_LAYERS:
            raise AttributeError(
                f'layer {type(self).__name__} has no "{name}": {ABSENT_FROM_LAYERS[name]}', name=name
            )
        hint = "" if name.startswith("_") or notes(self).arrays else " It is not built yet."
        if not name.startswith("_"):
            known = [*(each for part in self.pure.held() or () for each in part), *dir(type(self))]
            hint += nearest(name, [each for each in known if each[0] != "_"])
        raise AttributeError(f'layer {type(self).__name__} has no attribute "{name}".{hint}', name=name)
