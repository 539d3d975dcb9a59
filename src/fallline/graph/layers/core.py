"""Dense layers, dropout, and layers that only reshape."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from fallline.graph.core import shapes
from fallline.graph.core.building import convert, node
from fallline.graph.core.failures import GraphError, GraphTypeError
from fallline.graph.core.nodes import Formula, Tensor
from fallline.graph.core.shapes import Sizes
from fallline.graph.core.variables import Variable
from fallline.graph.layers.arguments import (
    activation_of,
    last_size,
    one_tensor,
    sizes_after,
    truth,
)
from fallline.graph.layers.base import Layer
from fallline.graph.ops import nn
from fallline.graph.ops.arrays import cast, identity, ones
from fallline.graph.ops.control import cond
from fallline.graph.ops.dropout import noise_shape_of, require_rate
from fallline.graph.ops.products import matmul
from fallline.graph.ops.random import random_uniform

_TENSORDOT = Formula(jnp.matmul)


class Dense(Layer):
    """`activation(x W + b)`, of the last axis.

    Attributes:
        units: The size of the last axis of the outputs.
        kernel: The variable W (features, units); the bias is b (units,), None without one.
    """

    def __init__(
        self,
        units: Any,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **keywords: Any,
    ) -> None:
        """Makes a layer; the arguments are those of `tf.layers.dense`."""
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **keywords)
        self.units = int(getattr(units, "value", units))
        if self.units <= 0:
            raise GraphError(
                f"Received an invalid value for `units`, expected a positive integer. Received: units={units}"
            )
        self.activation, self.use_bias = activation_of(activation), use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.kernel: Variable | None = None
        self.bias: Variable | None = None

    def build(self, input_shape: Any) -> None:
        """Makes kernel and bias for inputs of a shape.

        Raises:
            GraphShapeError: the size of the last axis is not known.
            GraphTypeError: the inputs are no floats.
        """
        if self._dtype is not None and not self._dtype.is_floating:
            raise GraphTypeError(
                f"A Dense layer can only be built with a floating-point dtype. Received: dtype={self._dtype} (layer "
                f'"{self.name}"; tf.cast(x, tf.float32) makes floats).'
            )
        features = last_size(self, shapes.sizes_of(input_shape), 2)
        self.kernel = self.add_weight(
            "kernel", [features, self.units], None, self.kernel_initializer, self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", [self.units], None, self.bias_initializer, self.bias_regularizer,
                constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The outputs (..., units) for inputs (..., features)."""
        if inputs.sizes is None or len(inputs.sizes) == 2:
            outputs = matmul(inputs, self.kernel)
        else:
            assert self.kernel is not None
            last_size(self, inputs.sizes, 2)
            sizes = sizes_after(inputs.sizes, self.units)
            outputs = node("Tensordot", [inputs, self.kernel.value()], _TENSORDOT, sizes)
        if self.bias is not None:
            outputs = nn.bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def _taken(self, inputs: Any) -> Tensor:
        return one_tensor(self, inputs)


def _kept(x: Any, drawn: Any, training: Any, rate: Any) -> Any:
    share = jnp.where(jnp.reshape(training, ()), 1 - rate, jnp.ones_like(rate))
    return jnp.where(drawn >= rate, x / share, jnp.zeros_like(x))


_KEPT = Formula(_kept, differentiable=(0,))


class Dropout(Layer):
    """Sets each number to 0 with probability `rate` and divides the others by `1 - rate`, in training."""

    def __init__(
        self,
        rate: Any = 0.5,
        noise_shape: Any = None,
        seed: int | None = None,
        name: Any = None,
        **keywords: Any,
    ) -> None:
        """Makes a layer; the arguments are those of `tf.layers.dropout`."""
        super().__init__(name=name, **keywords)
        if isinstance(rate, int | float) and not 0 <= rate <= 1:
            raise GraphError(f"Invalid value {rate} received for `rate`, expected a value between 0 and 1.")
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Any, training: Any = False) -> Tensor:
        """The inputs, in training with some of them 0."""
        training = truth(training, f'"{self.name}": training')
        if isinstance(training, Tensor):
            return self._switched(inputs, training)
        if not training:
            return identity(inputs)
        return nn.dropout(inputs, rate=self.rate, noise_shape=self.noise_shape, seed=self.seed)

    def _switched(self, x: Tensor, training: Tensor) -> Tensor:
        """Dropout where `training` is true; elsewhere nothing is drawn, and no generator moves on."""
        require_rate(self.rate)
        noise, kind = noise_shape_of(x, self.noise_shape), x.dtype.base_dtype
        # Only the draw stands in a branch: a derivative through the branch would draw twice.
        drawn = cond(
            training, lambda: random_uniform(noise, dtype=kind, seed=self.seed), lambda: ones(noise, kind), name="drawn"
        )  # fmt: skip
        rate = cast(convert(self.rate), kind)
        return node("Merge", [x, drawn, training, rate], _KEPT, x.sizes, name="cond/Merge")

    def _taken(self, inputs: Any) -> Tensor:
        return one_tensor(self, inputs)


def _flat(x: Any) -> Any:
    return jnp.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


_FLAT = Formula(_flat)


class Flatten(Layer):
    """All axes but the first as one."""

    def __init__(self, name: Any = None, **keywords: Any) -> None:
        """Makes a layer."""
        super().__init__(name=name, **keywords)

    def call(self, inputs: Any) -> Tensor:
        """The inputs as (rows, numbers of a row)."""
        return node("Reshape", [inputs], _FLAT, lambda: _flat_sizes(inputs.sizes))

    def _taken(self, inputs: Any) -> Tensor:
        return one_tensor(self, inputs)


def _flat_sizes(sizes: Sizes) -> Sizes:
    if sizes is None:
        return None, None
    if len(sizes) < 1:
        raise GraphError("Flatten: expected at least one axis, the rows; got a scalar.")
    return sizes[0], 1 if len(sizes) == 1 else shapes.count(sizes[1:])
