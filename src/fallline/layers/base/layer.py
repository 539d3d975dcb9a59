"""What a layer is: a frozen description, three pure functions, and Keras's ways to try it alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline import constraints, initializers, regularizers
from fallline._random import Key
from fallline._tree import assign, nearest_tree, replace, static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.activations import Activation
from fallline.config import dtype_policy
from fallline.errors import UsageError
from fallline.layers.base.arguments import (
    check_flags,
    check_name,
    checked_dtype,
    checked_shape,
)
from fallline.layers.base.calling import Called
from fallline.layers.base.named_arrays import BASE
from fallline.layers.base.notes import notes
from fallline.layers.base.tensor import Shape
from fallline.layers.base.weight_spec import WeightSpec
from fallline.own.tracing import PASS
from fallline.registry.configuration import from_config, takes_no_arguments
from fallline.registry.table import Registry

STYLES: list[Callable[[type], None]] = []
"""Ways to write a layer beside `init` and `apply`, entered from above: each gives a new class that is written so what a
layer needs."""

ROLES = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}
"""Endings of field names -> what resolves them: `kernel_regularizer` penalises the array `kernel`."""


@tree
class Layer(Called):
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
        dtype: The type in which it computes within a network, "float32", "bfloat16" or "float64"; None: that of the
            network's policy.

    Source: Keras 3 for names and arguments.
    """

    name: str | None = static(default=None, kw_only=True)
    trainable: bool = static(default=True, kw_only=True)
    input_shape: Shape | None = static(default=None, kw_only=True)
    activity_regularizer: Any = dataclasses.field(default=None, kw_only=True)
    dtype: Any = static(default=None, kw_only=True)

    settable: ClassVar[tuple[str, ...] | None] = ("trainable",)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The layer that a `get_config` described; Keras writes the policy of the moment as its number type.

        Raises:
            UsageError: an argument is unknown or out of its range.
        """
        own = dict(config) if isinstance(config, Mapping) else config
        if isinstance(own, dict) and isinstance(policy := own.get("dtype"), Mapping):
            name = policy.get("config", {}).get("name")
            own["dtype"] = None if name == dtype_policy() else name
        if not (
            takes_no_arguments(cls) and own.keys() <= {field.name for field in dataclasses.fields(Layer)}
        ):
            return super().from_config(own)
        layer = cls()  # written as in Keras, with an `__init__` that does not take what every layer has
        assign(layer, **{name: from_config(value) for name, value in own.items()})
        Layer.__post_init__(layer)
        return layer

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments of today; older Keras gave the first layer's shape with the batch axis."""
        now = super().modernised(arguments)
        if isinstance(shape := now.pop("batch_input_shape", None), Sequence):
            now["input_shape"] = tuple(shape)[1:]
        return now

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for adopt in STYLES:
            adopt(cls)

    def __post_init__(self) -> None:
        if type(self) is not Layer and not self.written and nearest_tree(type(self)) is Layer:
            raise UsageError(
                f"{type(self).__name__}: decorate the class with @fl.tree, or write it as in Keras, with call."
            )
        check_name(self)
        for field in dataclasses.fields(self):
            resolve = ROLES.get(field.name.rpartition("_")[2])
            if resolve is not None:
                assign(self, **{field.name: resolve(getattr(self, field.name))})
        check_flags(self)
        super().__post_init__()
        assign(self, input_shape=checked_shape(self), dtype=self._checked_dtype())

    def _checked_dtype(self) -> str | None:
        """The number type that it was given, checked."""
        return checked_dtype(self)

    # The pure functions that training is made of

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Fresh parameters and state for inputs of a shape; empty for a layer that has none.

        Args:
            key: Randomness for the initial values.
            input_shape: Shape of one row.
        """
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
        raise UsageError(f"{type(self).__name__}: write what it computes: apply, or call as in Keras.")

    def sample(
        self, params: Params, state: ModelState, x: Float[Array, "batch ..."], *, key: Key | None
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """As `apply` for Monte-Carlo prediction: what is `sampled` draws as in training, all else is at inference.

        Args:
            params: As for `apply`.
            state: As for `apply`.
            x: As for `apply`.
            key: Randomness of this sample.
        """
        return self.apply(params, state, x, key=key, training=self.sampled)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output row for inputs of a shape.

        Raises:
            ShapeError: the layer cannot take such inputs.
        """
        return input_shape

    def in_network(self, name: str) -> Layer:
        """The copy that a network holds, under its name there."""
        return replace(self, name=name, input_shape=None)

    def require_same_freezing(self) -> None:
        """Refuses layers within this one that were frozen or thawed after their arrays were drawn.

        Raises:
            UsageError: names the layer, and what to do.
        """

    def twin(self, name: str | None) -> Layer:
        """A copy under another name, without arrays."""
        return replace(self, name=name)

    def _as_made(self) -> Layer:
        """A copy as its `__init__` left it, without arrays or a name that a model gave; weights it asked for included."""
        made: Layer = self.pure.twin(None if notes(self).named_by_model else self.name)
        made.__dict__.update(notes(made).specs)
        return made

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
            initializer: Its first values; None: glorot_uniform, of whole numbers zeros.
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
        if isinstance(shape, str):  # Keras 2 had the name first
            shape, initializer, dtype = initializer, dtype, None
        spec = WeightSpec.of(shape, initializer, dtype, trainable, regularizer, constraint)
        notes(self).asked.append(spec)
        return spec

    add_variable = add_weight

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """What the layer computes, for `super().call(inputs)` in a class derived from one of these layers.

        Args:
            inputs: As the layer is called on.
            training: Whether dropout, batch statistics and the like are on.
        """
        run = PASS.get()
        return self(inputs, training) if run is None else run.called(run.within[BASE], inputs, training)

    def penalties(self, params: Params) -> list[Scalar]:
        """What the regularizers of its arrays add to the loss."""
        attached = self.attached("regularizer")
        return [attached[name](array) for name, array in params.items() if name in attached]

    def project(self, params: Params, lengths: Any) -> Params:
        """Its arrays after a step: proximal penalties, then constraints.

        Args:
            params: The arrays as the step left them.
            lengths: Of the step: one number, or an array for each array.
        """
        projected = dict(params)
        for name, penalty in self.attached("regularizer").items():
            if name in projected:
                length = lengths[name] if isinstance(lengths, dict) else lengths
                projected[name] = penalty.proximal_step(projected[name], length)
        for name, constraint in self.attached("constraint").items():
            if name in projected:
                projected[name] = constraint(projected[name])
        return projected

    def attached(self, role: str) -> dict[str, Any]:
        """Name of an array -> its "regularizer" or "constraint", where it has one."""
        end = f"_{role}"
        fields = [field.name for field in dataclasses.fields(self) if field.name.endswith(end)]
        found = {name.removesuffix(end): getattr(self, name) for name in fields}
        return {name: item for name, item in found.items() if item is not None and name != "activity"}

    def detached(self) -> tuple[Layer, Activation] | None:
        """The layer with linear outputs, and its activation: for losses that take logits. None: it has none."""
        return None


layers: Registry[Layer] = Registry("layer", "layers")
serialize, deserialize = layers.serializers(Layer, layers.get)


def at_least_float32(x: Array) -> Array:
    """Floats of 16 bits as float32, others as they are: sums over a batch lose too much in 16 bits."""
    # Not through promote_types, which refuses two types under strict promotion.
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x
