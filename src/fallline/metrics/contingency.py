"""The confusion matrix of classes, and the scores that are read from it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Num

from fallline._ranges import whole
from fallline._tree import assign, static, tree
from fallline.errors import ShapeError, UsageError
from fallline.losses.base import floating
from fallline.metrics.base import Direction, Metric, metrics
from fallline.metrics.statistic import Statistic, ratio, real, row_weights

Weighting = Literal["linear", "quadratic"] | None


@tree
class Contingency(Statistic):
    """Weighted counts of rows by true (first axis) and predicted class."""

    counts: Num[Array, "*members classes classes"]

    @property
    def shares(self) -> Float[Array, "*members classes classes"]:
        """The counts divided by their sum."""
        counts = real(self.counts)
        return ratio(counts, jnp.sum(counts, axis=(-2, -1), keepdims=True))

    def result(self) -> Array:
        """The matrix."""
        return real(self.counts)


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
        return jnp.where(by_chance == 0, jnp.zeros_like(by_chance), 1 - ratio(disagreed, by_chance))


@tree
class Matthews(Contingency):
    """The Matthews correlation of the counts."""

    def result(self) -> Array:
        """(c - t p) / sqrt((1 - t t)(1 - p p)), c the shares on the diagonal, t and p those of the classes."""
        shares = self.shares
        t, p = jnp.sum(shares, axis=-1), jnp.sum(shares, axis=-2)
        right = jnp.trace(shares, axis1=-2, axis2=-1)
        spread = jnp.sqrt(_impurity(t) * _impurity(p))
        return ratio(right - jnp.sum(t * p, axis=-1), spread)


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
            return score
        chance = ratio(jnp.ones_like(classes), classes)
        return ratio(score - chance, 1 - chance)


def class_numbers(
    y_true: Any, y_pred: Any, num_classes: int | None, owner: str
) -> tuple[Int[Array, "rows"], Int[Array, "rows"], int]:
    """True and predicted class numbers of the rows, and how many classes there are.

    Args:
        y_true: Class numbers (n,) or (n, 1), or one-hot rows (n, classes).
        y_pred: Scores (n, classes); or (n,) or (n, 1): class numbers where `num_classes` is given, else the
            probability of class 1.
        num_classes: The number of classes, or None.
        owner: What a message begins with.

    Raises:
        ShapeError: they do not fit together.
    """
    y_true, y_pred = jnp.asarray(y_true), floating(y_pred)
    rows, scores = y_pred.shape[0], y_pred.ndim == 2 and y_pred.shape[-1] > 1
    if scores:
        classes, predicted = y_pred.shape[-1], jnp.argmax(y_pred, axis=-1)
    elif y_pred.size == rows:
        line = y_pred.reshape(-1)
        classes = 2 if num_classes is None else num_classes
        predicted = line > 0.5 if num_classes is None else jnp.round(line)
    if not (scores or y_pred.size == rows) or num_classes not in (None, classes):
        expected = f"(n, {num_classes or 'classes'}), (n, 1) or (n,)"
        raise ShapeError(f"{owner}: expected predictions {expected}, got {y_pred.shape}.")
    if y_true.shape == (rows, classes):
        y_true = jnp.argmax(y_true, axis=-1)
    elif y_true.shape not in ((rows,), (rows, 1)):
        raise ShapeError(
            f"{owner}: expected targets ({rows},), ({rows}, 1) or ({rows}, {classes}), got {y_true.shape}."
        )
    return y_true.reshape(-1).astype(jnp.int32), predicted.astype(jnp.int32), classes


class _OfClasses(Metric):
    """What the scores of a confusion matrix share."""

    num_classes: int | None

    def __post_init__(self) -> None:
        if self.num_classes is not None:
            assign(self, num_classes=whole(f"{type(self).__name__}: num_classes", self.num_classes, 2))

    @abstractmethod
    def of(self, counts: Array) -> Contingency:
        """The statistic of a matrix of counts."""

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The counts of the rows by true and predicted class; class numbers beyond the classes are left out."""
        truth, predicted, classes = class_numbers(y_true, y_pred, self.num_classes, f'metric "{self.name}"')
        known = (truth >= 0) & (truth < classes) & (predicted >= 0) & (predicted < classes)
        place = jnp.where(known, truth * classes + predicted, classes**2)
        if sample_weight is None:
            amounts = jnp.ones_like(place)
        else:
            amounts = row_weights(sample_weight, floating(y_pred))
        counts = jax.ops.segment_sum(amounts, place, num_segments=classes**2 + 1)[:-1]
        return self.of(counts.reshape(classes, classes))


