"""The fully connected layer."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._tree import assign, replace, static, tree
from fallline._types import ModelState, Params
from fallline.activations import Activation as ActivationFunction, Linear
from fallline.errors import ShapeError, UsageError
from fallline.initializers import Initializer
from fallline.layers.activation import activation_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class Dense(Formula):
    """The fully connected layer: `activation(x @ kernel + bias)`.

    Shapes: x (batch, ..., features), kernel (features, units), bias (units,), output (batch, ..., units).

    Args:
        units: Width of the output.
        activation: A name, an activation or a function; None is linear.
        use_bias: Whether a bias is added.
        kernel_initializer: Initial kernel; Glorot's uniform rule by default.
        bias_initializer: Initial bias; zeros by default.
        kernel_regularizer, bias_regularizer: Penalties on them, or None.
        kernel_constraint, bias_constraint: Where they are brought back to after each step, or None.
        input_dim: Number of inputs, for the first layer of a `Sequential` in older Keras programs.

    The other arguments (name, trainable, input_shape, activity_regularizer) are those of every layer.

    Raises:
        UsageError: units is not a positive whole number, or a name is unknown.

    Source: Rumelhart, Hinton, Williams (1986); Keras 3 for names and defaults.
    """

    units: int = static()
    activation: Any = None
    use_bias: bool = static(default=True)
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    input_dim: int | None = static(default=None, kw_only=True)

    renamed = {  # noqa: RUF012 - Keras 1
        "output_dim": "units",
        "init": "kernel_initializer",
        "W_regularizer": "kernel_regularizer",
        "b_regularizer": "bias_regularizer",
        "W_constraint": "kernel_constraint",
        "b_constraint": "bias_constraint",
        "bias": "use_bias",
    }

    def __post_init__(self) -> None:
        if self.input_dim is not None:
            assign(self, input_shape=(self.input_dim,), input_dim=None)
        super().__post_init__()
        if isinstance(self.units, bool) or not isinstance(self.units, int | np.integer) or self.units < 1:
            raise UsageError(f"Dense: units must be a positive whole number, got {self.units!r}.")
        assign(
            self,
            units=int(self.units),
            activation=activation_of(self.activation, "Dense"),
        )

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """A kernel (features, units) and a bias (units,)."""
        kernel: Initializer = self.kernel_initializer
        params = {
            "kernel": kernel.sample(named_key(key, "kernel"), (input_shape[-1], self.units), jnp.float32)
        }
        if self.use_bias:
            bias: Initializer = self.bias_initializer
            params["bias"] = bias.sample(named_key(key, "bias"), (self.units,), jnp.float32)
        return params, {}

    def formula(
        self, x: Float[Array, "batch ... features"], kernel: Array, bias: Array | None = None
    ) -> Float[Array, "batch ... units"]:
        """`activation(x @ kernel + bias)`."""
        outputs = x @ kernel
        if bias is not None:
            outputs = outputs + bias
        activation: ActivationFunction = self.activation
        return activation(outputs)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape with `units` as the last axis."""
        if not input_shape:
            raise ShapeError(
                f'layer "{self.name or "dense"}" (Dense) needs rows of at least one axis, got scalars. '
                "Reshape the inputs to (rows, 1)."
            )
        return self.activation.output_shape((*input_shape[:-1], self.units))

    def detached(self) -> tuple[Layer, ActivationFunction]:
        """The same layer with linear outputs, and its activation."""
        return replace(self, activation=Linear()), self.activation
