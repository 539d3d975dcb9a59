"""What every loss is: values, their mean per row, their weighted reduction, and a check of the targets."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._tree import assign, nearest_tree, static, tree
from fallline.errors import ShapeError, UsageError
from fallline.losses.arguments import DType, check_arguments, require_call
from fallline.losses.arrays import as_array, as_columns, floating, floating_like, require_rows, weight_like
from fallline.losses.targets import ANY, Kind, Targets, classes_of, is_whole
from fallline.own.arguments import defines_get_config, own_arguments
from fallline.own.classes import native, place_of
from fallline.own.functions import called, require_arguments
from fallline.own.symbolic import first_recorded
from fallline.registry.configuration import to_config
from fallline.registry.described import Described, snake_case
from fallline.registry.formula import Formula, computed
from fallline.registry.table import Registry

ReductionName = Literal["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"]
Reduction = ReductionName | None
FusedActivation = Literal["softmax", "sigmoid", "heaviside"] | None


class Loss(Described):
    """A loss: how far predictions are from targets. Subclasses are declared with `@fl.tree`.

    A subclass has the static fields `reduction` and `name`, and says in `values` what it computes. So one of
    your own is a plain function `f(y_true, y_pred)`, or, where it has numbers that may change without
    compiling again, a small class:

        @fl.tree
        class Expectile(fl.losses.Loss):
            share: float = 0.8
            reduction: fl.losses.Reduction = fl.static(default="sum_over_batch_size")
            name: str = fl.static(default="expectile")

            def values(self, y_true, y_pred):
                error = y_true - y_pred
                weight = jnp.where(error > 0, self.share, 1 - self.share)
                return jnp.mean(weight * error**2, axis=-1)

    It may also be written as in Keras, with an `__init__` and `call(self, y_true, y_pred)`; its numbers are then part
    of the compiled program. In a class derived from another loss `call` may change what that one computes.

    `@fl.losses.losses.register("expectile")` above `@fl.tree` gives it a name, by which files carry it too.

    Attributes:
        reduction: How the values become one number. `sum_over_batch_size` (or `mean`) divides the weighted
            sum by the number of values, `mean_with_sample_weight` by the sum of the weights; `sum` divides
            by nothing; None (or `none`) keeps the values.
        name: The name in messages and histories.
        dtype: Kept for Keras's argument order: None, or "float32", in which losses and metrics compute (in float64
            where the model does); another type is refused.
        integer_targets: Whether the targets are class numbers rather than rows like the output's.

    Source: Keras 3 for names and arguments.
    """

    integer_targets: ClassVar[bool] = False
    rows_apart: ClassVar[bool] = True
    """Whether the loss of a row depends on that row alone."""
    targets: ClassVar[Kind] = ANY
    """What targets it takes."""
    formula: ClassVar[Formula | None] = None
    """The function that the class stands for: `values` gives it the fields for its further arguments."""
    written: ClassVar[bool] = False
    """Whether it is written as in Keras, by `call`."""

    reduction: Reduction = "sum_over_batch_size"
    name: str

    # Of classes written as in Keras; those declared with `tree` have their own.
    def __init__(
        self, name: str | None = None, reduction: Reduction = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = snake_case(type(self).__name__) if name is None else name
        self.reduction = reduction
        self.dtype = dtype
        Loss.__post_init__(self)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        require_call(cls, Loss)
        if cls.formula is not None:
            losses.functions.setdefault(cls.formula, cls)
        # Not whether the class itself has a `call`: a class beside its base, a mixin, may bring it.
        if nearest_tree(cls) is not None:
            if "call" in vars(cls) or place_of(cls, "call") < place_of(cls, "values", "formula"):
                cls.written = False
                for name in _BY_CALL.keys() - vars(cls).keys():
                    setattr(cls, name, _BY_CALL[name])
        elif cls.call is not Loss.call:
            cls.written = True
        elif "name" not in vars(cls):
            cls.name = snake_case(cls.__name__)

    # Programs print `keras.losses.get("mse").__name__`, which is a function there. Hidden from type checkers, which
    # would else take it for the name of the class.
    if not TYPE_CHECKING:

        @property
        def __name__(self) -> str:
            return self.name

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal loss; of one written as in Keras its name and reduction, and its own.

        Raises:
            UsageError: an argument is a function without a name, or cannot be told from what the loss keeps.
        """
        if not self.written:
            return super().get_config()
        if type(self).__init__ is Loss.__init__ or defines_get_config(type(self), Loss):
            return {"name": self.name, "reduction": self.reduction}
        return own_arguments(self, to_config, ("name", "reduction", "dtype"))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_arguments(self)
        if self.reduction is not None and self.reduction not in get_args(ReductionName):
            known = ", ".join(f'"{name}"' for name in get_args(ReductionName))
            raise UsageError(
                f'loss "{self.name}": reduction must be None or one of {known}, got {self.reduction!r}.'
            )

    def rows_at_once(self, given: int | None, otherwise: int) -> int | None:
        """Rows per batch of an evaluation; None leaves it to the engine.

        A mean over rows is the same however the rows are cut into batches. With another reduction the batch
        size is part of the result, as in Keras.

        Args:
            given: What the user gave, or None.
            otherwise: What Keras takes where the user gave nothing.
        """
        return otherwise if given is None and not self.divides_by_rows else given

    @property
    def divides_by_rows(self) -> bool:
        """Whether the loss of a batch is a sum over its rows, divided by their number."""
        return self.reduction in ("sum_over_batch_size", "mean")

    @property
    def fused_activation(self) -> FusedActivation:
        """The output activation that `on_logits` replaces; None where there is none to replace."""
        return None

    def on_logits(self) -> Self:
        """The same loss, computed from what enters the output activation: exact where probabilities saturate.

        Raises:
            UsageError: the loss has no such form (`fused_activation` is None).
        """
        raise UsageError(f'loss "{self.name}" has no form on logits.')

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """The unreduced loss: one value for each place that the last (or class) axis is summed over.

        Raises:
            ShapeError: `call` returns neither a scalar nor one value a row.
            UsageError: the class says nowhere what it computes.
        """
        if self.written:
            return _values_by_call(self, y_true, y_pred)
        formula = type(self).formula
        if formula is None:
            raise UsageError(f"{type(self).__name__}: write what it computes: values, or call as in Keras.")
        if self.targets.by_output:
            y_true, y_pred = as_columns(y_true, y_pred)
        return computed(self, formula, y_true, y_pred)

    def call(self, y_true: Any, y_pred: Any) -> Array:
        """Keras's name for `values`, which a class derived from a loss may change: `2 * super().call(y_true, y_pred)`."""
        if self.written:
            raise UsageError(f"{type(self).__name__}: losses.Loss has no call; write what it computes.")
        values: Array = native(type(self), "values", _values_by_call)(self, y_true, y_pred)
        return values

    def rows(self, y_true: Array, y_pred: Array) -> Float[Array, "batch"]:
        """One loss per row: the mean of its values."""
        values = self.values(y_true, y_pred)
        return values if values.ndim == 1 else jnp.mean(values.reshape(values.shape[0], -1), axis=1)

    def __call__(self, y_true: Array, y_pred: Array, sample_weight: Array | None = None) -> Array:
        """The reduced loss of a batch.

        Args:
            y_true: Targets, as the loss expects them.
            y_pred: Predictions (batch, ...).
            sample_weight: One weight a row, a value, or one number for all; None weighs all alike.
        """
        if (recorded := first_recorded((y_true, y_pred))) is not None:
            return recorded.given_to(self, (y_true, y_pred, sample_weight))
        # What a user's own loss computes must not depend on the number types that came.
        y_pred = floating(y_pred, "y_pred")
        y_true = as_array(y_true, "y_true") if self.integer_targets else floating_like(y_true, y_pred)
        return self.reduce(self.values(y_true, y_pred), sample_weight)

    def reduce(self, values: Float[Array, "batch *rest"], sample_weight: Array | None = None) -> Array:
        """Weighted values as one number (or, without a reduction, as they are).

        Raises:
            ShapeError: the weights fit neither the rows nor the values.
        """
        divisor: Array | float = max(1, math.prod(values.shape))
        if sample_weight is not None:
            weight = weight_like(sample_weight, values)
            values = values * weight
            if self.reduction == "mean_with_sample_weight":
                divisor = jnp.sum(weight)
        if self.reduction in (None, "none"):
            return values
        total = jnp.sum(values)
        if self.reduction == "sum":
            return total
        if isinstance(divisor, int):
            return total / divisor
        # Weights that sum to 0 leave nothing to average: 0, as Keras has it, and no NaN in the gradient.
        empty = divisor == 0
        return jnp.where(
            empty, jnp.zeros_like(total), total / jnp.where(empty, jnp.ones_like(divisor), divisor)
        )

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that this loss cannot use, before anything compiles.

        Args:
            y: All targets, on the host, rows first.
            output_shape: The shape of one row of the model's output, without the batch axis: `(10,)`.

        Raises:
            DataError: says what was expected, what came, and the remedy.
        """
        self.targets.require(self.name, y, output_shape)

    def classes(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """The classes that prepared targets can belong to, as `class_weight` names them.

        Those of the output, also where no row is of them; where an output does not tell them, those of the targets.

        Args:
            y: The targets, as `prepare_targets` gives them.
            output_shape: The shape of one row of the model's output.
        """
        return classes_of(self.targets, y, output_shape)

    def prepare_targets(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """Checked targets in the form that `values` computes with; (n,) becomes (n, 1) for one output unit.

        Class numbers are 32-bit integers, of shape (n,); all other targets become floating, also those of a loss of
        the user's own and of the metrics beside it.
        """
        if self.integer_targets and self.targets is ANY:
            return y.astype(np.int32, copy=False) if is_whole(y) else y
        return self.targets.prepare(y, output_shape)


def _values_by_call(loss: Loss, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
    """What a `call` of the user's own gives."""
    return values_of_rows(loss.call, y_true, y_pred, f'loss "{loss.name}"')


