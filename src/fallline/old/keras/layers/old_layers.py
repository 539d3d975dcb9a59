"""Layers that left with Keras 2 or 3."""

from __future__ import annotations

from typing import Any

from fallline import activations, initializers, ops
from fallline.old.keras.behaviour.layers import Layer, layer


class MaxoutDense(Layer):  # type: ignore[misc]
    """The largest of several linear functions: max over k of (x W_k + b_k).

    Args:
        output_dim: Width of the output.
        nb_feature: How many functions.
        init: Initial W.
        input_dim: Number of inputs, for the first layer of a `Sequential`.
        input_shape: Shape of a row, likewise.
        name: The layer's name.
        **kwargs: Other arguments of Keras 1.

    Source: Keras 1; Goodfellow et al., "Maxout networks" (2013).
    """

    def __init__(
        self,
        output_dim: int,
        nb_feature: int = 4,
        init: Any = "glorot_uniform",
        input_dim: int | None = None,
        input_shape: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del kwargs
        super().__init__(name=name, input_shape=input_shape if input_dim is None else (input_dim,))
        self.output_dim, self.nb_feature, self.init_of_w = output_dim, nb_feature, init

    def build(self, input_shape: Any) -> None:
        """W (functions, features, units) and b (functions, units)."""
        features = input_shape[-1]
        self.w = self.add_weight(
            shape=(self.nb_feature, features, self.output_dim), initializer=self.init_of_w
        )
        self.b = self.add_weight(shape=(self.nb_feature, self.output_dim), initializer="zeros")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The largest."""
        return ops.max(ops.einsum("bi,kio->bko", inputs, self.w) + self.b, axis=1)


class Highway(Layer):  # type: ignore[misc]
    """A share t of act(x W + b) and the rest of x: t = sigmoid(x W_t + b_t).

    Args:
        init: Initial W and W_t.
        transform_bias: Initial b_t.
        activation: The activation.
        input_dim: Number of inputs, for the first layer of a `Sequential`.
        input_shape: Shape of a row, likewise.
        name: The layer's name.
        **kwargs: Other arguments of Keras 1.

    Source: Keras 1; Srivastava, Greff and Schmidhuber, "Highway networks" (2015).
    """

    def __init__(
        self,
        init: Any = "glorot_uniform",
        transform_bias: float = -2,
        activation: Any = "linear",
        input_dim: int | None = None,
        input_shape: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del kwargs
        super().__init__(name=name, input_shape=input_shape if input_dim is None else (input_dim,))
        self.init_of_w, self.transform_bias = init, transform_bias
        self.activation = activations.get(activation)

    def build(self, input_shape: Any) -> None:
        """W, W_t (features, features), b and b_t."""
        width = input_shape[-1]
        self.w = self.add_weight(shape=(width, width), initializer=self.init_of_w)
        self.w_t = self.add_weight(shape=(width, width), initializer=self.init_of_w)
        self.b = self.add_weight(shape=(width,), initializer="zeros")
        self.b_t = self.add_weight(shape=(width,), initializer=initializers.Constant(self.transform_bias))

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """The mixture."""
        share = ops.sigmoid(ops.matmul(inputs, self.w_t) + self.b_t)
        return share * self.activation(ops.matmul(inputs, self.w) + self.b) + (1 - share) * inputs


def ThresholdedReLU(theta: float = 1.0, **kwargs: Any) -> Any:
    """X above theta, else 0.

    Source: Keras 2.
    """
    return layer("Activation")(activations.Threshold(theta, 0.0), **kwargs)
