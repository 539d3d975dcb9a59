"""On which scale predictions of several networks are averaged."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fallline.activations import Sigmoid, Softmax
from fallline.losses.crossentropy import Crossentropy
from fallline.models import sense
from fallline.models.trainable import Trainable

Kind = Literal["values", "softmax", "sigmoid"]


class Scale(NamedTuple):
    """What the numbers of an output are.

    Attributes:
        kind: "softmax": probabilities of classes, which sum to 1; "sigmoid": each a probability; "values": measurements.
        logits: Whether the output gives logits of these probabilities.
    """

    kind: Kind = "values"
    logits: bool = False

    @property
    def of_logits(self) -> Kind | None:
        """The kind where the output gives logits, else None."""
        return self.kind if self.logits else None

    def probabilities(self, outputs: Any) -> NDArray[np.float64]:
        """Outputs as they are averaged: of logits their probabilities, all else as it is."""
        from scipy import special

        array = np.asarray(outputs, np.float64)
        if not self.logits:
            return array
        softmax: NDArray[np.float64] = (
            special.softmax(array, axis=-1) if self.kind == "softmax" else special.expit(array)
        )
        return softmax

    def outputs(self, averaged: NDArray[np.float64], dtype: Any) -> NDArray[Any]:
        """The reverse: averages as the outputs of a network; log p serves for logits of p."""
        if not self.logits:
            return averaged.astype(dtype)
        least = float(np.finfo(np.float32).tiny)
        p = np.maximum(averaged, least)
        found = np.log(p) if self.kind == "softmax" else np.log(p) - np.log(np.maximum(1 - averaged, least))
        return np.asarray(found, dtype)


def scales_of(model: Trainable) -> tuple[Scale, ...]:
    """What each output of a model gives, by its last activation and its loss."""
    losses: tuple[Any, ...] = (None,) * len(model.network.outputs)
    if model._compiled is not None:
        losses = model._compiled.losses(model.network)
    return tuple(_scale(model, index, loss) for index, loss in enumerate(losses))


def _scale(model: Trainable, index: int, loss: Any) -> Scale:
    ending = sense.ending(model.network, index)
    if isinstance(loss, Crossentropy):
        return Scale(
            "sigmoid" if loss.activation == "sigmoid" else "softmax", sense.takes_logits(loss, ending)
        )
    if loss is None and isinstance(ending, Softmax | Sigmoid):
        return Scale("softmax" if isinstance(ending, Softmax) else "sigmoid")
    return Scale()
