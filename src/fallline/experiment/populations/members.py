"""The networks of a run as files beside its model: tables of them and of their epochs, and figures."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl  # noqa: TID253  (only who writes tables imports this module)

from fallline.errors import UsageError
from fallline.experiment.kept import run_folder
from fallline.population import Population
from fallline.population.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {
    run_folder.MEMBER_CURVES: "curves",
    run_folder.RANKS: "rank",
    run_folder.EFFECTS: "effects",
    run_folder.PARALLEL: "parallel",
}
"""File name -> the figure of `Results.plot`."""


STATUSES = {
    "completed": "trained to the last epoch",
    "early_stopped": "stopped early, as the validation loss no longer fell",
    "pruned": "pruned by the search",
    "diverged": "diverged",
    "interrupted": "interrupted",
    "paused": "left on the way",
    "running": "left on the way",
    "waiting": "not begun",
}
"""Status of a member -> what it is called, in the order of telling."""


def member_tables(results: Results) -> dict[str, pl.DataFrame]:
    """File name -> table: a row a network, and a row a recorded value."""
    return {run_folder.MEMBERS: results.frame(), run_folder.CURVES: results.curves_frame()}


def member_figures(results: Results) -> dict[str, Callable[[], Figure | None]]:
    """File name -> what draws a figure of the networks; of networks that differ in seed and fold alone, their curves."""
    kinds = KINDS if results.axes else {run_folder.MEMBER_CURVES: "curves"}
    return {name: functools.partial(_drawn, results, kind) for name, kind in kinds.items()}


def _drawn(results: Results, kind: str) -> Figure | None:
    try:
        return results.plot(kind)
    except UsageError:
        # Nothing to draw, such as effects where no axis has two values that were trained.
        return None


def counted(population: Population) -> str:
    """How many networks ended how."""
    counts: dict[str, int] = {}
    for member in population.members:
        words = STATUSES[member.status]
        counts[words] = counts.get(words, 0) + 1
    return ", ".join(
        f"{counts[words]:,} {words}" for words in dict.fromkeys(STATUSES.values()) if words in counts
    )
