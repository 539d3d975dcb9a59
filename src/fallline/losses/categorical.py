"""Cross-entropy over classes that exclude each other, with one-hot or with integer targets."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fallline._ranges import FRACTION, number
from fallline._tree import static, tree
from fallline._types import Number, none_if_zero
from fallline.errors import ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import (
    as_array,
    clip_probabilities,
    floating,
    require_alike,
    require_axis,
    weight_like,
)
from fallline.losses.base import Reduction, losses
from fallline.losses.crossentropy import Crossentropy, smoothed
from fallline.losses.targets import (
    CLASS_NUMBERS,
    CLASS_ROWS,
    Targets,
    as_class_numbers,
    classes_and_rest,
    require_class_numbers,
    require_in_classes,
)
from fallline.own.symbolic import first_recorded


def log_probabilities(y_pred: Array, from_logits: bool, axis: int) -> Array:
    """The logarithms of predictions divided by their sum, or of the softmax of logits."""
    if from_logits:
        return jax.nn.log_softmax(y_pred, axis=axis)
    normalised = y_pred / jnp.sum(y_pred, axis=axis, keepdims=True)
    return jnp.log(clip_probabilities(normalised))


def categorical_crossentropy(
    y_true: Array,
    y_pred: Array,
    from_logits: bool = False,
    label_smoothing: Number | None = 0.0,
    axis: int = -1,
) -> Float[Array, "*batch"]:
    """The sum over classes of -y log p.

    Predictions are divided by their sum and clipped to [1e-7, 1 - 1e-7]; logits go through log-softmax,
    which is exact where probabilities underflow.

    Args:
        y_true: One-hot targets, or probabilities of the classes, shaped like the predictions.
        y_pred: Probabilities, or logits.
        from_logits: Whether the predictions are logits.
        label_smoothing: s moves targets to y (1 - s) + s / classes; 0 or None for none.
        axis: The axis of the classes.

    Raises:
        ShapeError: the shapes differ.
    """
    y_pred = floating(y_pred, "y_pred")
    y_true = as_array(y_true, "y_true").astype(y_pred.dtype)
    require_alike(y_true, y_pred)
    require_axis(axis, y_pred)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[axis])
    return -jnp.sum(y_true * log_probabilities(y_pred, from_logits, axis), axis=axis)


def sparse_categorical_crossentropy(
    y_true: Int[Array, "*batch"],
    y_pred: Array,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
    label_smoothing: Number | None = 0.0,
) -> Float[Array, "*batch"]:
    """-log p of the true class: `categorical_crossentropy` with targets given as class numbers.

    With smoothing s: -(1 - s) log p of the true class - s times the mean of log p over the classes.

    Args:
        y_true: Class numbers 0 .. classes - 1, (batch,) or (batch, 1). Within a trace, where others cannot be named,
            their loss is NaN.
        y_pred: Probabilities, or logits, (batch, classes).
        from_logits: Whether the predictions are logits.
        ignore_class: A class number, in the range or not, whose rows have the loss 0; None for none.
        axis: The axis of the classes.
        label_smoothing: s moves the share of the true class to 1 - s + s / classes, of each other to s / classes; 0 or
            None for none.

    Raises:
        ShapeError: the targets do not have the predictions' shape without the class axis.
        DataError: a target is no class; names the row, the value, the range and the remedy.
    """
    y_pred = floating(y_pred, "y_pred")
    y_true = as_array(y_true, "y_true")
    require_axis(axis, y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[axis] == 1:
        y_true = jnp.squeeze(y_true, axis)
    expected = tuple(np.delete(y_pred.shape, axis).tolist())
    if y_true.shape != expected:
        raise ShapeError(
            f"y_true has shape {y_true.shape}, y_pred {y_pred.shape}; expected class numbers {expected}."
        )
    require_in_classes("sparse_categorical_crossentropy", y_true, y_pred.shape[axis], ignore_class)
    if ignore_class is not None:
        counted = y_true != ignore_class
        values = sparse_categorical_crossentropy(
            jnp.where(counted, y_true, jnp.zeros_like(y_true)),
            y_pred,
            from_logits,
            None,
            axis,
            label_smoothing,
        )
        return jnp.where(counted, values, jnp.zeros_like(values))
    # Comparing with every class and summing stays in one fused loop; a gather and the scatter of its
    # gradient were measured slower, from 3 classes to 10 and 32 rows to 256 on XLA:CPU.
    numbers = jax.lax.broadcasted_iota(jnp.int32, y_pred.shape, axis % y_pred.ndim)
    is_true_class = jnp.expand_dims(y_true.astype(jnp.int32), axis) == numbers
    is_class = (y_true >= 0) & (y_true < y_pred.shape[axis])
    if not from_logits:
        log_p = log_probabilities(y_pred, from_logits, axis)
        return _where(is_class, -_expected(log_p, is_true_class, axis, label_smoothing))
    # Shifted by the maximum, the difference of the two terms does not cancel for large logits.
    shifted = y_pred - jax.lax.stop_gradient(jnp.max(y_pred, axis=axis, keepdims=True))
    of_targets = _expected(shifted, is_true_class, axis, label_smoothing)
    return _where(is_class, jnp.log(jnp.sum(jnp.exp(shifted), axis=axis)) - of_targets)


def _expected(values: Array, is_true_class: Array, axis: int, label_smoothing: Number | None) -> Array:
    """The sum of the classes' values by their shares in the targets: the value of the true class without smoothing."""
    if none_if_zero(label_smoothing) is None:
        # Chosen, not multiplied: 0 times the logarithm of nothing is no number.
        return jnp.sum(jnp.where(is_true_class, values, jnp.zeros_like(values)), axis=axis)
    shares = smoothed(is_true_class.astype(values.dtype), label_smoothing, values.shape[axis])
    return jnp.sum(shares * values, axis=axis)


