"""`keras.random` of Keras 3: arrays drawn within a layer from the run's key, and else from a seed of the process."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from fallline import config
from fallline._random import Key, root_key
from fallline.errors import UsageError
from fallline.old.spaces import names_of as _names_of
from fallline.own import drawing
from fallline.own.variable import plain


class SeedGenerator:
    """Seeds one after the other.

    Args:
        seed: The first; None: a fresh one.

    Source: Keras 3.
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        del kwargs
        self.seed, self.name = config.next_seed() if seed is None else int(seed), name
        self._taken = 0

    def next(self, ordered: bool = True) -> Key:
        """The key of the next drawing."""
        del ordered
        self._taken += 1
        return jax.random.fold_in(root_key(self.seed), self._taken)


def key_for(seed: Any) -> Key:
    """The key of one drawing: within a layer the run's, so that it differs from step to step; else by the seed."""
    source = drawing.current()
    inner = None if source is None else source.next()
    if inner is not None:
        return inner
    if isinstance(seed, SeedGenerator):
        return seed.next()
    return root_key(config.next_seed() if seed is None else int(np.asarray(seed).reshape(-1)[0]))


def shape_for(shape: Any) -> tuple[int, ...]:
    """A shape to draw.

    Raises:
        UsageError: it holds None: the number of rows is not known while a network is described.
    """
    sizes = (np.ndim(shape) == 0 and (shape,)) or tuple(shape)
    if None in sizes:
        raise UsageError(
            f"random: the shape {sizes} has no number of rows while a network is described. Draw within a layer: "
            "Lambda(lambda x: x + random_normal(shape(x)))."
        )
    whole = tuple(int(size) for size in sizes)
    source = drawing.current()
    return whole if source is None else source.shape(whole)


def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Array:
    """Numbers of a normal distribution."""
    drawn = jax.random.normal(key_for(seed), shape_for(shape), _floating(dtype))
    return drawn * plain(stddev) + plain(mean)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Likewise, within two standard deviations."""
    drawn = jax.random.truncated_normal(key_for(seed), -2.0, 2.0, shape_for(shape), _floating(dtype))
    return drawn * plain(stddev) + plain(mean)


def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None) -> Array:
    """Numbers of a uniform distribution from minval to below maxval."""
    if dtype is not None and np.issubdtype(np.dtype(dtype), np.integer):
        return randint(shape, minval, maxval, dtype, seed)
    return jax.random.uniform(key_for(seed), shape_for(shape), _floating(dtype), plain(minval), plain(maxval))


def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Array:
    """Whole numbers from minval to below maxval."""
    return jax.random.randint(key_for(seed), shape_for(shape), minval, maxval, jnp.dtype(dtype))


def binomial(
    shape: Any, counts: Any = 1, probabilities: Any = 0.5, dtype: Any = None, seed: Any = None
) -> Array:
    """How often of counts a coin of a probability falls."""
    drawn = jax.random.binomial(key_for(seed), counts, probabilities, shape_for(shape))
    return drawn.astype(_floating(dtype))


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Array:
    """Numbers of a gamma distribution of scale 1."""
    return jax.random.gamma(key_for(seed), alpha, shape_for(shape), _floating(dtype))


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Array:
    """Numbers of a beta distribution."""
    return jax.random.beta(key_for(seed), alpha, beta, shape_for(shape), _floating(dtype))


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Array:
    """Class numbers (rows, num_samples) by the logits of each row."""
    values = jnp.asarray(plain(logits))
    drawn = jax.random.categorical(key_for(seed), values[:, None, :], shape=(len(values), num_samples))
    return drawn.astype(dtype)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Array:
    """The parts of x along an axis in another order."""
    return jax.random.permutation(key_for(seed), jnp.asarray(plain(x)), axis)


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Array:
    """Zeros in the place of a share of the numbers, the others larger by 1 / (1 - rate)."""
    values = jnp.asarray(plain(inputs))
    kept = jax.random.bernoulli(
        key_for(seed), 1 - rate, values.shape if noise_shape is None else tuple(noise_shape)
    )
    return jnp.where(kept, values / (1 - rate), jnp.zeros_like(values))


def _floating(dtype: Any) -> Any:
    return jnp.dtype("float32" if dtype is None else dtype)


__getattr__ = _names_of(__name__)
