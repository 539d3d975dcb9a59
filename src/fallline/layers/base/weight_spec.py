"""Weights that a layer written as in Keras asks for by `add_weight`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline import constraints, initializers, regularizers
from fallline._tree import static, tree
from fallline.constraints import Constraint
from fallline.errors import UsageError
from fallline.initializers import Initializer
from fallline.regularizers import Regularizer


@tree
class WeightSpec:
    """What `add_weight` was told; in its place stands the array where `call` runs.

    Attributes:
        shape: The shape of the array.
        initializer: Its first values.
        trainable: Whether gradients change it; what they do not, `call` may `assign`.
        regularizer: Penalty on it, or None.
        constraint: Where it is brought back to after each step, or None.
        dtype: Its number type.
    """

    shape: tuple[int, ...] = static()
    initializer: Initializer
    trainable: bool = static()
    regularizer: Regularizer | None
    constraint: Constraint | None
    dtype: Any = static()

    @staticmethod
    def of(
        shape: Any, initializer: Any, dtype: Any, trainable: bool, regularizer: Any, constraint: Any
    ) -> WeightSpec:
        """The arguments of `add_weight`, checked.

        Raises:
            UsageError: the shape is no shape, or a name is unknown.
        """
        sizes = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise UsageError(f"add_weight: shape must hold positive whole numbers, got {shape!r:.60}.")
        floats = jnp.issubdtype(jnp.dtype(dtype or jnp.float32), jnp.floating)
        default = "glorot_uniform" if floats else "zeros"
        return WeightSpec(
            sizes,
            initializers.get(default if initializer is None else initializer),
            bool(trainable),
            regularizers.get(regularizer),
            constraints.get(constraint),
            jnp.dtype(dtype or jnp.float32),
        )
