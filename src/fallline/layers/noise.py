"""Noise in training: the two of Gaussian form."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, normal
from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, within
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.layers.base.drawing import Drawing
from fallline.layers.base.layer import layers


class Noise(Drawing):
    """A layer whose draws are also those of Monte-Carlo prediction."""

    sampled: ClassVar[bool] = True


@layers.register()
@tree
class GaussianNoise(Noise):
    """Adds Gaussian noise to each input in training.

    y = x + stddev * z,  z ~ N(0, 1);  at inference y = x.

    Args:
        stddev: Standard deviation of the noise, at least 0.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: stddev is negative, or seed is no such number.

    Source: Bishop, Training with noise is equivalent to Tikhonov regularization (1995).

    Differs from Keras: stddev may be above 1, for inputs that are not scaled.
    """

    stddev: Number = dataclasses.field(metadata=within(NOT_NEGATIVE))
    seed: int | None = static(default=None)

    renamed = {"sigma": "stddev"}  # noqa: RUF012 - Keras 1

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """X + stddev * z."""
        return x + as_dtype_of(self.stddev, x) * normal(key, x.shape).astype(x.dtype)


@layers.register()
@tree
class GaussianDropout(Noise):
    """Multiplies each input by Gaussian noise around 1 in training.

    y = x * (1 + sqrt(rate / (1 - rate)) * z),  z ~ N(0, 1);  at inference y = x.

    The factor has the mean and the variance of dropout's with that rate.

    Args:
        rate: The rate of the dropout that it equals in mean and variance, at least 0 and below 1.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the rate is out of its range, or seed is no such number.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014), section 10.

    Differs from Keras: a rate of 1, whose variance is infinite, is refused.
    """

    rate: Number = dataclasses.field(metadata=within(BELOW_ONE))
    seed: int | None = static(default=None)

    renamed = {"p": "rate"}  # noqa: RUF012 - Keras 1

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """X * (1 + sqrt(rate / (1 - rate)) * z)."""
        z = normal(key, x.shape)
        rate = as_dtype_of(self.rate, z)
        return x * (1 + jnp.sqrt(rate / (1 - rate)) * z).astype(x.dtype)
