"""The bytes of a text file: which encoding they are in, and whether they are text at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from fallline.data.tables.header import named_lines
from fallline.data.tables.scan import has_lone_returns
from fallline.errors import DataError

_FOREIGN_STARTS = {
    b"PK\x03\x04": "a zip archive, an Excel workbook or an .npz file",
    b"\xfd7zXZ": "compressed with xz",
    b"BZh": "compressed with bzip2",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x89HDF": "an HDF5 file",
    b"\x89PNG": "a PNG image",
    b"\x93NUMPY": "a NumPy array",
}
# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


_CHUNK = 1 << 18
_LOOKED_AT = 4096


@dataclass(frozen=True)
class Text:
    """A text file's content.

    Args:
        content: The text in UTF-8, without byte order mark; a line ends with a line feed, maybe after a return.
        holds: Which of the bytes that make reading slower it holds: quotation mark, blank, tab, and the first byte of
            a no-break space.
        notes: What was done to it.
    """

    content: bytes
    holds: frozenset[bytes]
    notes: tuple[str, ...] = ()


def clean_text(content: bytes, where: str) -> Text:
    """The content of a text file in UTF-8.

    Whether every byte is valid UTF-8 is not looked at: who splits the cells finds out, and calls `western`.

    Raises:
        DataError: the content is known to be something else, holds zero bytes, or is empty.
    """
    for start, kind in _FOREIGN_STARTS.items():
        if content.startswith(start):
            raise DataError(f"{where} is no CSV text: it is {kind}. Save it as CSV, gzipped CSV or Parquet.")
    notes: tuple[str, ...] = ()
    for mark, name in _MARKS:
        if content.startswith(mark):
            content, notes = _decoded(content, name, where), (f"the file is in {name}",)
            break
    if not notes and (name := _unmarked(content[:_LOOKED_AT])):
        content, notes = _decoded(content, name, where), (f"the file is in {name}, without its mark",)
    holds = _held(content)
    if b"\0" in holds:
        raise DataError(
            f"{where} is no text: it holds a zero byte at position {content.index(0)}. "
            "Expected a CSV (plain or gzipped), a Parquet file or an .npz of images."
        )
    content = content.removeprefix(codecs.BOM_UTF8)
    # Two copies of the text: only where the pairs of Windows do not end all lines, which polars reads as they are.
    if b"\r" in holds and has_lone_returns(content):
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content.endswith(
        (b"\n\n", b"\n\r\n")
    ):  # blank lines at the end say nothing and would take the slow way
        content = content.rstrip(b"\r\n") + b"\n"
    if not content[:1000].strip() and not content.strip():
        raise DataError(f"{where} is empty.")
    return Text(content, holds, notes)


def _unmarked(start: bytes) -> str:
    """The kind of UTF-16 in which every second byte is mostly zero and no other is; empty where it is none."""
    for name, first in (("UTF-16-LE", 1), ("UTF-16-BE", 0)):
        zeros, others = start[first::2], start[1 - first :: 2]
        if zeros.count(0) > len(start) / 4 and not others.count(0):
            return name
    return ""


def western(text: Text, where: str) -> Text:
    """Text that is not all UTF-8, with the lines that are not read as Western European text.

    Line by line, since a file joined from two may hold both.

    Raises:
        DataError: these lines hold bytes that are no characters in Western European encoding either.
    """
    lines, others = text.content.split(b"\n"), []
    for k, line in enumerate(lines):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError as error:
            read = _as_western(line)
            if read is None:
                position = sum(len(other) + 1 for other in lines[:k]) + error.start
                raise DataError(
                    f"{where} is not in UTF-8: byte 0x{line[error.start]:02x} at position {position} (line {k + 1}). "
                    f"If you know its encoding, convert it: {_conversion('ENCODING', where)}."
                ) from None
            lines[k] = read.encode()
            others.append(k + 1)
    note = (
        f"{named_lines(others)} not in UTF-8 and read as Western European text (CP1252); if letters look wrong, convert "
        f"the file: {_conversion('ENCODING', where)}"
    )
    content = b"\n".join(lines)
    return Text(content, _held(content), (*text.notes, note))


def _held(content: bytes) -> frozenset[bytes]:
    """Which bytes of interest there are: chunk by chunk, each read from memory once and searched in the cache."""
    wanted, held = [b"\0", b"\r", b'"', b" ", b"\t", b"\xc2"], set[bytes]()
    for begin in range(0, len(content), _CHUNK):
        held.update(byte for byte in wanted if content.find(byte, begin, begin + _CHUNK) >= 0)
        wanted = [byte for byte in wanted if byte not in held]
    return frozenset(held)


def _as_western(line: bytes) -> str | None:
    try:
        text = line.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if re.search(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", text) else text


def _decoded(content: bytes, encoding: str, where: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise DataError(
            f"{where} begins like a file in {encoding} but is damaged at byte {error.start}: {error.reason}. "
            f"Copy it again, or convert it: {_conversion(encoding, where)}."
        ) from None


def _conversion(encoding: str, where: str) -> str:
    return f"iconv -f {encoding} -t UTF-8 {where} > converted.csv"
