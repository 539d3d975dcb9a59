"""What was seen in a table: one line a column, as `fallline inspect`, a run's summary and `fallline info` show it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fallline.errors import SavedFileError

if TYPE_CHECKING:
    from rich.table import Table
from fallline.own.shown import fields_shown

HEADINGS = ("column", "holds", "gaps", "values", "examples", "becomes")


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
    """

    name: str
    holds: str
    missing: float
    distinct: int
    examples: tuple[str, ...]
    becomes: str
    odd: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The line of this column, in the order of `HEADINGS`."""
        share = (
            "-" if self.missing == 0 else f"{100 * self.missing:.1f} %" if self.missing >= 5e-4 else "< 0.1 %"
        )
        return (self.name, self.holds, share, f"{self.distinct:,}", ", ".join(self.examples), self.becomes)


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
    """

    __repr__ = fields_shown

    source: str
    what: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    notes: tuple[str, ...] = ()

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
            return cls(value["source"], value["what"], value["rows"], columns, tuple(value["notes"]))
        except (TypeError, KeyError) as error:
            raise SavedFileError(f"the saved description of the table cannot be read: {error!r}.") from error


def seen_table(seen: TableSeen, most: int | None = None) -> Table:
    """The columns as a table for a terminal.

    Args:
        seen: The table.
        most: Columns to show; those that are odd are shown before the others. None for all.
    """
    # Only here: who reads a report need not draw one.
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in HEADINGS:
        table.add_column(
            heading,
            justify="right" if heading in ("gaps", "values") else "left",
            overflow="fold",
            no_wrap=heading in ("gaps", "values"),
        )
    for column in shown_columns(seen, most):
        table.add_row(*(Text(" ".join(cell.split())) for cell in column.cells))
    return table


def shown_columns(seen: TableSeen, most: int | None) -> list[ColumnSeen]:
    """At most so many columns in their order: where not all fit, those that are odd come first."""
    if most is None or len(seen.columns) <= most:
        return list(seen.columns)
    odd = [k for k, column in enumerate(seen.columns) if column.odd][:most]
    plain = [k for k, column in enumerate(seen.columns) if not column.odd][: most - len(odd)]
    return [seen.columns[k] for k in sorted(odd + plain)]
