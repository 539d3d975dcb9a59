"""Models as files: one safetensors file with the weights and the optimizer's state; what they are is in its JSON header.

No code is stored and none is run on loading. The file is written beside its place and moved there whole.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np

from fallline._files import FORMAT, OPTIMIZER, WEIGHTS, read_file, warn_of_name, written_whole
from fallline._tree import named_leaves
from fallline.errors import SavedFileError, UsageError, warn
from fallline.models.assembled import Assembled
from fallline.models.configuration import describe
from fallline.models.trainable import Trainable
from fallline.models.weights import named_arrays
from fallline.registry.configuration import to_config
from fallline.wire.sealed import write_sealed


def save_model(
    model: Trainable, path: str | Path, overwrite: bool = True, *, include_optimizer: bool = True
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
    state = named_leaves(model.optimizer_state) if include_optimizer and model._is_frozen_as_compiled else {}
    warn_of_name("save", path)
    _write(model, path, overwrite, description, {OPTIMIZER + name: leaf for name, leaf in state.items()})


def save_weights(model: Assembled, path: str | Path, overwrite: bool = True) -> None:
    """Writes the arrays of a model to one file; see `Model.save_weights`."""
    warn_of_name("save_weights", path)
    _write(model, path, overwrite, {"format": WEIGHTS}, {})


def load_weights(model: Assembled, path: str | Path, skip_mismatch: bool = False) -> None:
    """Reads the arrays of a model from a file; see `Model.load_weights`."""
    path = Path(path)
    _, arrays = read_file(path)
    names = expected_arrays(model)
    arrays = {name: array for name, array in arrays.items() if not name.startswith(OPTIMIZER)}
    if skip_mismatch:
        kept = [name for name, leaf in names.items() if name not in arrays or not _alike(arrays[name], leaf)]
        if kept:
            warn(f"load_weights: {path} holds nothing that fits {', '.join(kept)}: they stay as they are.")
        held = named_arrays(model._layer_arrays(), model._weight_order)
        arrays |= {name: held[name] for name in kept}
    else:
        require_fit(names, arrays, path)
    model.set_weights([arrays[name] for name in names])


def _write(
    model: Assembled, path: str | Path, overwrite: bool, description: dict[str, Any], further: dict[str, Any]
) -> None:
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
    arrays = named_arrays(model._layer_arrays(), model._weight_order) | further
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    with written_whole(path) as file:
        write_sealed(file, arrays, {"fallline": header})


def expected_arrays(model: Assembled) -> dict[str, Any]:
    """The arrays that a model has, by name, without drawing them."""
    shapes = jax.eval_shape(lambda: model.network.init(jax.random.key(0)))
    return named_arrays(model.network.arrays(shapes), model._weight_order)


def require_fit(names: dict[str, Any], arrays: dict[str, Any], path: Path) -> None:
    """Refuses arrays of a file that are not those that are expected, by name, shape and type.

    Raises:
        SavedFileError: names them.
    """
    wrong = [name for name, leaf in names.items() if name not in arrays or not _alike(arrays[name], leaf)]
    other = sorted(set(arrays) - set(names))
    if wrong or other:
        there = (
            f" The file has {', '.join(other[:6])}{', ...' if other[6:] else ''} instead." if other else ""
        )
        raise SavedFileError(
            f"{path}: the weights do not fit the layers ({', '.join(wrong) or 'too many arrays'}).{there}"
        )


def _alike(array: Any, expected: Any) -> bool:
    return bool(array.shape == expected.shape and array.dtype == expected.dtype)


def _compile_config(model: Trainable) -> dict[str, Any] | None:
    if model.optimizer is None:
        return None
    try:
        return {name: to_config(value) for name, value in model.compile_arguments().items()}
    except UsageError as error:
        raise UsageError(
            f"save: {error} Or pass include_optimizer=False: the network alone, to be compiled again after loading."
        ) from error
