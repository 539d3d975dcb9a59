"""Models made again: of another one, or of its description as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fallline.errors import SavedFileError, UsageError
from fallline.layers import InputLayer, Layer
from fallline.layers.symbolic.operation import Operation
from fallline.models.assembled import Assembled
from fallline.models.configuration import as_named_by_user, describe, restored
from fallline.models.model import Model
from fallline.registry.custom_objects import custom_object_scope


def model_from_json(json_string: str, custom_objects: Any = None) -> Model:
    """The model that a `to_json` described, with fresh arrays.

    Args:
        json_string: The text.
        custom_objects: What the names of your own functions and classes stand for, `{"my_loss": my_loss}`.

    Raises:
        SavedFileError: the text is none of a model, or holds a name of which nobody said what it is.

    Source: Keras 3 for names and arguments.
    """
    try:
        config = json.loads(json_string)
    except ValueError as error:
        raise SavedFileError(f"model_from_json: the text is no JSON: {error}.") from None
    with custom_object_scope(custom_objects):
        model: Model = restored(config)
        return model


def clone_model(
    model: Assembled,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Any = None,
    recursive: bool = False,
) -> Model:
    """A model of the same layers with arrays of its own, drawn afresh.

    Args:
        model: The model.
        input_tensors: Kept for Keras's argument order: the clone is called on tensors, `clone(x)`.
        clone_function: `f(layer) -> layer`, what to take in the place of each layer but the inputs; what it gives back
            unchanged is shared. Models used as layers are given to it too, unless `recursive`.
        call_function: Kept for Keras's argument order.
        recursive: Whether models used as layers are cloned likewise, with `clone_function` for their layers.

    Raises:
        UsageError: it is no model, `clone_function` gives no layer, or an argument is none that is taken.

    Source: Keras 3 for names and arguments.
    """
    return clone(model, input_tensors, clone_function, call_function, recursive)


def clone(
    model: Assembled,
    input_tensors: Any,
    clone_function: Callable[[Any], Any] | None,
    call_function: Any,
    recursive: bool,
    **classes: Any,
) -> Model:
    """See `clone_model`; of which classes the clone is says `classes`, see `configuration.restored`."""
    if not isinstance(model, Assembled):
        raise UsageError(f"clone_model: expected a model, got {type(model).__name__}.")
    if input_tensors is not None:
        raise UsageError(
            "clone_model: no input_tensors: call the clone on the tensors, clone_model(model)(x)."
        )
    if call_function is not None:
        raise UsageError(
            "clone_model: no call_function: call the layers of the clone one after the other on an Input, and others "
            "between them."
        )

    def cloned(part: Any) -> Any:
        if isinstance(part, Assembled) and (clone_function is None or recursive):
            return describe(part, cloned)
        if clone_function is None or isinstance(part, InputLayer | Operation):
            return as_named_by_user(part)
        new = clone_function(part)
        if not isinstance(new, Layer | Assembled):
            raise UsageError(
                f'clone_model: clone_function must give a layer for "{part.name}", got {type(new).__name__}.'
            )
        return new

    described = describe(model, write=cloned)
    policy = model.network.precision
    made: Model = restored(described, dtype_policy=policy, read=lambda layer: layer, **classes)
    return made