def _rows_by_call(loss: Loss, y_true: Array, y_pred: Array) -> Float[Array, "batch"]:
    _require_loss_of_rows(loss.name, loss.call, y_true, y_pred)
    return Loss.rows(loss, y_true, y_pred)


_BY_CALL = {
    "values": _values_by_call,
    "rows": _rows_by_call,
    # On logits it would be computed without the `call`.
    "fused_activation": Loss.fused_activation,
    "on_logits": Loss.on_logits,
}


def _require_loss_of_rows(
    name: str | None, function: Callable[..., Any], y_true: Array, y_pred: Array
) -> None:
    if called(f'loss "{name}"', function, y_true, y_pred).ndim == 0:
        raise UsageError(
            f'loss "{name}" gives one number for all rows; to choose rows by their error it must return one loss per row.'
        )


def values_of_rows(
    function: Callable[[Any, Any], Any], y_true: Array, y_pred: Array, owner: str
) -> Float[Array, "batch *rest"]:
    """What a function of the user's own returns, a scalar as the value of each row.

    Raises:
        ShapeError: the function returns neither a scalar nor one value a row; the message begins with `owner`.
        UsageError: the function fails, or returns no numbers; likewise.
    """
    require_rows(as_array(y_pred, "y_pred"))
    try:
        values = floating(called(owner, function, y_true, floating(y_pred)))
    except UsageError as error:
        if isinstance(error.__cause__, TypeError) and "integer" in str(error.__cause__):
            remedy = "Targets arrive as floats, whatever their type was: write y_true.astype(int)."
            raise UsageError(f"{error} {remedy}") from error.__cause__
        raise
    if values.ndim == 0:
        return jnp.broadcast_to(values, np.shape(y_pred)[:1])
    if values.shape[0] != np.shape(y_pred)[0]:
        raise ShapeError(
            f"{owner} returned shape {values.shape} for predictions {np.shape(y_pred)}; "
            "return a scalar or one value per row."
        )
    return values


