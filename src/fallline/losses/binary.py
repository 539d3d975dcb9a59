"""Binary cross-entropy: each output unit answers one yes-no question."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FRACTION, number
from fallline._tree import static, tree
from fallline._types import Number
from fallline.losses.arguments import DType
from fallline.losses.arrays import aligned, clip_probabilities, require_axis
from fallline.losses.base import Reduction, losses
from fallline.losses.crossentropy import Crossentropy, smoothed
from fallline.losses.targets import BITS


def binary_crossentropy(
    y_true: Array,
    y_pred: Array,
    from_logits: bool = False,
    label_smoothing: Number | None = 0.0,
    axis: int = -1,
) -> Float[Array, "*batch"]:
    """The mean over `axis` of -y log p - (1 - y) log(1 - p).

    Probabilities are clipped to [1e-7, 1 - 1e-7]. From logits z, p = 1 / (1 + exp(-z)), the equal form
    max(z, 0) - y z + log(1 + exp(-|z|)) is exact for any z.

    Args:
        y_true: Targets in [0, 1], shaped like the predictions.
        y_pred: Probabilities, or logits.
        from_logits: Whether the predictions are logits.
        label_smoothing: s moves targets to y (1 - s) + s / 2; 0 or None for none.
        axis: The axis to average over.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, classes=2)
    entropy = binary_entropy_of_logits(y_true, y_pred) if from_logits else binary_entropy(y_true, y_pred)
    require_axis(axis, y_pred)
    return jnp.mean(entropy, axis=axis)


def binary_entropy(y_true: Array, p: Array) -> Array:
    """-y log p - (1 - y) log(1 - p) of clipped probabilities, element by element."""
    p = clip_probabilities(p)
    return -(y_true * jnp.log(p) + (1 - y_true) * jnp.log(1 - p))


def binary_entropy_of_logits(y_true: Array, z: Array) -> Array:
    """The same of p = 1 / (1 + exp(-z)), exact for any z."""
    # The exponential cannot overflow, and the first two terms cancel exactly where y = 1 and z > 0.
    # max and |z| are written with one condition, as JAX's own derivatives of them at z = 0 (1/2 and 1)
    # do not add up to 1/2 - y. Zero logits are common: a last layer of zero weights gives nothing else.
    positive = z >= 0
    magnitude = jnp.where(positive, z, -z)
    excess = jnp.where(positive, z, jnp.zeros_like(z))
    return excess - z * y_true + jnp.log1p(jnp.exp(-magnitude))


@losses.register("binary_crossentropy", "bce", "BCE")
@tree
class BinaryCrossentropy(Crossentropy):
    """Cross-entropy of yes-no targets with sigmoid outputs; see `binary_crossentropy`.

    values = mean over outputs of -y log p - (1 - y) log(1 - p).

    Args:
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: s moves targets to y (1 - s) + s / 2. A plain 0 is kept as None: no operation.
        axis: The axis to average over.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: the reduction is unknown, or the smoothing is outside [0, 1].

    Source: Good, "Rational decisions" (1952).
    """

    formula = binary_crossentropy
    targets = BITS
    activation = "sigmoid"
    from_logits: bool = static(default=False)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)
    axis: int = static(default=-1)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="binary_crossentropy")
    dtype: DType = static(default=None)
