"""What the search for a column's form answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import polars as pl  # noqa: TID253  (only who reads tables imports this module)


class Form(Protocol):
    """How the cells of a column are written: a frozen dataclass of plain values."""

    kind: ClassVar[str]
    """What the cells are read as: `number`, `boolean`, `date`, `span`, `ordered`."""

    @property
    def words(self) -> str:
        """The form, for people: `numbers, comma between thousands`."""

    def read(self, texts: pl.Series) -> pl.Series:
        """Typed values; null where a text is not of this form, never an error."""


@dataclass(frozen=True)
class Found:
    """A form that was found for a column, and the column read by it.

    Args:
        form: How the cells are written.
        values: The column, typed; null where it was null or a text did not fit.
        doubt: What the cells did not decide and which reading was taken, for people; empty where they did.
    """

    form: Form
    values: pl.Series
    doubt: str = ""
