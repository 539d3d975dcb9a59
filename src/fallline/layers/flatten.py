"""Rows of any shape as vectors."""

from __future__ import annotations

import math

from jaxtyping import Array, Float

from fallline._tree import tree
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class Flatten(Formula):
    """Makes each row a vector: (batch, a, b, ...) becomes (batch, a * b * ...), last axis fastest.

    Source: Keras 3 for names and arguments.
    """

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch features"]:
        """The rows as vectors."""
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))

    def output_shape(self, input_shape: Shape) -> Shape:
        """One axis with all the elements."""
        return (math.prod(input_shape),)
