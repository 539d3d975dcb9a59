"""Random zoom."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, uniform
from fallline._ranges import FINITE, check_numbers
from fallline._tree import static, tree
from fallline._types import Number
from fallline.layers.augmentation.base import ImageAugmentation
from fallline.layers.augmentation.factor import ABOVE_MINUS_ONE, Factor, check_factors, drawn
from fallline.layers.augmentation.resampling import affine, centred, check_resampling
from fallline.layers.base.layer import layers


@layers.register()
@tree
class RandomZoom(ImageAugmentation):
    """Shrinks or enlarges each image of a training batch about its centre.

    y[p] = x[c + diag(1 + a, 1 + b) (p - c)],  a ~ U(height_factor), b ~ U(width_factor) or b = a,
    c = ((height - 1) / 2, (width - 1) / 2)

    Rows (height, width) or (height, width, channels); their size stays.

    Args:
        height_factor: Change of scale along the height, above -1 and at most 1: a pair to draw between, or one
            number f for (-f, f). Positive: zooms out, what is seen is smaller. Negative: zooms in.
        width_factor: The same along the width; None: as along the height, so that the aspect ratio stays.
        fill_mode: What lies beyond the edges: "constant" (k k | a b c | k k), "nearest" (a a | a b c | c c),
            "reflect" (b a | a b c | c b) or "wrap" (b c | a b c | a b).
        interpolation: "bilinear" or "nearest".
        seed: Makes this layer's draws differ from those of a layer of the same name.
        fill_value: The k of "constant".
        name: The layer's name.

    Raises:
        UsageError: a factor is out of its range, or a name is unknown.

    Source: Keras 3.
    """

    height_factor: Factor
    width_factor: Factor | None = None
    fill_mode: str = static(default="reflect")
    interpolation: str = static(default="bilinear")
    seed: int | None = static(default=None)
    fill_value: Number = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_factors(self, height_factor=ABOVE_MINUS_ONE)
        if self.width_factor is not None:
            check_factors(self, width_factor=ABOVE_MINUS_ONE)
        check_numbers(self, fill_value=FINITE)
        check_resampling(self)

    def changed_images(
        self, key: Key, images: Float[Array, "batch height width channels"]
    ) -> Float[Array, "batch height width channels"]:
        """The zoomed images."""
        batch, height, width, _ = images.shape
        fractions = uniform(key, (2, batch))
        tall = 1 + drawn(fractions[0], self.height_factor, -1)
        wide = tall if self.width_factor is None else 1 + drawn(fractions[1], self.width_factor, -1)
        none = jnp.zeros_like(tall)
        return affine(
            images,
            centred(((tall, none), (none, wide)), height, width),
            fill_mode=self.fill_mode,
            interpolation=self.interpolation,
            fill_value=self.fill_value,
        )
