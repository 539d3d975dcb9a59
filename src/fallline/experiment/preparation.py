"""Data in: what the settings name, a bundled set, a table or images, as the arrays of a run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from fallline.data.bundled import BUNDLED_NAMES, bundled_set
from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.errors import SavedFileError
from fallline.experiment.images import prepare_images
from fallline.experiment.parts import Prepared, Preprocessor
from fallline.experiment.settings import Settings
from fallline.experiment.tables import prepare_file, prepare_frame


def prepare(settings: Settings) -> Prepared:
    """The arrays of a run on the data that the settings name.

    A bundled name wins over a file of that name without ending: `./digits` means the file.

    Raises:
        DataError: the data cannot be used.
        UsageError: the settings do not fit the data.
    """
    if is_bundled(settings.data):
        bundled = bundled_set(settings.data)
        if settings.target is None:
            task = settings.task or bundled.task
            settings = dataclasses.replace(settings, target=bundled.target, task=task)
        return prepare_frame(settings, bundled.frame)
    if is_images(settings.data):
        return prepare_images(settings)
    return prepare_file(settings)


def is_bundled(data: str) -> bool:
    """Whether the name is a bundled set's, or is no file and so at most a misspelt set's."""
    path = Path(data)
    return data in BUNDLED_NAMES or (not path.exists() and not path.suffix and path.name == data)


def is_images(data: str) -> bool:
    """Whether the file is an `.npz` of arrays."""
    return Path(data).suffix.casefold() == ".npz"


def preprocessing_config(preprocessor: Preprocessor) -> dict[str, Any]:
    """A JSON value from which `preprocessor_of` makes an equal preprocessor."""
    kind = "images" if isinstance(preprocessor, ImagePreprocessor) else "table"
    return {"kind": kind, "config": preprocessor.to_config()}


def preprocessor_of(config: Any) -> Preprocessor:
    """The preprocessor that `preprocessing_config` described.

    Raises:
        SavedFileError: the description is not complete, or from another version.
    """
    kind = config.get("kind") if isinstance(config, dict) else None
    if kind == "images":
        return ImagePreprocessor.from_config(config.get("config", {}))
    if kind == "table":
        return TablePreprocessor.from_config(config.get("config", {}))
    raise SavedFileError("the saved preprocessing is of no kind that this version of fallline has.")
