"""How far off a network's answers to new rows may be: intervals of numbers, sets of classes, from the validation rows.

The validation rows were not learned from, and the test rows have no part in it: they show whether it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)

from fallline.calibration import ConformalIntervals, ConformalSets, fewest_rows
from fallline.errors import SavedFileError, UsageError
from fallline.experiment.answers import SIGNIFICANT_DIGITS
from fallline.experiment.many import Answers
from fallline.experiment.parts import Part, Prepared
from fallline.own.shown import fields_shown
from fallline.report.coverage_seen import CoverageSeen

LEVEL = 0.9
"""The share of new rows that an interval or a set holds where nothing else is said."""
JOIN = " | "
"""Between the classes of a set."""
_KINDS = {"intervals": ConformalIntervals, "sets": ConformalSets}


@dataclass(frozen=True)
class Doubt:
    """What is known of how far off the network's answers may be.

    Args:
        found: The intervals of a number, or the sets of classes.
    """

    __repr__ = fields_shown

    found: ConformalIntervals | ConformalSets

    @classmethod
    def of(cls, prepared: Prepared, said: Answers | None) -> Doubt | None:
        """From what a network says of the validation rows; None without such rows, or finite answers.

        The rows chose its epoch and temperature, so they are not quite as new rows; the test rows show what that costs.

        Args:
            prepared: The data, with the temperature in their target.
            said: What the network says of the validation rows, which it must not have learned from.
        """
        validation = prepared.validation
        if validation is None or said is None or not np.isfinite(said).all():
            return None
        if prepared.task == "regression":
            return cls(ConformalIntervals.fit(np.asarray(prepared.target.decode(validation.y)), said))
        return cls(ConformalSets.fit(validation.y.astype(np.int64), said))

    @property
    def rows(self) -> int:
        """The validation rows."""
        return self.found.scores.rows

    def columns(self, said: Answers, class_names: tuple[str, ...], level: float) -> list[pl.Series]:
        """Of each row `lower` and `upper` of a number; or `classes`, the likeliest first: `cat | dog`.

        Args:
            said: What the network says of the rows.
            class_names: The classes.
            level: The share of new rows that lie in their interval, or have their class in the set.

        Raises:
            UsageError: the level is none, or the validation rows are too few for it.
        """
        self.check(level)
        if isinstance(self.found, ConformalIntervals):
            ends = self.found(said, level)
            return [
                pl.Series(name, end).round_sig_figs(SIGNIFICANT_DIGITS)
                for name, end in zip(("lower", "upper"), ends, strict=True)
            ]
        within, order = self.found(said, level), np.argsort(-said, axis=1, kind="stable")
        words = [
            JOIN.join(class_names[k] for k in row if inside[k])
            for row, inside in zip(order, within, strict=True)
        ]
        return [pl.Series("classes", words, pl.String)]

    def check(self, level: float) -> None:
        """Refuses a level that cannot be told.

        Raises:
            UsageError: the level is not between 0 and 1, or the validation rows are too few for it.
        """
        if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
            raise UsageError(
                f"intervals={level!r}: the share of rows to hold must lie between 0 and 1, as 0.9."
            )
        if (needed := fewest_rows(level)) > self.rows:
            most = self.rows / (self.rows + 1)
            raise UsageError(
                f"intervals at {level:g} need {needed:,} validation rows, and this run had {self.rows:,}. Ask for at most "
                f"{np.floor(1000 * most) / 1000:g}, or train with a larger --validation."
            )

    def seen(self, prepared: Prepared, test: Part | None, said: Answers | None) -> CoverageSeen | None:
        """How many of the test rows lie where the intervals or sets say; None where that cannot be told.

        Args:
            prepared: The data.
            test: The test rows.
            said: What the network says of them.
        """
        if test is None or said is None or fewest_rows(LEVEL) > self.rows or not np.isfinite(said).all():
            return None
        if isinstance(self.found, ConformalIntervals):
            true = np.asarray(prepared.target.decode(test.y))
            low, high = self.found(said, LEVEL)
            held, size = (low <= true) & (true <= high), float(np.median(high - low)) / 2
        else:
            within = self.found(said, LEVEL)
            held, size = (
                within[np.arange(len(test)), test.y.astype(np.int64)],
                float(within.sum(axis=1).mean()),
            )
        return CoverageSeen(prepared.task, LEVEL, self.rows, float(held.mean()), size)

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal one."""
        kind = next(name for name, kind in _KINDS.items() if isinstance(self.found, kind))
        return {"kind": kind, **self.found.to_config()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Doubt:
        """What `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or from another version.
        """
        try:
            fields = {**config}
            kind: Any = _KINDS[fields.pop("kind")]
        except (KeyError, TypeError) as error:
            raise SavedFileError(f"the saved intervals cannot be read: {error!r}.") from error
        return cls(kind.from_config(fields))
