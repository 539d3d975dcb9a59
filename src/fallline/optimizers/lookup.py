"""From what a user writes to an optimizer."""

from __future__ import annotations

from typing import Any

from fallline.errors import UsageError
from fallline.optimizers.optax_adapter import GradientTransformation, OptaxOptimizer
from fallline.optimizers.optimizer import Optimizer, optimizers
from fallline.optimizers.tensorflow1.optimizer import OffersOptimizer


def get(identifier: Any) -> Optimizer:
    """The optimizer that is meant.

    Args:
        identifier: A name (`"adam"`), an optimizer, a configuration (Keras's too: `{"class_name": "Adam",
            "config": {"learning_rate": 0.01}}`), an `optax.GradientTransformation`, or what says which optimizer it
            stands for, such as one of `fallline.graph.train`.

    Raises:
        UnknownNameError: no optimizer has this name; the message suggests the nearest.
        UsageError: the thing given is none of these.
        SavedFileError: the configuration does not fit the optimizer it names.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, tuple) and isinstance(identifier, GradientTransformation):
        return OptaxOptimizer(identifier)
    if isinstance(identifier, OffersOptimizer) and not isinstance(identifier, type):
        return identifier.as_optimizer()
    if type(identifier).__name__ == "MultiSteps" and hasattr(identifier, "gradient_transformation"):
        raise UsageError(
            "optimizer: optax.MultiSteps is no transformation itself; give .gradient_transformation() of it, or "
            "gradient_accumulation_steps=... of an optimizer of Fallline."
        )
    return optimizers.get(identifier)


serialize, deserialize = optimizers.serializers(Optimizer, get)  # type: ignore[type-abstract]
