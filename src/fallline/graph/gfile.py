# ruff: noqa: N802  (the names of TensorFlow)
"""Files and folders of this machine, under TensorFlow's names and with its errors."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from fallline.graph.errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnimplementedError,
    UnknownError,
)

_MODES = ("r", "w", "a", "r+", "w+", "a+")
_KINDS: dict[int, type[OpError]] = {
    errno.ENOENT: NotFoundError,
    errno.EEXIST: AlreadyExistsError,
    errno.EACCES: PermissionDeniedError,
    errno.EPERM: PermissionDeniedError,
    errno.EROFS: PermissionDeniedError,
    errno.ENOSPC: ResourceExhaustedError,
    errno.EISDIR: FailedPreconditionError,
    errno.ENOTDIR: FailedPreconditionError,
    errno.ENOTEMPTY: FailedPreconditionError,
}
AnyPath = str | bytes | os.PathLike[Any]


@dataclass(frozen=True)
class FileStatistics:
    """What is known of a file.

    Args:
        length: Bytes.
        mtime_nsec: When it was last written, in nanoseconds since 1970.
        is_directory: Whether it is a folder.
    """

    length: int
    mtime_nsec: int
    is_directory: bool


class GFile:
    """A file, opened when it is first read or written. Text is UTF-8; both modes take text and bytes to write.

    Args:
        name: Its path.
        mode: "r", "w", "a", with "+" for both directions and "b" for bytes.

    Raises:
        InvalidArgumentError: another mode.
        UnimplementedError: an address of another machine.
    """

    def __init__(self, name: AnyPath, mode: str = "r") -> None:
        self._file: IO[bytes] | None = None
        if mode.replace("b", "") not in _MODES:
            raise InvalidArgumentError(None, None, f"mode is not {' or '.join(map(repr, _MODES))}: {mode!r}")
        self._path, self.name, self.mode = _local(name), name, mode

    def _opened(self, to: str) -> IO[bytes]:
        reads = "+" in self.mode or "r" in self.mode
        if (to == "reading") != reads and "+" not in self.mode:
            raise PermissionDeniedError(
                None, None, f"File isn't open for {to}: {self.name!s}, mode {self.mode!r}"
            )
        if self._file is None:
            with _errors(self._path):
                self._file = open(self._path, self.mode.replace("b", "") + "b")  # noqa: PTH123, SIM115
        return self._file

    def _given(self, content: bytes) -> Any:
        return content if "b" in self.mode else content.decode()

    def read(self, n: int = -1) -> Any:
        """The next n bytes, as text unless the mode says bytes; all that is left where n is -1."""
        return self._given(self._opened("reading").read(n))

    def readline(self) -> Any:
        """The next line with its end; empty at the end of the file."""
        return self._given(self._opened("reading").readline())

    def readlines(self) -> list[Any]:
        """The lines that are left."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.readline, self._given(b""))

    def write(self, file_content: str | bytes) -> None:
        """Adds text or bytes."""
        if not isinstance(file_content, str | bytes):
            raise TypeError(f"Expected binary or unicode string, got {file_content!r:.60}")
        content = file_content.encode() if isinstance(file_content, str) else file_content
        with _errors(self._path):
            self._opened("writing").write(content)

    def seek(self, offset: int, whence: int = 0) -> None:
        """Goes to a byte, from the start, from here (1) or from the end (2)."""
        self._opened("reading").seek(offset, whence)

    def tell(self) -> int:
        """The byte at which the next is read or written."""
        return self._opened("reading" if "r" in self.mode else "writing").tell()

    def size(self) -> int:
        """Bytes of the file on the disk."""
        return Stat(self.name).length

    def flush(self) -> None:
        """Hands what was written to the system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Closes the file; reading or writing opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> GFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


Open = FastGFile = GFile


def Exists(path: AnyPath) -> bool:
    """Whether there is such a file or folder."""
    return _local(path).exists()


def IsDirectory(path: AnyPath) -> bool:
    """Whether there is such a folder."""
    return _local(path).is_dir()


def ListDirectory(path: AnyPath) -> list[str]:
    """The names in a folder, sorted.

    Raises:
        NotFoundError: no such folder.
    """
    folder = _local(path)
    if not folder.is_dir():
        raise NotFoundError(None, None, f"Could not find directory {folder}")
    return sorted(os.listdir(folder))  # noqa: PTH208


def Glob(path: AnyPath | Sequence[AnyPath]) -> list[str]:
    """The paths that a pattern with `*`, `?` and `[...]`, or one of several, describes; sorted for each."""
    patterns = [path] if isinstance(path, str | bytes | os.PathLike) else path
    return [found for each in patterns for found in sorted(glob.glob(str(_local(each))))]  # noqa: PTH207


def MkDir(path: AnyPath) -> None:
    """Makes a folder in one that is there. One that is there already is left as it is."""
    with _errors(_local(path)):
        _local(path).mkdir(exist_ok=True)


def MakeDirs(path: AnyPath) -> None:
    """Makes a folder, and those around it. One that is there already is left as it is."""
    with _errors(_local(path)):
        _local(path).mkdir(parents=True, exist_ok=True)


def Remove(path: AnyPath) -> None:
    """Deletes a file.

    Raises:
        NotFoundError: no such file.
        FailedPreconditionError: it is a folder.
    """
    file = _local(path)
    if file.is_dir() and not file.is_symlink():
        raise FailedPreconditionError(None, None, f"{file}; Is a directory")
    with _errors(file):
        file.unlink()


def DeleteRecursively(path: AnyPath) -> None:
    """Deletes a file, or a folder with all that is in it; of a link, the link alone.

    Raises:
        NotFoundError: no such file or folder.
        PermissionDeniedError: it is the home folder, the one the program works in, or one around either.
    """
    folder = _local(path)
    if not folder.exists() and not folder.is_symlink():
        raise NotFoundError(None, None, f"{folder} not found")
    if folder.is_symlink() or not folder.is_dir():
        return Remove(path)
    for kept in (Path.home(), Path.cwd()):
        if kept.resolve().is_relative_to(folder.resolve()):
            told = f"{folder} holds {kept}, and is not deleted. Name a folder of the program's own, such as ./logs."
            raise PermissionDeniedError(None, None, told)
    with _errors(folder):
        shutil.rmtree(folder)
    return None


def Copy(oldpath: AnyPath, newpath: AnyPath, overwrite: bool = False) -> None:
    """Copies a file.

    Raises:
        NotFoundError: no such file.
        AlreadyExistsError: there is one under the new path, and `overwrite` is False.
        InvalidArgumentError: it is a folder.
    """
    old, new = _local(oldpath), _free(newpath, overwrite)
    if old.is_dir():
        raise InvalidArgumentError(None, None, f"{old}; Is a directory, and only files are copied")
    with _errors(old):
        shutil.copyfile(old, new)


def Rename(oldname: AnyPath, newname: AnyPath, overwrite: bool = False) -> None:
    """Moves a file or folder.

    Raises:
        NotFoundError: no such file.
        AlreadyExistsError: there is one under the new name, and `overwrite` is False.
    """
    old, new = _local(oldname), _free(newname, overwrite)
    with _errors(old):
        old.replace(new)


def Stat(filename: AnyPath) -> FileStatistics:
    """What is known of a file.

    Raises:
        NotFoundError: no such file.
    """
    with _errors(_local(filename)):
        known = _local(filename).stat()
    return FileStatistics(known.st_size, known.st_mtime_ns, _local(filename).is_dir())


def Walk(top: AnyPath, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each folder below one with the names of its folders and of its files: from the top, or from below."""
    for folder, folders, files in os.walk(_local(top), topdown=in_order):
        folders.sort()
        yield folder, folders, sorted(files)


def _local(path: AnyPath) -> Path:
    """The path on this machine.

    Raises:
        UnimplementedError: it is an address of another.
    """
    if not isinstance(path, str | bytes | os.PathLike):
        raise TypeError(f"Expected binary or unicode string, got {path!r:.60}")
    text = os.fsdecode(path)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text)
    if scheme is None or scheme[1] == "file":
        return Path(text.removeprefix("file://"))
    told = f"File system scheme '{scheme[1]}' not implemented (file: '{text}'). Copy the file to this machine first."
    raise UnimplementedError(None, None, told)


def _free(path: AnyPath, overwrite: bool) -> Path:
    if not overwrite and _local(path).exists():
        raise AlreadyExistsError(None, None, f"file already exists: {_local(path)}")
    return _local(path)


@contextlib.contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Errors of the system as those of TensorFlow."""
    try:
        yield
    except OSError as error:
        kind = _KINDS.get(error.errno or 0, UnknownError)
        raise kind(None, None, f"{error.filename or path}; {error.strerror or error}") from error
