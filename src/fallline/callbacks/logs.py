"""What one epoch recorded, as the hooks of callbacks receive it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.engine import Resume
from fallline.history.recorded import Recorded
from fallline.history.validated import ValidationFreq, is_validated


def of_epoch(
    values: Mapping[str, NDArray[Any]], place: int, epoch: int, validation_freq: ValidationFreq
) -> dict[str, Any]:
    """Name -> number, or a list where a metric has several; without `val_` names where nothing was validated.

    Args:
        values: Name -> its value after each epoch.
        place: The epoch's place in them.
        epoch: Its number, counted from 0 over the whole training.
        validation_freq: Epochs between validations, or those after which there is one.
    """
    validated = is_validated(epoch, validation_freq)
    return Recorded(
        (name, column[place].tolist())
        for name, column in values.items()
        if validated or not name.startswith("val_")
    )


def before_the_cut(resume: Resume, validation_freq: ValidationFreq) -> Iterator[tuple[int, dict[str, Any]]]:
    """The epochs that a run which was cut off had completed, each with its logs."""
    for place in range(resume.epochs):
        epoch = resume.initial_epoch + place
        yield epoch, of_epoch(resume.trace, place, epoch, validation_freq)


def number(value: Any) -> float | None:
    """A number that a callback wrote into the logs; None for what is none."""
    array = np.asarray(value)
    return float(array) if array.ndim == 0 and array.dtype.kind in "biuf" else None
