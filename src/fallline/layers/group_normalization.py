"""Group normalisation."""

from __future__ import annotations

from typing import Any

from jaxtyping import Array, Float

from fallline._random import Key
from fallline._ranges import NOT_NEGATIVE, as_whole, check_numbers, whole
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Number, Params
from fallline.errors import ShapeError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import at_least_float32, layers
from fallline.layers.base.normalizing import along, checked_axis, fresh, moments, positive_axes, standardized
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class GroupNormalization(Formula):
    """Normalises each row by the mean and variance of groups of neighbouring features.

    y = gamma * (x - mean of the group) / sqrt(variance of the group + epsilon) + beta

    A group holds features / groups neighbouring features, and all places on the other axes but the batch. One group
    is layer normalisation with means over all axes. Shapes: x (batch, ..., features), output the same; gamma and
    beta (features,).

    Args:
        groups: Number of groups, a divisor of the number of features; -1: as many as features.
        axis: The feature axis; the batch is axis 0.
        epsilon: Added to the variance, at least 0.
        center: Whether beta is added.
        scale: Whether gamma multiplies.
        beta_initializer: Initial beta.
        gamma_initializer: Initial gamma.
        beta_regularizer: Penalty on beta, or None.
        gamma_regularizer: Penalty on gamma, or None.
        beta_constraint: Where beta is brought back to after each step, or None.
        gamma_constraint: The same for gamma.

    Raises:
        UsageError: groups or the axis is no such number, or epsilon is out of its range.

    Source: Wu, He, Group normalization (2018); Keras 3 for names and defaults.

    Differs from Keras: the deviations are taken first and scaled then, which keeps the digits of inputs whose mean is far
    from 0. Axis 0, the batch, is refused.
    """

    groups: int = static(default=32)
    axis: int = static(default=-1)
    epsilon: Number = 1e-3
    center: bool = static(default=True)
    scale: bool = static(default=True)
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        groups = -1 if as_whole(self.groups) == -1 else whole("GroupNormalization: groups", self.groups, 1)
        assign(self, groups=groups, axis=checked_axis("GroupNormalization", self.axis, several=False))
        check_numbers(self, epsilon=NOT_NEGATIVE)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Gamma and beta, one of each a feature."""
        names = [name for name, used in (("gamma", self.scale), ("beta", self.center)) if used]
        axis, groups = self._axis_and_groups(input_shape)
        del groups
        return fresh(self, names, key, (input_shape[axis - 1],)), {}

    def formula(
        self, x: Float[Array, "batch ..."], gamma: Array | None = None, beta: Array | None = None
    ) -> Float[Array, "batch ..."]:
        """The normalised rows."""
        wide = at_least_float32(x)
        axis, groups = self._axis_and_groups(x.shape[1:])

        def grouped(array: Array) -> Array:
            size = array.shape[axis] // groups
            return array.reshape(*array.shape[:axis], groups, size, *array.shape[axis + 1 :])

        parts = grouped(wide)
        over = tuple(one for one in range(1, parts.ndim) if one != axis)
        gamma = None if gamma is None else grouped(along(gamma, (axis,), wide))
        beta = None if beta is None else grouped(along(beta, (axis,), wide))
        outputs = standardized(parts, *moments(parts, over), self.epsilon, gamma, beta)
        return outputs.reshape(x.shape).astype(x.dtype)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the inputs have no such axis, or its length is no multiple of the groups.
        """
        self._axis_and_groups(input_shape)
        return input_shape

    def _axis_and_groups(self, row: Shape) -> tuple[int, int]:
        (axis,) = positive_axes(self.title, self.axis, row)
        features = row[axis - 1]
        groups = features if self.groups == -1 else self.groups
        if features % groups:
            raise ShapeError(
                f"{self.title}: {features} features do not divide into {groups} groups of one size. "
                "Give a number of groups that divides the features."
            )
        return axis, groups
