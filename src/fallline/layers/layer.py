"""What a layer is: a frozen description, three pure functions, and Keras's ways to try it alone."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from fallline import config, constraints, initializers, regularizers
from fallline._random import Key, named_key, root_key
from fallline._registry import Described, Registry
from fallline._schedule import at_step
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.activations import Activation
from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers.arguments import check_name, checked_shape, without_batch
from fallline.layers.tensor import Call, Shape, Tensor
from fallline.regularizers import Regularizer

ROLES = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}
"""Endings of field names -> what resolves them: `kernel_regularizer` penalises the array `kernel`."""

ORDER = ("kernel", "gamma", "embeddings", "bias", "beta")
"""Arrays of one layer as Keras lists them; those not named follow in alphabetical order."""


@tree
class Layer(Described):
    """A layer: what it computes, as pure functions, and the arrays it holds once it is built.

    A model trains a copy of the description and keeps the arrays in the layer itself, so that a layer used in
    two models, or twice in one, has one set of weights.

    A layer of your own is a small class:

        @fl.tree
        class Gain(fl.layers.Layer):
            start: float = 1.0

            def init(self, key, input_shape):
                return {"gain": jnp.full(input_shape, self.start)}, {}

            def apply(self, params, state, x, *, key, training):
                return x * params["gain"], state

    Attributes:
        name: The layer's name in summaries, histories and files; None: made from the class and a number.
        trainable: Whether training changes its arrays; may be assigned before `compile`.
        input_shape: Shape of one row of its inputs, for the first layer of a `Sequential`.
        activity_regularizer: Penalty on the outputs of a batch, or None.
    """

    name: str | None = static(default=None, kw_only=True)
    trainable: bool = static(default=True, kw_only=True)
    input_shape: Shape | None = static(default=None, kw_only=True)
    activity_regularizer: Any = dataclasses.field(default=None, kw_only=True)

    settable: ClassVar[tuple[str, ...]] = ("trainable",)

    draws: ClassVar[bool] = False
    """Whether training draws random numbers."""
    sampled: ClassVar[bool] = False
    """Whether Monte-Carlo prediction leaves it on, as in training."""
    several_inputs: ClassVar[bool] = False
    """Whether it is called on a list: `apply` then gets a tuple of arrays, `output_shape` one of shapes."""
    takes_integers: ClassVar[bool] = False
    """Whether inputs of whole numbers must reach it uncast, such as category numbers."""
    frozen_is_inference: ClassVar[bool] = False
    """Whether a frozen one runs as at inference."""

    def __post_init__(self) -> None:
        check_name(self)
        for field in dataclasses.fields(self):
            resolve = ROLES.get(field.name.rpartition("_")[2])
            if resolve is not None:
                assign(self, **{field.name: resolve(getattr(self, field.name))})
        assign(self, trainable=bool(self.trainable), input_shape=checked_shape(self))

    # The pure functions that training is made of

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Fresh parameters and state for inputs of a shape; empty for a layer that has none.

        Args:
            key: Randomness for the initial values.
            input_shape: Shape of one row.
        """
        del key, input_shape
        return {}, {}

    @abc.abstractmethod
    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The layer's outputs and its new state.

        Args:
            params: As `init` made them, or trained since.
            state: As `init` made it, or as the last batch left it.
            x: A batch of inputs.
            key: Randomness for this batch; None where nothing is drawn.
            training: Whether dropout, batch statistics and the like are on.
        """

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output row for inputs of a shape.

        Raises:
            ShapeError: the layer cannot take such inputs.
        """
        return input_shape

    def penalties(self, params: Params) -> list[Scalar]:
        """What the regularizers of its arrays add to the loss."""
        return [penalty(params[name]) for name, penalty in self._attached("regularizer", params)]

    def project(self, params: Params, rate: Scalar) -> Params:
        """Its arrays after a step: proximal penalties of step length `rate`, then constraints."""
        projected = dict(params)
        for name, penalty in self._attached("regularizer", params):
            projected[name] = penalty.proximal_step(projected[name], rate)
        for name, constraint in self._attached("constraint", params):
            projected[name] = constraint(projected[name])
        return projected

    @property
    def regularizers(self) -> list[Regularizer]:
        """The penalties on its arrays."""
        found = [getattr(self, field.name) for field in dataclasses.fields(self)]
        return [
            item for item in found if isinstance(item, Regularizer) and item is not self.activity_regularizer
        ]

    def detached(self) -> tuple[Layer, Activation] | None:
        """The layer with linear outputs, and its activation: for losses that take logits. None: it has none."""
        return None

    # Trying it alone, and its arrays

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """Calls the layer on symbolic tensors, which gives a tensor, or on arrays, which gives an array.

        On arrays the layer is built first where it is not, and with `training=True` its state moves on.

        Raises:
            ShapeError, UsageError: the layer cannot take such inputs.
        """
        given = self._as_sources(inputs)
        if any(isinstance(item, Tensor) for item in given):
            return self.called(given, training)
        arrays = tuple(self._as_array(item) for item in given)
        params, state = self._built(tuple(array.shape[1:] for array in arrays))
        trains = bool(training) and (self.trainable or not self.frozen_is_inference)
        key = root_key(config.next_seed()) if trains and self.draws else None
        x: Any = arrays if self.several_inputs else arrays[0]
        outputs, new = at_step(self, 0).apply(params, state, x, key=key, training=trains)
        if state:
            self.hold(params, new)
        return outputs

    def called(
        self, sources: Sequence[Any], training: bool | None = None, scope: tuple[Any, ...] = ()
    ) -> Tensor:
        """The tensor that the layer gives for tensors."""
        if strange := [item for item in sources if not isinstance(item, Tensor)]:
            raise UsageError(
                f"{self._title()}: called on a mixture of symbolic tensors and {type(strange[0]).__name__}. "
                "Make constants an Input of their own."
            )
        shapes = tuple(tensor.row_shape for tensor in sources)
        given: Any = shapes if self.several_inputs else shapes[0]
        shape = self.output_shape(given)
        self._require_built_for(shapes)
        tensor = Tensor(Call(self, tuple(sources), training, scope), shape)
        if not scope:
            self.__dict__.setdefault("_outputs", tensor)
        return tensor

    @property
    def input(self) -> Any:
        """The symbolic tensor (or list of them) that the layer was first called on."""
        sources = self.output.call.sources
        return list(sources) if self.several_inputs else sources[0]

    @property
    def output(self) -> Tensor:
        """The symbolic tensor of the layer's first call: `Model(model.inputs, layer.output)`."""
        tensor: Tensor | None = self.__dict__.get("_outputs")
        if tensor is None:
            raise UsageError(f"{self._title()}: it is in no network yet; call it on an Input first.")
        return tensor

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Draws the arrays for inputs of a shape, whose first axis is the batch, as in Keras."""
        several = self.several_inputs and bool(input_shape) and isinstance(input_shape[0], Sequence)
        shapes: Any = input_shape if several else (input_shape,)
        self._built(tuple(without_batch(shape, self._title()) for shape in shapes))

    built = property(lambda self: self.held() is not None, doc="Whether the layer holds its arrays.")

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple[int | None, ...]:
        """The shape of outputs for inputs of a shape; the first axis is the batch in both, as in Keras."""
        if self.several_inputs:
            shapes: Any = tuple(without_batch(shape, self._title()) for shape in input_shape)
            return (input_shape[0][0], *self.output_shape(shapes))
        return (input_shape[0], *self.output_shape(without_batch(input_shape, self._title())))

    def held(self) -> tuple[Params, ModelState] | None:
        """The arrays that the layer holds: parameters and state. None before it is built."""
        return self.__dict__.get("_arrays")

    def drawn(self) -> tuple[Params, ModelState]:
        """The arrays that the layer holds, drawn now if the model that it is in has not done so; else none."""
        owner = self.__dict__.get("_owner")
        model = None if owner is None else owner()
        if self.held() is None and model is not None:
            model.arrays()
        return self.held() or ({}, {})

    def hold(self, params: Params, state: ModelState) -> None:
        """Gives the layer its arrays; models do so when they draw or train them."""
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((params, state))):
            raise UsageError(
                f"{self._title()}: called within a transformation of JAX, it cannot keep the arrays it makes there. "
                "Build it before (layer.build), or use init and apply, which are pure."
            )
        # No field of the tree: a description must not change when its weights do, or every step would compile.
        self.__dict__["_arrays"] = (params, state)

    def lend(self, user: Any) -> None:
        """Says who trains the arrays just now (None: nobody), so that nobody else changes them meanwhile."""
        self.__dict__["_lent"] = user

    def require_free(self, verb: str, user: Any = None) -> None:
        """Refuses to change arrays that a run trains: what was set would be lost.

        Raises:
            UsageError: another than `user` trains them.
        """
        lent = self.__dict__.get("_lent")
        if lent is not None and lent is not user:
            raise UsageError(
                f"{verb}: {self._title()} is in training, where a callback looks but cannot change it. Set weights in "
                "on_train_end; to keep the best ones use EarlyStopping(restore_best_weights=True)."
            )

    @property
    def weights(self) -> list[Array]:
        """The arrays, parameters first, in Keras's order."""
        return [*self.trainable_weights, *self.non_trainable_weights]

    @property
    def trainable_weights(self) -> list[Array]:
        """The arrays that training changes by gradients."""
        return list(ordered(self.drawn()[0]).values()) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The arrays that training does not change by gradients."""
        params, state = self.drawn()
        return list((ordered(state) if self.trainable else ordered(params) | ordered(state)).values())

    def get_weights(self) -> list[NDArray[Any]]:
        """Copies of the arrays, parameters first, in Keras's order."""
        return [np.array(array) for array in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Replaces the arrays, in the order of `get_weights`.

        Raises:
            ShapeError: the number or the shapes of the arrays differ.
            UsageError: the layer is not built.
        """
        self.require_free("set_weights")
        params, state = self.drawn()
        if not self.built:
            raise UsageError(f"{self._title()}: not built yet; call build, or put it into a model, first.")
        held = [ordered(params), ordered(state)]
        names = [name for part in held for name in part]
        if len(weights) != len(names):
            raise ShapeError(
                f"{self._title()}: expected {len(names)} arrays ({', '.join(names)}), got {len(weights)}."
            )
        given = iter(weights)
        new = [{name: self._like(name, old, next(given)) for name, old in part.items()} for part in held]
        self.hold(new[0], new[1])

    def count_params(self) -> int:
        """The number of numbers in its arrays."""
        return sum(int(array.size) for array in self.weights)

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is no field: an array of a built layer, such as `layer.kernel`.
        # Names that begin with "_" are asked for by libraries, which must not draw arrays.
        for part in () if name.startswith("_") else self.drawn():
            if name in part:
                return part[name]
        hint = "" if name.startswith("_") or self.__dict__.get("_arrays") else " It is not built yet."
        raise AttributeError(f'layer {type(self).__name__} has no attribute "{name}".{hint}', name=name)

    # Inside

    def _attached(self, role: str, params: Mapping[str, Any]) -> list[tuple[str, Any]]:
        fields = {field.name for field in dataclasses.fields(self)}
        pairs = ((name, f"{name}_{role}") for name in params)
        found = [(name, getattr(self, field)) for name, field in pairs if field in fields]
        return [(name, item) for name, item in found if item is not None]

    def _as_sources(self, inputs: Any) -> tuple[Any, ...]:
        """What the layer was called on, one by one."""
        if not self.several_inputs:
            if isinstance(inputs, list | tuple) and any(isinstance(item, Tensor) for item in inputs):
                raise UsageError(
                    f"{self._title()}: takes one input, got {len(inputs)}. Join them first, e.g. by Concatenate."
                )
            return (inputs,)
        if not isinstance(inputs, list | tuple):
            raise UsageError(f"{self._title()}: takes a list of inputs, got {type(inputs).__name__}.")
        return tuple(inputs)

    def _as_array(self, given: Any) -> Array:
        try:
            array = jnp.asarray(given)
        except (TypeError, ValueError):
            raise DataError(
                f"{self._title()}: inputs must be an array of numbers, got {type(given).__name__} {given!r:.40}."
            ) from None
        if array.ndim == 0:
            raise ShapeError(f"{self._title()}: inputs need a batch axis, got a scalar.")
        if self.takes_integers or jnp.issubdtype(array.dtype, jnp.floating):
            return array
        return array.astype(jnp.float32)

    def _built(self, shapes: tuple[Shape, ...]) -> tuple[Params, ModelState]:
        shape: Any = shapes if self.several_inputs else shapes[0]
        self.output_shape(shape)  # raises where the inputs do not fit
        held = self.held()
        if held is not None:
            self._require_built_for(shapes)
            return held
        key = named_key(root_key(config.next_seed()), self.name or type(self).__name__)
        self.hold(*self.init(key, shape))
        return self.held() or ({}, {})

    def _require_built_for(self, shapes: tuple[Shape, ...]) -> None:
        """Refuses inputs for which the arrays that the layer holds are not made.

        Raises:
            ShapeError: says for which inputs the layer was built.
        """
        held = self.held()
        if held is None:
            return
        shape: Any = shapes if self.several_inputs else shapes[0]
        wanted = jax.eval_shape(lambda: self.init(jax.random.key(0), shape))
        for old, new in zip(jax.tree.leaves(held), jax.tree.leaves(wanted), strict=True):
            if old.shape != new.shape:
                raise ShapeError(
                    f"{self._title()} was built with an array of shape {old.shape} but inputs of rows {shape} "
                    f"need {new.shape}. Make a new layer for them."
                )

    def _like(self, name: str, old: Array, given: Any) -> Array:
        values = np.asarray(given)
        if values.dtype.kind not in "biufV":
            raise UsageError(f'{self._title()}: "{name}" must hold numbers, got {values.dtype}.')
        if values.shape != old.shape:
            raise ShapeError(f'{self._title()}: "{name}" has shape {old.shape}, got {values.shape}.')
        return jnp.asarray(values.astype(old.dtype))

    def _title(self) -> str:
        return f'layer "{self.name}" ({type(self).__name__})' if self.name else type(self).__name__


layers: Registry[Layer] = Registry("layer", "layers")


def ordered(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays of one layer in Keras's order."""

    def rank(name: str) -> tuple[int, str]:
        return (ORDER.index(name) if name in ORDER else len(ORDER), name)

    return {name: arrays[name] for name in sorted(arrays, key=rank)}


def at_least_float32(x: Array) -> Array:
    """Floats of 16 bits as float32, others as they are: sums over a batch lose too much in 16 bits."""
    # Not through promote_types, which refuses two types under strict promotion.
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x
