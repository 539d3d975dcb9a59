"""From what a user writes to an optimizer."""

from __future__ import annotations

from typing import Any

from fallline.optimizers.optax_adapter import GradientTransformation, OptaxOptimizer
from fallline.optimizers.optimizer import Optimizer, optimizers


def get(identifier: Any) -> Optimizer:
    """The optimizer that is meant.

    Args:
        identifier: A name (`"adam"`), an optimizer, a saved configuration, or an
            `optax.GradientTransformation`.

    Raises:
        UnknownNameError: no optimizer has this name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, tuple) and isinstance(identifier, GradientTransformation):
        return OptaxOptimizer(identifier)
    return optimizers.get(identifier)
