"""A layer of linear threshold units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import assign, static, tree
from fallline._types import ModelState, Params
from fallline.activations import Activation, Heaviside
from fallline.initializers import Constant
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape
from fallline.layers.dense import Dense


@layers.register()
@tree
class ThresholdUnit(Formula):
    """A layer of linear threshold units, which fire where their weighted sum of inputs reaches 0.

    y = 1 for x @ kernel + bias >= 0, else 0

    A single unit parts its inputs by a hyperplane; two layers of units compute any function of yes and no, with
    weights that are known beforehand:

        hidden = ThresholdUnit(2, kernel_initializer=[[1, 1], [1, 1]], bias_initializer=[-1.5, -0.5])
        output = ThresholdUnit(1, kernel_initializer=[[-1], [1]], bias_initializer=[-0.5])  # XOR

    The derivative is 0 everywhere, so that gradients pass none of its layers. As the last layer, with the loss
    "perceptron", it learns by the perceptron rule, from zero weights on, as `fallline.models.Perceptron` has it.

    Shapes: x (batch, ..., features), kernel (features, units), bias (units,), output (batch, ..., units).

    Args:
        units: How many units.
        use_bias: Whether a bias is added; it is the negative of the threshold.
        kernel_initializer: Initial kernel: an initializer, or the values themselves as an array or lists.
        bias_initializer: Initial bias, likewise.

    The other arguments (name, trainable, input_shape, activity_regularizer) are those of every layer.

    Raises:
        UsageError: units is not a positive whole number, or a name is unknown.
        ShapeError: (when built) the values given do not fit the inputs.

    Source: McCulloch and Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943);
    Rosenblatt, "The perceptron" (1958).
    """

    units: int = static(default=1)
    use_bias: bool = static(default=True)
    kernel_initializer: Any = "zeros"
    bias_initializer: Any = "zeros"

    def __post_init__(self) -> None:
        assign(
            self,
            kernel_initializer=_initializer(self.kernel_initializer),
            bias_initializer=_initializer(self.bias_initializer),
        )
        super().__post_init__()
        assign(self, units=self._weighted_sum().units)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """A kernel (features, units) and a bias (units,)."""
        return self._weighted_sum().init(key, input_shape)

    def formula(
        self, x: Float[Array, "batch ... features"], kernel: Array, bias: Array | None = None
    ) -> Float[Array, "batch ... units"]:
        """1 for `x @ kernel + bias >= 0`, else 0."""
        return Heaviside()(self._weighted_sum().formula(x, kernel, bias))

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with `units` as the last axis."""
        return self._weighted_sum().output_shape(input_shape)

    def detached(self) -> tuple[Layer, Activation]:
        """The weighted sums as a layer of their own, and the step."""
        return self._weighted_sum(), Heaviside()

    def _weighted_sum(self) -> Dense:
        return Dense(
            self.units,
            use_bias=self.use_bias,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            name=self.name,
            trainable=self.trainable,
        )


def _initializer(given: Any) -> Any:
    """Values as the initializer that gives them; all else as it is."""
    nested = isinstance(given, Sequence) and not isinstance(given, str)
    return Constant(given) if nested or isinstance(given, np.ndarray) else given
