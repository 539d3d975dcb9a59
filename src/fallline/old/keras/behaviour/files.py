"""Models of the room as files and as text."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fallline._files import FORMATS
from fallline.errors import FalllineWarning, SavedFileError
from fallline.models import cloning, loading, saving
from fallline.models.configuration import restored
from fallline.models.stored import Stored
from fallline.old import age
from fallline.old.keras.behaviour.kinds import KINDS
from fallline.old.keras.behaviour.layers import in_room, steep
from fallline.old.notices import say_once
from fallline.registry.configuration import from_config
from fallline.registry.custom_objects import custom_object_scope

WITHIN = "model.fallline"
"""The file within a folder that a program takes for the model: TensorFlow wrote models as folders."""


class Filed(Stored):
    """A model that is written and read as programs of other years do."""

    def save(  # type: ignore[override]
        self,
        filepath: Any,
        overwrite: bool = True,
        include_optimizer: bool = True,
        save_format: Any = None,
        signatures: Any = None,
        options: Any = None,
        **kwargs: Any,
    ) -> None:
        """Writes the model to one file, whose folder is made."""
        del save_format, signatures, options
        with quiet():
            saving.save_model(self, place(filepath), overwrite, include_optimizer=include_optimizer)

    def export(self, filepath: Any, format: str = "tf_saved_model", **kwargs: Any) -> None:
        """Writes the model without what trains it."""
        self.save(filepath, include_optimizer=False)

    def save_weights(  # type: ignore[override]
        self, filepath: Any, overwrite: bool = True, save_format: Any = None, **kwargs: Any
    ) -> None:
        """Writes the arrays alone to one file, whose folder is made."""
        del save_format
        path = place(filepath)
        with quiet():
            saving.save_weights(self, path, overwrite)
        if path.suffix not in (
            ".h5",
            ".hdf5",
            ".keras",
            ".fallline",
        ):  # a checkpoint, which TensorFlow finds by this file
            (path.parent / "checkpoint").write_text(json.dumps({"latest": path.name}), encoding="utf-8")

    def load_weights(  # type: ignore[override]
        self, filepath: Any, by_name: bool = False, skip_mismatch: bool = False, **kwargs: Any
    ) -> Any:
        """Reads the arrays from a file that this room wrote; by name, those that fit nothing stay out."""
        saving.load_weights(self, written(filepath), skip_mismatch or by_name)
        return self

    def to_json(self, **kwargs: Any) -> str:
        """The layers and how they are connected, as text in the shape of Keras's."""
        described = {
            "class_name": "Sequential" if self.get_config()["kind"] == "sequential" else "Model",
            "config": self.get_config(),
            "keras_version": _version(),
            "backend": "tensorflow",
        }
        return json.dumps(described, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The same as YAML, of which JSON is a part."""
        del kwargs
        return self.to_json(indent=2)

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Any:
        """The model that `get_config` (or `to_json`, parsed) described, with fresh arrays."""
        with custom_object_scope(custom_objects):
            return _made(config)


def place(filepath: Any) -> Path:
    """Where a file is written; its folder is made, and said what is in it."""
    path = Path(os.fspath(filepath))
    if path.is_dir():
        path = path / WITHIN
    path.parent.mkdir(parents=True, exist_ok=True)
    if reader := FORMATS.get(path.suffix.casefold()):
        say_once(
            f"files of models hold Fallline's own format whatever their name: this program reads them, {reader} does not."
        )
    return path


def written(filepath: Any) -> Path:
    """Where a file was written."""
    path = Path(os.fspath(filepath))
    return path / WITHIN if path.is_dir() else path


def quiet() -> warnings.catch_warnings[Any]:
    """Within, nobody warns of the name of a file: `place` has said it."""
    return warnings.catch_warnings(action="ignore", category=FalllineWarning)


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True, **kwargs: Any) -> Any:
    """The model in a file that this room wrote."""
    del kwargs
    model: Any = loading.loaded(
        written(filepath),
        {"steep": steep} | dict(custom_objects or {}),
        compile=compile,
        kinds=KINDS,
        read=_read,
    )
    return model


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True, **kwargs: Any
) -> None:
    """Writes a model to one file."""
    del kwargs
    model.save(filepath, overwrite, include_optimizer)


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that a `to_json` described, with fresh arrays.

    Raises:
        SavedFileError: the text is none of a model.
    """
    try:
        config = json.loads(json_string)
    except ValueError as error:
        raise SavedFileError(f"model_from_json: the text is no JSON: {error}.") from None
    with custom_object_scope(custom_objects):
        return _made(config)


model_from_yaml = model_from_json


def model_from_config(config: Any, custom_objects: Any = None) -> Any:
    """The model that a configuration describes."""
    with custom_object_scope(custom_objects):
        return _made(config)


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Any = None,
    call_function: Any = None,
    recursive: bool = False,
) -> Any:
    """A model of the same layers with arrays of its own, drawn afresh."""
    return cloning.clone(model, input_tensors, clone_function, call_function, recursive, kinds=KINDS)


def _read(config: Any) -> Any:
    """The layer that a configuration describes."""
    return in_room(from_config(config))


def _made(config: Any) -> Any:
    if isinstance(config, Mapping) and "kind" not in config and isinstance(config.get("config"), Mapping):
        config = config["config"]
    return restored(config, kinds=KINDS, read=_read)


def _version() -> str:
    before = age.current().keras_before or (3, 0)
    return ".".join(map(str, (*before, 0)))
