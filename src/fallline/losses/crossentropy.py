"""What the cross-entropies share: a form on logits, and smoothed targets."""

from __future__ import annotations

from typing import Self

from jaxtyping import Array

from fallline._tree import replace
from fallline._types import Number, as_dtype_of, none_if_zero
from fallline.losses.base import Loss


class Crossentropy(Loss):
    """A cross-entropy, which takes probabilities or the logits that give them.

    Attributes:
        from_logits: Whether the predictions are logits rather than probabilities.
    """

    from_logits: bool

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
