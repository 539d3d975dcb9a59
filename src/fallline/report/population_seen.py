"""What several networks of one run showed, as every kind of report reads it: a table and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class PopulationSeen:
    """What several networks showed.

    Args:
        heading: What they are, a few words.
        table: Rows of cells, the names of the columns first; empty for none.
        sentences: What else there is to say, the most important first.
    """

    __repr__ = fields_shown

    heading: str
    table: tuple[tuple[str, ...], ...] = ()
    sentences: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Any) -> PopulationSeen:
        """What `dataclasses.asdict` described."""
        return cls(value["heading"], tuple(map(tuple, value["table"])), tuple(value["sentences"]))
