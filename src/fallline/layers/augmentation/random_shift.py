"""Random translation."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, uniform
from fallline._ranges import FINITE, check_numbers
from fallline._tree import static, tree
from fallline._types import Number
from fallline.layers.augmentation.base import ImageAugmentation
from fallline.layers.augmentation.factor import SIGNED, Factor, check_factors, drawn
from fallline.layers.augmentation.resampling import affine, check_resampling
from fallline.layers.base.layer import layers


@layers.register()
@tree
class RandomTranslation(ImageAugmentation):
    """Shifts each image of a training batch down and to the right by fractions of its size.

    y[row, column] = x[row - a * height, column - b * width],  a ~ U(height_factor), b ~ U(width_factor)

    Shifts by parts of a pixel are interpolated. Rows (height, width) or (height, width, channels).

    Args:
        height_factor: Shift down as a fraction of the height, from -1 to 1: a pair to draw between, or one
            number f for (-f, f). Negative: up.
        width_factor: Shift to the right as a fraction of the width, likewise. Negative: left.
        fill_mode: What lies beyond the edges: "constant" (k k | a b c | k k), "nearest" (a a | a b c | c c),
            "reflect" (b a | a b c | c b) or "wrap" (b c | a b c | a b).
        interpolation: "bilinear" or "nearest".
        seed: Makes this layer's draws differ from those of a layer of the same name.
        fill_value: The k of "constant".
        name: The layer's name.

    Raises:
        UsageError: a factor is out of its range, or a name is unknown.

    Source: Keras 3; Simard, Steinkraus, Platt, Best practices for convolutional neural networks (2003), section 2.
    """

    height_factor: Factor
    width_factor: Factor
    fill_mode: str = static(default="reflect")
    interpolation: str = static(default="bilinear")
    seed: int | None = static(default=None)
    fill_value: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors(self, height_factor=SIGNED, width_factor=SIGNED)
        check_numbers(self, fill_value=FINITE)
        check_resampling(self)

    def changed_images(
        self, key: Key, images: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch height width channels"]:
        """The shifted images."""
        batch, height, width, _ = images.shape
        tall, wide = uniform(key, (2, batch))
        down = drawn(tall, self.height_factor, -1) * height
        right = drawn(wide, self.width_factor, -1) * width
        one, none = jnp.ones_like(down), jnp.zeros_like(down)
        matrices = jnp.stack([jnp.stack([one, none, -down], -1), jnp.stack([none, one, -right], -1)], axis=1)
        return affine(
            images,
            matrices,
            fill_mode=self.fill_mode,
            interpolation=self.interpolation,
            fill_value=self.fill_value,
        )
