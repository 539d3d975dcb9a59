"""Which metric a name means beside a given loss."""

from __future__ import annotations

from typing import Any

from fallline._tree import replace
from fallline.errors import UnknownNameError
from fallline.losses.base import Loss
from fallline.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from fallline.metrics.base import Metric, metrics


def resolve(
    identifier: Any, loss: Loss, output_shape: tuple[int, ...], target_shape: tuple[int, ...] | None = None
) -> Metric:
    """The metric of a name, an object or a function, as `compile` means it.

    "accuracy" (or "acc") is binary with one output unit, else sparse categorical where the targets are class
    numbers, else categorical. A metric given by its name keeps it in the history: "acc" stays "acc".

    Args:
        identifier: What the user wrote.
        loss: The loss beside it, which says whether targets are class numbers.
        output_shape: The shape of one row of the output, without the batch axis.
        target_shape: The shape of one row of the targets where it is known; it then decides instead of the
            loss, which for a function of the user's own cannot say.

    Raises:
        UnknownNameError: no such name; the message suggests the nearest.
        UsageError: the thing given is none of these.
    """
    if not isinstance(identifier, str):
        return metrics.get(identifier)
    if identifier.casefold() in ("accuracy", "acc"):
        return _accuracy(identifier, loss, output_shape, target_shape)
    if identifier not in metrics.names():
        raise UnknownNameError("metric", identifier, [*metrics.names(), "accuracy", "acc"])
    return replace(metrics.get(identifier), name=identifier)


def _accuracy(
    name: str, loss: Loss, output_shape: tuple[int, ...], target_shape: tuple[int, ...] | None
) -> Metric:
    if output_shape[-1:] == (1,):
        return BinaryAccuracy(name=name)
    if target_shape is None:
        class_numbers = loss.integer_targets
    else:
        class_numbers = len(target_shape) < len(output_shape) or target_shape[-1:] == (1,)
    return SparseCategoricalAccuracy(name=name) if class_numbers else CategoricalAccuracy(name=name)
