"""The idx files of MNIST and Fashion-MNIST: 4 bytes that say what it is, 4 for each size, then a byte a value."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from jaxtyping import UInt8

from fallline.datasets.kept import Remote
from fallline.errors import DataError

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
_FASHION = (
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
)
_DIGITS = (
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
)

_KINDS = {"images": (2051, 3), "labels": (2049, 1)}
"""The first four bytes of a file as a number, and how many sizes follow."""


def remotes(folder: str, what: Literal["digits", "fashion"]) -> dict[str, Remote]:
    """The four files below an address, by name; the hashes are those that their makers published."""
    hashes = _FASHION if what == "fashion" else _DIGITS
    return {name: Remote(folder + name, f"md5:{each}") for name, each in zip(FILES, hashes, strict=True)}


def values_of(file: Path | BinaryIO, what: Literal["images", "labels"]) -> UInt8[np.ndarray, "..."]:
    """Images (n, rows, columns) or labels (n,), as uint8; packed or not.

    Raises:
        DataError: it is no such file, or damaged.
    """
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return values_of(opened, what)
    magic, axes = _KINDS[what]
    where = getattr(file, "name", "the file")
    try:
        content = file.read()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{where} is damaged: {error}. Copy it anew.") from error
    length = 4 + 4 * axes
    head = np.frombuffer(content[:length], ">u4") if len(content) >= length else np.zeros(1, np.uint32)
    if head[0] != magic:
        raise DataError(f"{where}: no idx file of {what} (it begins with {int(head[0])}, not {magic}).")
    sizes = [int(size) for size in head[1:]]
    values = np.frombuffer(content, np.uint8, offset=length)
    if len(values) != np.prod(sizes):
        raise DataError(
            f"{where} holds {len(values)} values, but says {' x '.join(map(str, sizes))}. Copy it anew."
        )
    return values.reshape(sizes)
