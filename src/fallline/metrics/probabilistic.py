"""Cross-entropies, divergence and margins as metrics: the losses of the same names, averaged over rows."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from fallline._ranges import FRACTION, number
from fallline._tree import static, tree
from fallline._types import Number
from fallline.losses.arguments import DType
from fallline.losses.arrays import weight_like
from fallline.losses.binary import binary_crossentropy
from fallline.losses.categorical import categorical_crossentropy, sparse_categorical_crossentropy
from fallline.losses.hinge import categorical_hinge, hinge, squared_hinge
from fallline.losses.likelihood import kl_divergence
from fallline.losses.targets import Targets, classes_and_rest, require_in_classes
from fallline.metrics.base import Direction, MeanMetric
from fallline.metrics.statistic import Statistic, WeightedMean
from fallline.metrics.table import metrics


@metrics.register("binary_crossentropy", "bce", "BCE")
@tree
class BinaryCrossentropy(MeanMetric):
    """The cross-entropy of yes-no targets, its mean over rows and outputs.

    mean of -y log p - (1 - y) log(1 - p).

    Args:
        name, dtype: See `Metric`.
        from_logits: Whether the predictions are logits.
        label_smoothing: s moves targets to y (1 - s) + s / 2. A plain 0 is kept as None: no operation.

    Raises:
        UsageError: the smoothing is outside [0, 1].

    Source: Good, "Rational decisions" (1952).
    """

    formula = binary_crossentropy
    direction: ClassVar[Direction] = "down"
    name: str = static(default="binary_crossentropy")
    dtype: DType = static(default=None)
    from_logits: bool = static(default=False)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)


@metrics.register("categorical_crossentropy")
@tree
class CategoricalCrossentropy(MeanMetric):
    """The cross-entropy of one-hot targets, its mean over rows.

    mean of sum_k -y_k log p_k, k the classes.

    Args:
        name, dtype: See `Metric`.
        from_logits: Whether the predictions are logits.
        label_smoothing: s moves targets to y (1 - s) + s / classes. A plain 0 is kept as None: no operation.
        axis: The axis of the classes.

    Raises:
        UsageError: the smoothing is outside [0, 1].

    Source: Good, "Rational decisions" (1952).
    """

    formula = categorical_crossentropy
    by_output = False
    direction: ClassVar[Direction] = "down"
    name: str = static(default="categorical_crossentropy")
    dtype: DType = static(default=None)
    from_logits: bool = static(default=False)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)
    axis: int = static(default=-1)


@metrics.register("sparse_categorical_crossentropy")
@tree
class SparseCategoricalCrossentropy(MeanMetric):
    """The mean over rows of -log p of the true class, with class numbers as targets.

    Args:
        name, dtype: See `Metric`.
        from_logits: Whether the predictions are logits.
        ignore_class: A class number whose rows do not count; None for none.
        axis: The axis of the classes.
        label_smoothing: s adds -s times the mean of log p over the classes to (1 - s) times the other. A plain 0 is kept
            as None: no operation.

    Raises:
        UsageError: the smoothing is outside [0, 1].

    Source: Good, "Rational decisions" (1952).

    Differs from Keras: ignored rows do not enter the mean, as in its loss of this name; its metric counts them as 0
    where there are no weights.
    """

    formula = sparse_categorical_crossentropy
    by_output = False
    direction: ClassVar[Direction] = "down"
    name: str = static(default="sparse_categorical_crossentropy")
    dtype: DType = static(default=None)
    from_logits: bool = static(default=False)
    ignore_class: int | None = static(default=None)
    axis: int = static(default=-1)
    label_smoothing: Number | None = number(0.0, FRACTION, zero_is_none=True)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are no class numbers of the output's.

        Raises:
            DataError: names the first row, its value, the range and the remedy.
        """
        classes, _ = classes_and_rest(output_shape, self.axis)
        require_in_classes(f'metric "{self.name}"', y, classes, self.ignore_class)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum and the count of the values that are not ignored."""
        if self.ignore_class is None:
            return super().statistic(y_true, y_pred, sample_weight)
        values = self.values(y_true, y_pred)
        weight = (jnp.asarray(y_true).reshape(values.shape) != self.ignore_class).astype(values.dtype)
        if sample_weight is not None:
            weight = weight * weight_like(sample_weight, values)
        return WeightedMean(jnp.sum(values * weight), jnp.sum(weight))


@metrics.register("kl_divergence", "kld", "KLD", "kullback_leibler_divergence")
@tree
class KLDivergence(MeanMetric):
    """The mean over rows of the sum over classes of y log(y / p), both clipped to [1e-7, 1].

    Source: Kullback and Leibler, "On information and sufficiency" (1951).
    """

    formula = kl_divergence
    by_output = False
    direction: ClassVar[Direction] = "down"
    name: str = static(default="kl_divergence")
    dtype: DType = static(default=None)


@metrics.register("hinge")
@tree
class Hinge(MeanMetric):
    """The mean of max(0, 1 - t y_pred) over rows and outputs, t = y_true in {-1, 1}; 0 counts as -1.

    Source: Cortes and Vapnik, "Support-vector networks" (1995).
    """

    formula = hinge
    direction: ClassVar[Direction] = "down"
    name: str = static(default="hinge")
    dtype: DType = static(default=None)


@metrics.register("squared_hinge")
@tree
class SquaredHinge(MeanMetric):
    """The mean of max(0, 1 - t y_pred)^2 over rows and outputs, t = y_true in {-1, 1}; 0 counts as -1.

    Source: Lee and Mangasarian, "SSVM: a smooth support vector machine" (2001).
    """

    formula = squared_hinge
    direction: ClassVar[Direction] = "down"
    name: str = static(default="squared_hinge")
    dtype: DType = static(default=None)


@metrics.register("categorical_hinge")
@tree
class CategoricalHinge(MeanMetric):
    """The mean over rows of max(0, 1 + largest (1 - y) y_pred - sum of y y_pred), with one-hot targets.

    Source: Crammer and Singer, "On the algorithmic implementation of multiclass kernel-based vector machines" (2001).
    """

    formula = categorical_hinge
    by_output = False
    direction: ClassVar[Direction] = "down"
    name: str = static(default="categorical_hinge")
    dtype: DType = static(default=None)
