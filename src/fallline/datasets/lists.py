"""Lists and arrays out of files that hold them as Python's pickles, of which nothing is run.

Texts of different lengths stand in .npz files as arrays of objects, and CIFAR's images in files of their own: both are
pickles, which may name any function of the machine and have it called. Here a stream may only build numbers, text, bytes,
lists, tuples and dictionaries. The three names that arrays need (`numpy.ndarray`, `numpy.dtype`, `_reconstruct`) stand
for a description of an array, from which it is made afterwards; every other name is refused, before anything is called.
"""

from __future__ import annotations

import io
import pickle  # restricted to what builds plain values, see above
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from fallline.datasets.arrays import UNREADABLE
from fallline.datasets.kept import damaged

_BROKEN = (
    *UNREADABLE,
    pickle.UnpicklingError,
    AttributeError,
    IndexError,
    MemoryError,
    RecursionError,
    TypeError,
)


class _Kind:
    """A dtype as a stream describes it: its code, then its byte order."""

    def __init__(self, code: Any = "", *_: Any) -> None:
        self._code, self._order = _text(code), "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._order = _text(state[1])

    def made(self) -> np.dtype[Any]:
        """The dtype."""
        kind = np.dtype(self._code)
        if kind.names is not None or kind.subdtype is not None:
            raise ValueError(f"an array of {self._code}")
        return np.dtype(f"{self._order}{kind.str[1:]}")


class _Array:
    """An array as a stream describes it: shape, dtype, order, and bytes or, of objects, a list."""

    def __init__(self, *_: Any) -> None:
        self._state: tuple[Any, ...] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def made(self) -> np.ndarray:
        """The array; what it holds as objects is made too."""
        if self._state is None:
            raise ValueError("an array without content")
        _, shape, kind, by_columns, content = self._state
        dtype = kind.made()
        if dtype.hasobject:
            flat = np.empty(len(content), object)
            for number, each in enumerate(content):  # lists of one length would be taken for a matrix
                flat[number] = _made(each)
        else:
            flat = np.frombuffer(content, dtype).copy()
        return flat.reshape(shape, order="F" if by_columns else "C")


_WALKED = frozenset((_Array, _Kind, dict, list))

_NAMES: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
}


class _Plain(pickle.Unpickler):
    """Reads a stream that names nothing but arrays."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise pickle.UnpicklingError(
                f"it names {module}.{name}, which no data set needs; nothing was run"
            )
        return _NAMES[module, name]


def object_arrays_of(path: Path, *names: str) -> list[np.ndarray]:
    """The arrays of these names of an .npz file, lists as their elements allowed.

    Raises:
        DataError: the file is damaged, of another kind, or names what no data set needs.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_of_member(io.BytesIO(archive.read(f"{name}.npy"))) for name in names]
    except _BROKEN as error:
        raise damaged(path, error) from error


def dictionary_of(path: Path) -> dict[str, Any]:
    """The dictionary of a file that Python 2 or 3 wrote, its keys as text.

    Raises:
        DataError: the file is damaged, of another kind, or names what no data set needs.
    """
    try:
        with path.open("rb") as file:
            read = _made(_Plain(file, encoding="bytes").load())
        return {_text(key): value for key, value in read.items()}
    except _BROKEN as error:
        raise damaged(path, error) from error


def _of_member(file: BinaryIO) -> np.ndarray:
    npy = np.lib.format
    read_header = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
    if not read_header(file)[2].hasobject:
        file.seek(0)
        return npy.read_array(file, allow_pickle=False)
    return np.asarray(_made(_Plain(file).load()))


def _made(value: Any) -> Any:
    """Arrays in the place of their descriptions."""
    if isinstance(value, (_Array, _Kind)):
        return value.made()
    if isinstance(value, dict):
        return {key: _made(each) for key, each in value.items()}
    # The lists of numbers are long: only those are walked that hold something else.
    if isinstance(value, list) and not _WALKED.isdisjoint(map(type, value)):
        return [_made(each) for each in value]
    return value


def _text(value: Any) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)
