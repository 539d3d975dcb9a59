"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array, Float

from fallline import activations
from fallline._tree import assign, replace, tree
from fallline.activations import Activation as ActivationFunction
from fallline.errors import UsageError
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import Layer, layers
from fallline.layers.base.tensor import Shape


@layers.register()
@tree
class Activation(Formula):
    """Applies an activation: `activation(x)`, shape unchanged.

    Args:
        activation: A name, an activation or a function.

    Source: Keras 3 for names and arguments.
    """

    activation: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        assign(self, activation=activation_of(self.activation, "Activation"))

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """`activation(x)`."""
        return self.activation(x)

    def output_shape(self, input_shape: Shape) -> Shape:
        """As the activation leaves it: unchanged by all but those that join features."""
        return self.activation.output_shape(input_shape)

    def detached(self) -> tuple[Layer, ActivationFunction]:
        """The identity, and the activation."""
        return replace(self, activation=activations.Linear()), self.activation


def activation_of(given: Any, where: str) -> ActivationFunction:
    """What a layer's `activation=` means: whatever `activations.get` resolves, or a layer such as `LeakyReLU()`.

    Raises:
        UsageError: it is a layer with weights or randomness of its own, which must stand alone.
    """
    if not isinstance(given, Layer):
        return activations.get(given)
    detached = given.detached()
    params, state = given.init(jax.random.key(0), (1,))
    if detached is None or params or state:
        kind = type(given).__name__
        raise UsageError(
            f"{where}: activation={kind}() has arrays or randomness of its own. Leave the activation out here and "
            f"put {kind}() after as a layer."
        )
    return detached[1]
