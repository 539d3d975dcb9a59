"""`keras.initializations` of before Keras 2: functions of a shape that give first weights.

def small(shape, name=None):
    return initializations.normal(shape, scale=0.01, name=name)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from fallline import initializers
from fallline._random import root_key
from fallline.config import next_seed
from fallline.old.spaces import names_of as _names_of

get = initializers.get


def uniform(shape: Any, scale: float = 0.05, name: Any = None, **kwargs: Any) -> Array:
    """Uniform from -scale to scale."""
    del name, kwargs
    return _drawn(initializers.RandomUniform(-scale, scale), shape)


def normal(shape: Any, scale: float = 0.05, name: Any = None, **kwargs: Any) -> Array:
    """Normal with the standard deviation scale."""
    del name, kwargs
    return _drawn(initializers.RandomNormal(0.0, scale), shape)


def orthogonal(shape: Any, scale: float = 1.1, name: Any = None, **kwargs: Any) -> Array:
    """Orthonormal rows or columns, times scale."""
    del name, kwargs
    return _drawn(initializers.Orthogonal(scale), shape)


def identity(shape: Any, scale: float = 1, name: Any = None, **kwargs: Any) -> Array:
    """The identity matrix, times scale."""
    del name, kwargs
    return _drawn(initializers.Identity(scale), shape)


def _of(initializer: str) -> Callable[..., Array]:
    def draw(shape: Any, name: Any = None, **kwargs: Any) -> Array:
        del name, kwargs
        return _drawn(initializers.get(initializer), shape)

    draw.__name__, draw.__doc__ = initializer, f"First weights by the rule {initializer}."
    return draw


zero, one = _of("zeros"), _of("ones")
glorot_normal, glorot_uniform = _of("glorot_normal"), _of("glorot_uniform")
he_normal, he_uniform, lecun_uniform = _of("he_normal"), _of("he_uniform"), _of("lecun_uniform")


def _drawn(initializer: Any, shape: Any) -> Array:
    drawn: Array = initializer.sample(root_key(next_seed()), tuple(shape), jnp.dtype("float32"))
    return drawn


__getattr__ = _names_of(__name__)
