"""Where the columns of numbers stand among a network's inputs."""

from __future__ import annotations

from dataclasses import dataclass

from fallline.data.preprocessing import TablePreprocessor
from fallline.experiment.parts import Prepared
from fallline.own.shown import fields_shown


@dataclass(frozen=True)
class NumberPlaces:
    """Positions of inputs, counted from 0.

    Args:
        scaled: The scaled value of each column of numbers that has bins: one that takes more than two values.
        plain: All inputs that are no bins.
    """

    __repr__ = fields_shown

    scaled: tuple[int, ...] = ()
    plain: tuple[int, ...] = ()

    @classmethod
    def of(cls, prepared: Prepared) -> NumberPlaces:
        """Of the inputs of a run; none where they are images, or differ from fold to fold."""
        preprocessor = prepared.preprocessor
        if not isinstance(preprocessor, TablePreprocessor) or prepared.folded is not None:
            return cls()
        scaled: list[int] = []
        plain: list[int] = []
        place = 0
        for encoder in preprocessor.encoders:
            for sort, count in encoder.groups.items():
                places = range(place, place + count)
                scaled += places if sort == "scaled value" and "bin" in encoder.groups else ()
                plain += places if sort != "bin" else ()
                place += count
        return cls(tuple(scaled), tuple(plain))
