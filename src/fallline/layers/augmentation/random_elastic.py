"""Random elastic deformation."""

from __future__ import annotations

import dataclasses
import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, named_key, uniform
from fallline._ranges import FINITE, FRACTION, POSITIVE, named, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.layers.augmentation.base import Images
from fallline.layers.augmentation.factor import (
    Factor,
    clipped,
    drawn,
    per_image,
    strength,
    value_range,
)
from fallline.layers.augmentation.resampling import FILL_MODES, INTERPOLATIONS, Resampling, displaced
from fallline.layers.base.layer import layers

REACH = 0.05
"""Root mean square displacement at scale 1, as a fraction of the longer side."""


@layers.register()
@tree
class RandomElasticTransform(Resampling):
    """Bends each image of a training batch by a smooth random displacement of its pixels.

    y[p] = x[p + s * 0.05 * max(height, width) * d(p)],  s ~ U(scale),
    d = G_h Z G_w^T for each of the two directions,  Z ~ U(-sqrt(3), sqrt(3)) independent for each pixel,
    G_ij = exp(-(i - j)^2 / (2 r^2)) with rows scaled to length 1,  r = sigma * min(height, width)

    Rows scaled to length 1 give each displacement the variance 1, at the edges as in the middle. On 28x28
    digits scale 1 is what Simard et al. found best: their alpha = 34 and sigma = 4 displace by 1.4 pixels.

    Args:
        factor: Probability that an image is changed, from 0 to 1; a pair: each image draws its probability
            between the two.
        scale: How far pixels move, from 0 to 1: a pair to draw between, or one number s for (0, s).
        interpolation, fill_mode, fill_value: As for `affine`.
        value_range: Smallest and largest value of a pixel, to which changed images are clipped.
        seed: Makes this layer's draws differ from those of a layer of the same name.
        sigma: How smooth the displacement is: the width of the Gaussian as a fraction of the shorter side.

    Raises:
        UsageError: a factor is out of its range, a name is unknown, or value_range is no range.

    Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks (2003), section 2.1.

    Differs from Keras: each image has its own scale, sigma does not depend on it, and the two directions are
    independent. Keras 3.15 draws both from one seed, which moves every pixel along the diagonal only; its sigma
    shrinks with the scale, so that a weak deformation is rough instead of small. One number for `factor` is the
    probability, where Keras draws it between 0 and the number.
    """

    factor: Factor = dataclasses.field(default=1.0, metadata=strength(FRACTION))
    scale: Factor = dataclasses.field(default=1.0, metadata=strength(FRACTION))
    interpolation: str = named("bilinear", INTERPOLATIONS)
    fill_mode: str = named("reflect", FILL_MODES)
    fill_value: Number = number(0.0, FINITE)
    value_range: tuple[Number, Number] = value_range()
    seed: int | None = static(default=None)
    sigma: Number = number(1 / 7, POSITIVE)

    def changed_images(self, key: Key, images: Images) -> Images:
        """The bent images."""
        batch, height, width, _ = images.shape
        fractions = uniform(named_key(key, "strength"), (3, batch))
        bent = fractions[0] < drawn(fractions[1], self.factor, 1)
        scale = jnp.where(bent, drawn(fractions[2], self.scale, 0), 0)
        reach = (scale * (REACH * max(height, width)))[:, None, None]
        down, right = self._fields(named_key(key, "fields"), batch, height, width)
        moved = clipped(displaced(images, reach * down, reach * right, **self.filling), self.value_range)
        return jnp.where(per_image(scale, images) == 0, images, moved)

    def _fields(self, key: Key, batch: int, height: int, width: int) -> Float[Array, "2 batch height width"]:
        """Two smooth fields of mean 0 and variance 1 for each image."""
        noise = math.sqrt(3) * (2 * uniform(key, (2, batch, height, width)) - 1)
        radius = as_dtype_of(self.sigma, noise) * min(height, width)
        return jnp.einsum("ij,dbjk,lk->dbil", _smoothing(height, radius), noise, _smoothing(width, radius))


def _smoothing(size: int, radius: Array) -> Float[Array, "size size"]:
    index = jnp.arange(size, dtype=radius.dtype)
    weights = jnp.exp(-jnp.square((index[:, None] - index) / radius) / 2)
    return weights / jnp.sqrt(jnp.sum(jnp.square(weights), axis=1, keepdims=True))
