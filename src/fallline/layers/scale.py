"""Inputs times factors that are learned."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._tree import tree
from fallline._types import ModelState, Params
from fallline.errors import ShapeError
from fallline.initializers import Initializer
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class Scale(Formula):
    """Multiplies each input by a factor of its own, which is learned: as the first layer, which inputs count.

    y = x * scale

    The `Dense` layer behind it could learn the same, but slowly: all its weights of one input would have to move
    together, where here one number moves them all. Its gradient is the sum of theirs.

    Shapes: x (batch, ..., features), scale (features,), output as x.

    Args:
        scale_initializer: Initial factors; ones by default.
        scale_regularizer: Penalty on the factors, or None; `L1(0.01, proximal=True)` makes those of useless inputs 0.
        scale_constraint: Where the factors are brought back to after each step, or None.

    Raises:
        UsageError: a name is unknown.
        ShapeError: the inputs are single numbers without a feature axis.

    Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular
    data" (2024), the scaling layer.
    """

    scale_initializer: Any = "ones"
    scale_regularizer: Any = None
    scale_constraint: Any = None

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """The factors: an array (features,)."""
        initializer: Initializer = self.scale_initializer
        return {"scale": initializer.sample(named_key(key, "scale"), input_shape[-1:], jnp.float32)}, {}

    def formula(
        self, x: Float[Array, "batch ... features"], scale: Array
    ) -> Float[Array, "batch ... features"]:
        """`x * scale`."""
        return x * scale.astype(x.dtype)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the inputs are single numbers.
        """
        return with_features(self, input_shape)


def with_features(layer: Any, input_shape: Shape) -> Shape:
    """The shape of rows that have an axis of features.

    Raises:
        ShapeError: they are single numbers; names the layer.
    """
    if not input_shape:
        raise ShapeError(
            f"{layer.title} needs rows of at least one axis, got single numbers. Reshape the inputs to (rows, 1)."
        )
    return input_shape
