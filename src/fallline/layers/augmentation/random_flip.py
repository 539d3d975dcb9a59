"""Random mirror images."""

from __future__ import annotations

import jax.numpy as jnp

from fallline._random import Key, coin_flips
from fallline._ranges import named
from fallline._tree import static, tree
from fallline.layers.augmentation.base import ImageAugmentation, Images
from fallline.layers.base.layer import layers

MODES = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (2, 1)}


@layers.register()
@tree
class RandomFlip(ImageAugmentation):
    """Mirrors each image of a training batch with probability 1/2, left to right, top to bottom, or both.

    y[row, column] = x[row, width - 1 - column] where a fair coin of the image says so; rows likewise.

    Rows (height, width) or (height, width, channels). Digits and letters are not the same when mirrored: meant
    for photographs and the like.

    Args:
        mode: "horizontal" (left to right), "vertical" (top to bottom) or "horizontal_and_vertical".
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the mode is unknown.

    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural networks
    (2012), section 4.1.

    Differs from Keras: with "horizontal_and_vertical" each direction has a coin of its own, which gives all four
    images. Keras 3.15 tosses one coin for both, so that an image is turned upside down or left as it is, and a
    plain mirror image never appears.
    """

    mode: str = named("horizontal_and_vertical", MODES)
    seed: int | None = static(default=None)

    def changed_images(self, key: Key, images: Images) -> Images:
        """The images, some of them mirrored."""
        axes = MODES[self.mode]
        coins = coin_flips(key, jnp.float32(0.5), (len(axes), images.shape[0], 1, 1, 1))
        for coin, axis in zip(coins, axes, strict=True):
            images = jnp.where(coin, jnp.flip(images, axis), images)
        return images
