"""Random affine maps of images: rotation, translation, zoom."""

from __future__ import annotations

import dataclasses
import math
from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, uniform
from fallline._ranges import FINITE, named, number
from fallline._tree import static, tree
from fallline._types import Number
from fallline.layers.augmentation.base import Images
from fallline.layers.augmentation.factor import ABOVE_MINUS_ONE, SIGNED, Factor, drawn, strength
from fallline.layers.augmentation.resampling import FILL_MODES, INTERPOLATIONS, Resampling, affine, centred
from fallline.layers.base.layer import layers


class Affine(Resampling):
    """An augmentation that looks the pixels of each image up by an affine map of its own."""

    @abstractmethod
    def maps(self, key: Key, batch: int, height: int, width: int) -> Float[Array, "batch 2 3"]:
        """A map for each image, from output to input pixels."""

    def changed_images(self, key: Key, images: Images) -> Images:
        """The images under their maps."""
        return affine(images, self.maps(key, *images.shape[:3]), **self.filling)


@layers.register()
@tree
class RandomRotation(Affine):
    """Rotates each image of a training batch about its centre by a random angle.

    y[p] = x[c + R (p - c)],  R = [[cos t, sin t], [-sin t, cos t]] over (row, column),
    t = 2 pi u,  u ~ U(factor),  c = ((height - 1) / 2, (width - 1) / 2)

    Args:
        factor: Angle as a fraction of the full turn, from -1 to 1: a pair to draw between, or one number f for
            (-f, f). Positive: counter-clockwise. 0.1 is up to 36 degrees either way.
        fill_mode, interpolation, fill_value: As for `affine`.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the factor is out of its range, or a name is unknown.

    Source: Keras 3; Simard, Steinkraus, Platt, Best practices for convolutional neural networks (2003), section 2.
    """

    factor: Factor = dataclasses.field(metadata=strength(SIGNED))
    fill_mode: str = named("reflect", FILL_MODES)
    interpolation: str = named("bilinear", INTERPOLATIONS)
    seed: int | None = static(default=None)
    fill_value: Number = number(0.0, FINITE)

    def maps(self, key: Key, batch: int, height: int, width: int) -> Float[Array, "batch 2 3"]:
        """Rotations."""
        angle = drawn(uniform(key, (batch,)), self.factor, -1) * (2 * math.pi)
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        return centred(((cos, sin), (-sin, cos)), height, width)


@layers.register()
@tree
class RandomTranslation(Affine):
    """Shifts each image of a training batch down and to the right by fractions of its size.

    y[row, column] = x[row - a * height, column - b * width],  a ~ U(height_factor), b ~ U(width_factor)

    Shifts by parts of a pixel are interpolated.

    Args:
        height_factor: Shift down as a fraction of the height, from -1 to 1: a pair to draw between, or one
            number f for (-f, f). Negative: up.
        width_factor: Shift to the right as a fraction of the width, likewise. Negative: left.
        fill_mode, interpolation, fill_value: As for `affine`.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: a factor is out of its range, or a name is unknown.

    Source: Keras 3; Simard, Steinkraus, Platt, Best practices for convolutional neural networks (2003), section 2.
    """

    height_factor: Factor = dataclasses.field(metadata=strength(SIGNED))
    width_factor: Factor = dataclasses.field(metadata=strength(SIGNED))
    fill_mode: str = named("reflect", FILL_MODES)
    interpolation: str = named("bilinear", INTERPOLATIONS)
    seed: int | None = static(default=None)
    fill_value: Number = number(0.0, FINITE)

    def maps(self, key: Key, batch: int, height: int, width: int) -> Float[Array, "batch 2 3"]:
        """Shifts."""
        tall, wide = uniform(key, (2, batch))
        down = drawn(tall, self.height_factor, -1) * height
        right = drawn(wide, self.width_factor, -1) * width
        one, none = jnp.ones_like(down), jnp.zeros_like(down)
        return jnp.stack([jnp.stack([one, none, -down], -1), jnp.stack([none, one, -right], -1)], axis=1)


@layers.register()
@tree
class RandomZoom(Affine):
    """Shrinks or enlarges each image of a training batch about its centre.

    y[p] = x[c + diag(1 + a, 1 + b) (p - c)],  a ~ U(height_factor), b ~ U(width_factor) or b = a,
    c = ((height - 1) / 2, (width - 1) / 2)

    Args:
        height_factor: Change of scale along the height, above -1 and at most 1: a pair to draw between, or one
            number f for (-f, f). Positive: zooms out, what is seen is smaller. Negative: zooms in.
        width_factor: The same along the width; None: as along the height, so that the aspect ratio stays.
        fill_mode, interpolation, fill_value: As for `affine`.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: a factor is out of its range, or a name is unknown.

    Source: Keras 3.
    """

    height_factor: Factor = dataclasses.field(metadata=strength(ABOVE_MINUS_ONE))
    width_factor: Factor | None = dataclasses.field(
        default=None, metadata=strength(ABOVE_MINUS_ONE, optional=True)
    )
    fill_mode: str = named("reflect", FILL_MODES)
    interpolation: str = named("bilinear", INTERPOLATIONS)
    seed: int | None = static(default=None)
    fill_value: Number = number(0.0, FINITE)

    def maps(self, key: Key, batch: int, height: int, width: int) -> Float[Array, "batch 2 3"]:
        """Changes of scale."""
        fractions = uniform(key, (2, batch))
        tall = 1 + drawn(fractions[0], self.height_factor, -1)
        wide = tall if self.width_factor is None else 1 + drawn(fractions[1], self.width_factor, -1)
        none = jnp.zeros_like(tall)
        return centred(((tall, none), (none, wide)), height, width)
