"""A rectifier that learns its slope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._ranges import checked, whole
from fallline._tree import tree
from fallline._types import ModelState, Params
from fallline.errors import ShapeError
from fallline.initializers import Initializer
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


def _checked_axes(where: str, given: Any) -> tuple[int, ...] | None:
    if given is None:
        return None
    return tuple(whole(where, axis, least=1) for axis in (given if isinstance(given, Sequence) else (given,)))


@layers.register()
@tree
class PReLU(Formula):
    """A rectifier whose slope below 0 is learned, one for each input unless axes share it.

    y = max(x, 0) - alpha * max(-x, 0)

    The derivative at 0 is 0. Shapes: x (batch, a, b, ...); alpha (a, b, ...), with 1 on shared axes.

    Args:
        alpha_initializer: Initial slopes; zeros by default.
        alpha_regularizer: Penalty on the slopes, or None.
        alpha_constraint: Where the slopes are brought back to after each step, or None.
        shared_axes: The axes, or one axis, along which one slope serves all; the batch is axis 0, so that (1, 2)
            shares a slope over the rows and columns of images.

    Raises:
        UsageError: shared_axes are no whole numbers from 1.
        ShapeError: the inputs have no such axis.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), eq. 1; Keras 3 for names and defaults
    (the paper starts from slopes of 0.25).
    """

    alpha_initializer: Any = "zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: tuple[int, ...] | None = checked(_checked_axes, None, is_static=True)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """The slopes."""
        shared = self.shared_axes or ()
        shape = tuple(1 if axis in shared else size for axis, size in enumerate(input_shape, start=1))
        initializer: Initializer = self.alpha_initializer
        return {"alpha": initializer.sample(named_key(key, "alpha"), shape, jnp.float32)}, {}

    def formula(self, x: Float[Array, "batch ..."], alpha: Array) -> Float[Array, "batch ..."]:
        """`max(x, 0) - alpha * max(-x, 0)`."""
        return jax.nn.relu(x) - alpha.astype(x.dtype) * jax.nn.relu(-x)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the inputs have none of the shared axes.
        """
        for axis in self.shared_axes or ():
            if axis > len(input_shape):
                raise ShapeError(
                    f'layer "{self.name or "p_re_lu"}" (PReLU): inputs {(None, *input_shape)} have no axis {axis} '
                    f"to share slopes along; shared_axes go from 1 to {len(input_shape)}."
                )
        return input_shape
