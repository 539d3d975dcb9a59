"""Random rotation."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, uniform
from fallline._ranges import FINITE, check_numbers
from fallline._tree import static, tree
from fallline._types import Number
from fallline.layers.augmentation.base import ImageAugmentation
from fallline.layers.augmentation.factor import SIGNED, Factor, check_factors, drawn
from fallline.layers.augmentation.resampling import affine, centred, check_resampling
from fallline.layers.base.layer import layers


@layers.register()
@tree
class RandomRotation(ImageAugmentation):
    """Rotates each image of a training batch about its centre by a random angle.

    y[p] = x[c + R (p - c)],  R = [[cos t, sin t], [-sin t, cos t]] over (row, column),
    t = 2 pi u,  u ~ U(factor),  c = ((height - 1) / 2, (width - 1) / 2)

    Rows (height, width) or (height, width, channels).

    Args:
        factor: Angle as a fraction of the full turn, from -1 to 1: a pair to draw between, or one number f for
            (-f, f). Positive: counter-clockwise. 0.1 is up to 36 degrees either way.
        fill_mode: What lies beyond the edges: "constant" (k k | a b c | k k), "nearest" (a a | a b c | c c),
            "reflect" (b a | a b c | c b) or "wrap" (b c | a b c | a b).
        interpolation: "bilinear" or "nearest".
        seed: Makes this layer's draws differ from those of a layer of the same name.
        fill_value: The k of "constant".
        name: The layer's name.

    Raises:
        UsageError: the factor is out of its range, or a name is unknown.

    Source: Keras 3; Simard, Steinkraus, Platt, Best practices for convolutional neural networks (2003), section 2.
    """

    factor: Factor
    fill_mode: str = static(default="reflect")
    interpolation: str = static(default="bilinear")
    seed: int | None = static(default=None)
    fill_value: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors(self, factor=SIGNED)
        check_numbers(self, fill_value=FINITE)
        check_resampling(self)

    def changed_images(
        self, key: Key, images: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch height width channels"]:
        """The rotated images."""
        batch, height, width, _ = images.shape
        angle = drawn(uniform(key, (batch,)), self.factor, -1) * (2 * math.pi)
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        return affine(
            images,
            centred(((cos, sin), (-sin, cos)), height, width),
            fill_mode=self.fill_mode,
            interpolation=self.interpolation,
            fill_value=self.fill_value,
        )
