"""Mixing pairs of training rows, inputs and targets alike."""

from __future__ import annotations

import abc
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fallline._random import Key, named_key, uniform
from fallline._ranges import NOT_NEGATIVE, number
from fallline._tree import tree
from fallline._types import Number, as_dtype_of
from fallline.errors import DataError, ShapeError
from fallline.layers.augmentation.factor import whole_below
from fallline.layers.base.layer import at_least_float32
from fallline.registry.described import Described
from fallline.registry.table import Registry


@tree
class Mixing(Described):
    """Mixes each row of a training batch with another one; off at inference.

    The loss of a mixed row is `share * loss(y) + (1 - share) * loss(y[partner])`, share by share of its row.

    - Cross-entropies are linear in the target, -sum_c t_c log p_c, so this is the loss of the mixed target
      t = share * y + (1 - share) * y[partner] itself, one-hot or integer classes alike.
    - For the squared error, share * (p - a)^2 + (1 - share) * (p - b)^2 = (p - t)^2 + share * (1 - share) *
      (a - b)^2 with t = share * a + (1 - share) * b. The last term holds no p: the gradients are the same.
    - For every other loss it is the expected loss of a target that is y with probability `share`.
    """

    @abc.abstractmethod
    def mix(self, key: Key, x: Any) -> tuple[Any, Int[Array, "batch"], Float[Array, "batch"]]:
        """The mixed rows, the partner of each row, and the weight of each row's own target.

        Args:
            key: Randomness for this batch.
            x: The inputs (batch, ...), or a tuple of several inputs, which are mixed alike.

        Returns:
            The mixed inputs; the numbers of the partner rows; the shares, float32 from 0 to 1.
        """


mixings: Registry[Mixing] = Registry("mixing", "mixing")


@mixings.register()
@tree
class MixUp(Mixing):
    """Replaces each row of a training batch by a weighted mean of itself and another row, targets alike.

    x' = s x + (1 - s) x[partner],  loss = s loss(y) + (1 - s) loss(y[partner]),  s ~ Beta(alpha, alpha)

    Each row has its own share s. Rows of any shape.

    Args:
        alpha: How much rows are mixed, at least 0; 0: not at all, 1: every share equally likely.

    Raises:
        UsageError: alpha is not at least 0.

    Source: Zhang, Cisse, Dauphin, Lopez-Paz, mixup: beyond empirical risk minimization (2018), equation 2.

    Differs from Keras: it is given to `compile` and acts on a batch and its targets in the training step, as a
    layer sees no targets. The partner of row i is row i + k of the batch, one random k from 1 to batch - 1:
    batches are drawn at random, so that each other row is as likely as under a permutation, without a sort.
    """

    alpha: Number = number(0.2, NOT_NEGATIVE)

    def mix(self, key: Key, x: Any) -> tuple[Any, Int[Array, "batch"], Float[Array, "batch"]]:
        """The mixed rows, the partner of each row, and the weight of each row's own target.

        Raises:
            DataError: an input holds whole numbers other than bytes.
        """
        inputs = x if isinstance(x, tuple) else (x,)
        batch = inputs[0].shape[0]
        partner = _partners(named_key(key, "partner"), batch)
        share = symmetric_beta(named_key(key, "share"), self.alpha, (batch,))
        mixed = tuple(_blended(array, array[partner], share) for array in map(_real, inputs))
        return mixed if isinstance(x, tuple) else mixed[0], partner, share


@mixings.register()
@tree
class CutMix(Mixing):
    """Replaces a random rectangle of each image of a training batch by that of another, targets by area.

    x' = x[partner] inside the rectangle, x outside;  loss = s loss(y) + (1 - s) loss(y[partner]),
    rectangle of sqrt(1 - u) of height and width about a random pixel, cut off at the edges,
    u ~ Beta(alpha, alpha),  s = 1 - pixels of the rectangle / pixels of the image

    Each image has its own rectangle. Rows (height, width) or (height, width, channels).

    Args:
        alpha: How the rectangles' areas spread, at least 0; 1: every u equally likely. 0: nothing is mixed.

    Raises:
        UsageError: alpha is not at least 0.

    Source: Yun, Han, Oh, Chun, Choe, Yoo, CutMix (2019), equations 1 and 2 and its reference algorithm.

    Differs from Keras: as the paper has it, `alpha` is the parameter of the Beta distribution, where Keras draws
    it between 0 and `factor`; the rectangle may be cut off at the edges; the share counts whole pixels, where
    Keras takes the area of a rectangle whose sides lie between pixels. As for MixUp, it is given to `compile`.
    """

    alpha: Number = number(1.0, NOT_NEGATIVE)

    def mix(self, key: Key, x: Any) -> tuple[Any, Int[Array, "batch"], Float[Array, "batch"]]:
        """The mixed images, the partner of each, and the weight of each image's own target.

        Raises:
            ShapeError: an input is no batch of images, or several differ in height or width.
        """
        inputs = x if isinstance(x, tuple) else (x,)
        height, width = _image_size(inputs)
        batch = inputs[0].shape[0]
        partner = _partners(named_key(key, "partner"), batch)
        side = jnp.sqrt(1 - symmetric_beta(named_key(key, "share"), self.alpha, (batch,)))
        down, right = uniform(named_key(key, "place"), (2, batch))
        rows, columns = _stretch(down, side, height), _stretch(right, side, width)
        rectangle = rows[:, :, None] & columns[:, None, :]
        share = 1 - rectangle.mean(axis=(1, 2), dtype=jnp.float32)
        mixed = tuple(
            jnp.where(rectangle if array.ndim == 3 else rectangle[..., None], array[partner], array)
            for array in inputs
        )
        return mixed if isinstance(x, tuple) else mixed[0], partner, share


