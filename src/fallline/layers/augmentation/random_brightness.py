"""Random brightness."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, uniform
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.layers.augmentation.base import ImageAugmentation
from fallline.layers.augmentation.factor import (
    SIGNED,
    Factor,
    check_factors,
    check_value_range,
    drawn,
    per_image,
)
from fallline.layers.base.layer import layers


@layers.register()
@tree
class RandomBrightness(ImageAugmentation):
    """Makes each image of a training batch brighter or darker by one amount for all its pixels.

    y = clip(x + b * (high - low), low, high),  b ~ U(factor),  (low, high) = value_range

    Rows (height, width) or (height, width, channels).

    Args:
        factor: Change as a fraction of the value range, from -1 to 1: a pair to draw between, or one number f
            for (-f, f).
        value_range: Smallest and largest value of a pixel, e.g. (0, 1) for images that were rescaled.
        seed: Makes this layer's draws differ from those of a layer of the same name.
        name: The layer's name.

    Raises:
        UsageError: the factor is out of its range, or value_range is no range.

    Source: Keras 3; Howard, Some improvements on deep convolutional neural network based image classification
    (2013).
    """

    factor: Factor
    value_range: tuple[Number, Number] = (0.0, 255.0)
    seed: int | None = static(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors(self, factor=SIGNED)
        check_value_range(self)

    def changed_images(
        self, key: Key, images: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch height width channels"]:
        """The images with their new brightness."""
        low, high = (as_dtype_of(bound, images) for bound in self.value_range)
        change = per_image(drawn(uniform(key, images.shape[:1]), self.factor, -1), images)
        return jnp.where(change == 0, images, jnp.clip(images + change * (high - low), low, high))
