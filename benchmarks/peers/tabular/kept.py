"""The measurements in a file: a run that is stopped goes on where it was, and peers are measured once."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from peers.machine import machine
from peers.tabular.measured import Measurement


class Kept:
    """Measurements in the order in which they were made.

    Args:
        path: The file; made with the first measurement.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.machine = content.get("machine") or {
            name: value for name, value in machine().items() if name != "load_average"
        }
        self.found = [Measurement(**one) for one in content.get("measurements", [])]

    def has(self, name: str, seed: int, contender: str, rows: int, build: str | None) -> bool:
        """Whether a contender was measured on a division; what failed is tried again.

        Args:
            name: The table.
            seed: Of the division.
            contender: Who.
            rows: Rows drawn.
            build: Of which build; None for any, as of the peers.
        """
        wanted = name, seed, contender, rows
        return any(
            (one.set, one.seed, one.contender, one.rows) == wanted and build in (None, one.build)
            for one in self.found
            if not one.failed
        )

    def add(self, measured: Measurement) -> None:
        """Takes a measurement in place of an earlier failure, and writes the file, a line each."""
        same = measured.set, measured.seed, measured.contender, measured.rows
        self.found = [
            one
            for one in self.found
            if not (one.failed and (one.set, one.seed, one.contender, one.rows) == same)
        ]
        self.found.append(measured)
        lines = ",\n".join(json.dumps(_without_nan(one)) for one in self.found)
        text = f'{{"machine": {json.dumps(self.machine)},\n"measurements": [\n{lines}\n]}}\n'
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = self.path.with_suffix(".new")
        whole.write_text(text, encoding="utf-8")
        whole.replace(self.path)  # whole or not at all


def _without_nan(one: Measurement) -> dict[str, object]:
    given = dataclasses.asdict(one)
    return {
        name: round(value, 6) if isinstance(value, float) else value
        for name, value in given.items()
        if value == value and value != ""
    }
