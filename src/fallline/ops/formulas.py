"""Formulas of a few lines that Keras's `ops` has and JAX has not, or otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from fallline.errors import ShapeError

EPSILON = 1e-7
"""The margin that Keras keeps from 0 (its `backend.epsilon()`)."""


def normalize(x: Any, axis: Any = -1, order: Any = 2, epsilon: float | None = None) -> Array:
    """X / max(norm of x along an axis, epsilon); along several axes the norm of the numbers as one vector."""
    x = jnp.asarray(x)
    axes = tuple(each % x.ndim for each in (axis if isinstance(axis, list | tuple) else (axis,)))
    rest = tuple(each for each in range(x.ndim) if each not in axes)
    # Of two axes JAX would take a norm of matrices.
    vectors = jnp.transpose(x, (*rest, *axes)).reshape(*(x.shape[each] for each in rest), -1)
    norm = jnp.expand_dims(jnp.linalg.norm(vectors, ord=order, axis=-1), axes)
    return x / jnp.maximum(norm, jnp.asarray(EPSILON if epsilon is None else epsilon, norm.dtype))


def ceil(x: Any) -> Array:
    """The least whole numbers that are not below x; of integers as float32."""
    return jnp.ceil(_floating(x))


def floor(x: Any) -> Array:
    """The largest whole numbers that are not above x; of integers as float32."""
    return jnp.floor(_floating(x))


def _floating(x: Any) -> Array:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)


def clip(x: Any, x_min: Any, x_max: Any) -> Array:
    """X, and the limits where it is beyond them; None is no limit."""
    return jnp.clip(jnp.asarray(x), x_min, x_max)


def divide_no_nan(x1: Any, x2: Any) -> Array:
    """X1 / x2, and 0 where x2 is 0."""
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    empty = x2 == 0
    return jnp.where(empty, 0, x1 / jnp.where(empty, jnp.ones_like(x2), x2))


def in_top_k(targets: Any, predictions: Any, k: int) -> Array:
    """Whether fewer than k predictions of a row are larger than that at its target."""
    targets, predictions = jnp.asarray(targets), jnp.asarray(predictions)
    own = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    own = jnp.where(jnp.isnan(own), -jnp.inf, own)
    return jnp.sum(predictions > own, axis=-1) < k


def multi_hot(inputs: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Array:
    """Rows of class numbers as rows of 0 and 1."""
    inputs = jnp.asarray(inputs)
    hot = jax.nn.one_hot(inputs, num_classes, axis=axis, dtype=dtype)
    return jnp.max(hot, axis=1 if inputs.ndim > 1 else 0)


def logdet(x: Any) -> Array:
    """The logarithm of the determinant of a positive matrix."""
    return jnp.linalg.slogdet(jnp.asarray(x))[1]


def lstsq(a: Any, b: Any, rcond: float | None = None) -> Array:
    """The x with the smallest ||a x - b||."""
    return jnp.linalg.lstsq(jnp.asarray(a), jnp.asarray(b), rcond=rcond)[0]


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Array:
    """-t log(p) - (1 - t) log(1 - p), number by number; p within 1e-7 of 0 and 1, or from logits.

    Raises:
        ShapeError: target and output have different shapes.
    """
    target, output = _alike("binary_crossentropy", target, output)
    if from_logits:
        return -target * jax.nn.log_sigmoid(output) - (1 - target) * jax.nn.log_sigmoid(-output)
    output = jnp.clip(output, EPSILON, 1 - EPSILON)
    return -(target * jnp.log(output) + (1 - target) * jnp.log(1 - output))


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Array:
    """-sum of t log(p) along an axis; p scaled to sum 1 and within 1e-7 of 0 and 1, or from logits.

    Raises:
        ShapeError: target and output have different shapes.
    """
    target, output = _alike("categorical_crossentropy", target, output)
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis=axis)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Array:
    """-log(p) of the class that target names, along an axis; p as in `categorical_crossentropy`.

    Raises:
        ShapeError: target is no class number for each row of output.
    """
    target, output = jnp.asarray(target), jnp.asarray(output)
    target = target.astype(jnp.int32)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    logarithms = jnp.moveaxis(_log_probabilities(output, from_logits, axis), axis, -1)
    if target.shape != logarithms.shape[:-1]:
        raise ShapeError(
            f"ops.sparse_categorical_crossentropy: output {output.shape} needs targets {logarithms.shape[:-1]}, class "
            f"numbers; got {target.shape}. One-hot targets go with ops.categorical_crossentropy."
        )
    return -jnp.sum(jax.nn.one_hot(target, logarithms.shape[-1], dtype=output.dtype) * logarithms, axis=-1)


def _alike(name: str, target: Any, output: Any) -> tuple[Array, Array]:
    output = jnp.asarray(output)
    target = jnp.asarray(target).astype(output.dtype)
    if target.shape != output.shape:
        raise ShapeError(
            f"ops.{name}: target has shape {target.shape}, output {output.shape}; they must be equal."
        )
    return target, output


def _log_probabilities(output: Array, from_logits: bool, axis: int) -> Array:
    if from_logits:
        return jax.nn.log_softmax(output, axis=axis)
    output = output / jnp.sum(output, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(output, EPSILON, 1 - EPSILON))


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Calls `body(*loop_vars)`, which gives the next ones, as long as `cond(*loop_vars)` holds."""
    several = isinstance(loop_vars, list | tuple)
    first = tuple(loop_vars) if several else (loop_vars,)

    def unfinished(state: Any) -> Any:
        count, values = state
        going = cond(*values)
        return going if maximum_iterations is None else jnp.logical_and(going, count < maximum_iterations)

    def step(state: Any) -> Any:
        count, values = state
        new = body(*values)
        return count + 1, tuple(new) if several else (new,)

    _, values = jax.lax.while_loop(unfinished, step, (0, first))
    return values if several else values[0]


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """The function of each element along the first axis."""
    return jax.vmap(function)(elements)
