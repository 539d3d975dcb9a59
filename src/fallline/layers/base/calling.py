"""Layers tried alone: called on symbolic tensors and on arrays, built, and told where they do not fit."""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline import config
from fallline._random import Key, named_key, root_key
from fallline._schedule import at_step
from fallline._types import ModelState, Params
from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers.base.arguments import checked_training, without_batch
from fallline.layers.base.held import Holder
from fallline.layers.base.tensor import Call, Shape, Tensor
from fallline.own.tracing import IN_A_TRACE

if TYPE_CHECKING:
    from fallline.layers.base.layer import Layer


def as_in_keras(build: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A `build` of the user's own: in a pass what they wrote; called by them, it draws the arrays."""

    @functools.wraps(build)
    def wrapped(layer: Any, input_shape: Any) -> None:
        if IN_A_TRACE.get():
            build(layer, input_shape)
        else:
            Called.build(layer, input_shape)

    wrapped.__dict__["draws_outside_a_pass"] = True
    return wrapped


class Called(Holder):
    """What a layer is as something that is called."""

    written: ClassVar[bool] = False
    """Whether it is written as in Keras, by `call`."""
    draws: ClassVar[bool] = False
    """Whether training draws random numbers."""
    draws_always: ClassVar[bool] = False
    """Whether prediction draws them too."""
    sampled: ClassVar[bool] = False
    """Whether Monte-Carlo prediction leaves it on, as in training."""
    several_inputs: ClassVar[bool] = False
    """Whether it is called on a list: `apply` then gets a tuple of arrays, `output_shape` one of shapes."""
    takes_integers: ClassVar[bool] = False
    """Whether inputs of whole numbers must reach it uncast, such as category numbers."""
    frozen_is_inference: ClassVar[bool] = False
    """Whether a frozen one runs as at inference."""

    @property
    @abc.abstractmethod
    def pure(self) -> Layer:
        """What holds its pure functions: the layer itself, unless it is written as in Keras."""

    @abc.abstractmethod
    def init(self, key: Key, input_shape: Any) -> tuple[Params, ModelState]:
        """Fresh parameters and state for inputs of a shape."""

    @abc.abstractmethod
    def apply(
        self, params: Params, state: ModelState, x: Any, *, key: Key | None, training: bool
    ) -> tuple[Array, ModelState]:
        """The layer's outputs and its new state."""

    @abc.abstractmethod
    def output_shape(self, input_shape: Any) -> Shape:
        """The shape of one output row for inputs of a shape."""

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """Calls the layer on symbolic tensors, which gives a tensor, or on arrays, which gives an array.

        On arrays the layer is built first where it is not, and with `training=True` its state moves on.

        Raises:
            ShapeError, UsageError: the layer cannot take such inputs.
        """
        training = checked_training(training, self.title)
        if self.written and isinstance(inputs, list | tuple):
            kinds = (Tensor, np.ndarray, jax.Array)
            self.__dict__["several_inputs"] = any(isinstance(item, kinds) for item in inputs)
        given = self._as_sources(inputs)
        if any(isinstance(item, Tensor) for item in given):
            return self.called(given, training)
        arrays = tuple(self._as_array(item) for item in given)
        params, state = self._built(tuple(array.shape[1:] for array in arrays))
        trains = bool(training) and (self.trainable or not self.frozen_is_inference)
        key = root_key(config.next_seed()) if (trains and self.draws) or self.draws_always else None
        x: Any = arrays if self.several_inputs else arrays[0]
        result = at_step(self.pure, 0).apply(params, state, x, key=key, training=trains)
        outputs, new = self._checked(result, x, state)
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
        shape = self.pure.output_shape(given)
        self._require_built_for(shapes)
        if self.held() is None:
            self._require_same_arrays(shapes)
        self._try(given)
        tensor = Tensor(Call(cast("Layer", self), tuple(sources), training, scope), shape)
        if not scope:
            self.__dict__.setdefault("_first_output", tensor)
        return tensor

    def forget_calls(self) -> None:
        """Forgets on which tensors it was called, when the network of these calls is no more."""
        for name in ("_first_output", "_called_on"):
            self.__dict__.pop(name, None)

    @property
    def input(self) -> Any:
        """The symbolic tensor (or list of them) that the layer was first called on."""
        sources = self.output.call.sources or (self.output,)
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
        if IN_A_TRACE.get():  # `super().build(input_shape)`, or a layer within
            return
        several = self.several_inputs and bool(input_shape) and isinstance(input_shape[0], Sequence)
        shapes: Any = input_shape if several else (input_shape,)
        self._built(tuple(without_batch(shape, self.title) for shape in shapes))

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple[int | None, ...]:
        """The shape of outputs for inputs of a shape; the first axis is the batch in both, as in Keras."""
        if not self.several_inputs:
            row = without_batch(input_shape, self.title)
            return (input_shape[0], *self.pure.output_shape(row))
        if not isinstance(input_shape, Sequence) or not input_shape:
            raise UsageError(f"{self.title}: takes a list of shapes, got {input_shape!r:.60}.")
        rows: Any = tuple(without_batch(shape, self.title) for shape in input_shape)
        batches = {shape[0] for shape in input_shape} - {None}
        if len(batches) > 1:
            raise ShapeError(f"{self.title}: the inputs have {sorted(batches)} rows; they must be equal.")
        return (min(batches, default=None), *self.pure.output_shape(rows))

    # Inside

    def _require_same_arrays(self, shapes: tuple[Shape, ...]) -> None:
        """Refuses a second call on inputs that need other arrays than the first, before there are any.

        Raises:
            ShapeError: says what the first call was.
        """
        before = self.__dict__.setdefault("_called_on", shapes)
        if before == shapes:
            return
        first, now = (
            jax.eval_shape(
                lambda shapes=shapes: self.pure.init(
                    jax.random.key(0), shapes if self.several_inputs else shapes[0]
                )
            )
            for shapes in (before, shapes)
        )
        if [leaf.shape for leaf in jax.tree.leaves(first)] != [leaf.shape for leaf in jax.tree.leaves(now)]:
            raise ShapeError(
                f"{self.title}: called on rows {before[0] if len(before) == 1 else before} before, and now on "
                f"{shapes[0] if len(shapes) == 1 else shapes}, which need other arrays. A layer that is shared takes "
                "inputs of one shape; make a second layer."
            )

    def _try(self, input_shape: Any) -> None:
        """Tries a layer of the user's own on two rows, without computing, so that its mistakes are told here.

        A layer of this package is known to be right, and one that is written as in Keras is tried for its shape.

        Raises:
            ShapeError, UsageError: say which of its functions is wrong, and how.
        """
        if self.written or type(self).__module__.partition(".")[0] == __package__.partition(".")[0]:
            return
        several = self.several_inputs
        shapes = input_shape if several else (input_shape,)
        arrays = tuple(jax.ShapeDtypeStruct((2, *shape), jnp.float32) for shape in shapes)
        key = jax.random.key(0)
        for training in (False, True):
            try:
                made = jax.eval_shape(lambda: self.init(key, input_shape))
                params, state = self._as_pair("init", made, "(params, state)")
                result = jax.eval_shape(
                    lambda params, state, *x, training=training: self.apply(
                        params, state, x if several else x[0], key=key, training=training
                    ),
                    params, state, *arrays,
                )  # fmt: skip
            except (ShapeError, UsageError):
                raise
            except Exception as error:  # whatever the user's own functions raise
                raise UsageError(
                    f"{self.title} fails on rows of shape {input_shape}: {error!s:.300}"
                ) from error
            self._checked(result, arrays if several else arrays[0], state)

    def _checked(self, result: Any, x: Any, state: ModelState) -> tuple[Array, ModelState]:
        """What `apply` gave, if it is what a network needs.

        Raises:
            ShapeError, UsageError: it is not.
        """
        outputs, new = self._as_pair("apply", result, "(outputs, state)")
        given = x if self.several_inputs else (x,)
        rows = given[0].shape[0]
        shapes: Any = tuple(tuple(one.shape[1:]) for one in given)
        expected = (rows, *self.pure.output_shape(shapes if self.several_inputs else shapes[0]))
        if tuple(outputs.shape) != expected:
            raise ShapeError(
                f"{self.title}: apply gave {tuple(outputs.shape)} where output_shape says {expected}. The first axis is "
                "the batch; write output_shape(self, input_shape) where the shape of rows changes."
            )
        if set(new) != set(state):
            raise UsageError(
                f"{self.title}: apply must return the state that it was given, with {sorted(state)}; got {sorted(new)}."
            )
        return outputs, new

    def _as_pair(self, function: str, result: Any, pair: str) -> tuple[Any, Any]:
        if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], Mapping):
            raise UsageError(f"{self.title}: {function} must return {pair}, got {type(result).__name__}.")
        return result

    def _as_sources(self, inputs: Any) -> tuple[Any, ...]:
        """What the layer was called on, one by one."""
        if isinstance(inputs, Mapping):
            raise UsageError(
                f"{self.title}: takes {'a list of inputs' if self.several_inputs else 'one input or a list'}, got a "
                f"dictionary with {', '.join(map(str, inputs))}."
            )
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
            if jnp.issubdtype(array.dtype, jnp.complexfloating):
                raise TypeError
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
        self.pure.output_shape(shape)  # raises where the inputs do not fit
        held = self.held()
        if held is not None:
            self._require_built_for(shapes)
            return held
        self._try(shape)
        key = named_key(root_key(config.next_seed()), self.name or type(self).__name__)
        self.hold(*self.pure.init(key, shape))
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
        wanted = jax.eval_shape(lambda: self.pure.init(jax.random.key(0), shape))
        for old, new in zip(jax.tree.leaves(held), jax.tree.leaves(wanted), strict=True):
            if old.shape != new.shape:
                raise ShapeError(
                    f"{self.title} was built with an array of shape {old.shape} but inputs of rows {shape} "
                    f"need {new.shape}. Make a new layer for them."
                )
