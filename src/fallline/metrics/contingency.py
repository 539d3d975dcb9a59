"""The confusion matrix of classes, and the scores that are read from it."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Num

from fallline._ranges import choice, count
from fallline._tree import static, tree
from fallline.losses.arguments import DType
from fallline.losses.arrays import floating
from fallline.metrics.base import Direction, Metric
from fallline.metrics.classes import class_numbers
from fallline.metrics.statistic import Statistic, ratio, real, row_weights
from fallline.metrics.table import metrics
from fallline.registry.formula import Formula, computed

Weighting = Literal[None, "linear", "quadratic"]


@tree
class Contingency(Statistic):
    """Weighted counts of rows by true (first axis) and predicted class.

    Attributes:
        counts: The matrix.
        unknown: What the rows weigh whose target or prediction is none of the classes. Where there is one, no
            result stands: it is NaN.
    """

    counts: Num[Array, "*members classes classes"]
    unknown: Num[Array, "*members"]

    @property
    def shares(self) -> Float[Array, "*members classes classes"]:
        """The counts divided by their sum."""
        counts = real(self.counts)
        return ratio(counts, jnp.sum(counts, axis=(-2, -1), keepdims=True))

    def result(self) -> Array:
        """The matrix."""
        return jnp.where(self.unknown[..., None, None] > 0, jnp.nan, real(self.counts))

    def known(self, score: Array) -> Array:
        """A score of the matrix; NaN where rows are of no class."""
        return jnp.where(self.unknown > 0, jnp.nan, score)


@tree
class Kappa(Contingency):
    """Cohen's kappa of the counts."""

    weights: Weighting = static(default=None)

    def result(self) -> Array:
        """1 - sum(w shares) / sum(w shares by chance); 0 where chance alone never disagrees."""
        shares = self.shares
        chance = jnp.sum(shares, axis=-1)[..., :, None] * jnp.sum(shares, axis=-2)[..., None, :]
        places = jnp.arange(shares.shape[-1], dtype=shares.dtype)
        apart = jnp.abs(places[:, None] - places)
        penalty = {None: (apart > 0).astype(shares.dtype), "linear": apart, "quadratic": apart**2}[
            self.weights
        ]
        disagreed = jnp.sum(penalty * shares, axis=(-2, -1))
        by_chance = jnp.sum(penalty * chance, axis=(-2, -1))
        return self.known(
            jnp.where(by_chance == 0, jnp.zeros_like(by_chance), 1 - ratio(disagreed, by_chance))
        )


@tree
class Matthews(Contingency):
    """The Matthews correlation of the counts."""

    def result(self) -> Array:
        """(c - t p) / sqrt((1 - t t)(1 - p p)), c the shares on the diagonal, t and p those of the classes."""
        shares = self.shares
        t, p = jnp.sum(shares, axis=-1), jnp.sum(shares, axis=-2)
        right = jnp.trace(shares, axis1=-2, axis2=-1)
        spread = jnp.sqrt(_impurity(t) * _impurity(p))
        return self.known(ratio(right - jnp.sum(t * p, axis=-1), spread))


def _impurity(shares: Array) -> Array:
    # sum s (1 - s), not 1 - sum s^2: exactly 0 where there is one class, and never below.
    return jnp.sum(shares * jnp.maximum(1 - shares, 0), axis=-1)


@tree
class MeanRecall(Contingency):
    """The mean recall of the classes that occur."""

    adjusted: bool = static(default=False)

    def result(self) -> Array:
        """The mean recall, or what it is above chance."""
        counts = real(self.counts)
        support = jnp.sum(counts, axis=-1)
        classes = jnp.sum((support > 0).astype(counts.dtype), axis=-1)
        recalls = ratio(jnp.diagonal(counts, axis1=-2, axis2=-1), support)
        score = ratio(jnp.sum(recalls, axis=-1), classes)
        if not self.adjusted:
            return self.known(score)
        chance = ratio(jnp.ones_like(classes), classes)
        return self.known(ratio(score - chance, 1 - chance))


