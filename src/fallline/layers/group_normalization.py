"""Group normalisation."""

from __future__ import annotations

from typing import Any

from jaxtyping import Array, Float

from fallline._ranges import NOT_NEGATIVE, as_whole, checked, number, whole
from fallline._tree import static, tree
from fallline._types import Number
from fallline.errors import ShapeError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import Scaled, moments, one_axis, standardized
from fallline.layers.base.tensor import Shape


def _checked_groups(where: str, given: Any) -> int:
    return -1 if as_whole(given) == -1 else whole(where, given, 1)


@layers.register()
@tree
class GroupNormalization(Scaled, Formula):
    """Normalises each row by the mean and variance of groups of neighbouring features.

    y = gamma * (x - mean of the group) / sqrt(variance of the group + epsilon) + beta

    A group holds features / groups neighbouring features, and all places on the other axes but the batch. One group
    is layer normalisation with means over all axes. Shapes: x (batch, ..., features), output the same; gamma and
    beta (features,).

    Args:
        groups: Number of groups, a divisor of the number of features; -1: as many as features.
        axis: The feature axis; the batch is axis 0.
        epsilon: Added to the variance, at least 0.
        center, scale: Whether beta is added, and whether gamma multiplies.
        beta_initializer, gamma_initializer: Initial beta and gamma.
        beta_regularizer, gamma_regularizer: Penalties on them, or None.
        beta_constraint, gamma_constraint: Where they are brought back to after each step, or None.

    Raises:
        UsageError: groups or the axis is no such number, or epsilon is out of its range.

    Source: Wu, He, Group normalization (2018); Keras 3 for names and defaults.

    Differs from Keras: the deviations are taken first and scaled then, which keeps the digits of inputs whose mean is far
    from 0. Axis 0, the batch, is refused.
    """

    groups: int = checked(_checked_groups, 32, is_static=True)
    axis: int = checked(one_axis, -1, is_static=True)
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
        (axis,) = self.axes(x.shape[1:])
        groups = self._groups(x.shape[axis])
        parts = wide.reshape(*x.shape[:axis], groups, x.shape[axis] // groups, *x.shape[axis + 1 :])
        over = tuple(one for one in range(1, parts.ndim) if one != axis)
        outputs = standardized(parts, *moments(parts, over), self.epsilon, (axis, axis + 1), gamma, beta)
        return outputs.reshape(x.shape).astype(x.dtype)

    def axes(self, row: Shape) -> tuple[int, ...]:
        """The axis from the front.

        Raises:
            ShapeError: the rows have no such axis, or its length is no multiple of the groups.
        """
        (axis,) = super().axes(row)
        features = row[axis - 1]
        if features % (groups := self._groups(features)):
            raise ShapeError(
                f"{self.title}: {features} features do not divide into {groups} groups of one size. "
                "Give a number of groups that divides the features."
            )
        return (axis,)

    def _groups(self, features: int) -> int:
        return features if self.groups == -1 else self.groups
