"""Cross-entropies in which rows that are already right count less."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._ranges import FRACTION, NOT_NEGATIVE, number, numbers
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError, UsageError
from fallline.losses.arguments import DType
from fallline.losses.arrays import EPSILON, aligned, require_axis
from fallline.losses.base import Reduction, losses
from fallline.losses.binary import binary_entropy, binary_entropy_of_logits
from fallline.losses.categorical import log_probabilities
from fallline.losses.crossentropy import Crossentropy, smoothed
from fallline.losses.targets import BITS, CLASS_ROWS, Targets


def _focus(wrong: Array, gamma: Number) -> Array:
    # A power below 1 has an infinite derivative at 0, so certainty stops at Keras's margin.
    return jnp.power(jnp.maximum(wrong, EPSILON), as_dtype_of(gamma, wrong))


def binary_focal_crossentropy(
    y_true: Array,
    y_pred: Array,
    apply_class_balancing: bool = False,
    alpha: Number = 0.25,
    gamma: Number = 2.0,
    from_logits: bool = False,
    label_smoothing: Number | None = 0.0,
    axis: int = -1,
) -> Float[Array, "*batch"]:
    """The mean over `axis` of a (1 - q)^gamma times the binary cross-entropy, with q = y p + (1 - y)(1 - p).

    Args:
        y_true: Targets in [0, 1], shaped like the predictions.
        y_pred: Probabilities, or logits.
        apply_class_balancing: Whether a = y alpha + (1 - y)(1 - alpha); otherwise a = 1.
        alpha: The weight of the class 1.
        gamma: How much less a row counts the surer it is right; 0 for the plain cross-entropy.
        from_logits: Whether the predictions are logits.
        label_smoothing: s moves targets to y (1 - s) + s / 2; 0 or None for none.
        axis: The axis to average over.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, classes=2)
    if from_logits:
        entropy = binary_entropy_of_logits(y_true, y_pred)
        p, not_p = jax.nn.sigmoid(y_pred), jax.nn.sigmoid(-y_pred)
    else:
        entropy = binary_entropy(y_true, y_pred)
        p, not_p = y_pred, 1 - y_pred
    focal = _focus(y_true * not_p + (1 - y_true) * p, gamma) * entropy
    if apply_class_balancing:
        share = as_dtype_of(alpha, y_true)
        focal = (y_true * share + (1 - y_true) * (1 - share)) * focal
    require_axis(axis, y_pred)
    return jnp.mean(focal, axis=axis)


def categorical_focal_crossentropy(
    y_true: Array,
    y_pred: Array,
    alpha: Number | Sequence[Number] = 0.25,
    gamma: Number = 2.0,
    from_logits: bool = False,
    label_smoothing: Number | None = 0.0,
    axis: int = -1,
) -> Float[Array, "*batch"]:
    """The sum over classes of -alpha (1 - p)^gamma y log p.

    Args:
        y_true: One-hot targets, or probabilities of the classes, shaped like the predictions.
        y_pred: Probabilities, or logits.
        alpha: The weight of every class, or one weight a class (these along the last axis).
        gamma: How much less a row counts the surer it is right; 0 for the plain cross-entropy.
        from_logits: Whether the predictions are logits.
        label_smoothing: s moves targets to y (1 - s) + s / classes; 0 or None for none.
        axis: The axis of the classes.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1, or alpha holds not one weight a class.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    require_axis(axis, y_pred)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[axis])
    log_p = log_probabilities(y_pred, from_logits, axis)
    if isinstance(alpha, Sequence):
        if len(alpha) != y_pred.shape[-1]:
            raise ShapeError(f"alpha holds {len(alpha)} weights for y_pred of shape {y_pred.shape}.")
        weight = jnp.stack([as_dtype_of(each, log_p) for each in alpha])
    else:
        weight = as_dtype_of(alpha, log_p)
    return -jnp.sum(weight * _focus(-jnp.expm1(log_p), gamma) * y_true * log_p, axis=axis)


@losses.register("binary_focal_crossentropy")
@tree
class BinaryFocalCrossentropy(Crossentropy):
    """Binary cross-entropy that looks at the rows still wrong.

    values = mean over outputs of -a (1 - q)^gamma log q, with q the probability given to the truth.

    Args:
        apply_class_balancing: Whether a is alpha for the class 1 and 1 - alpha for 0; otherwise a = 1.
        alpha: The weight of the class 1, in [0, 1].
        gamma: How much less a row counts the surer it is right, >= 0; 0 for the plain cross-entropy.
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: s moves targets to y (1 - s) + s / 2. A plain 0 is kept as None: no operation.
        axis: The axis to average over.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: a number is out of its range, or the reduction is unknown.

    Source: Lin et al., "Focal loss for dense object detection" (2017), eq. 5.

    Differs from Keras: on logits it is exact for any logit, where Keras clips the probabilities to 1e-7.
    """

    formula = binary_focal_crossentropy
    targets = BITS
    activation = "sigmoid"
    apply_class_balancing: bool = static(default=False)
    alpha: Number = number(0.25, FRACTION)
    gamma: Number = number(2.0, NOT_NEGATIVE)
    from_logits: bool = static(default=False)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)
    axis: int = static(default=-1)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="binary_focal_crossentropy")
    dtype: DType = static(default=None)


@losses.register("categorical_focal_crossentropy")
@tree
class CategoricalFocalCrossentropy(Crossentropy):
    """Cross-entropy with one-hot targets that looks at the rows still wrong.

    values = sum over classes of -alpha (1 - p)^gamma y log p.

    Args:
        alpha: The weight of every class, or one weight a class, >= 0.
        gamma: How much less a row counts the surer it is right, >= 0; 0 for the plain cross-entropy.
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: s moves targets to y (1 - s) + s / classes. A plain 0 is kept as None: no operation.
        axis: The axis of the classes.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: a number is out of its range, or the reduction is unknown.

    Source: Lin et al., "Focal loss for dense object detection" (2017), eq. 5.

    Differs from Keras: on logits it is exact for any logit, where Keras clips the probabilities to 1e-7.
    """

    formula = categorical_focal_crossentropy
    targets = CLASS_ROWS
    alpha: Number | Sequence[Number] = numbers(0.25, NOT_NEGATIVE)
    gamma: Number = number(2.0, NOT_NEGATIVE)
    from_logits: bool = static(default=False)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)
    axis: int = static(default=-1)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="categorical_focal_crossentropy")
    dtype: DType = static(default=None)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are not one row of class probabilities each, or do not fit alpha.

        Raises:
            DataError: says what was expected, what came, and the remedy.
            UsageError: alpha holds another number of weights than there are classes.
        """
        super().check_targets(y, output_shape)
        if isinstance(self.alpha, Sequence) and len(self.alpha) != output_shape[-1]:
            raise UsageError(
                f'loss "{self.name}": alpha holds {len(self.alpha)} weights for {output_shape[-1]} classes.'
            )