class _OfClasses(Metric):
    """What the scores of a confusion matrix share.

    A row whose target or prediction is no class is refused where it can be seen, and makes the result NaN inside
    a compiled run; it is never left out.
    """

    formula: ClassVar[Formula] = Contingency
    """Makes the statistic of a matrix of counts, and of the count of rows of no class."""
    num_classes: int | None

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The counts of the rows by true and predicted class, and of those that are of none."""
        owner = f'metric "{self.name}"'
        found = class_numbers(y_true, y_pred, self.num_classes, owner)
        remedy = (
            "Predictions of one column are the probability of class 1, in 0..1; for class numbers give num_classes."
            if self.num_classes is None and np.ndim(y_pred) in (1, 2) and np.shape(y_pred)[1:] in ((), (1,))
            else "Number the classes from 0, or give the right num_classes."
        )
        found.require_known(y_true, y_pred, sample_weight, owner, remedy)
        weight = None if sample_weight is None else row_weights(sample_weight, floating(y_pred))
        statistic: Statistic = computed(self, self.formula, *found.tally(weight))
        return statistic


@metrics.register("confusion_matrix")
@tree
class ConfusionMatrix(_OfClasses):
    """How many rows of each true class (row) are predicted as each class (column).

    C_ij = sum of the weights of the rows of class i that are predicted as j. Predictions are scores (n, classes), or
    class numbers with `num_classes`, or the probability of class 1.

    Args:
        num_classes: The number of classes, where predictions are class numbers; None otherwise: scores of the
            classes, or the probability of class 1.
        name, dtype: See `Metric`.

    Raises:
        UsageError: num_classes is no whole number of at least 2.

    Source: scikit-learn's `confusion_matrix`.
    """

    num_classes: int | None = count(None, 2)
    name: str = static(default="confusion_matrix")
    dtype: DType = static(default=None)


@metrics.register("cohen_kappa", "cohens_kappa")
@tree
class CohenKappa(_OfClasses):
    """How far predicted and true classes agree beyond chance: 1 for all, 0 for chance.

    1 - sum_ij w_ij C_ij / sum_ij w_ij E_ij, C the confusion matrix, E the outer product of its margins over its sum;
    w_ij is [i != j], |i - j| (linear) or (i - j)^2 (quadratic). 0 where only one class occurs.

    Args:
        weights: None, `linear` or `quadratic`: how much worse a class further away is.
        num_classes: The number of classes, where predictions are class numbers; None otherwise: scores of the
            classes, or the probability of class 1.
        name, dtype: See `Metric`.

    Raises:
        UsageError: an argument is none of these.

    Source: Cohen, "A coefficient of agreement for nominal scales" (1960); as scikit-learn's `cohen_kappa_score` with
    `labels=range(classes)`.
    """

    formula = Kappa
    direction: ClassVar[Direction] = "up"
    weights: Weighting = choice(None, *get_args(Weighting))
    num_classes: int | None = count(None, 2)
    name: str = static(default="cohen_kappa")
    dtype: DType = static(default=None)


@metrics.register("matthews_correlation", "matthews_corrcoef", "mcc")
@tree
class MatthewsCorrelation(_OfClasses):
    """The correlation of predicted and true classes: 1 for all right, 0 for chance, also where classes are rare.

    (c s - sum t_k p_k) / sqrt((s^2 - sum p_k^2)(s^2 - sum t_k^2)), of s rows c right, t_k of true and p_k of predicted
    class k. 0 where only one class is true or predicted.

    Args:
        num_classes: The number of classes, where predictions are class numbers; None otherwise: scores of the
            classes, or the probability of class 1.
        name, dtype: See `Metric`.

    Raises:
        UsageError: num_classes is no whole number of at least 2.

    Source: Matthews (1975); Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient"
    (2004); as scikit-learn's `matthews_corrcoef`.
    """

    formula = Matthews
    direction: ClassVar[Direction] = "up"
    num_classes: int | None = count(None, 2)
    name: str = static(default="matthews_correlation")
    dtype: DType = static(default=None)


@metrics.register("balanced_accuracy")
@tree
class BalancedAccuracy(_OfClasses):
    """The mean over the classes that occur of the share of their rows that is predicted right.

    mean over k of C_kk / sum_j C_kj.

    Args:
        adjusted: Whether chance scores 0 rather than 1 / classes, and 1 stays 1.
        num_classes: The number of classes, where predictions are class numbers; None otherwise: scores of the
            classes, or the probability of class 1.
        name, dtype: See `Metric`.

    Raises:
        UsageError: num_classes is no whole number of at least 2.

    Source: Brodersen et al., "The balanced accuracy and its posterior distribution" (2010); as scikit-learn's
    `balanced_accuracy_score`.
    """

    formula = MeanRecall
    direction: ClassVar[Direction] = "up"
    adjusted: bool = static(default=False)
    num_classes: int | None = count(None, 2)
    name: str = static(default="balanced_accuracy")
    dtype: DType = static(default=None)
