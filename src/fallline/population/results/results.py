"""The results of a population as one noun: its members, what varied, and how scores compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fallline.own.shown import fields_shown
from fallline.population.results.effects import Effect, effect, effects
from fallline.population.results.findings import said_of
from fallline.population.results.frame import Backend, curves_frame, frame
from fallline.population.results.ranking import Ranking, rank
from fallline.population.results.record import MemberLike, SpaceLike
from fallline.population.results.table import render_population

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Results:
    """What a population found.

    Args:
        members: Its members.
        axes: Axis -> its kind and options.
        monitor: Name of the recorded values that are the score.
        minimise: Whether a lower score is better.
        overlap: Test rows / training rows of a fold; None for those of a k-fold split.
        names: Names of candidates, where they have some.
    """

    __repr__ = fields_shown

    members: Sequence[MemberLike]
    axes: Mapping[str, SpaceLike] = field(default_factory=dict)
    monitor: str = "val_loss"
    minimise: bool = True
    overlap: float | None = None
    names: Mapping[int, str] | None = None

    def frame(self, backend: Backend = "polars") -> Any:
        """A row a member; see `fallline.population.results.frame.frame`."""
        return frame(self.members, self.axes, backend)

    def curves_frame(self, backend: Backend = "polars") -> Any:
        """A row for each recorded value; see `fallline.population.results.frame.curves_frame`."""
        return curves_frame(self.members, backend)

    def rank(self) -> Ranking:
        """All candidates against the best; see `fallline.population.results.ranking.rank`."""
        return rank(self.members, self.minimise, overlap=self.overlap, names=self.names)

    def effect(self, axis: str) -> Effect:
        """What one axis changes; see `fallline.population.results.effects.effect`."""
        return effect(self.members, axis, self.minimise, axes=self.axes, monitor=self.monitor)

    def effects(self) -> tuple[Effect, ...]:
        """What each axis changes, the one that matters most first."""
        return effects(self.members, self.minimise, axes=self.axes, monitor=self.monitor)

    def summary(self) -> str:
        """The best candidates, what each axis changes and the findings, in 80 columns."""
        return render_population(self)

    def plot(self, kind: str = "rank", path: str | Path | None = None, **options: Any) -> Figure:
        """A figure.

        Args:
            kind: "curves" (a recorded value over the epochs; `value=`, `top=` in colour), "rank", "comparison" (with the
                differences to the best), "effects", "parallel" (settings and scores as lines), "heat" (two `axes=`),
                "timeline" (how far each was trained), "lineage" (who went on from whose weights).
            path: Where to write it, as PNG or SVG by its ending; None: nowhere.
            **options: As above.

        Raises:
            UsageError: no such kind or option, or nothing to draw.
        """
        from fallline.population.results.pictures import picture  # here: it loads matplotlib

        return picture(self, kind, path, **options)

    def findings(self) -> list[str]:
        """A sentence for each thing that the population shows, the most important first."""
        return said_of(self.members, self.rank(), self.effects(), self.monitor)
