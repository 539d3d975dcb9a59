"""Which metric a name means beside a given loss."""

from __future__ import annotations

from typing import Any

from fallline._tree import replace
from fallline.errors import UnknownNameError
from fallline.losses.base import Loss
from fallline.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from fallline.metrics.base import Metric
from fallline.metrics.table import metrics

BY_LOSS = ("accuracy", "acc", "top_k_accuracy", "top_k")
"""Names whose meaning depends on the loss."""


def resolve(
    identifier: Any, loss: Loss, output_shape: tuple[int, ...], target_shape: tuple[int, ...] | None = None
) -> Metric:
    """The metric of a name, an object or a function, as `compile` means it.

    "accuracy" (or "acc") is binary with one output unit, else sparse categorical where the targets are class
    numbers, else categorical; "top_k_accuracy" (or "top_k") likewise. A metric given by its name keeps it in the
    history: "acc" stays "acc".

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
    name = identifier.casefold()
    if name in ("accuracy", "acc") and output_shape[-1:] == (1,):
        return BinaryAccuracy(name=identifier)
    if name in BY_LOSS:
        sparse = _class_numbers(loss, output_shape, target_shape)
        if name.startswith("top"):
            return (SparseTopKCategoricalAccuracy if sparse else TopKCategoricalAccuracy)(name=identifier)
        return (SparseCategoricalAccuracy if sparse else CategoricalAccuracy)(name=identifier)
    try:
        return replace(metrics.get(identifier), name=identifier)
    except UnknownNameError:
        raise UnknownNameError("metric", identifier, [*metrics.names(), *BY_LOSS]) from None


def _class_numbers(loss: Loss, output_shape: tuple[int, ...], target_shape: tuple[int, ...] | None) -> bool:
    if target_shape is None:
        return loss.integer_targets
    return len(target_shape) < len(output_shape) or target_shape[-1:] == (1,)
