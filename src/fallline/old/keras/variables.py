"""Arrays that keep their name and may be changed."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline import initializers
from fallline._random import root_key
from fallline.config import next_seed
from fallline.own import variable


class Variable(variable.Variable):
    """An array that `assign` changes.

    Args:
        initializer: Its first values, or an initializer or its name, with a shape.
        shape: Its shape, for an initializer.
        dtype: Its number type.
        trainable: Whether it is meant to be trained.
        name: Its name.
        **kwargs: Other arguments of Keras.

    Source: Keras 3.
    """

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del kwargs
        if callable(initializer) or isinstance(initializer, str):
            made = initializers.get(initializer)
            value = made.sample(root_key(next_seed()), tuple(shape or ()), jnp.dtype(dtype or "float32"))
        else:
            value = jnp.asarray(initializer, dtype)
            value = (
                value.astype("float32")
                if dtype is None and jnp.issubdtype(value.dtype, jnp.floating)
                else value
            )
        super().__init__(value)
        self.name, self.trainable = name or "variable", trainable
        self.path = self.name
