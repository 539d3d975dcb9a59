"""What figures and tables ask of results; `Results` answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from fallline.population.results.effects import Effect
from fallline.population.results.ranking import Ranking
from fallline.population.results.record import MemberLike, SpaceLike


class Questions(Protocol):
    """The members of a population, how their scores compare, and what follows; see `Results`."""

    @property
    def members(self) -> Sequence[MemberLike]: ...  # noqa: D102
    @property
    def axes(self) -> Mapping[str, SpaceLike]: ...  # noqa: D102
    @property
    def monitor(self) -> str: ...  # noqa: D102
    @property
    def minimise(self) -> bool: ...  # noqa: D102
    @property
    def names(self) -> Mapping[int, str] | None: ...  # noqa: D102

    def rank(self) -> Ranking: ...  # noqa: D102
    def effects(self) -> tuple[Effect, ...]: ...  # noqa: D102
