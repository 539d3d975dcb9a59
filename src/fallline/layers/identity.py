"""What leaves its inputs as they are."""

from __future__ import annotations

from jaxtyping import Array, Float

from fallline._tree import tree
from fallline.layers.base.formula import Formula
from fallline.layers.base.layer import layers


@layers.register()
@tree
class Identity(Formula):
    """Leaves its inputs as they are: y = x. A place for a layer that may or may not be there.

    Source: Keras 3 for the name.
    """

    def formula(self, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The inputs."""
        return x
