"""The table of metrics: names, objects, functions of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Shaped

from fallline._tree import assign, static, tree
from fallline.errors import UsageError
from fallline.losses.arguments import DType
from fallline.losses.base import recorded_name, values_of_rows
from fallline.metrics.base import MeanMetric, Metric, Running
from fallline.metrics.written import Written, require_plain
from fallline.registry.table import Registry


def _wrap(function: Callable[..., Any]) -> Metric:
    metric: Any = function() if isinstance(function, type) and issubclass(function, Running) else function
    if not isinstance(metric, Running):
        return MeanMetricWrapper(metric)
    if metric.written:
        require_plain(metric)
        return Written(metric, name=metric.name)
    if isinstance(metric, Metric):
        return metric
    kind = type(metric).__name__
    raise UsageError(
        f"metric: {kind} takes values, not targets and predictions. Derive a class from it whose update_state(self, y_true, "
        "y_pred, sample_weight=None) computes the values and calls super().update_state(values, sample_weight)."
    )


metrics: Registry[Metric] = Registry("metric", "metrics", wrap=_wrap)


@metrics.holds_functions
@tree
class MeanMetricWrapper(MeanMetric):
    """The mean over rows of a function of the user's own, `fn(y_true, y_pred) -> one value per row, or a scalar`.

    A scalar counts as the value of each row of its batch, so that a shorter last batch weighs less.
    Files hold its name.

    Source: Keras 3 for names and arguments.

    Differs from Keras: further arguments of `fn` are bound with `functools.partial`, so that a misspelt one is
    noticed where it is written.
    """

    fn: Callable[[Any, Any], Any] = static()
    name: str | None = static(default=None)  # type: ignore[assignment]
    dtype: DType = static(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.fn):
            raise UsageError(
                f"MeanMetricWrapper: fn must be a function f(y_true, y_pred), got {self.fn!r:.60}."
            )
        if self.name is None:
            assign(self, name=recorded_name(self.fn))

    def values(self, y_true: Array, y_pred: Array) -> Shaped[Array, "batch *rest"]:
        """What the function returns.

        Raises:
            ShapeError: the function returns neither a scalar nor one value a row.
        """
        return values_of_rows(self.fn, y_true, y_pred, f'metric "{self.name}"')


get = metrics.get
serialize, deserialize = metrics.serializers(Metric, get)
