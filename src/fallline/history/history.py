"""What a run recorded: named values over epochs (and members), and how the run ended."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline._files import written_whole
from fallline.errors import SavedFileError
from fallline.history.outcome import Outcome
from fallline.history.recorded import Recorded
from fallline.history.shown import history_shown
from fallline.history.validated import is_validated


@dataclasses.dataclass(frozen=True)
class History:
    """What `fit` recorded.

    Attributes:
        values: (epochs,) per name, or (members, epochs) for a population; NaN where nothing was recorded. A
            metric with several values (one per threshold) adds their axis at the end. Numbers that callbacks wrote
            into the logs of an epoch are among them.
        epoch: The epochs recorded, counted from 0 over the whole training.
        outcome: How the run ended; one per member in a population.
        seconds: Time spent in training, without compiling.
        compile_seconds: Time spent in compiling, or in loading compiled programs from disk.
        params: `epochs` planned, `steps` per epoch and `batch_size`, as in Keras.
    """

    values: dict[str, NDArray[np.floating]]
    epoch: list[int]
    outcome: Outcome | tuple[Outcome, ...]
    seconds: float
    compile_seconds: float
    params: dict[str, Any]

    def __repr__(self) -> str:
        return history_shown(self.values, self.epoch, self.outcome)

    @property
    def history(self) -> dict[str, list[Any]]:
        """The values as lists per name, as in Keras; epochs in which a name was not recorded are left out.

        A metric with several values has a list of them per epoch.
        """
        population = isinstance(self.outcome, tuple)
        validated = [is_validated(epoch, self.params.get("validation_freq", 1)) for epoch in self.epoch]

        def as_list(name: str, values: NDArray[np.floating]) -> list[Any]:
            recorded: list[Any] = values.tolist()
            if population or not name.startswith("val_"):
                return recorded
            return [value for value, seen in zip(recorded, validated, strict=True) if seen]

        return Recorded({name: as_list(name, values) for name, values in self.values.items()})

    def to_json(self, path: str | Path) -> None:
        """Writes everything to a JSON file; values that are not numbers become null."""
        outcomes = self.outcome if isinstance(self.outcome, tuple) else (self.outcome,)
        content = {
            "epoch": self.epoch,
            "values": {name: _jsonable(values.tolist()) for name, values in self.values.items()},
            "outcome": [dataclasses.asdict(outcome) for outcome in outcomes],
            "population": isinstance(self.outcome, tuple),
            "seconds": self.seconds,
            "compile_seconds": self.compile_seconds,
            "params": self.params,
        }
        with written_whole(path) as file:
            file.write(json.dumps(content, indent=1, allow_nan=False).encode())

    @staticmethod
    def from_json(path: str | Path) -> History:
        """The history that `to_json` wrote.

        Raises:
            SavedFileError: the file is no history.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            outcomes = tuple(Outcome(**outcome) for outcome in content["outcome"])
            return History(
                values={name: np.array(values, np.float64) for name, values in content["values"].items()},
                epoch=content["epoch"],
                outcome=outcomes if content["population"] else outcomes[0],
                seconds=content["seconds"],
                compile_seconds=content["compile_seconds"],
                params=content["params"],
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise SavedFileError(f"{path} is not a history file: {type(error).__name__} {error}.") from error

    def to_csv(self, path: str | Path) -> None:
        """Writes a table with one row per epoch (and member), for people: epochs count from 1. Empty where nothing was recorded.

        A metric with several values has a column for each: `precision_0`, `precision_1`, ...
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        population = isinstance(self.outcome, tuple)
        members = len(self.outcome) if isinstance(self.outcome, tuple) else 1
        columns: dict[str, NDArray[np.floating]] = {}
        for name, values in self.values.items():
            columns |= _columns(name, values if population else values[None])
        writer.writerow([*(["member"] if population else []), "epoch", *columns])
        for member in range(members):
            for index, epoch in enumerate(self.epoch):
                row = [float(column[member, index]) for column in columns.values()]
                cells = ["" if math.isnan(value) else repr(value) for value in row]
                writer.writerow([*([member] if population else []), epoch + 1, *cells])
        with written_whole(path) as file:
            file.write(text.getvalue().encode())


def _columns(name: str, values: NDArray[np.floating]) -> dict[str, NDArray[np.floating]]:
    """Values (members, epochs, ...) as columns (members, epochs): one, or one per value of an epoch."""
    if values.ndim == 2:
        return {name: values}
    flat = values.reshape(*values.shape[:2], -1)
    return {f"{name}_{place}": flat[..., place] for place in range(flat.shape[-1])}


def _jsonable(values: Any) -> Any:
    if isinstance(values, list):
        return [_jsonable(value) for value in values]
    return values if math.isfinite(values) else None
