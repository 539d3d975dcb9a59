"""What leaves its inputs as they are."""

from __future__ import annotations

from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import tree
from fallline._types import ModelState, Params
from fallline.layers.base.layer import Layer, layers


@layers.register()
@tree
class Identity(Layer):
    """Leaves its inputs as they are: y = x. A place for a layer that may or may not be there.

    Source: Keras 3 for the name.
    """

    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The inputs."""
        del params, key, training
        return x, state
