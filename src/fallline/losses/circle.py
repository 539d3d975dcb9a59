"""A loss of embeddings: rows of one class near each other, rows of different classes apart."""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from fallline._ranges import FRACTION, POSITIVE, number
from fallline._tree import static, tree
from fallline._types import Number, as_dtype_of
from fallline.errors import DataError, ShapeError
from fallline.losses.arguments import DType
from fallline.losses.arrays import as_array, floating
from fallline.losses.base import Loss, Reduction, losses
from fallline.losses.targets import CLASS_NUMBERS, Targets, columns, describe, is_whole, require_numbers


def circle(
    y_true: Array,
    y_pred: Array,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: Number = 80.0,
    margin: Number = 0.4,
) -> Float[Array, "batch"]:
    """The circle loss of each row against all reference rows; see `Circle`.

    Args:
        y_true: Class numbers, (batch,) or (batch, 1).
        y_pred: Embeddings of length 1, (batch, features).
        ref_labels: Class numbers of the rows compared with; None: those of the batch.
        ref_embeddings: Their embeddings; None: those of the batch.
        remove_diagonal: Whether a row is not compared with itself.
        gamma: How sharply the worst pairs count.
        margin: The distance m up to which a pair of one class is near enough.

    Raises:
        ShapeError: the embeddings are not (batch, features), or there is not one class number a row.
    """
    y_pred = floating(y_pred, "y_pred")
    others = y_pred if ref_embeddings is None else floating(ref_embeddings, "ref_embeddings")
    labels = _labels(y_true, y_pred)
    of_others = labels if ref_labels is None else _labels(ref_labels, others)
    distance = jnp.maximum(1 - y_pred @ others.T.astype(y_pred.dtype), 0)
    positive = labels[:, None] == of_others
    negative = ~positive
    if remove_diagonal:
        positive &= ~jnp.eye(positive.shape[0], positive.shape[1], dtype=jnp.bool_)
    gamma, margin = as_dtype_of(gamma, distance), as_dtype_of(margin, distance)
    apart = _log_sum(gamma * jnp.maximum(distance + margin, 0) * (distance - margin), positive)
    near = _log_sum(gamma * jnp.maximum(1 + margin - distance, 0) * (1 - margin - distance), negative)
    compared = jnp.any(positive, axis=1) & jnp.any(negative, axis=1)
    return jnp.where(compared, jax.nn.softplus(apart + near), jnp.zeros_like(apart))


def _labels(labels: Any, rows: Array) -> Array:
    array = as_array(labels, "y_true")
    if rows.ndim != 2 or array.shape not in ((rows.shape[0],), (rows.shape[0], 1)):
        raise ShapeError(
            f"y_true has shape {array.shape}, y_pred {rows.shape}; expected class numbers (n,) and embeddings "
            "(n, features)."
        )
    return array.reshape(-1)


def _log_sum(values: Array, among: Bool[Array, "batch others"]) -> Array:
    """Log sum exp over the places of a row; where there is none the value means nothing, and its gradient is finite."""
    kept = among | ~jnp.any(among, axis=1, keepdims=True)
    return jax.nn.logsumexp(jnp.where(kept, values, -jnp.inf), axis=1)


@losses.register("circle")
@tree
class Circle(Loss):
    """How far embeddings of one class are from each other, against how near they are to those of other classes.

    values = softplus(log sum over P of exp(g (d + m) (d - m)) + log sum over N of exp(g [1 + m - d]+ (1 - m - d)))

    for each row, with d = max(1 - cosine, 0) to the rows P of its class and N of all others in the batch, g = gamma
    and m = margin; 0 where P or N is empty. The last layers are a `Dense` without activation and
    `UnitNormalization`; the batch must hold several rows of a class.

    Args:
        gamma: How sharply the worst pairs count, > 0.
        margin: The distance up to which a pair of one class is near enough, in [0, 1]; others are far enough at
            1 - margin.
        remove_diagonal: Whether a row is not compared with itself.
        reduction, name, dtype: See `Loss`.

    Raises:
        UsageError: a number is out of its range, or the reduction is unknown.

    Source: Sun et al., "Circle loss: a unified perspective of pair similarity optimization" (2020), eq. 6 and 8.

    Differs from Keras: the gradient of a row that has nothing to be compared with is 0, never NaN.
    """

    targets = CLASS_NUMBERS
    formula = circle
    integer_targets: ClassVar[bool] = True
    rows_apart: ClassVar[bool] = False
    gamma: Number = number(80.0, POSITIVE)
    margin: Number = number(0.4, FRACTION)
    remove_diagonal: bool = static(default=True)
    reduction: Reduction = static(default="sum_over_batch_size")
    name: str = static(default="circle")
    dtype: DType = static(default=None)

    def rows_at_once(self, given: int | None, otherwise: int) -> int | None:
        """See `Loss`; rows are compared within their batch, whose size is part of the result."""
        return super().rows_at_once(given or otherwise, otherwise)

    def classes(self, y: Targets, output_shape: tuple[int, ...]) -> Targets:
        """See `Loss`; an embedding does not tell its classes, so that they are those up to the highest of the targets."""
        return np.arange(int(y.max()) + 1)

    def check_targets(self, y: Targets, output_shape: tuple[int, ...]) -> None:
        """Refuses targets that are not one class number a row, and outputs that are no vectors.

        Raises:
            DataError: says what was expected and what came.
        """
        require_numbers(self.name, y)
        if len(output_shape) != 1:
            raise DataError(
                f'loss "{self.name}" needs embeddings (n, features) as outputs; the model gives {columns(output_shape)}.'
            )
        if y.shape[1:] not in ((), (1,)) or not is_whole(y):
            raise DataError(f'loss "{self.name}" needs class numbers (n,); got {describe(y)}.')
