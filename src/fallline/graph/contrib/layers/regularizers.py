"""Regularisers of `tf.contrib.layers`: functions of weights that give a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

import jax.numpy as jnp

from fallline.graph.core.building import constant, convert, node
from fallline.graph.core.failures import GraphError
from fallline.graph.core.graph import GraphKeys, get_default_graph
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.ops.elementary import add_n

Regularizer = Callable[[Any], Any]


def _l1(weights: Any, scale: Any) -> Any:
    return scale * jnp.sum(jnp.abs(weights))


def _l2(weights: Any, scale: Any) -> Any:
    return scale * (jnp.sum(jnp.square(weights)) / 2)


_L1, _L2 = Formula(_l1), Formula(_l2)


def _nothing(_: Any) -> None:
    return None


def _checked(scale: Any, what: str) -> Any:
    if isinstance(scale, Integral):
        raise GraphError(f"{what} cannot be an integer: {scale}. Write {scale}.0.")
    if isinstance(scale, Real) and float(scale) < 0.0:
        raise GraphError(f"Setting a scale less than 0 on a regularizer: {float(scale):g}")
    return scale


def _scaled(scale: Any, scope: str, formula: Formula) -> Regularizer:
    def loss(weights: Any) -> Tensor:
        with get_default_graph().name_scope(scope) as entered:
            w = convert(weights)
            return node("Mul", [w, convert(scale, w.dtype, name="scale")], formula, (), w.dtype, entered)

    return loss


def l1_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """The regulariser `scale sum(|w|)`; a scale of 0.0 gives none.

    Raises:
        GraphError: the scale is a whole number, or negative.
    """
    if isinstance(_checked(scale, "scale"), Real) and scale == 0.0:
        return _nothing
    return _scaled(scale, scope or "l1_regularizer", _L1)


def l2_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """The regulariser `scale sum(w^2) / 2`; a scale of 0.0 gives none.

    Raises:
        GraphError: the scale is a whole number, or negative.
    """
    if isinstance(_checked(scale, "scale"), Real) and scale == 0.0:
        return _nothing
    return _scaled(scale, scope or "l2_regularizer", _L2)


def l1_l2_regularizer(scale_l1: Any = 1.0, scale_l2: Any = 1.0, scope: str | None = None) -> Regularizer:
    """The regulariser `scale_l1 sum(|w|) + scale_l2 sum(w^2) / 2`.

    Raises:
        GraphError: a scale is a whole number, or negative.
    """
    _checked(scale_l1, "scale_l1")
    _checked(scale_l2, "scale_l2")
    scope = scope or "l1_l2_regularizer"
    if isinstance(scale_l1, Real) and scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if isinstance(scale_l2, Real) and scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    found = sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope)
    assert found is not None
    return found


def sum_regularizer(
    regularizer_list: Sequence[Regularizer | None], scope: str | None = None
) -> Regularizer | None:
    """The sum of regularisers; None where there are none."""
    given = [each for each in regularizer_list if each is not None]
    if not given:
        return None

    def total(weights: Any) -> Any:
        with get_default_graph().name_scope(scope or "sum_regularizer") as entered:
            losses = [loss for loss in (each(weights) for each in given) if loss is not None]
            if not losses:
                return None
            return losses[0] if len(losses) == 1 else add_n(losses, name=entered)

    return total


def apply_regularization(regularizer: Regularizer, weights_list: Sequence[Any] | None = None) -> Tensor:
    """The sum of a regulariser over weights, entered among the regularisation losses.

    Args:
        regularizer: A function of weights that gives a scalar, or None.
        weights_list: The weights; by default the collection WEIGHTS.

    Raises:
        GraphError: there are no weights, or what the regulariser gives is no scalar.
    """
    graph = get_default_graph()
    weights = list(weights_list or graph.get_collection(GraphKeys.WEIGHTS))
    if not weights:
        raise GraphError("No weights to regularize.")
    with graph.name_scope("get_regularization_penalty") as entered:
        losses = [constant(0.0) if loss is None else loss for loss in map(regularizer, weights)]
        for each in losses:
            if each.sizes is not None and each.sizes != ():
                raise GraphError(
                    f"regularizer must return a scalar Tensor instead of a Tensor with rank {len(each.sizes)}."
                )
        total = add_n(losses, name=entered)
    graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total
