"""An activation that learns how far it departs from the straight line."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key, named_key
from fallline._tree import assign, tree
from fallline._types import ModelState, Params
from fallline.activations import Activation as ActivationFunction
from fallline.errors import ShapeError
from fallline.initializers import Initializer
from fallline.layers.activation import activation_of
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers
from fallline.layers.base.tensor import Shape
from fallline.layers.scale import with_features


@layers.register()
@tree
class ParametricActivation(Formula):
    """An activation of which each unit learns how much it applies: not at all (the identity), as it is, or more.

    y = x + alpha * (f(x) - x)

    With f the rectifier this is the `PReLU` of slope 1 - alpha.

    Shapes: x (batch, ..., units), alpha (units,), output as x.

    Args:
        activation: f: a name, an activation or a function that leaves the shape as it is.
        alpha_initializer: Initial shares; ones by default, the activation as it is.
        alpha_regularizer: Penalty on the shares, or None.
        alpha_constraint: Where the shares are brought back to after each step, or None.

    Raises:
        UsageError: a name is unknown, or the activation is a layer with arrays of its own.
        ShapeError: the activation changes the shape, or the inputs are single numbers without an axis of units.

    Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular
    data" (2024), parametric activation functions.
    """

    activation: Any
    alpha_initializer: Any = "ones"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        assign(self, activation=activation_of(self.activation, "ParametricActivation"))

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """The shares: an array (units,)."""
        initializer: Initializer = self.alpha_initializer
        return {"alpha": initializer.sample(named_key(key, "alpha"), input_shape[-1:], jnp.float32)}, {}

    def formula(self, x: Float[Array, "batch ... units"], alpha: Array) -> Float[Array, "batch ... units"]:
        """`x + alpha * (f(x) - x)`."""
        activation: ActivationFunction = self.activation
        return x + alpha.astype(x.dtype) * (activation(x) - x)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the activation changes the shape, or the inputs are single numbers.
        """
        with_features(self, input_shape)
        after = self.activation.output_shape(input_shape)
        if after != input_shape:
            raise ShapeError(
                f'{self.title}: the activation "{self.activation.__name__}" makes rows {after} of rows {input_shape}; it '
                "must leave them as they are, to be mixed with them. Put it behind as an Activation layer."
            )
        return input_shape
