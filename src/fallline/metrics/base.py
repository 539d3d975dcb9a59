"""What every metric is: a pure function of a batch into a statistic, and a running result for use alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import jax.numpy as jnp
from jaxtyping import Array, Shaped

from fallline._tree import assign, nearest_tree
from fallline._types import at_least_float32
from fallline.errors import ABSENT_FROM_METRICS, UsageError, unknown_attribute
from fallline.losses.arguments import check_arguments
from fallline.losses.arrays import as_array, as_columns, floating_like, require_rows
from fallline.losses.targets import Targets
from fallline.metrics.statistic import Statistic, WeightedMean, total_and_count
from fallline.own.arguments import defines_get_config, own_arguments
from fallline.own.classes import place_of
from fallline.own.variable import Variable
from fallline.registry.configuration import to_config
from fallline.registry.described import Described, snake_case
from fallline.registry.formula import Formula, computed

Direction = Literal["up", "down"] | None


class Running(Described):
    """What adds up by itself: the statistic of everything seen since the last reset.

    The running statistic is no field: fields are the numbers and the structure that a compiled run is given, and
    what a metric has seen is neither. It lives on this object alone, and copies begin from nothing.
    """

    name: str
    _seen: ClassVar[Statistic | None] = None
    _first_values: ClassVar[Mapping[str, Array]] = {}
    """Of one written as in Keras, what its variables begin with."""
    written: ClassVar[bool] = False
    """Whether it is written as in Keras, by `update_state` and `result`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        above = nearest_tree(cls)
        # The class itself or a mixin brings them.
        place = place_of(cls, "update_state") if above is None else place_of(cls, "update_state", "result")
        if place_of(cls, "statistic") <= place:
            return
        if above is None:
            cls.written = cls.written or (
                issubclass(cls, Metric) and cls.update_state is not Metric.update_state
            )
        elif place < cls.__mro__.index(above):
            cls.written, cls.__setattr__ = True, _set_anything  # type: ignore[method-assign,assignment]
            if place_of(cls, "__call__") > place:
                cls.__call__ = _updated_by  # type: ignore[method-assign]

    def add_weight(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A variable of a metric written as in Keras, to be kept on `self`; `update_state` adds to it.

        Args:
            shape: Its shape; a single number by default.
            initializer: Its first values; zeros by default.
            dtype: Its number type; float32 by default.
            name: Kept for Keras's programs.

        Raises:
            UsageError: the shape is no shape, or the initializer is unknown.
        """
        if isinstance(shape, str):  # Keras 2 had the name first
            shape = ()
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        known = {"zeros": jnp.zeros, "zero": jnp.zeros, "ones": jnp.ones, "one": jnp.ones}
        first = known.get(initializer or "zeros") if isinstance(initializer, str | None) else initializer
        if not callable(first):
            raise UsageError(
                f'add_weight: initializer must be "zeros", "ones" or an initializer, got {initializer!r:.60}.'
            )
        return Variable(jnp.asarray(first(sizes, dtype=dtype or jnp.float32)))

    add_variable = add_weight

    def __setattr__(self, name: str, value: Any) -> None:
        if self.written and isinstance(value, Variable):
            self.__dict__.setdefault("_first_values", {})[name] = value.value
        object.__setattr__(self, name, value)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_arguments(self)

    @property
    def result_shape(self) -> tuple[int, ...]:
        """The shape of a result where it is known before the first row."""
        return ()

    def see(self, statistic: Statistic) -> None:
        """Adds the statistic of further rows."""
        assign(self, _seen=statistic if self._seen is None else self._seen + statistic)

    def seen(self) -> Statistic:
        """The statistic of all rows since the last reset.

        Raises:
            UsageError: there were none.
        """
        if self._seen is None:
            raise UsageError(f"{type(self).__name__}: it has seen no rows.")
        return self._seen

    def result(self) -> Array:
        """The value over all rows since the last reset; 0 before the first."""
        return jnp.zeros(self.result_shape) if self._seen is None else self._seen.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal metric; of one written as in Keras its name, and its own.

        Raises:
            UsageError: an argument is a function without a name, or cannot be told from what the metric keeps.
        """
        if dataclasses.is_dataclass(self):
            return super().get_config()
        if type(self).__init__ is Metric.__init__ or defines_get_config(type(self), Running):
            return {"name": self.name}
        return own_arguments(self, to_config, ("name", "dtype"))

    def reset_state(self) -> None:
        """Forgets all rows."""
        assign(self, _seen=None)
        if not self.written:
            return
        for name, value in self._first_values.items():
            object.__setattr__(self, name, Variable(value))
        for within in vars(self).values():
            if isinstance(within, Running):
                within.reset_state()

    # Hidden from type checkers, which would else accept any attribute. Only asked for what is not there.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in ABSENT_FROM_METRICS:
                kind = type(self).__name__
                raise AttributeError(f'metric {kind} has no "{name}": {ABSENT_FROM_METRICS[name]}', name=name)
            raise unknown_attribute(self, name)


def _set_anything(metric: Running, name: str, value: Any) -> None:
    """Assigns an attribute of a metric that is held as it is, though it derives from a frozen one."""
    Running.__setattr__(metric, name, value)


_set_anything.__dict__["passes_on"] = True


def _updated_by(metric: Any, *args: Any, **kwargs: Any) -> Array:
    """`update_state` with the arguments that it takes, then `result`."""
    metric.update_state(*args, **kwargs)
    result: Array = metric.result()
    return result


class Metric(Running):
    """A measure of predictions, whose statistic adds up over batches. Subclasses are declared with `@fl.tree`.

    Inside a compiled run only `statistic` is used. Alone, a metric is Keras's: `update_state` for each batch,
    then `result()`, which is the same however the rows were cut.

    One of your own is a plain function `f(y_true, y_pred) -> one value per row`, whose mean is taken, or a small
    class:

        @fl.tree
        class WithinTolerance(fl.metrics.MeanMetric):
            direction = "up"
            tolerance: float = 0.1
            name: str = fl.static(default="within_tolerance")

            def values(self, y_true, y_pred):
                return jnp.abs(y_true - y_pred) < self.tolerance

    What is no mean over rows returns from `statistic` a `Statistic`: a tree of sums with a `result`. It may also be
    written as in Keras, with `add_weight`, `update_state` and `result`, where `update_state` only adds (see `written`);
    derived from another metric, or from `Mean` or `Sum`, either may call that one's.

    Attributes:
        name: The name in the history.
        dtype: Kept for Keras's argument order; see `fallline.losses.Loss`.
        direction: Whether higher (`up`) or lower (`down`) is better; None where it is not known.

    Source: Keras 3 for names and arguments.
    """

    direction: ClassVar[Direction] = None
    rows_apart: ClassVar[bool] = True
    """Whether a row of weight 0 leaves the statistic as it is."""
    name: str

    # Of classes written as in Keras; those declared with `tree` have their own.
    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        self.name = snake_case(type(self).__name__) if name is None else name
        self.dtype = dtype

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that this metric cannot use, before anything compiles; by default takes all.

        Args:
            y: All targets of an output, on the host, rows first, in the form that its loss takes.
            output_shape: The shape of one row of the output.

        Raises:
            DataError: says what was expected, what came, and the remedy.
        """

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The statistic of a batch; pure.

        Args:
            y_true: Targets.
            y_pred: Outputs after the final activation (batch, ...).
            sample_weight: One weight a row, or one for all; None weighs all alike.

        Raises:
            UsageError: the class says nowhere what it computes.
        """
        raise UsageError(
            f"{type(self).__name__}: write what it computes: statistic, or update_state and result as in Keras."
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch to what this object has seen.

        Args:
            y_true: Targets.
            y_pred: Predictions (batch, ...).
            sample_weight: One weight a row, or one for all; None weighs all alike.

        Raises:
            ShapeError: targets, predictions or weights do not fit together.
            DataError: they hold no numbers, or numbers that this metric cannot take.
        """
        y_pred = as_array(y_pred, "y_pred")
        y_true = floating_like(y_true, at_least_float32(y_pred))
        require_rows(y_pred)
        self.see(self.statistic(y_true, y_pred, sample_weight))

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array:
        """`update_state`, then `result`: the metric of all rows since the last reset."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()


class MeanMetric(Metric):
    """A metric that is the weighted mean of one value a row."""

    formula: ClassVar[Formula | None] = None
    """The function that the class stands for: `values` gives it the fields for its further arguments."""
    by_output: ClassVar[bool] = True
    """Whether each output of a row has its target, so that vectors (n,) are columns (n, 1)."""

    def values(self, y_true: Array, y_pred: Array) -> Shaped[Array, "batch *rest"]:
        """The values, numbers or truth values; those of one row are averaged.

        Raises:
            UsageError: the class says nowhere what it computes.
        """
        formula = type(self).formula
        if formula is None:
            raise UsageError(f"{type(self).__name__}: write what it computes: values(self, y_true, y_pred).")
        return computed(self, formula, *(as_columns(y_true, y_pred) if self.by_output else (y_true, y_pred)))

    def statistic(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Statistic:
        """The sum and the count of the rows' values."""
        return WeightedMean(*total_and_count(self.values(y_true, y_pred), sample_weight))
