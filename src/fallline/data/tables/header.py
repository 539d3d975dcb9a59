"""Where a table begins among rows of text: the names of its columns, and what stands above and below them.

The strongest evidence is a name that the person asked for: the row that holds it is the header, whatever it looks
like. Without one, the values decide. Nothing is skipped without a note that says which line it was.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fallline.data.forms.words import MISSING_WORDS, NO_VALUE_WORDS
from fallline.data.tables.units import is_unit
from fallline.errors import DataError

EARLY = 50
"""How many rows may stand above a header at most."""

# The share of values that make a column one of numbers: a few words may stand for gaps, or be headers of joined files.
_MOST = 0.75
# Words that say nothing about a first row: they stand for a gap as often as for a name.
_GAPS = NO_VALUE_WORDS | {word.casefold() for word in MISSING_WORDS}

_COMMENT = re.compile(r"\s*(#|%|//)\s*")
# Numbers in any dress and dates in digits: what a name seldom looks like.
_VALUE = re.compile(
    r"[+\-−(]?\s?[$€£¥]?\s?\d[\d.,:/\-\s'’TZ]*(e[+-]?\d+)?\s?[%$€£¥]?\)?|[+-]?\.\d+", re.IGNORECASE
)
_RULE = re.compile(r":?(-{2,}|={2,}):?")
_YEAR = re.compile(r"(1[89]|20)\d\d")


@dataclass(frozen=True)
class TableStart:
    """Where a table begins among its source's rows.

    Args:
        names: One a column: stripped, unique, never empty.
        first: The index, among the rows looked at, of the first row of data.
        header: The header's cells as they stand; None where the source names no columns and `names` are `column_1`,
            `column_2`, ...
        units: The cells of a line of units below the header.
        empty_end: Whether the last column seems to be none: the rows end with a separator.
        notes: What was skipped or renamed.
    """

    names: tuple[str, ...]
    first: int
    header: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None
    empty_end: bool = False
    notes: tuple[str, ...] = ()


def find_table(
    rows: Sequence[Sequence[str | None]],
    *,
    lines: Sequence[int] | None = None,
    header: bool | int | None = None,
    column: str | Collection[str] | None = None,
    word: str = "line",
    where: str = "the table",
) -> TableStart:
    """Finds the header and the first row of data among the first rows of a source.

    Args:
        rows: Some hundred rows from the top, each a sequence of cells; None and empty text are empty cells.
        lines: The number of each row in its source, from 1; None to count.
        header: True: the first row that is no title names the columns; a number: the line with this number does;
            False: none does; None to find out.
        column: A name that is asked for, or several (of columns that a model knows): the row that holds it is the
            header.
        word: What a row is called: `line` of a text file, `row` of a sheet.
        where: The source's name, for messages.

    Raises:
        DataError: there is no line of that number.
    """
    cells = [[(cell or "").strip().lstrip("\ufeff") for cell in row] for row in rows]
    numbers = list(lines) if lines is not None else list(range(1, len(rows) + 1))
    width = table_width(cells)
    if header is not None and not isinstance(header, bool):
        return _given(cells, numbers, header, word, where)
    wanted = {column} if isinstance(column, str) else set(column or ())
    if header is not False and (named := _named(cells, {name.strip() for name in wanted}, width)) is not None:
        return _below(cells, numbers, named, width, word)
    start = _first_of_table(cells, width)
    skipped = _skipped(cells, numbers, range(start), word)
    if start == len(cells):
        start, skipped = 0, []
    if header is None and not find_header(cells[start:], width):
        commented = _names_in_comment(cells, start, width)
        if commented is not None:
            return _below(cells, numbers, commented, width, word)
        header = _lacks_a_name(cells, start, width)
    if header is not False:
        return _below(cells, numbers, start, width, word)
    names = tuple(f"column_{k + 1}" for k in range(width))
    return TableStart(names, start, empty_end=_ends_empty(cells[start:], width), notes=tuple(skipped))


def table_width(cells: Sequence[Sequence[str]]) -> int:
    """How many cells most rows have; the more where two numbers are as frequent."""
    sizes = Counter(len(row) for row in cells if any(row) and not is_comment(row))
    sizes = sizes or Counter(len(row) for row in cells)
    return max(sizes, key=lambda size: (sizes[size], size), default=0)


def is_comment(row: Sequence[str | None]) -> bool:
    """Whether a row begins with `#`, `%` or `//`."""
    return bool(row) and row[0] is not None and _COMMENT.match(row[0]) is not None


def is_value(text: str) -> bool:
    """Whether a text looks like a number or a date in digits rather than like a name."""
    if _VALUE.fullmatch(text):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def find_header(rows: Sequence[Sequence[str]], width: int | None = None) -> bool:
    """Whether the first of some rows of text names the columns.

    It does when a column of numbers starts with a word; when its numbers are years or count up (`region,1990,1995`,
    `Letter,1,2,...,16`) and its words are no values of their columns; or, in a table of words alone,
    when none of its words comes again in its column.
    """
    if not rows:
        return False
    first, rest = list(rows[0]), rows[1:]
    width = len(first) if width is None else width
    if len(first) != width:
        return False
    named = [cell for cell in first if cell not in MISSING_WORDS]
    if not any(any(row) for row in rest):
        return not any(is_value(cell) for cell in named)
    # A file that was joined from several repeats its header.
    columns = _values([row for row in rest if list(row) != first], width)
    numeric = [bool(values) and sum(map(is_value, values)) >= _MOST * len(values) for values in columns]
    above = {k: cell for k, cell in enumerate(first) if numeric[k] and not is_value(cell)}
    if any(cell.casefold() not in _GAPS and cell not in columns[k] for k, cell in above.items()):
        return True
    columns = _values(rest, width)
    words_recur = any(cell in columns[k] for k, cell in enumerate(first) if not is_value(cell) and cell)
    if words_recur or len(set(named)) < len(named):
        return False
    values = [cell for cell in named if is_value(cell)]
    if not values:
        return bool(named)
    words = len(named) - len(values)
    years = [k for k, cell in enumerate(first) if is_value(cell)]
    if (
        words
        and all(_YEAR.fullmatch(cell) for cell in values)
        and len(values) > 1
        and values == sorted(values)
    ):
        # Years as names, unless the columns hold years.
        return not any(_YEAR.fullmatch(cell) for k in years for cell in columns[k])
    return _counts_up(values, 3 if words else 5) and not _counts_up(list(rest[0]), 3)


def _given(cells: list[list[str]], numbers: list[int], header: int, word: str, where: str) -> TableStart:
    if header not in numbers or not any(cells[numbers.index(header)]):
        near = [number for number, row in zip(numbers, cells, strict=True) if any(row)]
        raise DataError(
            f"{where}: there is no header in {word} {header}: "
            + (
                f"the {word} is empty or not there; the first with cells is {near[0]}."
                if near
                else "it is empty."
            )
        )
    k = numbers.index(header)
    return _below(cells, numbers, k, table_width(cells[k:]), word)


def _named(cells: list[list[str]], wanted: set[str], width: int) -> int | None:
    """The early row that holds most of the names, as they stand or, if none, with other case and blanks."""
    top = _first_of_table(cells, width)
    for alike in (str, _loosely):
        keys = set(map(alike, wanted))
        found = [keys.intersection(map(alike, _uncommented(row))) for row in cells[:EARLY]]
        hits = [
            len(names) if _tell(names, len(row), alone=k == top and len(wanted) == 1) else 0
            for k, (names, row) in enumerate(zip(found, cells, strict=False))
        ]
        if not any(hits):
            continue
        # A title may hold the name as well: a row that has the table's width is before it.
        sizes = [len(row) for row in cells[:EARLY]]
        best = max(range(len(hits)), key=lambda k: (hits[k], -abs(sizes[k] - width), -k))
        return best if sizes[best] > 1 or width <= 1 else None
    return None


def _tell(names: Collection[str], width: int, alone: bool) -> bool:
    """Whether names that stand in a row make it the header: what is a number could be a position, or a value."""
    if any(not is_value(name) for name in names) or len(names) > max(2, 0.8 * width):
        return True
    return alone and any(not (name.lstrip("-").isdecimal() and int(name) < width) for name in names)


def _loosely(name: str) -> str:
    return re.sub(r"[\s_]+", "", name).casefold()


def _uncommented(row: Sequence[str]) -> list[str]:
    if not is_comment(row) or len(row) < 2:
        return list(row)
    return [_COMMENT.sub("", row[0], count=1), *row[1:]]


def _first_of_table(cells: list[list[str]], width: int) -> int:
    """The first row that is neither blank nor a comment nor a title."""
    for k, row in enumerate(cells):
        if not any(row) or (
            is_comment(row) and (len(row) != width or width == 1 or _starts_table(cells, k, width))
        ):
            continue
        if k < EARLY and _is_title(cells, k, width):
            continue
        return k
    return len(cells)


def _starts_table(cells: list[list[str]], k: int, width: int) -> bool:
    """Whether the rows below `k` begin with a header of their own."""
    return find_header([row for row in cells[k + 1 :] if any(row) and not is_comment(row)], width)


def _is_title(cells: list[list[str]], k: int, width: int) -> bool:
    row = cells[k]
    filled = [cell for cell in row if cell]
    if all(map(is_value, filled)) or width < 2:
        return False
    if len(row) != width:
        # A row of names may lack the one of the row names, or of the empty cell after a separator at the end.
        names = len(row) == width - 1 and all(row) and len(set(row)) == len(row)
        whole = [row for row in cells[k + 1 :] if any(row) and not is_comment(row)]
        return not names or not whole or len(whole[0]) != width or find_header(whole, width)
    # Spreadsheets fill the line of a title up with empty cells.
    if len(filled) > width // 2:
        return False
    return (len(filled) == 1 and width > 2) or (
        (width > 2 or bool(row[0])) and _starts_table(cells, k, width)
    )


def _names_in_comment(cells: list[list[str]], start: int, width: int) -> int | None:
    """The comment just above rows of values that names as many columns (`# x, y, z`, as NumPy writes it)."""
    above = [k for k in range(start) if any(cells[k])]
    if width < 2 or not above or not is_comment(cells[above[-1]]):
        return None
    names = _uncommented(cells[above[-1]])
    return above[-1] if len(names) == width and find_header([names, *cells[start:]], width) else None


def _lacks_a_name(cells: list[list[str]], start: int, width: int) -> bool:
    """Whether the first row is a header of one name less than cells."""
    if start == len(cells) or len(cells[start]) != width - 1 or width < 2:
        return False
    return not any(map(is_value, cells[start])) or _ends_empty(cells[start + 1 :], width)


def _ends_empty(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether the last column holds nothing."""
    whole = [row for row in rows if any(row) and not is_comment(row)]
    return width > 1 and bool(whole) and all(len(row) < width or not row[-1] for row in whole)


