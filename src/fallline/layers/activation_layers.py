"""Activations without arrays of their own, under their own names as layers."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from jaxtyping import Array, Float

from fallline import activations
from fallline._ranges import FINITE, NOT_NEGATIVE, axes, checked, number
from fallline._tree import tree
from fallline._types import Number
from fallline.activations import Activation as ActivationFunction
from fallline.errors import ShapeError
from fallline.layers.activation import Activation
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape


@tree
class ActivationLayer(Formula):
    """A layer that only applies an activation, whose numbers are its own. Subclasses say which."""

    applies: ClassVar[Any]

    def function(self) -> ActivationFunction:
        """The activation, with the layer's numbers."""
        numbers = {field.name: getattr(self, field.name) for field in dataclasses.fields(self.applies)}
        function: ActivationFunction = self.applies(**numbers)
        return function

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The activation of the inputs."""
        return self.function()(x)

    def detached(self) -> tuple[Layer, ActivationFunction]:
        """The identity, and the activation."""
        identity = Activation(
            "linear",
            name=self.name,
            trainable=self.trainable,
            input_shape=self.input_shape,
            activity_regularizer=self.activity_regularizer,
        )
        return identity, self.function()


@layers.register()
@tree
class ReLU(ActivationLayer):
    """The rectified linear unit as a layer.

    y = max_value                         for x >= max_value
        x                                 for threshold < x < max_value
        negative_slope * (x - threshold)  otherwise

    The derivative at the threshold is 0, at max_value 1/2; with a slope and neither of the others it is 1 at 0.
    A slope or threshold of 0 is kept as None: no operation.

    Args:
        max_value: Upper limit of the output, at least 0; None for none.
        negative_slope: Slope below the threshold, at least 0.
        threshold: Where the unit switches on, at least 0.

    Raises:
        UsageError: an argument is below 0.

    Source: Nair and Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010); Keras 3 for
    names and defaults.

    Differs from Keras: with max_value=6 the derivative at 6 is 1/2, as at any other max_value; there it is 0.
        Here 6 is a number like any other and may change without recompiling.
    """

    max_value: Number | None = number(None, NOT_NEGATIVE)
    negative_slope: Number | None = number(0.0, NOT_NEGATIVE, zero_is_none=True)
    threshold: Number | None = number(0.0, NOT_NEGATIVE, zero_is_none=True)

    applies = activations.ReLU

    def get_config(self) -> dict[str, Any]:
        """The arguments; an absent slope or threshold is written as the 0 that Keras expects."""
        absent = {name: 0.0 for name in ("negative_slope", "threshold") if getattr(self, name) is None}
        return super().get_config() | absent


@layers.register()
@tree
class LeakyReLU(ActivationLayer):
    """A rectifier that leaks below 0, as a layer; its default slope is 0.3, the activation's 0.2, as in Keras.

    y = x for x >= 0, else negative_slope * x

    The derivative at 0 is 1.

    Args:
        negative_slope: Slope below 0, at least 0.

    Raises:
        UsageError: the slope is below 0.

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013);
    Keras 3 for names and defaults.
    """

    negative_slope: Number = number(0.3, NOT_NEGATIVE)

    applies = activations.LeakyReLU
    renamed = {"alpha": "negative_slope"}  # noqa: RUF012 - Keras 2


@layers.register()
@tree
class ELU(ActivationLayer):
    """The exponential linear unit as a layer.

    y = x for x > 0, else alpha * (exp(x) - 1)

    The derivative at 0 is alpha.

    Args:
        alpha: Minus the limit of the output far below 0.

    Raises:
        UsageError: alpha is no finite number.

    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
    linear units" (2016), eq. 15; Keras 3 for names and defaults.
    """

    alpha: Number = number(1.0, FINITE)

    applies = activations.ELU


@layers.register()
@tree
class Softmax(ActivationLayer):
    """Normalised exponentials along an axis, as a layer: positive, summing to 1.

    y_i = exp(x_i) / sum_j exp(x_j)

    Args:
        axis: The axis, or a tuple of axes, that sums to 1; the batch's is counted, as 0.

    Raises:
        UsageError: the axis is no whole number.
        ShapeError: the inputs have no such axis, or it is the batch's.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990); Keras 3
    for names and defaults.

    Differs from Keras: it takes no mask, which serves sequences, and refuses the batch's axis, along which a
        prediction would depend on the other rows.
    """

    axis: int | tuple[int, ...] = checked(axes, -1, is_static=True)

    applies = activations.Softmax

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the inputs have no such axis, or it is the batch's.
        """
        rank = len(input_shape) + 1
        for axis in self.axis if isinstance(self.axis, tuple) else (self.axis,):
            if not -rank < axis < rank or axis == 0:
                raise ShapeError(
                    f'layer "{self.name or "softmax"}" (Softmax): inputs {(None, *input_shape)} have no axis '
                    f"{axis} to work along. Axis 0 is the batch; -1 is the last."
                )
        return input_shape
