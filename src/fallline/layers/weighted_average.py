"""The weighted mean of the predictions of several networks."""

from __future__ import annotations

from dataclasses import MISSING
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, checked, checked_number
from fallline._tree import static, tree
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape
from fallline.layers.merging import Arrays, Merge

LOGITS = (None, "softmax", "sigmoid")


def mixture(
    stacked: Float[Array, "members ..."], weights: Float[Array, "members"], logits: str | None
) -> Float[Array, "..."]:
    """The weighted mean over the first axis; of logits that of the probabilities, as logits again.

    values    sum_k w_k z_k
    softmax   log sum_k w_k softmax(z_k)
    sigmoid   log sum_k w_k s(z_k) - log sum_k w_k s(-z_k),  s the sigmoid

    Args:
        stacked: The predictions of each member.
        weights: What each weighs; they sum to 1.
        logits: "softmax" or "sigmoid" where predictions are logits of these, else None.
    """
    share = weights.astype(stacked.dtype).reshape(-1, *(1,) * (stacked.ndim - 1))
    if logits is None:
        return (stacked * share).sum(axis=0)
    mean = jax.nn.logsumexp
    if logits == "softmax":
        return mean(jax.nn.log_softmax(stacked, axis=-1), axis=0, b=share)
    return mean(jax.nn.log_sigmoid(stacked), axis=0, b=share) - mean(
        jax.nn.log_sigmoid(-stacked), axis=0, b=share
    )


def _checked_shares(where: str, given: Any) -> Any:
    array = np.asarray(given) if isinstance(given, list | tuple | np.ndarray) else given
    if isinstance(array, np.ndarray) and (array.dtype.kind not in "iuf" or not array.size):
        raise UsageError(f"{where} must be numbers, one for each input, got {given!r:.60}.")
    checked_number(where, array, NOT_NEGATIVE)
    if isinstance(array, np.ndarray) and array.ndim == 1:
        if not array.sum() > 0:
            raise UsageError(f"{where} must not all be 0.")
        array = array.astype(np.float64)
    return array


@layers.register()
@tree
class WeightedAverage(Merge):
    """The weighted mean of the inputs, element by element: sum_k w_k x_k / sum_k w_k, w the shares.

    Where the inputs are logits, it is the mean of their probabilities, given as logits again.

    Args:
        shares: What each input weighs, at least 0 and not all 0.
        logits: "softmax" or "sigmoid" where the inputs are logits of these; None: they are averaged as they are.

    Raises:
        UsageError: a share is no such number, or `logits` is none of these.
        ShapeError: there are more or fewer inputs than shares, or their rows differ in shape.

    Source: Caruana et al., Ensemble selection from libraries of models (2004); Lakshminarayanan et al., Simple and scalable
    predictive uncertainty estimation using deep ensembles (2017), section 2.4 for the mean of probabilities.
    """

    shares: Any = checked(_checked_shares, MISSING)
    logits: str | None = static(default=None)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.logits not in LOGITS:
            raise UsageError(
                f'WeightedAverage: logits must be "softmax", "sigmoid" or None, got {self.logits!r:.40}.'
            )

    def merged(self, arrays: Arrays) -> Float[Array, "batch ..."]:
        """The weighted mean."""
        weights = jnp.asarray(self.shares, arrays[0].dtype)
        return mixture(jnp.stack(arrays), weights / weights.sum(), self.logits)

    def merged_shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """That of each input."""
        count = np.shape(self.shares)[-1]
        if len(shapes) != count:
            raise ShapeError(f"{self.title}: {count} shares for {len(shapes)} inputs; give one for each.")
        if len(set(shapes)) > 1:
            raise ShapeError(
                f"{self.title}: the inputs have rows of shape {', '.join(map(str, shapes))}; they must be equal."
            )
        return shapes[0]
