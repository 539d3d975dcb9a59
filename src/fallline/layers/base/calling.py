"""Layers tried alone: called on symbolic tensors and on arrays, built, and told where they do not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline import config
from fallline._random import named_key, root_key
from fallline._schedule import at_step
from fallline._types import ModelState, Params
from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers.base.arguments import checked_training, without_batch
from fallline.layers.base.held import Holder
from fallline.layers.base.notes import notes
from fallline.layers.base.tensor import Call, Shape, Tensor
from fallline.layers.base.trying import abstract, is_several, shapes_of, try_layer
from fallline.own.symbolic import first_recorded
from fallline.own.tracing import IN_A_TRACE, PASS


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
    several_inputs: ClassVar[bool | None] = False
    """Whether it is called on a list, None: on a list or on one input, as each call says. On a list `apply` gets a tuple
    of arrays, `output_shape` one of shapes."""
    takes_integers: ClassVar[bool] = False
    """Whether inputs of whole numbers must reach it uncast, such as category numbers."""
    frozen_is_inference: ClassVar[bool] = False
    """Whether a frozen one runs as at inference."""

    def __call__(self, inputs: Any, training: bool | None = None) -> Any:
        """Calls the layer on symbolic tensors, which gives a tensor, or on arrays, which gives an array.

        On arrays the layer is built first where it is not, and with `training=True` its state moves on.

        Raises:
            ShapeError, UsageError: the layer cannot take such inputs.
        """
        if (run := PASS.get()) is not None and run.holds(self):
            return run.called(self, inputs, training)
        pure = self.pure
        training = checked_training(training, pure.title)
        several, given = pure.as_sources(inputs)
        if any(isinstance(item, Tensor) for item in given):
            return pure.called(given, training, several=several)
        if (recorded := first_recorded(given)) is not None:
            return recorded.given_to(self, (tuple(given), training))
        arrays = tuple(pure.as_array(item) for item in given)
        x: Any = arrays if several else arrays[0]
        # What was tried once for such rows is not traced again.
        known = notes(self).fits == shapes_of(x) and pure.held() is not None
        params, state = pure.held() if known else pure.drawn_for(shapes_of(x))
        trains = bool(training) and (self.trainable or not self.frozen_is_inference)
        key = root_key(config.next_seed()) if (trains and pure.draws) or pure.draws_always else None
        outputs, new = at_step(pure, 0).apply(params, state, x, key=key, training=trains)
        if state:
            pure.hold(params, new)
        return outputs

    def called(
        self,
        sources: Sequence[Any],
        training: bool | None = None,
        scope: tuple[Any, ...] = (),
        several: bool | None = None,
    ) -> Tensor:
        """The tensor that the layer gives for tensors."""
        if strange := [item for item in sources if not isinstance(item, Tensor)]:
            raise UsageError(
                f"{self.title}: called on a mixture of symbolic tensors and {type(strange[0]).__name__}. "
                "Make constants an Input of their own."
            )
        several = bool(self.several_inputs) if several is None else several
        shapes = tuple(tensor.row_shape for tensor in sources)
        rows: Any = shapes if several else shapes[0]
        shape = self.output_shape(rows)
        self._require_built_for(rows)
        if self.held() is None:
            self._require_same_arrays(rows)
        try_layer(self, rows)
        tensor = Tensor(Call(self.itself, tuple(sources), training, scope, several), shape)
        if not scope and notes(self).first_output is None:
            notes(self).first_output = tensor
        return tensor

    def forget_calls(self) -> None:
        """Forgets on which tensors it was called, when the network of these calls is no more."""
        notes(self).first_output = notes(self).called_on = None

    @property
    def input(self) -> Any:
        """The symbolic tensor (or list of them) that the layer was first called on."""
        sources = self.output.call.sources or (self.output,)
        return list(sources) if self.output.call.several else sources[0]

    @property
    def output(self) -> Tensor:
        """The symbolic tensor of the layer's first call: `Model(model.inputs, layer.output)`."""
        tensor: Tensor | None = notes(self).first_output
        if tensor is None:
            raise UsageError(f"{self.pure.title}: it is in no network yet; call it on an Input first.")
        return tensor

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Draws the arrays for inputs of a shape, whose first axis is the batch, as in Keras."""
        if IN_A_TRACE.get():  # `super().build(input_shape)`, or a layer within
            return
        pure = self.pure
        if pure.several_inputs is not False and is_several(input_shape):
            pure.drawn_for(tuple(without_batch(shape, pure.title) for shape in input_shape))
        else:
            pure.drawn_for(without_batch(input_shape, pure.title))

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple[int | None, ...]:
        """The shape of outputs for inputs of a shape; the first axis is the batch in both, as in Keras."""
        pure = self.pure
        if not (is_several(input_shape) if pure.several_inputs is None else pure.several_inputs):
            row = without_batch(input_shape, pure.title)
            return (input_shape[0], *pure.output_shape(row))
        if not isinstance(input_shape, Sequence) or not input_shape:
            raise UsageError(f"{pure.title}: takes a list of shapes, got {input_shape!r:.60}.")
        rows: Any = tuple(without_batch(shape, pure.title) for shape in input_shape)
        batches = {shape[0] for shape in input_shape} - {None}
        if len(batches) > 1:
            raise ShapeError(f"{pure.title}: the inputs have {sorted(batches)} rows; they must be equal.")
        return (min(batches, default=None), *pure.output_shape(rows))

    # Inside

    def _require_same_arrays(self, rows: Any) -> None:
        """Refuses a second call on inputs that need other arrays than the first, before there are any.

        Raises:
            ShapeError: says what the first call was.
        """
        before = notes(self).called_on = notes(self).called_on or rows
        if before != rows and _sizes(abstract(self, before)) != _sizes(abstract(self, rows)):
            raise ShapeError(
                f"{self.title}: called on rows {before} before, and now on {rows}, which need other arrays. A layer that "
                "is shared takes inputs of one shape; make a second layer."
            )

    def as_sources(self, inputs: Any) -> tuple[bool, tuple[Any, ...]]:
        """Whether the layer was called on a list, and on what, one by one."""
        several = self.several_inputs
        if isinstance(inputs, Mapping):
            wanted = {True: "a list of inputs", False: "one input", None: "one input or a list"}[several]
            raise UsageError(
                f"{self.title}: takes {wanted}, got a dictionary with {', '.join(map(str, inputs))}."
            )
        listed = isinstance(inputs, list | tuple)
        if several is None:
            kinds = (Tensor, np.ndarray, jax.Array)
            several = listed and any(isinstance(item, kinds) for item in inputs)
        if several and not listed:
            raise UsageError(f"{self.title}: takes a list of inputs, got {type(inputs).__name__}.")
        if not several and listed and any(isinstance(item, Tensor) for item in inputs):
            raise UsageError(
                f"{self.title}: takes one input, got {len(inputs)}. Join them first, e.g. by Concatenate."
            )
        return several, tuple(inputs) if several else (inputs,)

    def as_array(self, given: Any) -> Array:
        """An array that the layer was called on."""
        try:
            # Of NumPy's a copy: the device may compute while their owner writes into them.
            array = jnp.array(given) if isinstance(given, np.ndarray) else jnp.asarray(given)
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

    def drawn_for(self, rows: Any) -> tuple[Params, ModelState]:
        """Its arrays; drawn for such rows where it has none.

        Raises:
            ShapeError: the rows do not fit.
        """
        self.output_shape(rows)  # raises where the inputs do not fit
        if self.held() is None:
            try_layer(self, rows)
            key = named_key(root_key(config.next_seed()), self.itself.name or type(self.itself).__name__)
            self.hold(*self.init(key, rows))
        else:
            self._require_built_for(rows)
        notes(self).fits = rows
        return self.held() or ({}, {})

    def _require_built_for(self, rows: Any) -> None:
        """Refuses inputs for which the arrays that the layer holds are not made.

        Raises:
            ShapeError: says for which inputs the layer was built.
        """
        held = self.held()
        if held is None or notes(self).fits == rows:
            return
        for old, new in zip(_sizes(held), _sizes(abstract(self, rows)), strict=True):
            if old != new:
                raise ShapeError(
                    f"{self.title} was built with an array of shape {old} but inputs of rows {rows} "
                    f"need {new}. Make a new layer for them."
                )


def _sizes(arrays: Any) -> list[Shape]:
    return [leaf.shape for leaf in jax.tree.leaves(arrays)]
