"""What an augmentation is: a layer that changes its rows at random in training, and only there."""

from __future__ import annotations

import abc
import math
from collections.abc import Mapping
from typing import Any, Self, TypeAlias

from jaxtyping import Array, Float

from fallline._random import Key
from fallline._tree import tree
from fallline.errors import ShapeError, UsageError
from fallline.layers.base.drawing import Drawing
from fallline.layers.base.layer import at_least_float32
from fallline.layers.base.tensor import Shape

Images: TypeAlias = Float[Array, "batch height width channels"]


@tree
class Augmentation(Drawing):
    """A layer that changes each row of a training batch by its own random draw.

    At inference, Monte-Carlo prediction included, its outputs are its inputs. Several of them listed one after
    the other in a network act in that order.
    """

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The layer that a `get_config` described, Keras's own included where its channels come last.

        Raises:
            UsageError: an argument is unknown or out of its range, or the channels come first.
        """
        layout = config.get("data_format")
        if layout not in (None, "channels_last"):
            raise UsageError(
                f'{cls.__name__}: images are (height, width, channels); data_format "{layout}" is not supported. '
                "Move the channels to the last axis."
            )
        return super().from_config({name: value for name, value in config.items() if name != "data_format"})


@tree
class ImageAugmentation(Augmentation):
    """An augmentation of images: rows (height, width, channels) or (height, width)."""

    @abc.abstractmethod
    def changed_images(self, key: Key, images: Images) -> Float[Array, "batch new_height new_width channels"]:
        """The images, each changed by its own draw; at least float32, always with channels."""

    def changed(self, key: Key, x: Float[Array, "batch ..."]) -> Float[Array, "batch ..."]:
        """The images of a training batch, in the form and type in which they came."""
        images = x if x.ndim == 4 else x[..., None]
        changed = self.changed_images(key, at_least_float32(images)).astype(x.dtype)
        return changed if x.ndim == 4 else changed[..., 0]

    def output_shape(self, input_shape: Shape) -> Shape:
        """Unchanged.

        Raises:
            ShapeError: the rows are no images.
        """
        if len(input_shape) not in (2, 3):
            raise ShapeError(
                f"{self.title}: rows must be images (height, width) or (height, width, channels), got "
                f"{input_shape}. {_remedy(input_shape)}"
            )
        return input_shape


def _remedy(shape: Shape) -> str:
    size = math.prod(shape)
    side = math.isqrt(size)
    if len(shape) != 1:
        return "Bring them into that form by a Reshape layer before it."
    fitting = f"({side}, {side})" if side * side == size else "(height, width)"
    return f"Put Reshape({fitting}) before it."
