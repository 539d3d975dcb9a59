"""Models read from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from fallline._files import OPTIMIZER, read_file, require_model
from fallline._tree import named_leaves
from fallline.errors import SavedFileError, UsageError
from fallline.models.arguments import knows_keras
from fallline.models.configuration import restored
from fallline.models.model import Model
from fallline.models.saving import expected_arrays, require_fit
from fallline.models.weights import with_arrays
from fallline.registry.configuration import from_config
from fallline.registry.custom_objects import custom_object_scope


@knows_keras
def load_model(path: str | Path, custom_objects: Any = None, compile: bool = True) -> Model:  # noqa: A002 - Keras's
    """The model in a file, with its weights, compiled as it was.

    Args:
        path: The file.
        custom_objects: What the names of your own functions and classes stand for, `{"my_loss": my_loss}`; what
            `utils.register_keras_serializable` registered is known without.
        compile: Whether the model is compiled as it was when it was saved.

    Raises:
        SavedFileError: the file is missing, damaged, no model, from another version, or holds a name of which
            nobody said what it stands for.

    Source: Keras 3 for names and arguments.
    """
    return loaded(Path(path), custom_objects, compile=compile)


def loaded(path: Path, custom_objects: Any, *, compile: bool, **classes: Any) -> Model:  # noqa: A002 - as above
    """The model in a file; see `load_model`.

    Args:
        path: The file.
        custom_objects: What the names of the user's own functions and classes stand for.
        compile: Whether the model is compiled as it was.
        classes: Of which classes model and layers are, see `configuration.restored`.
    """
    description, arrays = read_file(path)
    require_model(description, path)
    if not compile:
        description["compiled"] = None
    with custom_object_scope(custom_objects):
        return _restored(description, arrays, path, classes)


def _restored(
    description: dict[str, Any], arrays: dict[str, Any], path: Path, classes: dict[str, Any]
) -> Model:
    try:
        policy = description["precision"]
        model: Model = restored(description["model"], seed=0, dtype_policy=policy, **classes)
        if not isinstance(description["name"], str):
            raise UsageError(f"the name is {description['name']!r:.40}.")
        model.name = description["name"]
        model.extra = description["extra"]
        compiled = description["compiled"]
        if compiled is not None:
            model.compile(**{name: from_config(value) for name, value in compiled.items()})
        names = expected_arrays(model)
    except SavedFileError as error:
        raise SavedFileError(f"{path}: {error}") from error
    except Exception as error:  # whatever a hostile description makes the layers say
        reason = f"{type(error).__name__}: {error}"
        raise SavedFileError(f"{path}: the description of the model cannot be read: {reason:.300}") from error
    require_fit(
        names, {name: array for name, array in arrays.items() if not name.startswith(OPTIMIZER)}, path
    )
    model._hold_arrays(
        with_arrays(model._layer_shapes(), model._weight_order, [arrays[name] for name in names])
    )
    model.optimizer_state = _optimizer_state(model, arrays, path)
    return model


def _optimizer_state(model: Model, arrays: dict[str, Any], path: Path) -> Any:
    """What the optimizer remembered when the model was saved, or None."""
    if model.optimizer is None or not any(name.startswith(OPTIMIZER) for name in arrays):
        return None
    empty = model._empty_optimizer_state()
    names = {OPTIMIZER + name: leaf for name, leaf in named_leaves(empty).items()}
    require_fit(names, {name: array for name, array in arrays.items() if name.startswith(OPTIMIZER)}, path)
    leaves = [jnp.asarray(arrays[name]) for name in names]
    return jax.tree.unflatten(jax.tree.structure(empty), leaves)