def _where(is_class: Array, values: Array) -> Array:
    """The losses, NaN where the label is no class: in a compiled program, which raises nothing, the run then ends."""
    if not isinstance(is_class, jax.core.Tracer):  # asked by `require_in_classes`
        return values
    return jnp.where(is_class, values, jnp.full_like(values, jnp.nan))


@losses.register("categorical_crossentropy")
@tree
class CategoricalCrossentropy(Crossentropy):
    """Cross-entropy with one-hot targets; see `categorical_crossentropy`.

    values = sum over classes of -y log p.

    Args:
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: s moves targets to y (1 - s) + s / classes. A plain 0 is kept as None: no operation.
        axis: The axis of the classes.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: the reduction is unknown, or the smoothing is outside [0, 1].

    Source: Good, "Rational decisions" (1952).
    """

    formula = categorical_crossentropy
    targets = CLASS_ROWS
    from_logits: bool = static(default=False)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)
    axis: int = static(default=-1)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="categorical_crossentropy")
    dtype: DType = static(default=None)


@losses.register("sparse_categorical_crossentropy")
@tree
class SparseCategoricalCrossentropy(Crossentropy):
    """Cross-entropy with integer targets; see `sparse_categorical_crossentropy`.

    values = -(1 - label_smoothing) log p of the true class - label_smoothing * mean over classes of log p

    Args:
        from_logits: Whether the predictions are logits rather than probabilities.
        ignore_class: A class number whose rows do not count; None for none.
        reduction: See `Loss`. A mean is taken over the rows that count.
        axis: The axis of the classes.
        name, dtype: See `Loss`.
        label_smoothing: s moves the share of the true class to 1 - s + s / classes, of each other to s / classes. A plain
            0 is kept as None: no operation.

    Raises:
        UsageError: the reduction is unknown, or the smoothing is outside [0, 1].

    Source: Good, "Rational decisions" (1952); Szegedy et al., "Rethinking the Inception architecture for computer vision"
    (2016), sec. 7, for the smoothing.

    Differs from Keras: `label_smoothing`, which Keras has for one-hot rows alone; the values are those of such rows.
    """

    formula = sparse_categorical_crossentropy
    targets = CLASS_NUMBERS
    integer_targets: ClassVar[bool] = True
    from_logits: bool = static(default=False)
    ignore_class: int | None = static(default=None)
    reduction: Reduction = static(default="sum_over_batch_size")
    axis: int = static(default=-1)
    name: str = static(default="sparse_categorical_crossentropy")
    dtype: DType = static(default=None)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)

    def __call__(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Array:
        """The reduced loss of the rows that count; see `Loss`."""
        if (recorded := first_recorded((y_true, y_pred))) is not None:
            return recorded.given_to(self, (y_true, y_pred, sample_weight))
        values = self.values(y_true, y_pred)
        if self.ignore_class is None:
            return self.reduce(values, sample_weight)
        counted = (jnp.asarray(y_true).reshape(values.shape) != self.ignore_class).astype(values.dtype)
        if self.reduction in ("sum_over_batch_size", "mean"):
            # So that the sum over all places, divided by their number, is the mean over those that count.
            share = jnp.mean(counted)
            counted = jnp.where(share == 0, jnp.zeros_like(counted), counted / jnp.maximum(share, 1e-30))
        weight = counted if sample_weight is None else counted * weight_like(sample_weight, values)
        return self.reduce(values, weight)

    @property
    def rows_apart(self) -> bool:  # type: ignore[override]
        """Not where the loss is a mean over those rows of the batch that are not ignored."""
        return self.ignore_class is None

    def rows_at_once(self, given: int | None, otherwise: int) -> int | None:
        """See `Loss`; where rows are ignored, the mean over a batch depends on its size."""
        return super().rows_at_once(given if self.ignore_class is None else given or otherwise, otherwise)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are not class numbers 0 .. classes - 1 (or ignored), one for each row.

        Raises:
            DataError: says what was expected, what came, and the remedy.
        """
        require_class_numbers(self.name, y, output_shape, self.axis, self.ignore_class)

    def classes(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """See `Loss`; the class that is ignored may be named too."""
        count, _ = classes_and_rest(output_shape, self.axis)
        return (
            np.arange(count) if self.ignore_class is None else np.union1d(np.arange(count), self.ignore_class)
        )

    def prepare_targets(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """Class numbers as 32-bit integers, (n, 1) as (n,)."""
        return as_class_numbers(y, output_shape, self.axis)
