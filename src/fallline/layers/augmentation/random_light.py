"""Random brightness and contrast."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp

from fallline._random import Key, uniform
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.layers.augmentation.base import ImageAugmentation, Images
from fallline.layers.augmentation.factor import (
    SIGNED,
    Factor,
    clipped,
    drawn,
    per_image,
    strength,
    value_range,
)
from fallline.layers.base.layer import layers


@layers.register()
@tree
class RandomBrightness(ImageAugmentation):
    """Makes each image of a training batch brighter or darker by one amount for all its pixels.

    y = clip(x + b * (high - low), low, high),  b ~ U(factor),  (low, high) = value_range

    Args:
        factor: Change as a fraction of the value range, from -1 to 1: a pair to draw between, or one number f
            for (-f, f).
        value_range: Smallest and largest value of a pixel, e.g. (0, 1) for images that were rescaled.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the factor is out of its range, or value_range is no range.

    Source: Keras 3; Howard, Some improvements on deep convolutional neural network based image classification
    (2013).
    """

    factor: Factor = dataclasses.field(metadata=strength(SIGNED))
    value_range: tuple[Number, Number] = value_range()
    seed: int | None = static(default=None)

    def changed_images(self, key: Key, images: Images) -> Images:
        """The images with their new brightness."""
        low, high = (as_dtype_of(bound, images) for bound in self.value_range)
        change = per_image(drawn(uniform(key, images.shape[:1]), self.factor, -1), images)
        return jnp.where(change == 0, images, clipped(images + change * (high - low), self.value_range))


@layers.register()
@tree
class RandomContrast(ImageAugmentation):
    """Strengthens or weakens the contrast of each image of a training batch about the mean of each channel.

    y = clip((x - mean) * c + mean, value_range),  c ~ U(1 - lower, 1 + upper),
    mean over the pixels of one channel of one image

    Args:
        factor: The pair (lower, upper), each from -1 to 1, or one number f for (f, f).
        value_range: Smallest and largest value of a pixel, e.g. (0, 1) for images that were rescaled.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the factor is out of its range, or value_range is no range.

    Source: Keras 3; Howard, Some improvements on deep convolutional neural network based image classification
    (2013).

    Differs from Keras: one number f lowers the contrast as well as raising it, c ~ U(1 - f, 1 + f), as Keras's
    documentation says; Keras 3.15 itself draws from U(1, 1 + f). A pair keeps its order, as it is no interval.
    """

    factor: Factor = dataclasses.field(metadata=strength(SIGNED, ordered=False))
    value_range: tuple[Number, Number] = value_range()
    seed: int | None = static(default=None)

    def changed_images(self, key: Key, images: Images) -> Images:
        """The images with their new contrast."""
        lower, upper = self.factor if isinstance(self.factor, tuple) else (self.factor, self.factor)
        less, more = (as_dtype_of(number, jnp.zeros((), jnp.float32)) for number in (lower, upper))
        # Drawn as the change from 1, so that no change is recognised exactly.
        change = per_image((less + more) * uniform(key, images.shape[:1]) - less, images)
        mean = images.mean(axis=(1, 2), keepdims=True)
        return jnp.where(change == 0, images, clipped(images + (images - mean) * change, self.value_range))
