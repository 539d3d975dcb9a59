"""Noise on the features of a table."""

from __future__ import annotations

from dataclasses import MISSING

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, normal
from fallline._ranges import NOT_NEGATIVE, numbers
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import ShapeError
from fallline.layers.augmentation.base import Augmentation
from fallline.layers.augmentation.factor import one_or_each
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class FeatureNoise(Augmentation):
    """Adds normal noise to each feature of a training batch, one strength for all or one for each.

    y = x + stddev * z,  z ~ N(0, 1) independent for each row and feature

    Args:
        stddev: Standard deviation of the noise, at least 0, in the units of the features; or one for each
            feature of the last axis.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: a standard deviation is no number of at least 0.

    Source: Bishop, Training with noise is equivalent to Tikhonov regularization (1995).
    """

    stddev: Number | tuple[Number, ...] = numbers(MISSING, NOT_NEGATIVE)
    seed: int | None = static(default=None)

    def changed(self, key: Key, x: Float[Array, "batch ... features"]) -> Float[Array, "batch ... features"]:
        """The features with their noise."""
        wide = at_least_float32(x)
        stddev = one_or_each(self.stddev, wide)
        noisy = wide + stddev * normal(key, x.shape).astype(wide.dtype)
        # Adding a zero would turn a negative zero into a positive one.
        return jnp.where(stddev == 0, wide, noisy).astype(x.dtype)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the number of standard deviations is not that of the features.
        """
        given = self.stddev
        if isinstance(given, tuple) and (not input_shape or len(given) != input_shape[-1]):
            raise ShapeError(
                f"{self.title}: stddev has {len(given)} numbers, the rows are {input_shape}. Give one "
                "number, or one for each feature."
            )
        return input_shape