def _below(cells: list[list[str]], numbers: list[int], k: int, width: int, word: str) -> TableStart:
    """The table whose header is row `k`."""
    notes = _skipped(cells, numbers, range(k), word)
    header = cells[k]
    if is_comment(header) and len(header) > 1:
        notes.append(f"the names stand in the comment in {word} {numbers[k]}")
        header = _uncommented(header)
    rest = cells[k + 1 :]
    empty_end = _ends_empty(rest, width)
    if len(header) > width and any(rest):
        while len(header) > width and not header[-1]:
            header = header[:-1]
    elif len(header) == width - 1 and rest:
        if empty_end:
            header = [*header, ""]
        else:
            header = ["row_names", *header]
            notes.append(
                f"{word} {numbers[k]} has one name less than the rows have cells: the first column holds the names of "
                "the rows and is called row_names"
            )
    names, renamed = _unique(header)
    first = k + 1
    units = None
    below = next((i for i in range(first, len(cells)) if any(cells[i])), None)
    if below is not None and all(_RULE.fullmatch(cell) for cell in cells[below] if cell):
        notes.append(f"{word} {numbers[below]} is a rule below the names and is left out")
        first = below + 1
        below = next((i for i in range(first, len(cells)) if any(cells[i])), None)
    if below is not None and _are_units(cells[below], cells[below + 1 :], len(names)):
        units, first = tuple(cells[below]), below + 1
        notes.append(
            f"{word} {numbers[below]} holds units ({', '.join(filter(None, units))}) and is left out"
        )
    named_end = bool(names) and bool(header[-1])
    return TableStart(names, first, tuple(cells[k]), units, empty_end and not named_end, (*notes, *renamed))