def symmetric_beta(key: Key, alpha: Number, shape: tuple[int, ...]) -> Float[Array, "..."]:
    """Independent float32 numbers of the distribution Beta(alpha, alpha), exact for every alpha; 1 where it is 0.

    B = 1 / (1 + exp(-logit Y - (log U1 - log U2) / alpha)),  Y ~ Beta(alpha + 1, alpha + 1),
    Y = (1 + sqrt(1 - U3^(2 / (2 alpha + 1))) cos(2 pi U4)) / 2

    Two gamma variables of shape alpha are those of shape alpha + 1 times U^(1 / alpha), and their sum drops out
    of the ratio. JAX's own generator rejects in a loop: it takes three times as long, and five times as long to compile.

    Args:
        key: The key of this use.
        alpha: Both parameters, at least 0.
        shape: Shape of the numbers.

    Source: Ulrich, Computer generation of distributions on the m-sphere (1984), for Y; Stuart (1962) for the step
    from alpha + 1 to alpha.
    """
    number = as_dtype_of(alpha, jnp.zeros((), jnp.float32))
    # 1 - u lies in (0, 1], where the logarithm is finite.
    fractions = uniform(key, (4, *shape))
    first, second, third = jnp.log1p(-fractions[:3])
    radius = jnp.sqrt(-jnp.expm1(third * 2 / (2 * number + 1)))
    direction = jnp.cos(2 * jnp.pi * fractions[3])
    mixed = number > 0
    logit = 2 * jnp.arctanh(radius * direction) + (first - second) / jnp.where(mixed, number, 1)
    return jnp.where(mixed, jax.nn.sigmoid(logit), 1)


def _partners(key: Key, batch: int) -> Int[Array, "batch"]:
    own = jnp.arange(batch, dtype=jnp.int32)
    return (own + 1 + whole_below(uniform(key, ()), batch - 1)) % batch if batch > 1 else own


def _real(array: Array) -> Array:
    """An input of real numbers, at least float32 where it is one of bytes."""
    if jnp.issubdtype(array.dtype, jnp.floating):
        return array
    if array.dtype == jnp.uint8:
        return array.astype(jnp.float32)
    raise DataError(
        f"MixUp: an input holds whole numbers ({array.dtype}), of which it would make fractions. Give numbers as "
        "floats; categories cannot be mixed."
    )


def _blended(own: Array, other: Array, share: Array) -> Array:
    wide = at_least_float32(own)
    weight = share.astype(wide.dtype).reshape(-1, *(1 for _ in own.shape[1:]))
    mixed = wide * weight + at_least_float32(other) * (1 - weight)
    # A row with the whole share stays as it is to the bit, whatever its partner holds.
    return jnp.where(weight == 1, wide, mixed).astype(own.dtype)


def _stretch(place: Array, side: Array, size: int) -> Array:
    """Which rows (or columns) of each image its rectangle covers."""
    length = (side * size).astype(jnp.int32)
    start = whole_below(place, size) - length // 2
    index = jnp.arange(size, dtype=jnp.int32)
    return (index >= start[:, None]) & (index < (start + length)[:, None])


def _image_size(inputs: tuple[Array, ...]) -> tuple[int, int]:
    sizes = {array.shape[1:3] for array in inputs}
    if len(sizes) > 1 or any(array.ndim not in (3, 4) for array in inputs):
        shapes = ", ".join(str((None, *array.shape[1:])) for array in inputs)
        raise ShapeError(
            f"CutMix: inputs must be images (height, width) or (height, width, channels) of one size, got "
            f"{shapes}. Reshape them, or use MixUp."
        )
    height, width = next(iter(sizes))
    return height, width
