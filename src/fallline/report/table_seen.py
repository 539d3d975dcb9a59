"""What was seen in a table: one line a column, as `fallline inspect`, a run's summary and `fallline info` show it."""

from __future__ import annotations

import dataclasses
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fallline.errors import SavedFileError

if TYPE_CHECKING:
    from rich.table import Table
from fallline.own.shown import fields_shown

HEADINGS = ("column", "holds", "gaps", "values", "examples", "becomes", "features")
NUMBERS = ("gaps", "values", "features")
"""The headings above numbers."""

MOST_READ, LEAST_READ = "becomes", 15
"""A heading, and the signs below it that are not broken into lines however narrow the others get."""

SORTS = {
    "scaled value": "the number less its median, over its spread; far ones drawn in",
    "bin": "how far the number is through one stretch of its range, -1/2 to 1/2",
    "gap": "1 where there is no value, else 0",
    "category": "1 in the rows of one category, else 0",
    "rank": "the place in the order of the categories, standardised",
    "step of a scale": "1/2 from one category of the order on, -1/2 below it",
    "part of a date": "days, year or day of the month, standardised",
    "place on a circle": "sine or cosine of month, weekday or hour, which come round",
    "presence": "1 where there is a value, else 0",
    "word": "whether a text holds one frequent word, standardised",
    "piece of a word": "whether a text holds some letters in a row, standardised",
    "length of a text": "how long a text is, on a logarithmic scale, standardised",
}
"""A sort of features, as the encoders name it -> how one of them is made."""


@dataclass(frozen=True)
class ColumnSeen:
    """One column, as an analyst would note it.

    Args:
        name: The column.
        holds: Its kind, with unit or form where it has one: `numbers, comma between thousands`.
        missing: The share of rows without a value.
        distinct: How many different values there are.
        examples: Up to three of them, as they stand in the source.
        becomes: What is done with it: `scaled, 12 bins`, `left out: a key`.
        odd: What a person should look at; empty where there is nothing.
        features: How many features it becomes: inputs of the network.
    """

    name: str
    holds: str
    missing: float
    distinct: int
    examples: tuple[str, ...]
    becomes: str
    odd: str = ""
    features: int = 0

    @property
    def cells(self) -> tuple[str, ...]:
        """The line of this column, in the order of `HEADINGS`."""
        share = (
            "-" if self.missing == 0 else f"{100 * self.missing:.1f} %" if self.missing >= 5e-4 else "< 0.1 %"
        )
        features = f"{self.features:,}" if self.features else "-"
        examples = ", ".join(self.examples)
        return (self.name, self.holds, share, f"{self.distinct:,}", examples, self.becomes, features)


@dataclass(frozen=True)
class TableSeen:
    """A table, column by column.

    Args:
        source: Where it was read from.
        what: What the source is: `CSV, semicolons between the cells`.
        rows: How many rows it has.
        columns: Its columns, in their order.
        notes: What a person should know: what gives the target away, was skipped, renamed or taken for missing, one
            sentence each, the worst first.
        encoding: What the network sees of it, in words: `8 columns become 89 features: 8 scaled values, 81 bins`.
        sorts: The sorts of those features, keys of `SORTS`.
    """

    __repr__ = fields_shown

    source: str
    what: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    notes: tuple[str, ...] = ()
    encoding: str = ""
    sorts: tuple[str, ...] = ()

    @property
    def explained(self) -> tuple[str, ...]:
        """How each sort of features is made, a line each: `bin: how far the number has come ...`."""
        return tuple(f"{sort}: {SORTS[sort]}" for sort in self.sorts if sort in SORTS)

    @property
    def heading(self) -> str:
        """The table in one line."""
        columns = "1 column" if len(self.columns) == 1 else f"{len(self.columns):,} columns"
        return f"{self.source}: {self.what}; {self.rows:,} rows, {columns}"

    def to_json(self) -> dict[str, Any]:
        """What was seen as a JSON value."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> TableSeen:
        """What `to_json` described.

        Raises:
            SavedFileError: the value is no such description.
        """
        try:
            columns = tuple(
                ColumnSeen(**(column | {"examples": tuple(column["examples"])}))
                for column in value["columns"]
            )
            read = {name: tuple(value[name]) for name in ("notes", "sorts") if name in value}
            return cls(**(value | read | {"columns": columns}))
        except (TypeError, KeyError) as error:
            raise SavedFileError(f"the saved description of the table cannot be read: {error!r}.") from error


def seen_table(seen: TableSeen, most: int | None = None, width: int = 80) -> Table:
    """The columns as a table for a terminal.

    Args:
        seen: The table.
        most: Columns to show; those that are odd are shown before the others. None for all.
        width: Signs in a line.
    """
    # Only here: who reads a report need not draw one.
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = [[" ".join(cell.split()) for cell in column.cells] for column in shown_columns(seen, most)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading, fixed in zip(HEADINGS, _widths(rows, width), strict=True):
        table.add_column(
            heading,
            justify="right" if heading in NUMBERS else "left",
            overflow="fold",
            no_wrap=heading in NUMBERS,
            width=fixed,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _widths(rows: list[list[str]], width: int) -> list[int | None]:
    """The width of each column of a table; None where what is left is shared.

    What is cut of a number is a wrong number: those are never narrowed, nor what a column becomes below `LEAST_READ`.
    """
    from rich.cells import cell_len

    natural = {
        heading: max(map(cell_len, [heading, *cells]))
        for heading, *cells in zip(HEADINGS, *rows, strict=True)
    }
    shared = [heading for heading in HEADINGS if heading not in NUMBERS]
    room = width - (len(HEADINGS) - 1) - sum(natural[heading] for heading in NUMBERS)
    # The widest are narrowed first: what a column becomes gets less only where all have at least so much.
    tight = sum(min(natural[heading], LEAST_READ) for heading in shared) > room
    fixed = [*NUMBERS, MOST_READ] if tight else NUMBERS
    return [
        None
        if heading not in fixed
        else min(natural[heading], LEAST_READ)
        if heading == MOST_READ
        else natural[heading]
        for heading in HEADINGS
    ]


def encoding_text(seen: TableSeen, width: int) -> str:
    """What the network sees of a table, and how each sort of features is made; empty where nothing can be learned."""
    if not seen.encoding:
        return ""
    return "\n".join([textwrap.fill(f"{seen.encoding}.", width), *(f"  {line}" for line in seen.explained)])


def shown_columns(seen: TableSeen, most: int | None) -> list[ColumnSeen]:
    """At most so many columns in their order: where not all fit, those that are odd come first."""
    if most is None or len(seen.columns) <= most:
        return list(seen.columns)
    odd = [k for k, column in enumerate(seen.columns) if column.odd][:most]
    plain = [k for k, column in enumerate(seen.columns) if not column.odd][: most - len(odd)]
    return [seen.columns[k] for k in sorted(odd + plain)]
