"""Swap noise on the features of a table."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, coin_flips, named_key, uniform
from fallline._ranges import FRACTION, within
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.layers.augmentation.base import Augmentation
from fallline.layers.augmentation.factor import whole_below
from fallline.layers.base.layer import layers


@layers.register("swap_noise")
@tree
class FeatureSwap(Augmentation):
    """Replaces each feature of a row, with probability `rate`, by that feature of another row of the batch.

    y[i, j] = x[k, j] where m[i, j] else x[i, j],  m ~ Bernoulli(rate),  k uniform over the other rows,
    all independent for each row and feature

    A replaced value is one that the feature really takes, whatever its distribution, so that it suits categories
    and skewed columns better than added noise. A batch of one row stays as it is.

    Args:
        rate: Probability that a value is replaced, from 0 to 1.
        seed: Makes this layer's draws differ from those of a layer of the same name.

    Raises:
        UsageError: the rate is not between 0 and 1.

    Source: Jahrer, winning solution of Porto Seguro's safe driver prediction (2017); Bahri, Jiang, Tay, Metzler,
    SCARF (2021).
    """

    rate: Number = dataclasses.field(metadata=within(FRACTION))
    seed: int | None = static(default=None)

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The rows, some of their features from other rows."""
        batch = x.shape[0]
        if batch == 1:
            return x
        own = jnp.arange(batch, dtype=jnp.int32).reshape(-1, *(1 for _ in x.shape[1:]))
        other = (own + 1 + whole_below(uniform(named_key(key, "row"), x.shape), batch - 1)) % batch
        values = jnp.take_along_axis(x, other, axis=0, mode="promise_in_bounds")
        rate = as_dtype_of(self.rate, jnp.zeros((), jnp.float32))
        return jnp.where(coin_flips(named_key(key, "swapped"), rate, x.shape), values, x)
