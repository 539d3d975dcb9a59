"""Arrays in a safetensors file with a checksum, so that a byte that changed on the disk or on the way is told of.

The checksum is the CRC-32 of the file, in whose header it stands as eight hexadecimal digits, with zeros in its place. It
finds every change within four neighbouring bytes, and any other but for one in four thousand million. It guards
against damage, not against a person who means to deceive.

A file without one, as earlier versions and other programs write it, is read as it is.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from fallline.errors import SavedFileError

KEY = "checksum"
_BLANK = "0" * 8
_PLACE = re.compile(rb'"checksum"\s*:\s*"([^"\\]*)"')
_CHUNK = 2**20


def write_sealed(file: BinaryIO, arrays: Mapping[str, Any], metadata: Mapping[str, str]) -> None:
    """Writes arrays of NumPy and what they are, with a checksum."""
    from safetensors.numpy import save

    content = memoryview(save(dict(arrays), metadata={**metadata, KEY: _BLANK}))
    size = int.from_bytes(content[:8], "little")
    head, arrays_alone = _in_order(json.loads(bytes(content[8 : 8 + size]))), content[8 + size :]
    found = _PLACE.search(head)
    assert found is not None
    file.write(head[: found.start(1)])
    file.write(f"{zlib.crc32(arrays_alone, zlib.crc32(head)):08x}".encode())
    file.write(head[found.end(1) :])
    file.write(arrays_alone)


def _in_order(header: dict[str, Any]) -> bytes:
    """A header with its length, the metadata by name: safetensors writes them in an order that differs from call to call."""
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def check_seal(path: Path) -> None:
    """Checks that a safetensors file is as it was written; one without a checksum passes.

    Raises:
        SavedFileError: it is not.
    """
    with path.open("rb") as file:
        size = file.read(8)
        header = file.read(min(int.from_bytes(size, "little"), path.stat().st_size))
        if (found := _PLACE.search(header)) is None:
            return
        blank = header[: found.start(1)] + _BLANK.encode() + header[found.end(1) :]
        checksum = zlib.crc32(blank, zlib.crc32(size))
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    if found[1] != f"{checksum:08x}".encode():
        raise SavedFileError(
            f"{path} is damaged: its bytes are not those that were written, as its checksum says. "
            "Copy it again from where it is whole, or make it anew."
        )
