"""How far a network's probabilities come true, as reports tell it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from fallline.errors import SavedFileError
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class CalibrationSeen:
    """The probabilities of the test rows, as the network gives them and at the temperature chosen on validation rows.

    Args:
        temperature: The temperature; 1 where the probabilities stay as they are.
        rows: The validation rows.
        log_loss: Of the test rows, in nats a row: as the network gives them, and at the temperature.
        error: The calibration error (`calibration.calibration_error`), likewise.
    """

    __repr__ = fields_shown

    temperature: float
    rows: int
    log_loss: tuple[float, float]
    error: tuple[float, float]

    @property
    def sentence(self) -> str:
        """What a person should know of it."""
        before, after = (f"{100 * error:.1f} %" for error in self.error)
        if self.temperature == 1:
            return f"Probabilities: as the network gives them; calibration error on the test rows {after}."
        claims, made = ("too much", "softer") if self.temperature > 1 else ("too little", "sharper")
        first, second = (f"{loss:.3f}" for loss in self.log_loss)
        return (
            f"Probabilities: the network claims {claims}, so they are made {made}, at a temperature of "
            f"{self.temperature:.2f} chosen on {self.rows:,} validation rows. That takes the log loss of the test rows from "
            f"{first} to {second}, and the calibration error from {before} to {after}."
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON value: temperature, rows, log_loss and error, both before and after."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> CalibrationSeen:
        """What `to_json` described.

        Raises:
            SavedFileError: the value is no such thing.
        """
        try:
            pairs = {name: (float(value[name][0]), float(value[name][1])) for name in ("log_loss", "error")}
            return cls(float(value["temperature"]), int(value["rows"]), **pairs)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise SavedFileError(
                f"the saved calibration of probabilities cannot be read: {error!r}."
            ) from error
