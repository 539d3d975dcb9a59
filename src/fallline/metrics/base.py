"""What every metric is: a pure function of a batch into a statistic, and a running result for use alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array, Shaped

from fallline._registry import Described, Registry
from fallline._tree import assign, static, tree
from fallline.losses.base import values_of_rows
from fallline.metrics.statistic import Statistic, WeightedMean, total_and_count

Direction = Literal["up", "down"] | None


class Running(Described):
    """What adds up by itself: the statistic of everything seen since the last reset.

    The running statistic is no field: fields are the numbers and the structure that a compiled run is given, and
    what a metric has seen is neither. It lives on this object alone, and copies begin from nothing.
    """

    _seen: ClassVar[Statistic | None] = None

    def see(self, statistic: Statistic) -> None:
        """Adds the statistic of further rows."""
        assign(self, _seen=statistic if self._seen is None else self._seen + statistic)

    def result(self) -> Array:
        """The value over all rows since the last reset; 0 before the first."""
        return jnp.zeros(()) if self._seen is None else self._seen.result()

    def reset_state(self) -> None:
        """Forgets all rows."""
        assign(self, _seen=None)


class Metric(Running):
    """A measure of predictions, whose statistic adds up over batches. Subclasses are declared with `@tree`.

    Inside a compiled run only `statistic` is used. Alone, a metric is Keras's: `update_state` for each batch,
    then `result()`, which is the same however the rows were cut.

    One of your own is a plain function `f(y_true, y_pred) -> one value per row`, whose mean is taken, or a small
    class:

        from fallline._tree import static, tree

        @tree
        class WithinTolerance(fl.metrics.MeanMetric):
            direction = "up"
            tolerance: float = 0.1
            name: str = static(default="within_tolerance")

            def values(self, y_true, y_pred):
                return jnp.abs(y_true - y_pred) < self.tolerance

    What is no mean over rows returns from `statistic` a `Statistic`: a tree of sums with a `result`.

    Attributes:
        name: The name in the history.
        direction: Whether higher (`up`) or lower (`down`) is better; None where it is not known.
    """

    direction: ClassVar[Direction] = None
    name: str

    @abstractmethod
    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The statistic of a batch; pure.

        Args:
            y_true: Targets.
            y_pred: Outputs after the final activation (batch, ...).
            sample_weight: One weight a row; None weighs all alike.
        """

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch to what this object has seen.

        Args:
            y_true: Targets.
            y_pred: Predictions (batch, ...).
            sample_weight: One weight a row; None weighs all alike.

        Raises:
            ShapeError: targets, predictions or weights do not fit together.
        """
        self.see(self.statistic(jnp.asarray(y_true), jnp.asarray(y_pred), sample_weight))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array:
        """`update_state`, then `result`: the metric of all rows since the last reset."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()


class MeanMetric(Metric):
    """A metric that is the weighted mean of one value a row."""

    @abstractmethod
    def values(self, y_true: Array, y_pred: Array) -> Shaped[Array, "batch *rest"]:
        """The values, numbers or truth values; those of one row are averaged."""

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum and the count of the rows' values."""
        return WeightedMean(*total_and_count(self.values(y_true, y_pred), sample_weight))


def _wrap(function: Callable[..., Any]) -> Metric:
    return function if isinstance(function, Metric) else MeanMetricWrapper(function)


metrics: Registry[Metric] = Registry("metric", "metrics", wrap=_wrap)


@tree
class MeanMetricWrapper(MeanMetric):
    """The mean over rows of a function of the user's own, `fn(y_true, y_pred) -> one value per row, or a scalar`.

    A scalar counts as the value of each row of its batch, so that a shorter last batch weighs less.
    It cannot be saved.

    Differs from Keras: further arguments of `fn` are bound with `functools.partial`, so that a misspelt one is
    noticed where it is written.
    """

    fn: Callable[[Any, Any], Any] = static()
    name: str | None = static(default=None)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.name is None:
            assign(self, name=getattr(self.fn, "__name__", type(self.fn).__name__))

    def values(self, y_true: Array, y_pred: Array) -> Shaped[Array, "batch *rest"]:
        """What the function returns.

        Raises:
            ShapeError: the function returns neither a scalar nor one value a row.
        """
        return values_of_rows(self.fn, y_true, y_pred, f'metric "{self.name}"')


def get(identifier: Any) -> Metric:
    """Resolves a name, a metric, a configuration or a function `f(y_true, y_pred)`.

    What "accuracy" means depends on the loss; see `resolve`.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    return metrics.get(identifier)