def _unique(header: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The names, stripped, each once; and what was changed."""
    stripped = [re.sub(r"\s*[\r\n\t]\s*", " ", name.strip()) for name in header]
    taken, names, notes = set(stripped), list[str](), list[str]()
    for k, name in enumerate(stripped):
        if re.fullmatch(r"\^.*\$", name):  # polars takes it for a pattern of names
            notes.append(f'the name "{name}" of column {k + 1} cannot be used: it is called "{name[1:-1]}"')
            name = name[1:-1]
        if name and name not in names:
            names.append(name)
            continue
        stem, count = (name, 2) if name else ("unnamed", k + 1)
        while f"{stem}_{count}" in taken or f"{stem}_{count}" in names:
            count += 1
        names.append(f"{stem}_{count}")
        if name:
            notes.append(f'the name "{name}" comes again: column {k + 1} is called "{names[-1]}"')
    return tuple(names), notes


def _are_units(row: Sequence[str], rest: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a row holds units: of each column of numbers one or none, and elsewhere no value of the column."""
    rest = [other for other in rest if len(other) == len(row) and any(other)]
    if not rest or len(row) != width or any(map(is_value, row)):
        return False
    found = False
    for k, cell in enumerate(row):
        values = [other[k] for other in rest if other[k] not in MISSING_WORDS]
        numeric = bool(values) and sum(map(is_value, values)) >= _MOST * len(values)
        unit = is_unit(cell)
        if cell and cell not in ("-", "--", "—") and not unit and (numeric or cell in values):
            return False
        if not numeric and cell and cell in values:
            return False
        found = found or (unit and numeric)
    return found


def _values(rows: Sequence[Sequence[str]], width: int) -> list[set[str]]:
    """The different values of each column."""
    rows = [row for row in rows if not is_comment(row)]
    return [{row[k] for row in rows if k < len(row) and row[k] not in MISSING_WORDS} for k in range(width)]


def _counts_up(cells: Sequence[str], at_least: int) -> bool:
    if len(cells) < at_least or not all(re.fullmatch(r"\d{1,9}", cell) for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return all(later == earlier + 1 for earlier, later in itertools.pairwise(numbers))


def _skipped(cells: list[list[str]], numbers: list[int], rows: range, word: str) -> list[str]:
    """What stands above the table, in a note."""
    above = [k for k in rows if any(cells[k])]
    if not above:
        return []
    first = " ".join(filter(None, cells[above[0]]))
    shown = first if len(first) <= 60 else first[:57] + "..."
    return [f'{named_lines([numbers[k] for k in above], word)} above the table left out ("{shown}")']


def named_lines(numbers: Sequence[int], word: str = "line", most: int = 5) -> str:
    """`line 4`, `lines 4, 7 and 9`, `lines 1 to 6`, `lines 4, 7, 9, 12, 15 and 31 more`."""
    numbers = list(numbers)
    if len(numbers) == 1:
        return f"{word} {numbers[0]}"
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{word}s {numbers[0]} to {numbers[-1]}"
    if len(numbers) > most + 1:
        return f"{word}s {', '.join(map(str, numbers[:most]))} and {len(numbers) - most} more"
    return f"{word}s {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
