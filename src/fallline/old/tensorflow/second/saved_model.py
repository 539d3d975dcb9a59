"""`tf.saved_model`: models in Fallline's own file, within the folder that is named."""

from __future__ import annotations

import pathlib
from typing import Any

import numpy as np

from fallline.old.notices import say_once
from fallline.old.tensorflow.second.control import Module
from fallline.own.loading import load as _loaded

_FILE, _VARIABLES = "model.keras", "variables.npz"


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Saves a model, or the variables of a module.

    Raises:
        ValueError: it is neither.
    """
    folder = pathlib.Path(str(export_dir))
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(obj, Module):
        np.savez(folder / _VARIABLES, *[np.asarray(each) for each in obj.variables])
        say_once(
            f"tf.saved_model.save: {folder / _VARIABLES} holds the variables of the module, and not its functions."
        )
    elif hasattr(obj, "save") and hasattr(obj, "predict"):
        obj.save(str(folder / _FILE))
        say_once(f"tf.saved_model.save: {folder / _FILE} holds the model, in Keras's format.")
    else:
        raise ValueError(f"tf.saved_model.save: expected a model or a tf.Module, got {type(obj).__name__}.")


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """The model that `save` wrote into a folder.

    Raises:
        OSError: there is none.
    """
    path = pathlib.Path(str(export_dir)) / _FILE
    if not path.exists():
        raise OSError(
            f"SavedModel file does not exist at: {path}. A folder that TensorFlow wrote is not read."
        )
    return _loaded("fallline.old.keras.models").load_model(str(path))


def contains_saved_model(export_dir: Any) -> bool:
    """Whether `save` wrote a model into a folder."""
    return (pathlib.Path(str(export_dir)) / _FILE).exists()


class SaveOptions:
    """Taken and left alone."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Nothing is kept."""
