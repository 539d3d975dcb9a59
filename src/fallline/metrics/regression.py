"""Errors of real-valued predictions."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._tree import static, tree
from fallline.errors import ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import EPSILON, aligned, as_columns, require_classes
from fallline.losses.likelihood import poisson
from fallline.losses.regression import (
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from fallline.losses.robust import log_cosh
from fallline.losses.similarity import cosine_similarity
from fallline.metrics.base import Direction, MeanMetric, Metric
from fallline.metrics.statistic import RootMean, Statistic, ratio, total_and_count
from fallline.metrics.table import metrics


@metrics.register("mean_squared_error", "mse", "MSE")
@tree
class MeanSquaredError(MeanMetric):
    """The mean of the squared errors over rows and outputs.

    mean of (y_true - y_pred)^2, in the square of the target's unit.

    Source: Gauss, "Theoria combinationis observationum" (1821).
    """

    formula = mean_squared_error
    direction: ClassVar[Direction] = "down"
    name: str = static(default="mean_squared_error")
    dtype: DType = static(default=None)


@metrics.register("root_mean_squared_error", "rmse", "RMSE")
@tree
class RootMeanSquaredError(Metric):
    """The square root of the mean of the squared errors over all rows, in the unit of the target.

    sqrt(mean of (y_true - y_pred)^2); the root is taken of the whole mean, not batch by batch.

    Source: Gauss, "Theoria combinationis observationum" (1821).
    """

    direction: ClassVar[Direction] = "down"
    name: str = static(default="root_mean_squared_error")
    dtype: DType = static(default=None)

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum and the count of the rows' mean squared errors."""
        return RootMean(*total_and_count(mean_squared_error(*as_columns(y_true, y_pred)), sample_weight))


@metrics.register("mean_absolute_error", "mae", "MAE")
@tree
class MeanAbsoluteError(MeanMetric):
    """The mean of the absolute errors over rows and outputs, in the unit of the target.

    mean of |y_true - y_pred|.

    Source: Laplace, "Mémoire sur la probabilité des causes par les événements" (1774).
    """

    formula = mean_absolute_error
    direction: ClassVar[Direction] = "down"
    name: str = static(default="mean_absolute_error")
    dtype: DType = static(default=None)


@metrics.register("mean_absolute_percentage_error", "mape", "MAPE")
@tree
class MeanAbsolutePercentageError(MeanMetric):
    """The mean of the absolute errors in percent of the target.

    mean of 100 |y_true - y_pred| / max(|y_true|, 1e-7).

    Source: Makridakis, "Accuracy measures" (1993).
    """

    formula = mean_absolute_percentage_error
    direction: ClassVar[Direction] = "down"
    name: str = static(default="mean_absolute_percentage_error")
    dtype: DType = static(default=None)


@metrics.register("mean_squared_logarithmic_error", "msle", "MSLE")
@tree
class MeanSquaredLogarithmicError(MeanMetric):
    """The mean of the squared errors of the logarithms.

    mean of (log(1 + y_true) - log(1 + y_pred))^2, both taken as at least 1e-7.

    Source: scikit-learn's user guide, "Mean squared logarithmic error".
    """

    formula = mean_squared_logarithmic_error
    direction: ClassVar[Direction] = "down"
    name: str = static(default="mean_squared_logarithmic_error")
    dtype: DType = static(default=None)


@metrics.register("log_cosh_error", "logcosh", "log_cosh")
@tree
class LogCoshError(MeanMetric):
    """The mean of log(cosh(y_pred - y_true)) over rows and outputs.

    Source: Green, "Bayesian reconstructions from emission tomography data" (1990), sec. III.
    """

    formula = log_cosh
    direction: ClassVar[Direction] = "down"
    name: str = static(default="logcosh")
    dtype: DType = static(default=None)


@metrics.register("poisson")
@tree
class Poisson(MeanMetric):
    """The mean of y_pred - y_true log(y_pred + 1e-7) over rows and outputs.

    Source: Nelder and Wedderburn, "Generalized linear models" (1972).
    """

    formula = poisson
    direction: ClassVar[Direction] = "down"
    name: str = static(default="poisson")
    dtype: DType = static(default=None)


