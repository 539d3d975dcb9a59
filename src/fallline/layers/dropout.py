"""Dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, coin_flips
from fallline._ranges import FRACTION, checked_number
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.layers.layer import Layer, Shape, check_name, layers


@layers.register()
@tree
class Dropout(Layer):
    """Sets each input to zero with probability `rate` in training, and scales the rest by `1 / (1 - rate)`.

    y = x * m / (1 - rate),  m ~ Bernoulli(1 - rate);  at inference y = x.

    Args:
        rate: Probability of dropping an input, from 0 to 1.
        noise_shape: Shape of the mask, batch axis first, with 1 on axes that share it and None (or -1) on axes
            as long as the input's; None: nothing is shared.
        seed: Makes this layer's draws differ from those of a layer of the same name; they depend on the run's
            seed all the same.
        name: The layer's name.

    Raises:
        UsageError: the rate is not in 0..1, or noise_shape or seed are not of the form above.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014), in the inverted form.
    """

    rate: Number
    noise_shape: tuple[int | None, ...] | None = static(default=None)
    seed: int | None = static(default=None)

    draws = True

    def __post_init__(self) -> None:
        check_name(self)
        rate = checked_number("Dropout: rate", self.rate, FRACTION)
        assign(self, rate=rate, noise_shape=_checked_noise_shape(self.noise_shape))
        seed = self.seed
        if seed is not None and (
            isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32
        ):
            raise UsageError(
                f"Dropout: seed must be a whole number from 0 to 2**32 - 1, or None, got {seed!r:.60}."
            )

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The thinned inputs in training, the inputs themselves at inference."""
        del params
        if not training:
            return x, state
        assert key is not None
        if self.seed is not None:
            key = jax.random.fold_in(key, self.seed)
        shape = x.shape
        if self.noise_shape is not None:
            shape = tuple(
                size if wanted in (-1, None) else wanted
                for size, wanted in zip(x.shape, self.noise_shape, strict=True)
            )
        keep = 1 - as_dtype_of(self.rate, jnp.zeros((), jnp.float32))
        mask = coin_flips(key, keep, shape)
        # rate = 1 keeps nothing: the scale must not become infinite times zero.
        scale = jnp.where(keep > 0, 1 / jnp.where(keep > 0, keep, 1), 0).astype(x.dtype)
        return jnp.where(mask, x * scale, jnp.zeros((), x.dtype)), state

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
                f'layer "{self.name or "dropout"}" (Dropout): noise_shape {wanted} does not fit inputs '
                f"{(None, *input_shape)}. Write 1 on the axes that share the mask and None on the others."
            )
        return input_shape


def _checked_noise_shape(given: Any) -> tuple[int | None, ...] | None:
    if given is None:
        return None
    valid = isinstance(given, Sequence) and not isinstance(given, str)
    if not valid or not all(size is None or (isinstance(size, int) and size != 0) for size in given):
        raise UsageError(f"Dropout: noise_shape must be a tuple such as (None, 1, 64), got {given!r:.60}.")
    return tuple(given)
