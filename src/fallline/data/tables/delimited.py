"""Delimited text (CSV and its relatives): checks the bytes, finds the delimiter and the header, splits the cells.

Every cell stays text here; `tables` decides the types. polars splits the well-formed bulk. Its tolerance of
short rows would hide damage, so the separators of every line are counted first.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.errors import DataError, UsageError

MISSING = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "nan", "NaN", "NAN", "null", "NULL", "None", "NONE", "?")
"""The texts that stand for a missing value, after surrounding spaces are stripped."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}

# A tab, semicolon or pipe that divides every line alike is no accident; a comma may be a decimal comma and
# a space may follow the true delimiter, so these two come last.
_PREFERENCE = ("\t", ";", "|", ",", " ")
_SAMPLE_LINES = 500
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
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_delimited(
    content: bytes,
    where: str,
    *,
    header: bool | None = None,
    delimiter: str | None = None,
    column: str | None = None,
) -> pl.DataFrame:
    """Splits the bytes of a delimited file into a frame of text columns.

    Args:
        content: The file's bytes, already decompressed.
        where: The file's name, for messages.
        header: Whether the first line names the columns; None to find out.
        delimiter: One character; None to find out.
        column: A column's name; a first line that holds it names the columns.

    Returns:
        Text columns; without a header named `column_1`, `column_2`, ...

    Raises:
        UsageError: the delimiter is not one character.
        DataError: no text, another encoding than UTF-8, ragged rows, duplicate column names.
    """
    if delimiter is not None and len(delimiter.encode()) != 1:
        raise UsageError(f"the delimiter must be one ASCII character, got {delimiter!r}.")
    text = clean_text(content, where)
    if not text.strip():
        raise DataError(f"{where} is empty.")
    sample = text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES]
    delimiter = delimiter or find_delimiter(sample)
    cells = _split(text, delimiter, where)
    if header is None:
        rows = [[value or "" for value in row] for row in cells.head(_SAMPLE_LINES).iter_rows()]
        # What is a number could be meant as a position.
        named = column is not None and not _is_number(column) and column in map(str.strip, rows[0])
        header = named or find_header(rows)
    if not header:
        return cells
    names = [(name or "").strip() or f"unnamed_{k + 1}" for k, name in enumerate(cells.row(0))]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        shown = ", ".join(f'"{name}"' for name in twice[:5]) + (", ..." if len(twice) > 5 else "")
        raise DataError(
            f"{where}: duplicate column names {shown}. Give each column its own name, "
            "or say that the file has no header (--no-header)."
        )
    return cells.slice(1).rename(dict(zip(cells.columns, names, strict=True)))


