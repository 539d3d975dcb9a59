"""Category numbers as rows of zeros and ones."""

from __future__ import annotations

from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline import _precision, config
from fallline._ranges import count, named
from fallline._tree import tree
from fallline.errors import UsageError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape
from fallline.layers.embedding import category_numbers

Encoding = Literal["one_hot", "multi_hot", "count"]


@layers.register()
@tree
class CategoryEncoding(Formula):
    """Writes category numbers as rows of zeros and ones, or counts them.

    one_hot:   y[..., c] = 1 if x[...] = c else 0
    multi_hot: y[..., c] = 1 if one of the numbers on the last axis equals c else 0
    count:     y[..., c] = how many of the numbers on the last axis equal c

    Shapes: x (batch, ..., k) of whole numbers from 0 to num_tokens - 1. one_hot gives (batch, ..., k, num_tokens),
    or (batch, ..., num_tokens) where k is 1; the others (batch, ..., num_tokens). A number out of the range is no
    category and gives zeros.

    Args:
        num_tokens: Number of categories.
        output_mode: "one_hot", "multi_hot" or "count".

    Raises:
        UsageError: num_tokens is no whole number of at least 1, or the mode is unknown.

    Source: Keras 3 for names and defaults.

    Differs from Keras: inputs of more than two axes are gathered along the last axis, as Keras documents; on JAX it
    does so along axis 1. A row of a single number without an axis is a sample of its own. No `sparse` outputs and
    no `count_weights`.
    """

    num_tokens: int = count(None, 1)
    output_mode: Encoding = named("multi_hot", get_args(Encoding), binary="multi_hot")

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_tokens is None:
            raise UsageError("CategoryEncoding: num_tokens, the number of categories, is needed.")

    def formula(self, x: Array) -> Float[Array, "batch ... num_tokens"]:
        """The encoded categories."""
        return encoded(category_numbers(x), self.output_mode, self.num_tokens, floating_type(x))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with `num_tokens` as a further axis, or in the place of the last."""
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)


def floating_type(x: Array) -> Any:
    """The type of outputs for inputs that may be whole numbers: theirs, or that which the package computes in."""
    floats = jnp.issubdtype(x.dtype, jnp.floating)
    return x.dtype if floats else _precision.get(config.dtype_policy()).compute_dtype


def encoded(numbers: Array, mode: Encoding, depth: int, dtype: Any) -> Float[Array, "batch ... depth"]:
    """Category numbers in one of the modes.

    Args:
        numbers: Whole numbers; those outside 0..depth - 1 give zeros.
        mode: One of `Encoding`.
        depth: Number of categories.
        dtype: Type of the outputs.
    """
    if mode == "one_hot" and numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    ones = jax.nn.one_hot(numbers, depth, dtype=dtype)
    if mode == "one_hot" or numbers.ndim == 1:
        return ones
    return ones.max(-2, initial=0) if mode == "multi_hot" else ones.sum(-2)


def encoded_shape(row: Shape, mode: Encoding, depth: int) -> Shape:
    """The shape of an encoded row."""
    gathered = mode != "one_hot" or row[-1:] == (1,)
    return (*(row[:-1] if gathered else row), depth)
