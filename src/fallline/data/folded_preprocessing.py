"""One preprocessing for the networks of all folds: to each the inputs that its own fold's preprocessing makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl  # noqa: TID253  (only who reads tables imports this module)
from jaxtyping import Float32, Int32

from fallline.data.encoders import Encoder
from fallline.data.preprocessing import TablePreprocessor
from fallline.errors import SavedFileError
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class FoldedPreprocessor:
    """The inputs of several networks side by side, block by block; a narrow block is filled up with zeros.

    Args:
        base: What all training rows together give: what columns there are, and what is far outside of them.
        parts: The preprocessing of each fold, learned from the training rows of that fold alone.
    """

    __repr__ = fields_shown

    base: TablePreprocessor
    parts: tuple[TablePreprocessor, ...]

    @property
    def width(self) -> int:
        """Features of one block."""
        return max(len(part.feature_names) for part in self.parts)

    @property
    def encoders(self) -> tuple[Encoder, ...]:
        """What becomes of each column, as all training rows have it."""
        return self.base.encoders

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each input: `fold 1: age`, and `fold 1: nothing` of those that fill up."""
        names: list[str] = []
        for number, part in enumerate(self.parts, 1):
            own = [*part.feature_names, *["nothing"] * (self.width - len(part.feature_names))]
            names += [f"fold {number}: {name}" for name in own]
        return tuple(names)

    @property
    def feature_words(self) -> str:
        """Of what the features of one fold consist, in the words of the widest."""
        widest = max(self.parts, key=lambda part: len(part.feature_names))
        least = min(len(part.feature_names) for part in self.parts)
        fewer = "" if least == self.width else f" (in one fold {least:,})"
        return f"{widest.feature_words}{fewer}"

    @property
    def owners(self) -> Int32[np.ndarray, " features"]:
        """The number of the column, among `encoders`, of each input; -2 of what belongs to none of them."""
        place = {encoder.name: number for number, encoder in enumerate(self.encoders)}
        owners = np.full((len(self.parts), self.width), -2, np.int32)
        for row, part in zip(owners, self.parts, strict=True):
            own = np.repeat(
                [place.get(encoder.name, -2) for encoder in part.encoders],
                [encoder.width for encoder in part.encoders],
            )
            row[: len(own)] = own
        return owners.reshape(-1)

    def block(self, number: int, frame: pl.DataFrame) -> Float32[np.ndarray, "rows width"]:
        """The inputs of the networks of one fold."""
        made = self.parts[number].transform(frame)
        return np.pad(made, ((0, 0), (0, self.width - made.shape[1])))

    def transform(self, frame: pl.DataFrame, *, fill: bool = False) -> Float32[np.ndarray, "rows features"]:
        """The inputs of all networks; see `TablePreprocessor.transform`."""
        inputs = np.zeros((frame.height, len(self.parts), self.width), np.float32)
        for number, part in enumerate(self.parts):
            made = part.transform(frame, fill=fill)
            inputs[:, number, : made.shape[1]] = made
        return inputs.reshape(frame.height, -1)

    def check(self, frame: pl.DataFrame, *, fill: bool = False) -> list[str]:
        """What is odd in some rows beside all training rows; see `TablePreprocessor.check`."""
        return self.base.check(frame, fill=fill)

    def outside(self, frame: pl.DataFrame, *, fill: bool = False) -> list[str]:
        """Where rows are far outside of all training rows; see `TablePreprocessor.outside`."""
        return self.base.outside(frame, fill=fill)

    def to_config(self) -> dict[str, Any]:
        """A JSON value from which `from_config` makes an equal one."""
        return {"base": self.base.to_config(), "parts": [part.to_config() for part in self.parts]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> FoldedPreprocessor:
        """What `to_config` described.

        Raises:
            SavedFileError: the description is not complete, or of another version.
        """
        if not isinstance(config.get("base"), dict) or not isinstance(config.get("parts"), list):
            raise SavedFileError("the saved preprocessing of the folds is not complete.")
        return cls(
            TablePreprocessor.from_config(config["base"]),
            tuple(TablePreprocessor.from_config(part) for part in config["parts"]),
        )