def recorded_name(function: Callable[..., Any]) -> str:
    """The name under which a function of the user's own is recorded: its own, `lambda` for one without."""
    name = getattr(function, "__name__", type(function).__name__)
    return "lambda" if name == "<lambda>" else str(name)


def _wrap(function: Callable[..., Any]) -> Loss:
    if isinstance(function, type) and issubclass(function, Loss):
        function = function()
    if isinstance(function, Loss):
        # One that is no tree cannot enter a compiled program; wrapped, it is structure.
        return Custom(function, function.reduction, function.name) if function.written else function
    known = losses.functions.get(function)
    return known() if known is not None else Custom(function)


losses: Registry[Loss] = Registry("loss", "losses", wrap=_wrap)


@losses.holds_functions
@tree
class Custom(Loss):
    """A function of the user's own, `function(y_true, y_pred) -> one loss per row, or a scalar`.

    A scalar counts as the loss of each row. Files hold its name.
    """

    function: Callable[[Any, Any], Any] = static()
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str | None = static(default=None)  # type: ignore[assignment]
    dtype: DType = static(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise UsageError(f"loss: expected a function f(y_true, y_pred), got {self.function!r:.60}.")
        if self.name is None:
            assign(self, name=recorded_name(self.function))
        require_arguments(f'loss "{self.name}"', self.function, "y_true", "y_pred")

    def values(self, y_true: Array, y_pred: Array) -> Float[Array, "batch *rest"]:
        """What the function returns.

        Raises:
            ShapeError: the function returns neither a scalar nor one value a row.
        """
        return values_of_rows(self._own, y_true, y_pred, f'loss "{self.name}"')

    def rows(self, y_true: Array, y_pred: Array) -> Float[Array, "batch"]:
        """One loss per row.

        Raises:
            UsageError: the function gives one number for all rows.
        """
        _require_loss_of_rows(self.name, self._own, y_true, y_pred)
        return super().rows(y_true, y_pred)

    @property
    def integer_targets(self) -> bool:  # type: ignore[override]
        """As the user's own class says; a function takes floats."""
        return isinstance(self.function, Loss) and self.function.integer_targets

    @property
    def _own(self) -> Callable[..., Any]:
        return self.function.call if isinstance(self.function, Loss) else self.function


get = losses.get
serialize, deserialize = losses.serializers(Loss, get)
