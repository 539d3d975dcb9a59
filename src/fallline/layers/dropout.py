"""Dropout."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import static, tree
from fallline._types import ModelState, Number, Params, as_dtype_of
from fallline.errors import UsageError
from fallline.layers.layer import Layer, check_name, layers


@layers.register()
@tree
class Dropout(Layer):
    """Sets each input to zero with probability `rate` in training, and scales the rest by `1 / (1 - rate)`.

    y = x * m / (1 - rate),  m ~ Bernoulli(1 - rate);  at inference y = x.

    Args:
        rate: Probability of dropping an input, from 0 to 1.
        noise_shape: Shape of the mask with 1 on axes that share it, batch axis first (-1: as the input), or None.
        seed: A seed of its own; None: drawn from the run's seed.
        name: The layer's name.

    Raises:
        UsageError: the rate is not in 0..1.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, Dropout (2014), in the inverted form.
    """

    rate: Number
    noise_shape: tuple[int, ...] | None = static(default=None)
    seed: int | None = static(default=None)

    draws = True

    def __post_init__(self) -> None:
        check_name(self)
        if isinstance(self.rate, int | float | np.number) and not 0 <= self.rate <= 1:
            raise UsageError(f"Dropout: rate must be a probability from 0 to 1, got {self.rate}.")

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
        mask = jax.random.uniform(key, shape) < keep
        # rate = 1 keeps nothing: the scale must not become infinite times zero.
        scale = jnp.where(keep > 0, 1 / jnp.where(keep > 0, keep, 1), 0).astype(x.dtype)
        return jnp.where(mask, x * scale, jnp.zeros((), x.dtype)), state
