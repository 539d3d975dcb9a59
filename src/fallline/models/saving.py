"""Models as files: one safetensors file with the weights and the optimizer's state; what they are is in its JSON header.

No code is stored and none is run on loading. The file is written beside its place and moved there whole.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from fallline._files import written_whole
from fallline._tree import named_leaves
from fallline.errors import SavedFileError, UsageError
from fallline.models.arguments import knows_keras
from fallline.models.assembled import Assembled
from fallline.models.configuration import describe, restored
from fallline.models.model import Model
from fallline.models.weights import named_arrays, with_arrays
from fallline.registry.configuration import from_config, to_config
from fallline.registry.custom_objects import custom_object_scope

FORMAT = "fallline-model-2"
WEIGHTS = "fallline-weights-2"

OPTIMIZER = "optimizer:"
"""Begins the names of the arrays that the optimizer remembers."""


def save_model(
    model: Model, path: str | Path, overwrite: bool = True, *, include_optimizer: bool = True
) -> None:
    """Writes a model to one file; see `Model.save`.

    Source: Keras 3 for names and arguments.
    """
    description = {
        "format": FORMAT,
        "name": model.name,
        "precision": model.network.precision,
        "model": describe(model),
        "compiled": _compile_config(model) if include_optimizer else None,
        "extra": model.extra,
    }
    # A state of other layers than those that are trainable now fits no model that is read from the file.
    state = named_leaves(model.optimizer_state) if include_optimizer and model.is_frozen_as_compiled else {}
    _write(model, path, overwrite, description, {OPTIMIZER + name: leaf for name, leaf in state.items()})


def save_weights(model: Assembled, path: str | Path, overwrite: bool = True) -> None:
    """Writes the arrays of a model to one file; see `Model.save_weights`."""
    _write(model, path, overwrite, {"format": WEIGHTS}, {})


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
    path = Path(path)
    description, arrays = _read(path)
    if description["format"] != FORMAT:
        raise SavedFileError(
            f"{path} has format {description['format']!r:.60}; this version reads {FORMAT!r}."
            + (
                " It holds weights alone: make the model, then load_weights."
                if description["format"] == WEIGHTS
                else ""
            )
        )
    if not compile:
        description["compiled"] = None
    with custom_object_scope(custom_objects):
        return _restored(description, arrays, path)


def load_weights(model: Assembled, path: str | Path, skip_mismatch: bool = False) -> None:
    """Reads the arrays of a model from a file; see `Model.load_weights`."""
    path = Path(path)
    _, arrays = _read(path)
    names = _expected(model)
    arrays = {name: array for name, array in arrays.items() if not name.startswith(OPTIMIZER)}
    if skip_mismatch:
        kept = [name for name, leaf in names.items() if name not in arrays or not _alike(arrays[name], leaf)]
        if kept:
            # 4: past this function, the method and the check of its arguments, to the line of the user.
            warnings.warn(
                f"load_weights: {path} holds nothing that fits {', '.join(kept)}: they stay as they are.",
                stacklevel=4,
            )
        held = named_arrays(model.layer_arrays(), model.weight_order)
        arrays |= {name: held[name] for name in kept}
    else:
        _require_fit(names, arrays, path)
    model.set_weights([arrays[name] for name in names])


def _write(
    model: Assembled, path: str | Path, overwrite: bool, description: dict[str, Any], further: dict[str, Any]
) -> None:
    from safetensors.numpy import save

    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise UsageError(f"save: expected the name of a file, got {path!r:.60}.")
    path = Path(path)
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"save: {path} is a folder or lies in none that exists; give the name of a file.")
    if path.exists() and not overwrite:
        raise UsageError(f"save: {path} exists; pass overwrite=True to replace it.")
    try:
        header = json.dumps(description, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"save: the description cannot be written as JSON: {error}.") from error
    arrays = named_arrays(model.layer_arrays(), model.weight_order) | further
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    with written_whole(path) as file:
        file.write(save(arrays, metadata={"fallline": header}))


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise SavedFileError(
            f"{path} is a folder, no model file." if path.is_dir() else f"{path}: no such model file."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        description = json.loads(metadata["fallline"])
        description["format"]
    except (SafetensorError, KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        raise SavedFileError(
            f"{path} is not a fallline model, or is damaged ({type(error).__name__})."
        ) from error
    return description, arrays


def _restored(description: dict[str, Any], arrays: dict[str, Any], path: Path) -> Model:
    try:
        model = restored(description["model"], seed=0, dtype_policy=description["precision"])
        if not isinstance(description["name"], str):
            raise UsageError(f"the name is {description['name']!r:.40}.")
        model.name = description["name"]
        model.extra = description["extra"]
        compiled = description["compiled"]
        if compiled is not None:
            model.compile(**{name: from_config(value) for name, value in compiled.items()})
        names = _expected(model)
    except SavedFileError as error:
        raise SavedFileError(f"{path}: {error}") from error
    except Exception as error:  # whatever a hostile description makes the layers say
        reason = f"{type(error).__name__}: {error}"
        raise SavedFileError(f"{path}: the description of the model cannot be read: {reason:.300}") from error
    _require_fit(
        names, {name: array for name, array in arrays.items() if not name.startswith(OPTIMIZER)}, path
    )
    shapes = jax.eval_shape(lambda: model.network.init(jax.random.key(0)))
    model.hold_arrays(
        with_arrays(model.network.arrays(shapes), model.weight_order, [arrays[name] for name in names])
    )
    model.optimizer_state = _optimizer_state(model, arrays, path)
    return model


def _optimizer_state(model: Model, arrays: dict[str, Any], path: Path) -> Any:
    """What the optimizer remembered when the model was saved, or None."""
    if model.optimizer is None or not any(name.startswith(OPTIMIZER) for name in arrays):
        return None
    empty = model.empty_optimizer_state()
    names = {OPTIMIZER + name: leaf for name, leaf in named_leaves(empty).items()}
    _require_fit(names, {name: array for name, array in arrays.items() if name.startswith(OPTIMIZER)}, path)
    leaves = [jnp.asarray(arrays[name]) for name in names]
    return jax.tree.unflatten(jax.tree.structure(empty), leaves)


def _expected(model: Assembled) -> dict[str, Any]:
    """The arrays that a model has, by name, without drawing them."""
    shapes = jax.eval_shape(lambda: model.network.init(jax.random.key(0)))
    return named_arrays(model.network.arrays(shapes), model.weight_order)


def _require_fit(names: dict[str, Any], arrays: dict[str, Any], path: Path) -> None:
    wrong = [name for name, leaf in names.items() if name not in arrays or not _alike(arrays[name], leaf)]
    if wrong or set(arrays) - set(names):
        raise SavedFileError(
            f"{path}: the weights do not fit the layers ({', '.join(wrong) or 'too many arrays'})."
        )


def _alike(array: Any, expected: Any) -> bool:
    return bool(array.shape == expected.shape and array.dtype == expected.dtype)


def _compile_config(model: Model) -> dict[str, Any] | None:
    if model.optimizer is None:
        return None
    try:
        return {name: to_config(value) for name, value in model.compile_arguments().items()}
    except UsageError as error:
        raise UsageError(
            f"save: {error} Or pass include_optimizer=False: the network alone, to be compiled again after loading."
        ) from error
