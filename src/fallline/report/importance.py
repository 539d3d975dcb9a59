"""What a network leans on: by how much its score on a part of the rows falls where one column is shuffled."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from fallline.errors import SavedFileError

LEVEL = 0.05
"""Chance that a column which does nothing counts as leaned on, over all columns together (Bonferroni)."""
ALONE = 0.9
"""Share of all the importance from which one column carries nearly everything."""
PERFECT = 0.01
"""Share of the loss with this column shuffled up to which the loss without is next to nothing."""
NAMES_SHOWN = 5


@dataclass(frozen=True)
class ColumnImportance:
    """One column.

    Args:
        name: The column.
        mean: By how much the score gets worse where the column is shuffled: the rise of the log loss in nats, or the
            fall of R². About 0, on either side, where the column does nothing.
        standard_error: Of the mean, over the rows and the shuffles.
    """

    name: str
    mean: float
    standard_error: float


@dataclass(frozen=True)
class Importance:
    """All columns, the most important first.

    Args:
        measure: `log_loss` or `r2`.
        score: The network's own score on these rows, nothing shuffled.
        part: Which rows: `test` or `validation`.
        rows: How many of them were used.
        all_rows: How many there are.
        repeats: Shuffles of each column.
        columns: The columns.
    """

    measure: str
    score: float
    part: str
    rows: int
    all_rows: int
    repeats: int
    columns: tuple[ColumnImportance, ...]

    @property
    def leaned_on(self) -> tuple[ColumnImportance, ...]:
        """The columns whose importance is beyond chance, at a level shared by all of them."""
        far = NormalDist().inv_cdf(1 - LEVEL / (2 * max(len(self.columns), 1)))
        return tuple(column for column in self.columns if column.mean > far * column.standard_error)

    @property
    def giveaway(self) -> ColumnImportance | None:
        """The column that looks like a leak, or None: it carries nearly everything, and with it nearly nothing is missed.

        A column that is merely the best one leaves a loss behind, as the others cannot make up for what it does not tell.
        """
        leaned_on = self.leaned_on
        total = sum(column.mean for column in self.columns if column.mean > 0)
        if len(self.columns) < 2 or not leaned_on or leaned_on[0].mean < ALONE * total:
            return None
        missed = self.score if self.measure == "log_loss" else 1 - self.score
        return leaned_on[0] if missed <= PERFECT * (missed + leaned_on[0].mean) else None

    @property
    def sentence(self) -> str:
        """What the network leans on, for the end of a run: "What it leans on: age, hours and 3 more"."""
        names = [column.name for column in self.leaned_on]
        of = "" if self.part == "test" else f", by the {self.part} rows"
        if not names:
            return f"What it leans on{of}: no single column beyond chance; columns that say the same share their worth."
        if (giveaway := self.giveaway) is not None:
            return (
                f'What it leans on{of}: "{giveaway.name}" for nearly everything. '
                "Is that column known before the answer is?"
            )
        shown, more = names[:NAMES_SHOWN], len(names) - NAMES_SHOWN
        said = ", ".join(shown) if more > 0 else _listed(shown)
        return f"What it leans on{of}: {said}{f' and {more:,} more' if more > 0 else ''}."

    @property
    def basis(self) -> str:
        """On which rows and how it was measured, in words."""
        rows = f"{self.rows:,} {self.part} rows"
        if self.rows < self.all_rows:
            rows = f"{self.rows:,} of {self.all_rows:,} {self.part} rows"
        return f"{rows}, {self.repeats} shuffles a column"

    def to_json(self) -> dict[str, Any]:
        """A JSON value."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> Importance:
        """What `to_json` described.

        Raises:
            SavedFileError: the value is no such description.
        """
        try:
            columns = tuple(ColumnImportance(**column) for column in value["columns"])
            return cls(**(value | {"columns": columns}))
        except (TypeError, KeyError) as error:
            raise SavedFileError(f"the saved importance of columns cannot be read: {error!r}.") from error


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
