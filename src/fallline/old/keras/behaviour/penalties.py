"""Penalties on activities, as Keras's own package counted them up to 2.3."""

from __future__ import annotations

from typing import Any

from jaxtyping import Array

from fallline import regularizers
from fallline._tree import tree
from fallline._types import Scalar
from fallline.old.notices import say_once
from fallline.regularizers import Regularizer


@tree
class OfTheBatch(Regularizer):
    """A penalty on all rows of a batch together, where a network counts one row's.

    Attributes:
        penalty: The penalty.

    Source: Keras 2.2.4, keras/engine/base_layer.py: `add_loss([self.activity_regularizer(x)])`.
    """

    penalty: Regularizer

    def __call__(self, x: Array) -> Scalar:
        """The penalty, times the rows by which the network divides it."""
        return self.penalty(x) * x.shape[0]


def of_the_batch(penalty: Any) -> Any:
    """A penalty on activities in a program of Keras's own package up to 2.3."""
    found = regularizers.get(penalty)
    if found is None or isinstance(found, OfTheBatch):
        return found
    say_once("activity_regularizer counted all rows of a batch up to Keras 2.3: so it does here.")
    return OfTheBatch(penalty=found)