@metrics.register("confusion_matrix")
@tree
class ConfusionMatrix(_OfClasses):
    """How many rows of each true class (row) are predicted as each class (column).

    C_ij = sum of the weights of the rows of class i that are predicted as j. Predictions are scores (n, classes), or
    class numbers with `num_classes`, or the probability of class 1.

    Args:
        num_classes: The number of classes, where predictions are class numbers; None otherwise.
        name: The name in the history.

    Raises:
        UsageError: num_classes is no whole number of at least 2.

    Source: scikit-learn's `confusion_matrix`.
    """

    num_classes: int | None = static(default=None)
    name: str = static(default="confusion_matrix")

    def of(self, counts: Array) -> Contingency:
        """The matrix itself."""
        return Contingency(counts)


@metrics.register("cohen_kappa", "cohens_kappa")
@tree
class CohenKappa(_OfClasses):
    """How far predicted and true classes agree beyond chance: 1 for all, 0 for chance.

    1 - sum_ij w_ij C_ij / sum_ij w_ij E_ij, C the confusion matrix, E the outer product of its margins over its sum;
    w_ij is [i != j], |i - j| (linear) or (i - j)^2 (quadratic). 0 where only one class occurs.

    Args:
        weights: None, `linear` or `quadratic`: how much worse a class further away is.
        num_classes: The number of classes, where predictions are class numbers; None otherwise.
        name: The name in the history.

    Raises:
        UsageError: an argument is none of these.

    Source: Cohen, "A coefficient of agreement for nominal scales" (1960); as scikit-learn's `cohen_kappa_score` with
    `labels=range(classes)`.
    """

    direction: ClassVar[Direction] = "up"
    weights: Weighting = static(default=None)
    num_classes: int | None = static(default=None)
    name: str = static(default="cohen_kappa")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weights not in (None, "linear", "quadratic"):
            raise UsageError(
                f'CohenKappa: weights must be None, "linear" or "quadratic", got {self.weights!r}.'
            )

    def of(self, counts: Array) -> Contingency:
        """Kappa of the matrix."""
        return Kappa(counts, self.weights)


@metrics.register("matthews_correlation", "matthews_corrcoef", "mcc")
@tree
class MatthewsCorrelation(_OfClasses):
    """The correlation of predicted and true classes: 1 for all right, 0 for chance, also where classes are rare.

    (c s - sum t_k p_k) / sqrt((s^2 - sum p_k^2)(s^2 - sum t_k^2)), of s rows c right, t_k of true and p_k of predicted
    class k. 0 where only one class is true or predicted.

    Args:
        num_classes: The number of classes, where predictions are class numbers; None otherwise.
        name: The name in the history.

    Raises:
        UsageError: num_classes is no whole number of at least 2.

    Source: Matthews (1975); Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient"
    (2004); as scikit-learn's `matthews_corrcoef`.
    """

    direction: ClassVar[Direction] = "up"
    num_classes: int | None = static(default=None)
    name: str = static(default="matthews_correlation")

    def of(self, counts: Array) -> Contingency:
        """The correlation of the matrix."""
        return Matthews(counts)


@metrics.register("balanced_accuracy")
@tree
class BalancedAccuracy(_OfClasses):
    """The mean over the classes that occur of the share of their rows that is predicted right.

    mean over k of C_kk / sum_j C_kj.

    Args:
        adjusted: Whether chance scores 0 rather than 1 / classes, and 1 stays 1.
        num_classes: The number of classes, where predictions are class numbers; None otherwise.
        name: The name in the history.

    Raises:
        UsageError: num_classes is no whole number of at least 2.

    Source: Brodersen et al., "The balanced accuracy and its posterior distribution" (2010); as scikit-learn's
    `balanced_accuracy_score`.
    """

    direction: ClassVar[Direction] = "up"
    adjusted: bool = static(default=False)
    num_classes: int | None = static(default=None)
    name: str = static(default="balanced_accuracy")

    def of(self, counts: Array) -> Contingency:
        """The mean recall of the matrix."""
        return MeanRecall(counts, self.adjusted)
