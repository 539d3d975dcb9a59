"""What a run of several networks has beside that of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl  # noqa: TID253  (only who reads data imports this module)
from jaxtyping import Float

from fallline.experiment.parts import Part
from fallline.own.shown import fields_shown
from fallline.report.population_seen import PopulationSeen

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fallline.experiment.judgement import Judgement

Answers = Float[np.ndarray, "rows ..."]
"""Probabilities (rows, classes), or values in the target's own unit."""


@dataclass(frozen=True)
class Many:
    """Several networks, of which one model was made.

    Args:
        tell: What to say of them, once the test rows are scored.
        networks: How many networks the model has.
        message: How their training ended; empty where the model is one network, whose outcome says it.
        unseen: What was said of the validation rows by networks that have not seen them; None where the model has not.
        tables: File name -> a table beside the model.
        figures: File name -> what draws a figure beside the model.
        kept: Names in the run folder that were written before, and stay.
    """

    __repr__ = fields_shown

    tell: Callable[[Judgement], PopulationSeen]
    networks: int = 1
    message: str = ""
    unseen: Callable[[Part], Answers] | None = None
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, Callable[[], Figure | None]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