def clean_text(content: bytes, where: str) -> str:
    """The bytes as text with line feeds as line ends; a UTF-8 byte order mark is dropped.

    Raises:
        DataError: the bytes are no UTF-8 text; the message gives the position and a remedy.
    """
    for start, kind in _FOREIGN_STARTS.items():
        if content.startswith(start):
            raise DataError(f"{where} is no CSV text: it is {kind}. Save it as CSV, gzipped CSV or Parquet.")
    if content.startswith(_UTF16_MARKS):
        raise DataError(f"{where} is encoded in UTF-16. Convert it: {_conversion('UTF-16', where)}.")
    if (position := content.find(b"\0")) >= 0:
        raise DataError(
            f"{where} is no text: it holds a zero byte at position {position}. "
            "Expected a CSV (plain or gzipped), a Parquet file or an .npz of images."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        position = error.start
        line = content.count(b"\n", 0, position) + 1
        raise DataError(
            f"{where} is not in UTF-8: byte 0x{content[position]:02x} at position {position} (line {line}). "
            f"If it is in Western European encoding, convert it: {_conversion('CP1252', where)}."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def find_delimiter(lines: Sequence[str]) -> str:
    """The character that divides most lines into the same number of fields, more than one; else a comma."""
    lines = [line for line in lines if line.strip()]
    shares: dict[str, float] = {}
    for candidate in _PREFERENCE:
        widths = Counter(len(row) for row in _sample_rows(lines, candidate))
        width, count = max(widths.items(), key=lambda item: item[1], default=(1, 0))
        if width > 1 and 2 * count > len(lines):
            shares[candidate] = count / len(lines)
    # A share of 1 beats preference; below, a few ragged lines must not hand the file to another character.
    return max(shares, key=lambda name: (shares[name] == 1, round(shares[name], 1)), default=",")


def find_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows of text names the columns.

    It does when a column of numbers starts with a word; when its numbers count up (`Letter,1,2,...,16`,
    `country,2019,2020,2021`) and its words are no values of their columns; or, in a table of words alone,
    when none of its words comes again in its column.
    """
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    named = [cell for cell in first if cell not in MISSING]
    if not rest:
        return not any(_is_number(cell) for cell in named)
    columns = [{cell for row in rest if (cell := row[k].strip()) not in MISSING} for k in range(len(first))]
    numeric = [bool(values) and all(map(_is_number, values)) for values in columns]
    if any(numeric[k] and cell not in MISSING and not _is_number(cell) for k, cell in enumerate(first)):
        return True
    words_recur = any(cell in columns[k] for k, cell in enumerate(first) if not _is_number(cell) and cell)
    if words_recur or len(set(named)) < len(named):
        return False
    numbers = [cell for cell in named if _is_number(cell)]
    if not numbers:
        return bool(named)
    words = len(named) - len(numbers)
    return _counts_up(numbers, 3 if words else 5) and not _counts_up([cell.strip() for cell in rest[0]], 3)


def _sample_rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return [
            row
            for row in csv.reader(
                [line.strip(" ") for line in lines], delimiter=delimiter, skipinitialspace=True
            )
            if row
        ]
    except csv.Error:
        return []


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _counts_up(cells: Sequence[str], at_least: int) -> bool:
    if len(cells) < at_least or not all(re.fullmatch(r"\d{1,9}", cell) for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return all(later == earlier + 1 for earlier, later in itertools.pairwise(numbers))


def _split(text: str, delimiter: str, where: str) -> pl.DataFrame:
    if delimiter == " " and '"' not in text:
        text = re.sub(r"[ \t]+", " ", re.sub(r"(?m)^[ \t]+|[ \t]+$", "", text))
    opening = re.escape(delimiter)
    quoted = re.search(rf'(?m)(^|{opening}) *"', text) is not None
    # polars knows no blanks between delimiter and quotation mark; the csv module does, and reads slowly.
    if quoted and (delimiter == " " or re.search(rf'(?m)(^|{opening}) +"', text)):
        return _split_slowly(text, delimiter, where)
    content = (text if text.endswith("\n") else text + "\n").encode()
    counts, blank = _separators(content, delimiter, quoted)
    if quoted and (counts is None or len(set(counts[~blank].tolist())) > 1):
        return _split_slowly(text, delimiter, where)
    assert counts is not None
    _check_even(counts[~blank] + 1, np.flatnonzero(~blank) + 1, where, delimiter)
    if blank.any():
        content = re.sub(rb"(?m)^[ \t]*\n", b"", content)
    quote = '"' if quoted else None
    try:
        cells = pl.read_csv(
            io.BytesIO(content), has_header=False, separator=delimiter, quote_char=quote, infer_schema=False
        )
        return cells.rename({name: f"column_{k + 1}" for k, name in enumerate(cells.columns)})
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{where} cannot be read as delimited text: {str(error).splitlines()[0]}") from error


def _separators(content: bytes, delimiter: str, quoted: bool) -> tuple[np.ndarray | None, np.ndarray]:
    """Per line: how many delimiters outside quotation marks, and whether it is blank. None: a mark stays open."""
    codes = np.frombuffer(content, np.uint8)
    ends, separators = codes == ord("\n"), codes == ord(delimiter)
    if quoted:
        inside = np.logical_xor.accumulate(codes == ord('"'))
        if inside[-1]:
            return None, np.zeros(0, bool)
        ends, separators = ends & ~inside, separators & ~inside
    stops = np.flatnonzero(ends)
    starts = np.concatenate(([0], stops[:-1] + 1))
    counts = np.diff(np.searchsorted(np.flatnonzero(separators), stops), prepend=0)
    blank = stops == starts
    for line in np.flatnonzero((counts == 0) & ~blank & (stops - starts < 100)):
        blank[line] = not content[starts[line] : stops[line]].strip()
    # A blank line inside quotation marks is not the file's; removing lines by pattern would reach it.
    if quoted and blank.any():
        return None, blank
    return counts, blank


def _split_slowly(text: str, delimiter: str, where: str) -> pl.DataFrame:
    """The csv module's reading: exact about quotation marks and line numbers, some thirty times slower."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows, numbers, line = [], [], 1
    try:
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                rows.append(row)
                numbers.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{where}, line {line}: {error}. Is there a quotation mark that never closes?"
        ) from None
    if text.count('"') % 2 and any("\n" in cell for cell in rows[-1]):
        raise DataError(f"{where}, line {numbers[-1]}: a quotation mark opens here and never closes.")
    _check_even(np.array([len(row) for row in rows]), np.array(numbers), where, delimiter)
    return pl.DataFrame({f"column_{k + 1}": list(cells) for k, cells in enumerate(zip(*rows, strict=True))})


def _check_even(widths: np.ndarray, lines: np.ndarray, where: str, delimiter: str) -> None:
    counts = np.bincount(widths)
    expected = int(widths[0] if counts[widths[0]] == counts.max() else counts.argmax())
    uneven = np.flatnonzero(widths != expected)
    if uneven.size == 0:
        return
    k = int(uneven[0])
    more = f" ({uneven.size} such lines)" if uneven.size > 1 else ""
    raise DataError(
        f"{where}, line {lines[k]}: expected {expected} fields as in the other lines, got {widths[k]}{more}. "
        f"The delimiter taken is the {DELIMITERS.get(delimiter, delimiter)}; correct the line or give --delimiter."
    )


def _conversion(encoding: str, where: str) -> str:
    return f"iconv -f {encoding} -t UTF-8 {where} > converted.csv"
