"""What kind of data a name means, and the preprocessing of either kind as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fallline.data.bundled import BUNDLED_NAMES
from fallline.data.folded_preprocessing import FoldedPreprocessor
from fallline.data.images import ImagePreprocessor
from fallline.data.preprocessing import TablePreprocessor
from fallline.errors import SavedFileError

SinglePreprocessor = TablePreprocessor | ImagePreprocessor
Preprocessor = SinglePreprocessor | FoldedPreprocessor


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
    kinds: dict[type, str] = {
        TablePreprocessor: "table",
        ImagePreprocessor: "images",
        FoldedPreprocessor: "folds",
    }
    kind = kinds[type(preprocessor)]
    return {"kind": kind, "config": preprocessor.to_config()}


def preprocessor_of(config: Any) -> Preprocessor:
    """The preprocessor that `preprocessing_config` described.

    Raises:
        SavedFileError: the description is not complete, or from another version.
    """
    kind = config.get("kind") if isinstance(config, dict) else None
    if kind == "images":
        return ImagePreprocessor.from_config(config.get("config", {}))
    if kind == "folds":
        return FoldedPreprocessor.from_config(config.get("config", {}))
    if kind == "table":
        return TablePreprocessor.from_config(config.get("config", {}))
    raise SavedFileError("the saved preprocessing is of no kind that this version of fallline has.")
