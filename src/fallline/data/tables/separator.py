"""What stands between the cells of a text file.

The strongest evidence is a name that the person asked for: the separator under which an early line has it as a whole
cell. Then a first line `sep=;`, as spreadsheets write it. Then CleverCSV, which judges by what the cells would be;
held in check, since it also splits a single column.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Sequence

from fallline.data.tables.header import find_header, is_comment, is_value

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space", ":": "colon"}

ONE_COLUMN = "\x1f"
"""Stands for no separator: the unit separator of ASCII, which no text file holds."""

# A tab, semicolon or pipe that divides every line alike is no accident; a comma may be a decimal comma and
# a space may follow the true separator, so these come last.
_PREFERENCE = ("\t", ";", "|", ",", ":", " ")
_EARLY = 50
_SNIFFED_LINES, _SNIFFED_CHARACTERS = 200, 20_000
_DECLARED = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_DATE_AND_TIME = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}[ T]\d{1,2}:\d{2}.*|\d{1,2}:\d{2}(:\d{2})?.*")

_ONE_NUMBER = re.compile(r"[+-]?(\d+(,\d+)?|\d{1,3}(,\d{3})+(\.\d*)?|\d*\.\d+)")


def find_separator(lines: Sequence[str], column: str | Collection[str] | None = None) -> str:
    """The character between the cells of some lines; `ONE_COLUMN` for lines of one cell.

    Args:
        lines: The first lines of a text, a few hundred.
        column: A name that is asked for, or several of which any may stand in the header.
    """
    declared = declared_separator(lines)
    if declared is not None:
        return declared
    lines = [line for line in lines if line.strip()]
    names = {column} if isinstance(column, str) else set(column or ())
    named = _by_name(lines, {name.strip() for name in names})
    if named is not None:
        return named
    body = [line for line in lines if not is_comment([line])] or lines
    found = _sniffed(body)
    if found is None or not _divides(body, found):
        found = _most_even(body)
    return found if found is not None and not _is_one_column(body, found) else ONE_COLUMN


def declared_separator(lines: Sequence[str]) -> str | None:
    """The separator that a first line `sep=;` declares."""
    match = _DECLARED.fullmatch(lines[0]) if lines else None
    return match[1] if match else None


def rows_of(lines: Sequence[str], separator: str) -> list[list[str]]:
    """Lines as rows of cells, without blank ones; runs of blanks are one separator if blanks are."""
    if separator == " ":
        lines = [re.sub(r"[ \t]+", " ", line.strip()) for line in lines]
    try:
        return [row for row in csv.reader(lines, delimiter=separator, skipinitialspace=True) if row]
    except csv.Error:
        return []


def _by_name(lines: Sequence[str], names: set[str]) -> str | None:
    """The separator under which an early line has most of the names as whole cells."""
    best: tuple[int, float, int] = (0, 0.0, 0)
    found = None
    for rank, candidate in enumerate(_PREFERENCE):
        rows = rows_of(lines, candidate)
        hits, width = 0, 0
        for row in rows[:_EARLY]:
            stripped = [cell.strip().lstrip("\ufeff") for cell in row]
            count = len(names.intersection(stripped))
            if count > hits and len(row) > 1:
                hits, width = count, len(row)
        # Among equals the separator that cuts the other lines as often.
        even = sum(len(row) in (width, width + 1) for row in rows) / max(len(rows), 1)
        if hits and (hits, even, -rank) > best:
            best, found = (hits, even, -rank), candidate
    if found is None and any(line.strip().strip('"\ufeff') in names for line in lines[:_EARLY]):
        # The name fills a line: one column, unless the line is a title over a table.
        widths = {c: Counter(len(row) for row in rows_of(lines, c)).most_common(1) for c in ("\t", ";", "|")}
        if not any(most and most[0][0] > 1 for most in widths.values()):
            return ONE_COLUMN
    return found


def _sniffed(lines: Sequence[str]) -> str | None:
    # Imported here: a second of nothing for who reads other files.
    from clevercsv import Sniffer

    sample = "\n".join(lines[:_SNIFFED_LINES])
    if len(sample) > _SNIFFED_CHARACTERS:
        cut = sample.rfind("\n", 0, _SNIFFED_CHARACTERS)
        sample = sample[: cut if cut > 0 else _SNIFFED_CHARACTERS]
    try:
        dialect = Sniffer().sniff(sample + "\n")
    except Exception:  # its own error, and others for texts it does not expect
        return None
    return dialect.delimiter if dialect is not None and dialect.delimiter in SEPARATORS else None


def _divides(lines: Sequence[str], separator: str) -> bool:
    """Whether most lines have the same number of cells, more than one."""
    return _evenness(lines, separator) > 0.5


def _evenness(lines: Sequence[str], separator: str) -> float:
    """The share of the lines that have the most frequent number of cells; 0 if that is one."""
    rows = rows_of(lines, separator)
    whole = Counter(len(row) for row in rows)
    # Some programs end some lines with separators that begin no cell.
    filled = Counter(max((k + 1 for k, cell in enumerate(row) if cell), default=0) for row in rows)
    shares = [widths.most_common(1)[0] for widths in (whole, filled) if widths]
    return max((count / len(lines) for width, count in shares if width > 1), default=0.0)


def _most_even(lines: Sequence[str]) -> str | None:
    """The character that divides most lines into the same number of cells: for what CleverCSV does not answer."""
    shares = {candidate: _evenness(lines, candidate) for candidate in _PREFERENCE}
    # A share of 1 beats preference; below, a few ragged lines must not hand the file to another character.
    best = max(shares, key=lambda name: (shares[name] == 1, round(shares[name], 1)))
    return best if shares[best] > 0.5 else None


def _is_one_column(lines: Sequence[str], separator: str) -> bool:
    """Whether a comma, blank or colon stands within the cells of a single column rather than between cells."""
    if separator not in (",", " ", ":"):
        return False
    rows = rows_of(lines, separator)
    sizes = [len(row) for row in rows]
    if separator in (" ", ":"):
        # A header may have one name less, none for the names of the rows.
        lacks_one = sizes[0] == max(sizes) - 1 > 1
        if sum(size == max(sizes) for size in sizes) + lacks_one < 0.9 * len(sizes):
            return True
        if all(_DATE_AND_TIME.fullmatch(line.strip()) for line in lines[1:]):
            return True
    # A header that is not divided, right above lines that are: `size` over `1,5`. A title has a header below it.
    if sizes[0] > 1 or len(sizes) < 2 or is_value(lines[0].strip()):
        return False
    if separator == "," and all(_ONE_NUMBER.fullmatch(line.strip()) for line in lines[1:]):
        return True
    return max(sizes[1:]) == 2 and not find_header([[cell.strip() for cell in row] for row in rows[1:]])
