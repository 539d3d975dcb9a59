"""From the losses of elements to one loss: weights, reductions, and the collection of all losses."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import constant, convert, node
from fallline.graph.core.dtypes import float32
from fallline.graph.core.failures import GraphError, GraphShapeError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.ops.arrays import cast
from fallline.graph.ops.elementary import add_n


class Reduction:
    """How the weighted losses of elements become one."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All of them."""
        return cls.NONE, cls.SUM, cls.MEAN, cls.SUM_OVER_BATCH_SIZE, cls.SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def validate(cls, key: Any) -> None:
        """Refuses what is none.

        Raises:
            GraphError: it is none of them.
        """
        if key not in cls.all():
            raise GraphError(f"Invalid Reduction Key {key}; expected one of {', '.join(cls.all())}.")


def sum_by_nonzero_weights(weights: Any) -> Any:
    """1 where a weight counts, 0 where not."""
    return (weights != 0).astype(weights.dtype)


def quotient(total: Any, number: Any) -> Any:
    """Their quotient, 0 where the number is 0."""
    return jnp.where(number == 0, jnp.zeros_like(total), total / jnp.where(number == 0, 1, number))


def check_weights(values: Sizes, weights: Sizes) -> None:
    """Refuses weights that have neither no axis nor those of the values, each of size 1 or equal.

    Raises:
        GraphShapeError: says both shapes.
    """
    if values is None or weights is None or len(weights) == 0:
        return
    shown = f"values.shape={shapes.shown(values)}", f"weights.shape={shapes.shown(weights)}"
    if len(weights) != len(values):
        raise GraphShapeError(
            f"weights can not be broadcast to values. values.rank={len(values)}. weights.rank={len(weights)}. {shown[0]}. "
            f"{shown[1]}."
        )
    for axis, (size, weight) in enumerate(zip(values, weights, strict=True)):
        if weight not in (None, 1) and size is not None and weight != size:
            raise GraphShapeError(
                f"weights can not be broadcast to values. Mismatch at dim {axis}. {shown[0]} {shown[1]}."
            )


def _weighted(losses: Any, weights: Any, *, reduction: str, kind: str) -> Any:
    check_weights(losses.shape, weights.shape)
    x, w = losses.astype("float32"), weights.astype("float32")
    x = x * w
    if reduction == Reduction.NONE:
        return x.astype(kind)
    total = jnp.sum(x)
    if reduction == Reduction.MEAN:
        total = quotient(total, jnp.sum(jnp.broadcast_to(w, x.shape)))
    elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
        total = quotient(total, jnp.sum(jnp.broadcast_to(sum_by_nonzero_weights(w), x.shape)))
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        total = quotient(total, jnp.asarray(x.size, "float32"))
    return total.astype(kind)


_WEIGHTED = Formula(_weighted)
_OPERATIONS = {Reduction.NONE: ("Mul", "Mul"), Reduction.SUM: ("Sum", "Sum")}


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """One loss of the losses l of elements and their weights w, and its entry in a collection.

    By default `sum(w l) / (number of elements whose w is not 0)`; `Reduction.MEAN` divides by `sum(w)`,
    `SUM_OVER_BATCH_SIZE` by the number of elements, `SUM` by nothing, `NONE` gives `w l`. Nothing to divide by: 0.

    Args:
        losses: A tensor; it is weighted and summed in float32 and the result has its type.
        weights: A number, or a tensor with as many axes as the losses, each of size 1 or equal.
        scope: The scope of names; by default "weighted_loss".
        loss_collection: Where the loss is entered; None: nowhere.
        reduction: One of `tf.losses.Reduction`.

    Raises:
        GraphShapeError: weights of other axes.
        GraphError: no such reduction.
    """
    Reduction.validate(reduction)
    with get_default_graph().name_scope(scope or "weighted_loss"):
        losses = convert(losses)
        weights = convert(weights)
        if not weights.dtype.is_floating:
            weights = cast(weights, float32)
        check_weights(losses.sizes, weights.sizes)
        type, name = _OPERATIONS.get(reduction, ("DivNoNan", "value"))
        sizes = losses.sizes if reduction == Reduction.NONE else ()
        loss = node(
            type, [losses, weights], _WEIGHTED, sizes, losses.dtype, name,
            reduction=reduction, kind=losses.dtype.base_dtype.name,
        )  # fmt: skip
    add_loss(loss, loss_collection)
    return loss


# --- collections ------------------------------------------------------------------------------------------


def add_loss(loss: Tensor, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Adds a loss to the collection of losses."""
    if loss_collection:
        get_default_graph().add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """The losses of a scope, by default all."""
    return get_default_graph().get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The losses that regularisers added."""
    return get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope: str | None = None, name: str = "total_regularization_loss") -> Tensor:
    """The sum of the losses that regularisers added; 0 without any."""
    losses = get_regularization_losses(scope)
    return add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """The sum of all losses of a scope, with those of regularisers.

    Raises:
        GraphError: there are none.
    """
    losses = get_losses(scope)
    if add_regularization_losses:
        losses += get_regularization_losses(scope)
    if not losses:
        raise GraphError(
            "tf.losses.get_total_loss: there is no loss yet; those of tf.losses are entered when they are made, others by "
            "tf.losses.add_loss(loss)."
        )
    return add_n(losses, name=name)
