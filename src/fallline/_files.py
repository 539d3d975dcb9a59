"""Files: written so that they are either there and whole or not there; names that promise another format; the file of a model.

A model's arrays lie in it, and what they are as JSON in its header. Reading the header alone does not load JAX.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from fallline.errors import FalllineWarning, SavedFileError, warn
from fallline.wire.sealed import check_seal

FORMAT = "fallline-model-2"
WEIGHTS = "fallline-weights-2"

OPTIMIZER = "optimizer:"
"""Begins the names of the arrays that the optimizer remembers."""

# Asked once, before there are threads: it can only be asked by setting it, which holds for all of them.
_UMASK = os.umask(0o077)
os.umask(_UMASK)


FORMATS = {
    ".keras": "Keras",
    ".h5": "Keras",
    ".hdf5": "Keras",
    ".pt": "PyTorch",
    ".pth": "PyTorch",
    ".onnx": "ONNX",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".npz": "NumPy",
}
"""Ending of a name -> what reads such files."""

BEGINNINGS = {b"PK\x03\x04": "a zip archive", b"\x89HDF": "an HDF5 file", b"\x80": "a pickle"}
"""First bytes of a file -> what it is."""


@contextlib.contextmanager
def written_whole(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place under `path` only when all of it is on the disk.

    An error, a full disk or a kill in between leaves an older file untouched and nothing half-written.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_UMASK)
        Path(temporary).replace(path)
        _keep(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def cache_folder() -> Path | None:
    """Where compiled programs are kept between processes; None where nothing is to be kept.

    FALLLINE_CACHE=off      keeps nothing
    FALLLINE_CACHE=DIR      keeps it there
    """
    setting = os.environ.get("FALLLINE_CACHE", "")
    if setting.casefold() in ("off", "0", "no"):
        return None
    if setting:
        return Path(setting)
    import platformdirs

    return Path(platformdirs.user_cache_dir("fallline")) / "programs"


def processors() -> int:
    """How many processors this process may use: a program is compiled for so many, and stays with them."""
    if os.environ.get("NPROC", "").isdecimal():  # XLA asks it first
        return int(os.environ["NPROC"])
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_description(path: Path) -> dict[str, Any]:
    """What a file says of itself. That the whole file is there and as it was written is checked.

    Raises:
        SavedFileError: the file is missing or damaged.
    """
    return _read(path, arrays=False)[0]


def read_file(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a file says of itself, and its arrays by name.

    Raises:
        SavedFileError: the file is missing or damaged.
    """
    return _read(path, arrays=True)


def require_model(description: dict[str, Any], path: Path) -> None:
    """Refuses what is no model of this version.

    Raises:
        SavedFileError: it is from another version, or holds weights alone.
    """
    if description["format"] != FORMAT:
        raise SavedFileError(
            f"{path} has format {description['format']!r:.60}; this version reads {FORMAT!r}."
            + (
                " It holds weights alone: make the model, then load_weights."
                if description["format"] == WEIGHTS
                else ""
            )
        )


def _keep(folder: Path) -> None:
    """Puts a folder's names on the disk, without which a power cut may take a new one back."""
    # Not every system lets a folder be opened, nor every file system be asked this of it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def warn_of_name(where: str, path: str | Path) -> None:
    """Warns where the name of a file to be written promises a format that others read.

    Programs for Keras call their files so; they run as they are, and are told what is in the file.
    """
    if not isinstance(path, str | os.PathLike):
        return
    path = Path(path)
    reader = FORMATS.get(path.suffix.casefold())
    if reader is None:
        return
    better = path.name[: -len(path.suffix)].removesuffix(".weights") + ".fallline"
    warn(
        f"{where}: {path.name} holds Fallline's own format, which {reader} cannot read and load_model and load_weights can, "
        f'whatever its name. Name it "{better}".',
        FalllineWarning,
    )


def told_of_foreign(path: Path) -> str:
    """What a file that is none of Fallline's is instead, and what to do; empty where nobody knows."""
    with path.open("rb") as file:
        first = file.read(8)
    kind = next((kind for begin, kind in BEGINNINGS.items() if first.startswith(begin)), None)
    if kind is None:
        return ""
    if kind == "a pickle":
        return " It is a pickle, which runs code when it is read. Save its arrays with numpy.savez; model.set_weights takes them."
    keras = path.suffix.casefold() in (".keras", ".h5", ".hdf5")
    which = f"{kind}, as Keras writes them" if keras else kind
    return (
        f" It is {which}. Read it in Keras, make the same layers here, and model.set_weights(keras_model.get_weights())."
        if keras or kind == "an HDF5 file"
        else f" It is {which}."
    )


def _read(path: Path, *, arrays: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise SavedFileError(
            f"{path} is a folder, no model file." if path.is_dir() else f"{path}: no such model file."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys() if arrays else ()
            found = {name: file.get_tensor(name) for name in names}
        description = json.loads(metadata["fallline"])
        description["format"]
    except (SafetensorError, KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        raise SavedFileError(
            f"{path} is not a fallline model, or is damaged ({type(error).__name__}).{told_of_foreign(path)}"
        ) from error
    check_seal(path)
    return description, found
