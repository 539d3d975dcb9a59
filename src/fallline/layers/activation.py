"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any

from jaxtyping import Array, Float

from fallline import activations
from fallline._random import Key
from fallline._tree import assign, replace, tree
from fallline._types import ModelState, Params
from fallline.layers.layer import Layer, check_name, layers


@layers.register()
@tree
class Activation(Layer):
    """Applies an activation: `activation(x)`, shape unchanged.

    Args:
        activation: A name, an activation or a function.
        name: The layer's name.
    """

    activation: Any

    def __post_init__(self) -> None:
        check_name(self)
        assign(self, activation=activations.get(self.activation))

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """`activation(x)`."""
        del params, key, training
        return self.activation(x), state

    def without_activation(self) -> Activation:
        """The identity, for losses that take the logits."""
        return replace(self, activation=activations.Linear())
