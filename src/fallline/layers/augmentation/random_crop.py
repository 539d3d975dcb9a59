"""Random parts of images."""

from __future__ import annotations

from dataclasses import MISSING

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from fallline._random import Key, uniform
from fallline._ranges import count
from fallline._tree import static, tree
from fallline.errors import ShapeError
from fallline.layers.augmentation.base import ImageAugmentation, Images
from fallline.layers.augmentation.factor import whole_below
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class RandomCrop(ImageAugmentation):
    """Cuts a part of fixed size out of each image: at a random place in training, the middle at inference.

    y[row, column] = x[row + a, column + b],  a uniform on 0..H - height, b uniform on 0..W - width in training;
    a = floor((H - height) / 2), b = floor((W - width) / 2) at inference

    Rows (H, W) or (H, W, channels) become (height, width) or (height, width, channels).

    Args:
        height: Height of the part, in pixels.
        width: Width of the part, in pixels.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: a size is no whole number of at least 1.

    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural networks
    (2012), section 4.1.

    Differs from Keras: each image has a place of its own, where Keras cuts a whole batch at one place, for more
    variety from the same rows. At inference the middle is cut, at the scale that the network was trained on;
    Keras 3.15 returns the whole image, which the layers behind it cannot take. An image smaller than the part is
    an error instead of being enlarged, as a wrong size is more often a mistake than a wish.
    """

    height: int = count(MISSING, 1)
    width: int = count(MISSING, 1)
    seed: int | None = static(default=None)

    def changed_images(self, key: Key, images: Images) -> Float[Array, "batch new_height new_width channels"]:
        """The parts at random places."""
        batch, height, width, channels = images.shape
        down, right = uniform(key, (2, batch))
        rows = whole_below(down, height - self.height + 1)
        columns = whole_below(right, width - self.width + 1)

        def part(image: Array, row: Array, column: Array) -> Array:
            return lax.dynamic_slice(
                image, (row, column, jnp.zeros_like(row)), (self.height, self.width, channels)
            )

        return jax.vmap(part)(images, rows, columns)

    def unchanged(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The middle parts."""
        row, column = (x.shape[1] - self.height) // 2, (x.shape[2] - self.width) // 2
        return x[:, row : row + self.height, column : column + self.width]

    def output_shape(self, input_shape: Shape) -> Shape:
        """The size of the part, with the channels of the images.

        Raises:
            ShapeError: the rows are no images, or smaller than the part.
        """
        height, width, *channels = super().output_shape(input_shape)
        if height < self.height or width < self.width:
            raise ShapeError(
                f"{self.title}: cannot cut {self.height}x{self.width} pixels out of images of "
                f"{height}x{width}. Choose a smaller height and width."
            )
        return (self.height, self.width, *channels)
