"""How many test rows lie where a network's intervals or sets of classes say, as reports tell it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from fallline.data.saved import from_saved
from fallline.errors import SavedFileError
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class CoverageSeen:
    """What the intervals of a number, or the sets of classes, hold of the test rows.

    Args:
        task: `binary`, `multiclass` or `regression`.
        level: The share that they are to hold.
        rows: The validation rows that they were made from.
        held: The share of the test rows that they hold.
        size: Half of the median width, in the target's unit; or the mean number of classes in a set.
    """

    __repr__ = fields_shown

    task: str
    level: float
    rows: int
    held: float
    size: float

    def sentence(self, run: str = "RUN") -> str:
        """What a person should know of it.

        Args:
            run: What the run is called in a command.
        """
        level, held = f"{100 * self.level:g} %", f"{100 * self.held:.1f} %"
        if self.task == "regression":
            said = f"Intervals: {held} of the test rows lie in their {level} intervals, of which half are within +-{self.size:.4g}"
        else:
            said = f"Sets: of {held} of the test rows the class is in its {level} set, of {self.size:.2f} classes on average"
        return f"{said} (fallline predict {run} DATA --intervals)."

    def to_json(self) -> dict[str, Any]:
        """A JSON value: task, level, rows, held, size."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> CoverageSeen:
        """What `to_json` described.

        Raises:
            SavedFileError: the value is no such thing.
        """
        try:
            return from_saved(cls, value)
        except TypeError as error:
            raise SavedFileError(f"the saved coverage of the intervals cannot be read: {error!r}.") from error
