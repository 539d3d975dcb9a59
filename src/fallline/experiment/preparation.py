"""Data in: what the settings name, a bundled set, a table or images, as the arrays of a run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from fallline.data.bundled import BUNDLED_NAMES, bundled_set
from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.data.reading import Table
from fallline.errors import SavedFileError
from fallline.experiment.images import prepare_images
from fallline.experiment.parts import Prepared, Preprocessor
from fallline.experiment.settings import Settings
from fallline.experiment.tables import prepare_table, table_of


def prepare(settings: Settings, rows: Any = None) -> Prepared:
    """The arrays of a run on the data that the settings name.

    A bundled name wins over a file of that name without ending: `./digits` means the file.

    Args:
        settings: What to train on.
        rows: A data frame that takes the place of what `settings.data` names; it is then a name only.

    Raises:
        DataError: the data cannot be used.
        UsageError: the settings do not fit the data.
    """
    if rows is None and is_images(settings.data):
        return prepare_images(settings)
    return prepare_table(*named_table(settings, rows))


def named_table(settings: Settings, rows: Any = None) -> tuple[Settings, Table]:
    """The table that the settings name, and the settings with the target that a bundled set brings along.

    Raises:
        DataError: the data cannot be read as a table.
    """
    if rows is not None:
        return settings, table_of(settings, rows)
    if not is_bundled(settings.data):
        return settings, table_of(settings, settings.data)
    bundled = bundled_set(settings.data)
    if settings.target is None:
        task = settings.task or bundled.task
        settings = dataclasses.replace(settings, target=bundled.target, task=task)
    table = table_of(settings, bundled.frame)
    return settings, dataclasses.replace(table, source=bundled.name, what="a bundled set")


def is_bundled(data: str) -> bool:
    """Whether the name is a bundled set's, or is no file and so at most a misspelt set's."""
    path = Path(data)
    if data in BUNDLED_NAMES:
        return True
    # What is no path at all: standard input, a pattern, a database's URL.
    if data == "-" or any(sign in data for sign in "*?[:"):
        return False
    return not path.exists() and not path.suffix and path.name == data


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
