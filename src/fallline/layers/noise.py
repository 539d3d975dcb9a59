"""Noise in training: what every layer that draws it is, and the two of Gaussian form."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, normal
from fallline._ranges import BELOW_ONE, NOT_NEGATIVE, check_numbers
from fallline._tree import static, tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.errors import UsageError
from fallline.layers.base.layer import Layer, layers


class Noise(Layer):
    """A layer that changes its inputs at random in training, and returns them as they are at inference.

    Raises:
        UsageError: the seed is not a whole number from 0 to 2^32 - 1.
    """

    seed: int | None

    draws: ClassVar[bool] = True
    sampled: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        seed = self.seed
        if seed is not None and (
            isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32
        ):
            raise UsageError(
                f"{type(self).__name__}: seed must be a whole number from 0 to 2**32 - 1, or None, "
                f"got {seed!r:.60}."
            )

    @abstractmethod
    def noisy(self, x: Float[Array, "batch ..."], key: Key) -> Float[Array, "batch ..."]:
        """The inputs, changed at random."""

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The changed inputs in training, the inputs themselves at inference."""
        del params
        if not training:
            return x, state
        assert key is not None
        return self.noisy(x, key if self.seed is None else jax.random.fold_in(key, self.seed)), state


@layers.register()
@tree
class GaussianNoise(Noise):
    """Adds Gaussian noise to each input in training.

    y = x + stddev * z,  z ~ N(0, 1);  at inference y = x.

    Args:
        stddev: Standard deviation of the noise, at least 0.
        seed: Makes this layer's draws differ from those of a layer of the same name; they depend on the run's
            seed all the same.

    Raises:
        UsageError: stddev is negative, or seed is no such number.

    Source: Bishop, Training with noise is equivalent to Tikhonov regularization (1995).

    Differs from Keras: stddev may be above 1, for inputs that are not scaled.
    """

    stddev: Number
    seed: int | None = static(default=None)

    renamed = {"sigma": "stddev"}  # noqa: RUF012 - Keras 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, stddev=NOT_NEGATIVE)

    def noisy(self, x: Float[Array, "batch ..."], key: Key) -> Float[Array, "batch ..."]:
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
        seed: Makes this layer's draws differ from those of a layer of the same name; they depend on the run's
            seed all the same.

    Raises:
        UsageError: the rate is out of its range, or seed is no such number.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014), section 10.

    Differs from Keras: a rate of 1, whose variance is infinite, is refused.
    """

    rate: Number
    seed: int | None = static(default=None)

    renamed = {"p": "rate"}  # noqa: RUF012 - Keras 1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_numbers(self, rate=BELOW_ONE)

    def noisy(self, x: Float[Array, "batch ..."], key: Key) -> Float[Array, "batch ..."]:
        """X * (1 + sqrt(rate / (1 - rate)) * z)."""
        z = normal(key, x.shape)
        rate = as_dtype_of(self.rate, z)
        return x * (1 + jnp.sqrt(rate / (1 - rate)) * z).astype(x.dtype)
