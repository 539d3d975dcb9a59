"""Permutations and classes drawn at random, as TensorFlow's kernels draw them on a processor."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int, Shaped, UInt32

from fallline.graph.random.distributions import unit
from fallline.graph.random.philox import State, advanced, in_64_bits, words


@in_64_bits
def shuffled(
    state: State, values: Shaped[Array, "rows ..."]
) -> tuple[Shaped[Array, "rows ..."], UInt32[Array, "6"]]:
    """The rows in an order drawn at random (Fisher and Yates, from the first place on).

    Args:
        state: Of the generator.
        values: Any array with at least one axis.

    Returns:
        The rows, and the state after the draw.
    """
    rows = values.shape[0]
    if rows <= 1 or values.size <= 1:
        return jnp.asarray(values), jnp.asarray(state)
    drawn = words(state, rows - 1)  # The last has no choice.

    def swap(place: Array, order: Array) -> Array:
        other = place + (drawn[place] % (rows - place).astype(np.uint32)).astype(np.int32)
        return order.at[place].set(order[other]).at[other].set(order[place])

    order = lax.fori_loop(np.int32(0), np.int32(rows - 1), swap, lax.iota(np.int32, rows))
    return jnp.asarray(values)[order], advanced(state, (rows - 1 + 3) // 4)


@in_64_bits
def multinomial(
    state: State, logits: Float[Array, "batch classes"], count: int, dtype: Any = "int64"
) -> tuple[Int[Array, "batch count"], UInt32[Array, "6"]]:
    """Classes drawn with probabilities `softmax(logits)`, by the inverse of the cumulative sums in float64.

    A class whose logit is not finite is never drawn. Rows are drawn one after the other, as TensorFlow does in one
    thread; a batch so large that it spreads the rows over several gives other draws there, depending on the machine.

    Args:
        state: Of the generator.
        logits: Unnormalised logarithms of the probabilities.
        count: How many to draw for each row.
        dtype: "int64" or "int32".

    Returns:
        The classes, and the state after them.
    """
    batch = logits.shape[0]
    wide = jnp.asarray(logits).astype(np.float64)
    finite = jnp.isfinite(wide)
    largest = jnp.max(jnp.where(finite, wide, -np.inf), 1, keepdims=True)
    sums = jnp.cumsum(jnp.where(finite, jnp.exp(wide - largest), 0.0), 1)
    wanted = unit(state, batch * count).reshape(batch, count) * sums[:, -1:]
    classes = jnp.sum(sums[:, None, :] <= wanted[:, :, None], 2, dtype=np.int32)
    # Two words a number, reserved by fours.
    reserved = batch * 2 * 4 * -(-count // 4)
    return classes.astype(dtype), advanced(state, 256 * reserved)
