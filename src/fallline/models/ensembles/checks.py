"""What the members of an ensemble, or of a soup, must have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from fallline._ranges import NOT_NEGATIVE, checked_number
from fallline.errors import NotReadyError, ShapeError, UsageError
from fallline.layers import Tensor
from fallline.models.ensembles.scales import Scale, scales_of
from fallline.models.model import Model
from fallline.models.weights import named_arrays


def checked_members(title: str, members: Any) -> list[Model]:
    """Models that are trained and alike in what they take and give.

    Raises:
        UsageError: there is none, or something is no model, or the arrays of one are not finite.
        ShapeError: inputs or outputs differ.
        NotReadyError: one does not know its input shape yet.
    """
    given = (
        list(members) if isinstance(members, Iterable) and not isinstance(members, str | dict) else [members]
    )
    if not given:
        raise UsageError(f"{title}: give the models, at least one.")
    for number, model in enumerate(given):
        if not isinstance(model, Model):
            raise UsageError(
                f"{title}: member {number} is no model but {type(model).__name__}. Give models such as fit trains."
            )
        if not model.built:
            raise NotReadyError(
                f'{title}: member {number} ("{model.name}") does not know its input shape yet. Fit it first, or begin it with '
                "Input((features,))."
            )
        if bad := next((name for name, array in _named(model).items() if not np.isfinite(array).all()), None):
            raise UsageError(
                f'{title}: member {number} ("{model.name}") diverged: {bad} holds numbers that are not finite. Leave it out.'
            )
    first = given[0]
    for number, model in enumerate(given[1:], 1):
        for what, one, other in (
            ("takes", _shapes(first.inputs, first.input), _shapes(model.inputs, model.input)),
            ("gives", _shapes(first.outputs, first.output), _shapes(model.outputs, model.output)),
        ):
            if one != other:
                raise ShapeError(
                    f'{title}: member {number} ("{model.name}") {what} {_told(other)}, and member 0 {_told(one)}. Members may differ '
                    "inside, but take and give the same."
                )
    return given


def _named(model: Model) -> dict[str, Any]:
    return named_arrays(model._layer_arrays(), model._weight_order)


def _shapes(tensors: Sequence[Tensor], packed: Any) -> Any:
    """The shapes of rows; under their keys where they are packed in a dictionary."""
    shapes = [tensor.row_shape for tensor in tensors]
    return dict(zip(sorted(packed), shapes, strict=True)) if isinstance(packed, dict) else shapes


def _told(shapes: Any) -> str:
    if isinstance(shapes, dict):
        return ", ".join(f'"{name}" of shape {shape}' for name, shape in shapes.items())
    return f"rows of shape {', '.join(map(str, shapes))}"


def checked_weights(weights: Any, count: int) -> list[float]:
    """One number at least 0 for each member.

    Raises:
        UsageError: there are more or fewer, one is no such number, or all are 0.
    """
    if weights is None:
        return [1.0] * count
    array = np.asarray(weights)
    if array.shape != (count,):
        raise UsageError(
            f"Ensemble: weights must hold one number for each of {count} members, got shape {array.shape}."
        )
    found = [checked_number("Ensemble: weights", weight, NOT_NEGATIVE) for weight in array.tolist()]
    if not sum(found) > 0:
        raise UsageError("Ensemble: weights must not all be 0.")
    return found


def common_scales(models: Sequence[Model]) -> tuple[Scale, ...]:
    """What the outputs of all models are.

    Raises:
        UsageError: one gives logits, another probabilities.
    """
    first, *others = [scales_of(model) for model in models]
    for number, other in enumerate(others, 1):
        if other != first:
            words = [
                ", ".join(f"{'logits of ' if one.logits else ''}{one.kind}" for one in each)
                for each in (other, first)
            ]
            raise UsageError(
                f"Ensemble: member {number} gives {words[0]}, and member 0 {words[1]}, which have no common mean. End all with the "
                "same activation, and compile them with the same kind of loss."
            )
    return first
