"""Gradient clipping: by value, by the norm of each array, by the norm of all arrays together.

A zero gradient stays zero, and a gradient within the bound stays as it is, bit for bit.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from fallline._tree import PyTree
from fallline._types import Number, Scalar, as_dtype_of


def clip_by_value(gradients: PyTree, clipvalue: Number) -> PyTree:
    """Limits every component to an interval; the direction of the gradient may change.

    g <- min(max(g, -c), c)

    Args:
        gradients: Tree of gradient arrays.
        clipvalue: c > 0, the largest magnitude of a component.

    Returns:
        A tree like `gradients`.

    Source:
        Mikolov: Statistical language models based on neural networks, 2012.
    """

    def clip(gradient: jax.Array) -> jax.Array:
        bound = as_dtype_of(clipvalue, gradient)
        return jnp.clip(gradient, -bound, bound)

    return jax.tree.map(clip, gradients)


def clip_by_norm(gradients: PyTree, clipnorm: Number) -> PyTree:
    """Shortens every array, on its own, to a Euclidean norm of at most `clipnorm`.

    g <- g * c / max(|g|, c)

    Args:
        gradients: Tree of gradient arrays.
        clipnorm: c > 0, the largest norm of one array.

    Returns:
        A tree like `gradients`; every array keeps its direction.

    Source:
        Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013, algorithm 1.
    """

    def clip(gradient: jax.Array) -> jax.Array:
        bound = as_dtype_of(clipnorm, gradient)
        return gradient * (bound / jnp.maximum(jnp.sqrt(jnp.sum(jnp.square(gradient))), bound))

    return jax.tree.map(clip, gradients)


def clip_by_global_norm(gradients: PyTree, clipnorm: Number) -> PyTree:
    """Shortens the whole gradient, all arrays as one vector, to a norm of at most `clipnorm`.

    g <- g * c / max(|g|, c), with |g| over all arrays

    When the norm is not finite, every component becomes NaN, so that a divergence shows at once.

    Args:
        gradients: Tree of gradient arrays of one type.
        clipnorm: c > 0, the largest norm of the whole gradient.

    Returns:
        A tree like `gradients`; the whole gradient keeps its direction.

    Source:
        Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks, 2013, algorithm 1.
    """
    if not jax.tree.leaves(gradients):
        return gradients
    norm = global_norm(gradients)
    bound = as_dtype_of(clipnorm, norm)
    # An infinite norm would give the scale 0, and a run that overflowed would silently stand still.
    scale = bound / jnp.maximum(norm, bound) + (norm - norm)
    return jax.tree.map(lambda gradient: gradient * scale, gradients)


def global_norm(arrays: Any) -> Scalar:
    """The Euclidean norm of all arrays of a tree, taken as one vector.

    Args:
        arrays: Tree of at least one array, all of one type.

    Returns:
        A scalar of the arrays' type.
    """
    first, *rest = (jnp.sum(jnp.square(array)) for array in jax.tree.leaves(arrays))
    return jnp.sqrt(sum(rest, start=first))
