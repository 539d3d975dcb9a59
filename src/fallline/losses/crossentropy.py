"""What the cross-entropies share: a form on logits, and smoothed targets."""

from __future__ import annotations

from typing import ClassVar, Self

from jaxtyping import Array

from fallline._tree import replace
from fallline._types import Number, as_dtype_of, none_if_zero
from fallline.losses.base import FusedActivation, Loss


class Crossentropy(Loss):
    """A cross-entropy, which takes probabilities or the logits that give them.

    Attributes:
        activation: The output activation that turns logits into probabilities.
        from_logits: Whether the predictions are logits rather than probabilities.
        axis: The axis of the classes.
    """

    activation: ClassVar[FusedActivation] = "softmax"
    from_logits: bool
    axis: int = -1

    @property
    def fused_activation(self) -> FusedActivation:
        """`activation`; None where the loss expects logits already, or its classes are not the last axis."""
        along_classes = self.activation == "sigmoid" or self.axis == -1
        return self.activation if along_classes and not self.from_logits else None

    def on_logits(self) -> Self:
        """The same loss with `from_logits=True`."""
        return replace(self, from_logits=True)


def smoothed(y_true: Array, label_smoothing: Number | None, classes: int) -> Array:
    """Targets y as y (1 - s) + s / classes; unchanged where the smoothing s is a plain 0 or None.

    Source: Szegedy et al., "Rethinking the Inception architecture for computer vision" (2016), sec. 7.
    """
    smoothing = none_if_zero(label_smoothing)
    if smoothing is None:
        return y_true
    share = as_dtype_of(smoothing, y_true)
    return y_true * (1 - share) + share / classes
