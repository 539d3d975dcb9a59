"""The networks of a run as files beside its model: tables of them and of their epochs, and figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl  # noqa: TID253  (only who writes tables imports this module)

from fallline.experiment.kept import run_folder
from fallline.population.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def member_tables(results: Results) -> dict[str, pl.DataFrame]:
    """File name -> table: a row a network, and a row a recorded value."""
    return {run_folder.MEMBERS: results.frame(), run_folder.CURVES: results.curves_frame()}


def member_figures(results: Results) -> dict[str, Callable[[], Figure | None]]:
    """File name -> what draws a figure of the networks."""
    del results
    return {}
