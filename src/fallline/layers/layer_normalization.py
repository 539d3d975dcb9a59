"""Layer normalisation."""

from __future__ import annotations

from typing import Any

from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, checked, number
from fallline._tree import static, tree
from fallline._types import Number
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import Axis, Scaled, checked_axis, moments, standardized


@layers.register()
@tree
class LayerNormalization(Scaled, Formula):
    """Normalises each row by the mean and variance of its own features, in training and at inference alike.

    y = gamma * (x - mean) / sqrt(variance + epsilon) + beta

    Mean and variance (the mean squared deviation) are over `axis`, separately for every place on the other axes.
    Shapes: x (batch, ..., features), output the same; gamma and beta have the lengths of the axes of `axis`.

    Args:
        axis: The axis, or axes, that are normalised over; the batch is axis 0.
        epsilon: Added to the variance, at least 0.
        center, scale: Whether beta is added, and whether gamma multiplies.
        beta_initializer, gamma_initializer: Initial beta and gamma.
        beta_regularizer, gamma_regularizer: Penalties on them, or None.
        beta_constraint, gamma_constraint: Where they are brought back to after each step, or None.

    Raises:
        UsageError: the axis is none or the batch, or epsilon is out of its range.

    Source: Ba, Kiros, Hinton, Layer normalization (2016); Keras 3 for names and defaults.

    Differs from Keras: the deviations are taken first and scaled then, which keeps the digits of inputs whose mean
    is far from 0. Axis 0, the batch, is refused: a row's output must not depend on the rows beside it.
    """

    axis: Axis = checked(checked_axis, -1, is_static=True)
    epsilon: Number = number(1e-3, NOT_NEGATIVE)
    center: bool = static(default=True)
    scale: bool = static(default=True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    def formula(
        self, x: Float[Array, "batch ..."], gamma: Array | None = None, beta: Array | None = None
    ) -> Float[Array, "batch ..."]:
        """The normalised rows."""
        wide = at_least_float32(x)
        axes = self.axes(x.shape[1:])
        return standardized(wide, *moments(wide, axes), self.epsilon, axes, gamma, beta).astype(x.dtype)
