"""Rows of any shape as vectors."""

from __future__ import annotations

import math

from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import tree
from fallline._types import ModelState, Params
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class Flatten(Layer):
    """Makes each row a vector: (batch, a, b, ...) becomes (batch, a * b * ...), last axis fastest.

    Source: Keras 3 for names and arguments.
    """

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch features"], ModelState]:
        """The rows as vectors."""
        del params, key, training
        return x.reshape(x.shape[0], math.prod(x.shape[1:])), state

    def output_shape(self, input_shape: Shape) -> Shape:
        """One axis with all the elements."""
        return (math.prod(input_shape),)
