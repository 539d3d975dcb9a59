"""Dropout."""

from __future__ import annotations

import numbers
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node, scope
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.nodes import Formula, Tensor, misfit
from fallline.graph.core.shapes import Dimension, Sizes
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.random import random_uniform
from fallline.graph.ops.shaping import shape

__all__ = ["dropout"]


def _dropped(x: Any, drawn: Any, *, rate: float) -> Any:
    scale = jnp.asarray(1 / (1 - rate), x.dtype)
    return jnp.where(drawn >= jnp.asarray(rate, x.dtype), x * scale, jnp.zeros_like(x))


def _dropped_by(x: Any, drawn: Any, rate: Any) -> Any:
    return jnp.where(drawn >= rate, x / (1 - rate), jnp.zeros_like(x))


_DROP, _DROP_BY = Formula(_dropped, differentiable=(0,)), Formula(_dropped_by, differentiable=(0,))


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Some values set to 0, drawn anew in each run, the others scaled by 1 / keep_prob.

    Args:
        x: Floats.
        keep_prob: The probability that a value stays: a number, or a tensor.
        noise_shape: The shape of what is drawn, 1 along axes that stay or go together; None within it: x's size.
        seed: Of the draw.
        name: The scope.
        rate: The probability that a value goes: 1 - keep_prob.

    Returns:
        The tensor; x itself, where the number says that all values stay.

    Raises:
        GraphError: both or none of keep_prob and rate are given, x is of whole numbers, or the number is no probability
            below 1 (rate) or above 0 (keep_prob); what a tensor gives is not checked.
    """
    if keep_prob is not None and rate is not None:
        raise GraphError("Cannot specify both 'keep_prob' and 'rate'.")
    if keep_prob is None and rate is None:
        raise GraphError(
            "`rate` must be provided: tf.nn.dropout(x, keep_prob) or tf.nn.dropout(x, rate=...)."
        )
    if rate is None:
        rate = 1 - keep_prob
    tensor = convert(x)
    with scope(name, "dropout"):
        if not tensor.dtype.is_floating:
            raise GraphError(
                f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: {tensor.name} of type "
                f"{tensor.dtype.base_dtype.name}."
            )
        plain = isinstance(rate, numbers.Real)
        require_rate(rate)
        if plain and rate == 0:
            return tensor
        drawn = random_uniform(noise_shape_of(tensor, noise_shape), seed=seed, dtype=tensor.dtype)
        inputs = [tensor, drawn]
        if not plain:
            given = convert(rate)
            if given.sizes not in (None, ()):
                raise misfit("Dropout", name, [given], GraphShapeError("Shape must be rank 0"))
            inputs.append(cast(given, tensor.dtype))

        def sizes() -> Sizes:
            shapes.broadcast(tensor.sizes, drawn.sizes)
            return tensor.sizes

        if plain:
            return node("SelectV2", inputs, _DROP, sizes, name="SelectV2", rate=float(rate))
        return node("SelectV2", inputs, _DROP_BY, sizes, name="SelectV2")


def require_rate(rate: Any) -> None:
    """Refuses a number that is no probability below 1; a tensor is not checked.

    Raises:
        GraphError: it is none.
    """
    if isinstance(rate, numbers.Real) and not 0 <= float(rate) < 1:
        raise GraphError(
            f"`rate` must be a scalar tensor or a float in the range [0, 1). Received: rate={rate}"
        )


def noise_shape_of(x: Tensor, given: Any) -> Any:
    """The shape of what is drawn for dropout: x's, or the one given, None within it being x's size."""
    if given is None:
        return shape(x)
    if isinstance(given, list | tuple):
        own = x.sizes or (None,) * len(given)
        return [
            each
            if Dimension(each).value is not None
            else own[place]
            if own[place] is not None
            else shape(x)[place]  # type: ignore[index]
            for place, each in enumerate(given)
        ]
    return given
