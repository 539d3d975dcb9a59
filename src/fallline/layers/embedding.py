"""A learned vector for each category."""

from __future__ import annotations

from dataclasses import MISSING
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._ranges import count
from fallline._tree import static, tree
from fallline._types import ModelState, Params
from fallline.errors import UsageError
from fallline.initializers import Initializer
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class Embedding(Formula):
    """Replaces each category number by a learned vector.

    y[..., :] = embeddings[x[...]]

    Shapes: x (batch, ...) of whole numbers from 0 to input_dim - 1, embeddings (input_dim, output_dim), output
    (batch, ..., output_dim). Whole numbers that come as floats are taken too. A category outside the range gives a
    vector of NaN: inside the compiled program nothing can be raised, and NaN ends a training at once as diverged
    where a neighbour's vector would go unnoticed.

    Args:
        input_dim: Number of categories.
        output_dim: Length of a vector.
        embeddings_initializer: Initial vectors.
        embeddings_regularizer: Penalty on all the vectors, or None.
        embeddings_constraint: Where the vectors are brought back to after each step, or None.
        mask_zero: Only False.

    Raises:
        UsageError: a size is no whole number of at least 1, or mask_zero is set.

    Source: Bengio, Ducharme, Vincent, Jauvin, A neural probabilistic language model (2003); Guo, Berkhahn, Entity
    embeddings of categorical variables (2016) for tables; Keras 3 for names and defaults.

    Differs from Keras: a negative number is no category either, where Keras on JAX counts it from the end. No
    `mask_zero`: masks serve recurrent layers, which this library has not. No `weights`: build the layer and call
    `set_weights`.
    """

    input_dim: int = count(MISSING, 1)
    output_dim: int = count(MISSING, 1)
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = static(default=False)

    takes_integers = True
    renamed = {  # noqa: RUF012 - Keras 1
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
    }

    @classmethod
    def modernised(cls, arguments: dict[str, Any]) -> dict[str, Any]:
        """With `input_shape` for older Keras's `input_length`."""
        arguments = dict(arguments)
        if "weights" in arguments:
            raise UsageError(
                "Embedding: weights= is not taken; build the layer and give them: layer.build((None,)); "
                "layer.set_weights([matrix])."
            )
        length = arguments.pop("input_length", None)
        if length is not None:
            arguments["input_shape"] = (length,)
        return super().modernised(arguments)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mask_zero:
            raise UsageError(
                "Embedding: mask_zero hides padding from recurrent layers, which this library has not. Leave it out; "
                "category 0 then has a vector like any other."
            )

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """The vectors: an array (input_dim, output_dim)."""
        del input_shape
        initializer: Initializer = self.embeddings_initializer
        shape = (self.input_dim, self.output_dim)
        return {"embeddings": initializer.sample(named_key(key, "embeddings"), shape, jnp.float32)}, {}

    def formula(self, x: Array, embeddings: Array) -> Float[Array, "batch ... output_dim"]:
        """The categories' vectors; NaN for what is no category."""
        numbers = category_numbers(x)
        # -1, since a number below it would count from the end.
        numbers = jnp.where((numbers >= 0) & (numbers < self.input_dim), numbers, self.input_dim)
        return jnp.take(embeddings, numbers, axis=0, mode="fill", fill_value=jnp.nan)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with `output_dim` as a further axis."""
        return (*input_shape, self.output_dim)


def category_numbers(x: Array) -> Array:
    """Category numbers as int32: floats are cut to whole numbers, and -1 stands for what is no number."""
    if jnp.issubdtype(x.dtype, jnp.floating):
        x = jnp.where(jnp.isfinite(x), x, jnp.asarray(-1, x.dtype))
    return x.astype(jnp.int32)
