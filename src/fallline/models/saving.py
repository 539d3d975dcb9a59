"""Models as files: one safetensors file with the weights, and the description in its JSON header.

No code is stored and none is run on loading. The file is written beside its place and moved there whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np

from fallline._files import written_whole
from fallline._registry import from_config, to_config
from fallline._tree import named_leaves
from fallline.errors import SavedFileError, UsageError
from fallline.layers import Input
from fallline.models.model import Model
from fallline.models.sequential import Sequential

FORMAT = "fallline-model-1"


def save_model(
    model: Model, path: str | Path, overwrite: bool = True, *, include_optimizer: bool = True
) -> None:
    """Writes a model to one file; see `Model.save`."""
    from safetensors.numpy import save

    path = Path(path)
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"save: {path} is a folder or lies in none that exists; give the name of a file.")
    if path.exists() and not overwrite:
        raise UsageError(f"save: {path} exists; pass overwrite=True to replace it.")
    description = {
        "format": FORMAT,
        "name": model.name,
        "precision": model.network.precision,
        "layers": [to_config(Input(model.network.input_shape)), *map(to_config, model.network.layers)],
        "compiled": _compile_config(model) if include_optimizer else None,
        "extra": model.extra,
    }
    try:
        header = json.dumps(description, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"save: the description cannot be written as JSON: {error}.") from error
    arrays = {name: np.ascontiguousarray(array) for name, array in named_leaves(model.variables).items()}
    with written_whole(path) as file:
        file.write(save(arrays, metadata={"fallline": header}))


def load_model(path: str | Path) -> Sequential:
    """The model in a file, with its weights, compiled as it was.

    Raises:
        SavedFileError: the file is missing, damaged, no model, or from a newer version.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    if not path.is_file():
        raise SavedFileError(
            f"{path} is a folder, no model file." if path.is_dir() else f"{path}: no such model file."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        description = json.loads(metadata["fallline"])
        found = description["format"]
    except (SafetensorError, KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        raise SavedFileError(
            f"{path} is not a fallline model, or is damaged ({type(error).__name__})."
        ) from error
    if found != FORMAT:
        raise SavedFileError(f"{path} has format {found!r:.60}; this version reads {FORMAT!r}.")
    return _restored(description, arrays, path)


def _restored(description: dict[str, Any], arrays: dict[str, Any], path: Path) -> Sequential:
    try:
        layers = [from_config(layer) for layer in description["layers"]]
        model = Sequential(layers, description["name"], seed=0, dtype_policy=description["precision"])
        model.extra = description["extra"]
        compiled = description["compiled"]
        if compiled is not None:
            model.compile(**{name: from_config(value) for name, value in compiled.items()})
        expected = jax.eval_shape(lambda: model.network.init(jax.random.key(0)))
    except SavedFileError as error:
        raise SavedFileError(f"{path}: {error}") from error
    except Exception as error:  # whatever a hostile description makes the layers say
        reason = f"{type(error).__name__}: {error}"
        raise SavedFileError(f"{path}: the description of the model cannot be read: {reason:.300}") from error
    names = named_leaves(expected)
    wrong = [name for name, leaf in names.items() if name not in arrays or not _alike(arrays[name], leaf)]
    if wrong or set(arrays) - set(names):
        raise SavedFileError(
            f"{path}: the weights do not fit the layers ({', '.join(wrong) or 'too many arrays'})."
        )
    leaves = [arrays[name] for name in names]
    model.set_variables(jax.tree.unflatten(jax.tree.structure(expected), leaves))
    return model


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
