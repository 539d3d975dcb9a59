"""Dropout, and the form of it that keeps SELU networks normalised."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

from fallline._random import Key, coin_flips
from fallline._ranges import BELOW_ONE, FRACTION, checked, within
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape
from fallline.layers.noise import Noise

NoiseShape = tuple[int | None, ...] | None

# -scale * alpha of SELU: what it tends to for inputs far below 0.
_SELU_FLOOR = -1.0507009873554805 * 1.6732632423543772


def _checked_noise_shape(where: str, given: Any) -> NoiseShape:
    if given is None:
        return None
    valid = isinstance(given, Sequence) and not isinstance(given, str)
    if not valid or not all(size is None or (isinstance(size, int) and size != 0) for size in given):
        raise UsageError(f"{where} must be a tuple such as (None, 1, 64), got {given!r:.60}.")
    return tuple(given)


class Masking(Noise):
    """A layer of noise that treats each input in one of two ways, by a mask that some axes may share."""

    noise_shape: NoiseShape

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: noise_shape does not fit the inputs.
        """
        wanted = self.noise_shape
        if wanted is None:
            return input_shape
        # The batch axis is None or 1: a number would not fit the short last batch.
        allowed = [(None, -1, 1), *((None, -1, 1, size) for size in input_shape)]
        if len(wanted) != len(allowed) or any(
            size not in each for size, each in zip(wanted, allowed, strict=True)
        ):
            raise ShapeError(
                f"{self.title}: noise_shape {wanted} does not fit inputs {(None, *input_shape)}. "
                "Write 1 on the axes that share the mask and None on the others."
            )
        return input_shape

    def _mask(self, key: Key, keep: Array, shape: Shape) -> Bool[Array, "..."]:
        if self.noise_shape is not None:
            pairs = zip(shape, self.noise_shape, strict=True)
            shape = tuple(size if wanted in (-1, None) else wanted for size, wanted in pairs)
        return coin_flips(key, keep, shape)


@layers.register()
@tree
class Dropout(Masking):
    """Sets each input to zero with probability `rate` in training, and scales the rest by `1 / (1 - rate)`.

    y = x * m / (1 - rate),  m ~ Bernoulli(1 - rate);  at inference y = x.

    Args:
        rate: Probability of dropping an input, from 0 to 1.
        noise_shape: Shape of the mask, batch axis first, with 1 on axes that share it and None (or -1) on axes
            as long as the input's; None: nothing is shared.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the rate is not in 0..1, or noise_shape or seed are not of the form above.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014), in the inverted form.
    """

    rate: Number = dataclasses.field(metadata=within(FRACTION))
    noise_shape: NoiseShape = checked(_checked_noise_shape, None, is_static=True)
    seed: int | None = static(default=None)

    renamed = {"p": "rate"}  # noqa: RUF012 - Keras 1

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The thinned inputs."""
        keep = 1 - jnp.asarray(self.rate, jnp.float32)
        mask = self._mask(key, keep, x.shape)
        # rate = 1 keeps nothing: the scale must not become infinite times zero.
        scale = jnp.where(keep > 0, 1 / jnp.where(keep > 0, keep, 1), 0).astype(x.dtype)
        return jnp.where(mask, x * scale, jnp.zeros((), x.dtype))


@layers.register()
@tree
class AlphaDropout(Masking):
    """Sets each input to SELU's lower limit with probability `rate` in training, and restores mean and variance.

    y = a * (x * m + d * (1 - m)) + b,  m ~ Bernoulli(1 - rate);  at inference y = x;
    d = -scale * alpha of SELU,  a = ((1 - rate) * (1 + rate * d^2))^(-1/2),  b = -a * d * rate.

    Inputs of mean 0 and variance 1 keep them, so that SELU networks stay normalised under dropout.

    Args:
        rate: Probability of dropping an input, at least 0 and below 1.
        noise_shape: Shape of the mask, batch axis first, with 1 on axes that share it and None (or -1) on axes
            as long as the input's; None: nothing is shared.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the rate is out of its range, or noise_shape or seed are not of the form above.

    Source: Klambauer, Unterthiner, Mayr, Hochreiter, Self-normalizing neural networks (2017).

    Differs from Keras: a rate of 1, for which a is infinite, is refused.
    """

    rate: Number = dataclasses.field(metadata=within(BELOW_ONE))
    noise_shape: NoiseShape = checked(_checked_noise_shape, None, is_static=True)
    seed: int | None = static(default=None)

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The inputs with some at the lower limit, brought back to their mean and variance."""
        rate = jnp.asarray(self.rate, jnp.float32)
        mask = self._mask(key, 1 - rate, x.shape)
        a = lax.rsqrt((1 - rate) * (1 + rate * _SELU_FLOOR**2))
        b = -a * _SELU_FLOOR * rate
        dropped = (a * _SELU_FLOOR + b).astype(x.dtype)
        return jnp.where(mask, x * a.astype(x.dtype) + b.astype(x.dtype), dropped)
