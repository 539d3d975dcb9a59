"""Cross-entropy that bounds the pull of a wrong label."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fallline._ranges import Range, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import EPSILON, floating, require_rows
from fallline.losses.base import Reduction, losses
from fallline.losses.categorical import sparse_categorical_crossentropy
from fallline.losses.crossentropy import Crossentropy
from fallline.losses.targets import CLASS_NUMBERS, require_in_classes


def categorical_generalized_cross_entropy(
    y_true: Int[Array, "*batch"], y_pred: Array, q: Number, from_logits: bool = False
) -> Float[Array, "*batch"]:
    """(1 - p^q) / q with p the probability of the true class, at least 1e-7.

    Args:
        y_true: Class numbers 0 .. classes - 1, (batch,) or (batch, 1).
        y_pred: Probabilities, or logits, (batch, classes).
        q: From the cross-entropy (towards 0) to the absolute error (towards 1).
        from_logits: Whether the predictions are logits.

    Raises:
        ShapeError: the targets do not have the predictions' shape without the class axis.
        DataError: a target is no class; names the row, the value, the range and the remedy.
    """
    y_pred = floating(y_pred, "y_pred")
    require_rows(y_pred)
    if from_logits:
        log_p = -sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)
    else:
        y_true, (*batch, classes) = jnp.asarray(y_true), y_pred.shape
        if y_true.shape not in ((*batch,), (*batch, 1)):
            raise ShapeError(
                f"y_true has shape {y_true.shape}, y_pred {y_pred.shape}; expected class numbers {(*batch,)}."
            )
        require_in_classes("categorical_generalized_cross_entropy", y_true, classes)
        labels = y_true.astype(jnp.int32).reshape(batch)
        p = jnp.sum(jax.nn.one_hot(labels, classes, dtype=y_pred.dtype) * y_pred, axis=-1)
        log_p = jnp.log(jnp.maximum(p, EPSILON))
    power = as_dtype_of(q, log_p)
    return -jnp.expm1(power * log_p) / power


@losses.register("categorical_generalized_cross_entropy")
@tree
class CategoricalGeneralizedCrossEntropy(Crossentropy):
    """Cross-entropy with integer targets for noisy labels: a row that stays wrong pulls less.

    values = (1 - p^q) / q, with p the probability of the true class.

    Args:
        q: In (0, 1): towards 0 the cross-entropy, towards 1 the absolute error, which bears more noise.
        reduction, name, dtype: See `Loss`.
        from_logits: Whether the predictions are logits rather than probabilities.

    Raises:
        UsageError: q is not in (0, 1), or the reduction is unknown.

    Source: Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy
    labels" (2018), eq. 6.

    Differs from Keras: a final softmax is computed in one with the loss, on logits. On probabilities p is at least
    1e-7, so that the derivative stays finite.
    """

    formula = categorical_generalized_cross_entropy
    targets = CLASS_NUMBERS
    integer_targets: ClassVar[bool] = True
    q: Number = number(0.5, Range("above 0 and below 1", 0.0, 1.0, low_open=True, high_open=True))
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="categorical_generalized_cross_entropy")
    dtype: DType = static(default=None)
    from_logits: bool = static(default=False)