@metrics.register("cosine_similarity", "cosine_proximity", "cosine")
@tree
class CosineSimilarity(MeanMetric):
    """The mean over rows of the cosine of the angle between target and output: 1 for one direction.

    mean of sum over `axis` of y_true / |y_true| * y_pred / |y_pred|: minus the loss of the same name, as in Keras.

    Args:
        name, dtype: See `Metric`.
        axis: The axis of the vectors.

    Source: Salton and McGill, "Introduction to modern information retrieval" (1983).
    """

    formula = cosine_similarity
    direction: ClassVar[Direction] = "up"
    name: str = static(default="cosine_similarity")
    dtype: DType = static(default=None)
    axis: int = static(default=-1)

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """Minus the loss of the same name."""
        return -super().values(y_true, y_pred)


def pearson_correlation(y_true: Array, y_pred: Array, axis: int = -1) -> Float[Array, "*batch"]:
    """The correlation of targets and predictions along `axis`; 0 where one of them is constant.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1, or `axis` holds one value alone.
    """
    y_true, y_pred = _centred(y_true, y_pred, axis)
    spread = jnp.sqrt(jnp.mean(y_true**2, axis=axis) * jnp.mean(y_pred**2, axis=axis))
    return ratio(jnp.mean(y_true * y_pred, axis=axis), spread)


def concordance_correlation(y_true: Array, y_pred: Array, axis: int = -1) -> Float[Array, "*batch"]:
    """2 cov / (var y_true + var y_pred + (difference of the means)^2 + 1e-7) along `axis`.

    Raises:
        ShapeError: the shapes differ by more than a last axis of length 1, or `axis` holds one value alone.
    """
    y_true, y_pred = aligned(y_true, y_pred)
    require_classes(y_pred, axis)
    shift = jnp.mean(y_true, axis=axis) - jnp.mean(y_pred, axis=axis)
    y_true, y_pred = _centred(y_true, y_pred, axis)
    spread = jnp.mean(y_true**2, axis=axis) + jnp.mean(y_pred**2, axis=axis) + shift**2
    return 2 * jnp.mean(y_true * y_pred, axis=axis) / (spread + EPSILON)


def _centred(y_true: Array, y_pred: Array, axis: int) -> tuple[Array, Array]:
    y_true, y_pred = aligned(y_true, y_pred)
    require_classes(y_pred, axis)
    if y_pred.shape[axis] == 1:
        raise ShapeError(
            f"y_pred has shape {y_pred.shape}: one value along axis {axis} correlates with nothing. The correlation is "
            "that of the outputs of a row; with one output, predict all rows and give both as vectors (n,)."
        )
    return (
        y_true - jnp.mean(y_true, axis=axis, keepdims=True),
        y_pred - jnp.mean(y_pred, axis=axis, keepdims=True),
    )


class _Correlation(MeanMetric):
    """What the correlations share: one value a row."""

    by_output = False

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The function of the same name; vectors (n,) are one row."""
        return jnp.atleast_1d(super().values(y_true, y_pred))


@metrics.register("pearson_correlation")
@tree
class PearsonCorrelation(_Correlation):
    """The mean over rows of the correlation of a row's targets with its outputs.

    mean of cov(y_true, y_pred) / (sd y_true sd y_pred), each along `axis`: not over the rows. A row
    has several outputs; vectors (n,) are one row.

    Args:
        name, dtype: See `Metric`.
        axis: The axis that is correlated.

    Source: Pearson, "Note on regression and inheritance in the case of two parents" (1895).

    Differs from Keras: a row whose targets or outputs are constant counts 0, where Keras gives NaN.
    """

    formula = pearson_correlation
    direction: ClassVar[Direction] = "up"
    name: str = static(default="pearson_correlation")
    dtype: DType = static(default=None)
    axis: int = static(default=-1)


@metrics.register("concordance_correlation")
@tree
class ConcordanceCorrelation(_Correlation):
    """The mean over rows of the concordance of a row's targets with its outputs.

    mean of 2 cov / (var y_true + var y_pred + (mean y_true - mean y_pred)^2 + 1e-7), each along `axis`: not over the
    rows. A row has several outputs; vectors (n,) are one row.

    Args:
        name, dtype: See `Metric`.
        axis: The axis that is compared.

    Source: Lin, "A concordance correlation coefficient to evaluate reproducibility" (1989).
    """

    formula = concordance_correlation
    direction: ClassVar[Direction] = "up"
    name: str = static(default="concordance_correlation")
    dtype: DType = static(default=None)
    axis: int = static(default=-1)
