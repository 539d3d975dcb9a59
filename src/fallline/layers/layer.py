"""What a layer is: a frozen description and three pure functions."""

from __future__ import annotations

import abc
from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from fallline._random import Key
from fallline._registry import Registry
from fallline._tree import static, tree
from fallline._types import ModelState, Params, Scalar
from fallline.errors import UsageError

Shape = tuple[int, ...]
"""The shape of one row: without the batch axis."""


@tree
class Layer(abc.ABC):
    """A layer's description. Its arrays live outside it, so one description can serve many networks.

    Attributes:
        name: The layer's name in summaries, histories and files; None: made from the class and a number.
    """

    name: str | None = static(default=None, kw_only=True)

    draws: ClassVar[bool] = False
    """Whether training draws random numbers."""

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, ModelState]:
        """Fresh parameters and state for inputs of a shape; empty for a layer that has none.

        Args:
            key: Randomness for the initial values.
            input_shape: Shape of one row.
        """
        del key, input_shape
        return {}, {}

    @abc.abstractmethod
    def apply(
        self,
        params: Params,
        state: ModelState,
        x: Float[Array, "batch ..."],
        *,
        key: Key | None,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], ModelState]:
        """The layer's outputs and its new state.

        Args:
            params: As `init` made them, or trained since.
            state: As `init` made it, or as the last batch left it.
            x: A batch of inputs.
            key: Randomness for this batch; None where nothing is drawn.
            training: Whether dropout, batch statistics and the like are on.
        """

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output row for inputs of a shape.

        Raises:
            ShapeError: the layer cannot take such inputs.
        """
        return input_shape

    def penalties(self, params: Params) -> list[Scalar]:
        """What the layer's regularizers add to the loss."""
        del params
        return []


layers: Registry[Layer] = Registry("layer", "layers")


def check_name(layer: Layer) -> None:
    """Refuses names that would be ambiguous in a path such as `dense/kernel`."""
    name = layer.name
    if name is not None and (not isinstance(name, str) or not name or "/" in name):
        raise UsageError(
            f'{type(layer).__name__}: a name must be text, not empty and without "/", got {name!r}.'
        )


def at_least_float32(x: Array) -> Array:
    """Floats of 16 bits as float32, others as they are: sums over a batch lose too much in 16 bits."""
    # Not through promote_types, which refuses two types under strict promotion.
    return x.astype(jnp.float32) if x.dtype.itemsize < 4 else x
