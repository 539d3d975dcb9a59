"""What is compressed or packed: gzip, bzip2, xz, zstd, and zip archives that hold a table."""

from __future__ import annotations

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import zstandard

from fallline.data.tables.content import Content
from fallline.errors import DataError, suggestion

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_BLOCK = 64 * 2**10
_GROWTH, _ALWAYS = 200, 2**30
"""What is packed may grow to this many times its size, and to this many bytes in any case."""
_LAYERS = 4


@dataclass(frozen=True)
class Compression:
    """A way to compress one stream: its name, its first bytes, and a decompressor's constructor."""

    name: str
    start: bytes
    decompressor: Callable[[], Any]


COMPRESSIONS = (
    Compression("gzip", b"\x1f\x8b", lambda: zlib.decompressobj(wbits=31)),
    Compression("bzip2", b"BZh", bz2.BZ2Decompressor),
    Compression("xz", b"\xfd7zXZ\0", lzma.LZMADecompressor),
    Compression("zstd", b"\x28\xb5\x2f\xfd", lambda: zstandard.ZstdDecompressor().decompressobj()),
)


def packing(content: Content) -> str | None:
    """The name of the outermost packing: `gzip`, ..., `zip`; None where there is none. A workbook counts as none."""
    if content.start.startswith(ZIP_STARTS):
        return None if is_document(content) else "zip"
    return next((kind.name for kind in COMPRESSIONS if content.start.startswith(kind.start)), None)


def unpacked(content: Content, member: str | None = None) -> Content:
    """The table inside whatever is around it.

    Args:
        content: As it came.
        member: Which file of a zip archive is meant, where it holds several.

    Raises:
        DataError: damaged, encrypted, grown beyond measure, or an archive of several files none of which is named.
    """
    named = member is None
    for _ in range(_LAYERS):
        name = packing(content)
        if name is None:
            break
        if name == "zip":
            content, named = _from_zip(content, None if named else member), True
        else:
            content = _decompressed(content, next(kind for kind in COMPRESSIONS if kind.name == name))
    if not named:
        raise DataError(f'{content.source} is no zip archive: there is no "{member}" in it.')
    if not len(content.data):
        raise DataError(f"{content.source} is empty.")
    return content


def members(content: Content) -> list[str]:
    """The files in a zip archive; none where the content is no archive."""
    return list(_files(_archive(content))) if packing(content) == "zip" else []


def is_document(content: Content) -> bool:
    """Whether a zip archive is the inside of one document (a workbook of Excel or ODS), no box of files."""
    names = _archive(content).namelist()
    return "[Content_Types].xml" in names or "mimetype" in names[:1]


def _decompressed(content: Content, kind: Compression) -> Content:
    limit = max(_ALWAYS, _GROWTH * len(content.data))
    data, position = bytearray(), 0
    try:
        while content.data[position : position + _BLOCK].strip(b"\0"):  # zeros fill up a last block
            machine = kind.decompressor()
            while not machine.eof:
                block = content.data[position : position + _BLOCK]
                if not block:
                    raise EOFError("it ends too early")
                data += machine.decompress(block)
                position += len(block)
                _check_size(len(data), limit, content)
            position -= len(machine.unused_data)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
        raise DataError(
            f"{content.source} is a damaged {kind.name} file: {error}. Download or copy it again."
        ) from error
    return Content(data, content.source, notes=content.notes)


def _check_size(size: int, limit: int, content: Content) -> None:
    if size > limit:
        raise DataError(
            f"{content.source} grows from {len(content.data):,} bytes to more than {limit:,}. "
            "If that is meant, unpack it first and give the file inside."
        )


def _archive(content: Content) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(content.path or io.BytesIO(content.data))  # of a mapped file no copy
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DataError(
            f"{content.source} is a damaged zip archive or workbook: {error}. Download or copy it again."
        ) from error


def _files(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files people put in: not what their system adds (`.DS_Store`, `__MACOSX`)."""
    return {
        info.filename: info
        for info in archive.infolist()
        if not info.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in info.filename.split("/"))
    }


def _from_zip(content: Content, member: str | None) -> Content:
    archive = _archive(content)
    files = _files(archive)
    if files and all(name.endswith(".npy") for name in files):
        raise DataError(f"{content.source} holds NumPy arrays (.npz), no table. Save it as CSV or Parquet.")
    name = _chosen(list(files), member, content.source)
    info = files[name]
    _check_size(info.file_size, max(_ALWAYS, _GROWTH * len(content.data)), content)
    if info.flag_bits & 1:
        raise DataError(f'"{name}" in {content.source} is encrypted. Unpack it with its password first.')
    try:
        data = archive.read(info)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, lzma.LZMAError) as error:
        raise DataError(
            f'"{name}" in {content.source} is damaged or packed in an unknown way: {error}. Unpack it first.'
        ) from error
    return Content(data, f"{content.source}/{name}", notes=content.notes)


def _chosen(names: Sequence[str], member: str | None, source: str) -> str:
    """The one file of an archive that is meant."""
    shown = ", ".join(f'"{name}"' for name in names[:10]) + (", ..." if len(names) > 10 else "")
    if not names:
        raise DataError(f"{source} is an empty zip archive.")
    if member is not None:
        fitting = [name for name in names if name == member] or [
            name for name in names if PurePosixPath(name).name == member
        ]
        if len(fitting) != 1:
            raise DataError(f'no single file "{member}" in {source}. {suggestion(member, names)}')
        return fitting[0]
    if len(names) > 1:
        raise DataError(
            f"{source} holds {len(names)} files: {shown}. "
            f'Name the one that is meant: "{source}/{names[0]}", or --table "{names[0]}".'
        )
    return names[0]
