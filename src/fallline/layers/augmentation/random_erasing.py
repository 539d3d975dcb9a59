"""Random erasing, also known as cutout."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Bool

from fallline._random import Key, named_key, normal, uniform
from fallline._ranges import FINITE, FRACTION, numbers
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError
from fallline.layers.augmentation.base import ImageAugmentation, Images
from fallline.layers.augmentation.factor import (
    Factor,
    clipped,
    drawn,
    one_or_each,
    strength,
    value_range,
)
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


@layers.register("cutout")
@tree
class RandomErasing(ImageAugmentation):
    """Replaces a random rectangle of each image of a training batch by a value or by noise.

    The rectangle is sqrt(a) of the width and sqrt(b) of the height, a, b ~ U(scale), and lies anywhere inside
    the image; its pixels become fill_value, or value_range[1] * z with z ~ N(0, 1), both clipped to value_range.

    Args:
        factor: Probability that an image is changed, from 0 to 1; a pair: each image draws its probability
            between the two.
        scale: Share of the image's area, from 0 to 1: the pair from which width and height are drawn as above,
            or one number s for (0, s).
        fill_value: The value of erased pixels, or one for each channel; None: noise.
        value_range: Smallest and largest value of a pixel, e.g. (0, 1) for images that were rescaled.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: a factor is out of its range, or value_range is no range.

    Source: Zhong, Zheng, Kang, Li, Yang, Random erasing data augmentation (2017); DeVries, Taylor, Improved
    regularization of convolutional neural networks with cutout (2017): `fill_value=0`. The name "cutout"
    resolves to it.

    Differs from Keras: one number is the probability, so that factor=1.0 erases in every image, as Keras's
    documentation says; Keras 3.15 draws the probability between 0 and the number, half of it on average.
    """

    factor: Factor = dataclasses.field(default=1.0, metadata=strength(FRACTION))
    scale: Factor = dataclasses.field(default=(0.02, 0.33), metadata=strength(FRACTION))
    fill_value: Number | tuple[Number, ...] | None = numbers(None, FINITE)
    value_range: tuple[Number, Number] = value_range()
    seed: int | None = static(default=None)

    def changed_images(self, key: Key, images: Images) -> Images:
        """The images with their rectangles."""
        batch, height, width, _ = images.shape
        fractions = uniform(named_key(key, "rectangle"), (6, batch))
        erased = fractions[0] < drawn(fractions[1], self.factor, 1)
        rows = self._covered(fractions[2], fractions[3], height)
        columns = self._covered(fractions[4], fractions[5], width)
        rectangle = erased[:, None, None] & rows[:, :, None] & columns[:, None, :]
        return jnp.where(rectangle[..., None], self._filling(named_key(key, "fill"), images), images)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the rows are no images, or the number of fill values is not that of the channels.
        """
        shape = super().output_shape(input_shape)
        channels = shape[2] if len(shape) == 3 else 1
        if isinstance(self.fill_value, tuple) and len(self.fill_value) != channels:
            raise ShapeError(
                f"{self.title}: fill_value has {len(self.fill_value)} numbers, the images {channels} "
                "channels. Give one number, or one for each channel."
            )
        return shape

    def _covered(self, share: Array, place: Array, size: int) -> Bool[Array, "batch size"]:
        """Which rows (or columns) of each image its rectangle covers."""
        length = jnp.sqrt(drawn(share, self.scale, 0)) * size
        start = place * (size - length)
        index = jnp.arange(size, dtype=jnp.float32)
        return (index >= start[:, None]) & (index < (start + length)[:, None])

    def _filling(self, key: Key, images: Array) -> Array:
        if self.fill_value is not None:
            return clipped(one_or_each(self.fill_value, images), self.value_range)
        noise = normal(key, images.shape).astype(images.dtype)
        return clipped(noise * as_dtype_of(self.value_range[1], images), self.value_range)


Cutout = RandomErasing
"""The other name of random erasing."""
