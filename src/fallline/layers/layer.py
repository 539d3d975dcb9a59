"""What a layer is: a frozen description, three pure functions, and Keras's ways to try it alone."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline import config, constraints, initializers, regularizers
from fallline._random import Key, named_key, root_key
from fallline._registry import Registry
from fallline._schedule import at_step
from fallline._tree import assign, replace, static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.activations import Activation
from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers.arguments import check_name, checked_shape, without_batch
from fallline.layers.holder import INTERNAL, Holder
from fallline.layers.tensor import Call, Shape, Tensor
from fallline.regularizers import Regularizer

ROLES = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}
"""Endings of field names -> what resolves them: `kernel_regularizer` penalises the array `kernel`."""


@tree
class Layer(Holder):
    """A layer: what it computes, as pure functions, and the arrays it holds once it is built.

    A model trains a copy of the description and keeps the arrays in the layer itself, so that a layer used in
    two models, or twice in one, has one set of weights.

    A layer of your own is a small class, whose numbers change without compiling again:

        @fl.tree
        class Gain(fl.layers.Layer):
            start: float = 1.0

            def init(self, key, input_shape):
                return {"gain": jnp.full(input_shape, self.start)}, {}

            def apply(self, params, state, x, *, key, training):
                return x * params["gain"], state

    or as in Keras, with `build`, `call` and `add_weight` (see `written`):

        class Gain(fl.layers.Layer):
            def build(self, input_shape):
                self.gain = self.add_weight(shape=input_shape[1:], initializer="ones")

            def call(self, x):
                return x * self.gain

    Attributes:
        name: The layer's name in summaries, histories and files; None: made from the class and a number.
        trainable: Whether training changes its arrays; may be assigned before `compile`.
        input_shape: Shape of one row of its inputs, for the first layer of a `Sequential`.
        activity_regularizer: Penalty on the outputs of a batch, or None.

    Source: Keras 3 for names and arguments.
    """

    name: str | None = static(default=None, kw_only=True)
    trainable: bool = static(default=True, kw_only=True)
    input_shape: Shape | None = static(default=None, kw_only=True)
    activity_regularizer: Any = dataclasses.field(default=None, kw_only=True)

    settable: ClassVar[tuple[str, ...] | None] = ("trainable",)

    written: ClassVar[bool] = False
    """Whether it is written as in Keras, by `call`."""
    keras_build: ClassVar[Any] = None
    """The `build` of such a layer: where it asks for its weights."""
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

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = vars(cls)
        if "call" not in own and "build" not in own:
            return
        if "apply" in own or cls.apply is not Layer.apply:
            raise UsageError(
                f"{cls.__name__}: a layer has either init and apply, or build and call, not both."
            )
        cls.written, cls.settable = True, None
        if "build" in own:
            cls.keras_build = own["build"]
            # What the user calls draws the arrays; within a pass it is `keras_build` that is called.
            del cls.build

    def __post_init__(self) -> None:
        if type(self) is not Layer and not self.written and "__dataclass_fields__" not in vars(type(self)):
            raise UsageError(
                f"{type(self).__name__}: decorate the class with @fl.tree, or write it as in Keras, with call."
            )
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
        if self.written:
            from fallline.layers import written

            return written.init(self, key, input_shape)
        return {}, {}

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

        Raises:
            UsageError: the class says nowhere what it computes.
        """
        if not self.written:
            raise UsageError(f"{type(self).__name__}: write what it computes: apply, or call as in Keras.")
        from fallline.layers import written

        return written.apply(self, params, state, x, key, training)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output row for inputs of a shape.

        Raises:
            ShapeError: the layer cannot take such inputs.
        """
        if self.written:
            from fallline.layers import written

            return written.output_shape(self, input_shape)
        return input_shape

    def in_network(self, name: str) -> Layer:
        """The copy that a network holds, under its name there."""
        if self.written:
            from fallline.layers.written import Written

            return Written(self, name=name, activity_regularizer=self.activity_regularizer)
        return replace(self, name=name, input_shape=None)

    def twin(self, name: str | None) -> Layer:
        """A copy under another name, without arrays."""
        if not self.written:
            return replace(self, name=name)
        other = copy.copy(self)
        for internal in INTERNAL:
            other.__dict__.pop(internal, None)
        assign(other, name=name)
        return other

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: Any = None,
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Any:
        """Asks for an array, in `build` or `__init__` of a layer written as in Keras; to be kept on `self`.

        In `call` the array stands in its place; one that is not trained has `assign`. Files and `weights` know it by
        the attribute in which it is kept.

        Args:
            shape: Its shape; None: a single number.
            initializer: Its first values; None: glorot_uniform for a matrix, else zeros.
            dtype: Its number type; None: float32.
            trainable: Whether gradients change it.
            autocast: Kept for Keras's argument order.
            regularizer: Penalty on it, or None.
            constraint: Where it is brought back to after each step, or None.
            aggregation: Kept for Keras's argument order.
            overwrite_with_gradient: Kept for Keras's argument order.
            name: Kept for Keras's programs.

        Raises:
            UsageError: the shape is no shape, or a name is unknown.
        """
        from fallline.layers.variable import WeightSpec

        if isinstance(shape, str):  # Keras 2 had the name first
            shape, initializer, dtype = initializer, dtype, None
        return WeightSpec.of(shape, initializer, dtype, trainable, regularizer, constraint)

    add_variable = add_weight

    def penalties(self, params: Params) -> list[Scalar]:
        """What the regularizers of its arrays add to the loss."""
        return [penalty(params[name]) for name, penalty in self._attached("regularizer", params)]

    def project(self, params: Params, lengths: Any) -> Params:
        """Its arrays after a step: proximal penalties, then constraints.

        Args:
            params: The arrays as the step left them.
            lengths: Of the step: one number, or an array for each array.
        """
        projected = dict(params)
        for name, penalty in self._attached("regularizer", params):
            length = lengths[name] if isinstance(lengths, dict) else lengths
            projected[name] = penalty.proximal_step(projected[name], length)
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

    @property
    def constrained(self) -> bool:
        """Whether an array has a constraint."""
        return any(
            isinstance(getattr(self, field.name), constraints.Constraint)
            for field in dataclasses.fields(self)
        )

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
        if self.written and isinstance(inputs, list | tuple):
            kinds = (Tensor, np.ndarray, jax.Array)
            self.__dict__["several_inputs"] = any(isinstance(item, kinds) for item in inputs)
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
                f"{self.title}: called on a mixture of symbolic tensors and {type(strange[0]).__name__}. "
                "Make constants an Input of their own."
            )
        shapes = tuple(tensor.row_shape for tensor in sources)
        given: Any = shapes if self.several_inputs else shapes[0]
        shape = self.output_shape(given)
        self._require_built_for(shapes)
        tensor = Tensor(Call(self, tuple(sources), training, scope), shape)
        if not scope:
            self.__dict__.setdefault("_first_output", tensor)
        return tensor

    @property
    def input(self) -> Any:
        """The symbolic tensor (or list of them) that the layer was first called on."""
        sources = self.output.call.sources
        return list(sources) if self.several_inputs else sources[0]

    @property
    def output(self) -> Tensor:
        """The symbolic tensor of the layer's first call: `Model(model.inputs, layer.output)`."""
        tensor: Tensor | None = self.__dict__.get("_first_output")
        if tensor is None:
            raise UsageError(f"{self.title}: it is in no network yet; call it on an Input first.")
        return tensor

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Draws the arrays for inputs of a shape, whose first axis is the batch, as in Keras."""
        if "_within_pass" in self.__dict__:  # `super().build(input_shape)` in a build of the user's own
            return
        several = self.several_inputs and bool(input_shape) and isinstance(input_shape[0], Sequence)
        shapes: Any = input_shape if several else (input_shape,)
        self._built(tuple(without_batch(shape, self.title) for shape in shapes))

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple[int | None, ...]:
        """The shape of outputs for inputs of a shape; the first axis is the batch in both, as in Keras."""
        if self.several_inputs:
            shapes: Any = tuple(without_batch(shape, self.title) for shape in input_shape)
            return (input_shape[0][0], *self.output_shape(shapes))
        return (input_shape[0], *self.output_shape(without_batch(input_shape, self.title)))

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
                    f"{self.title}: takes one input, got {len(inputs)}. Join them first, e.g. by Concatenate."
                )
            return (inputs,)
        if not isinstance(inputs, list | tuple):
            raise UsageError(f"{self.title}: takes a list of inputs, got {type(inputs).__name__}.")
        return tuple(inputs)

    def _as_array(self, given: Any) -> Array:
        try:
            array = jnp.asarray(given)
        except (TypeError, ValueError):
            raise DataError(
                f"{self.title}: inputs must be an array of numbers, got {type(given).__name__} {given!r:.40}."
            ) from None
        if array.ndim == 0:
            raise ShapeError(f"{self.title}: inputs need a batch axis, got a scalar.")
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
                    f"{self.title} was built with an array of shape {old.shape} but inputs of rows {shape} "
                    f"need {new.shape}. Make a new layer for them."
                )


layers: Registry[Layer] = Registry("layer", "layers")


def at_least_float32(x: Array) -> Array:
    """Floats of 16 bits as float32, others as they are: sums over a batch lose too much in 16 bits."""
    # Not through promote_types, which refuses two types under strict promotion.
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x
