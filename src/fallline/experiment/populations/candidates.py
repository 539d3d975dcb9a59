"""From the settings of a candidate to the network that `fallline train` would train with them."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from fallline.engine import Rule
from fallline.experiment import network
from fallline.experiment.parts import Prepared
from fallline.experiment.populations.space import AXES, applied
from fallline.experiment.settings import Settings
from fallline.models import Sequential
from fallline.own.shown import fields_shown


@dataclasses.dataclass(frozen=True)
class Candidates:
    """Networks that differ in some settings.

    Args:
        given: The settings as the person gave them, with None where they left something out.
        common: Those that `fallline train` would use: what a candidate has where it does not say, but for what
            depends on its own settings, as the learning rate on the optimizer.
        prepared: The data.
        about: What the defaults depend on.
        plain_score: Whether candidates may have penalties, so that their losses cannot be compared.
    """

    __repr__ = fields_shown

    given: Settings
    common: Settings
    prepared: Prepared
    about: network.Facts
    plain_score: bool = False

    @classmethod
    def of(cls, settings: Settings, prepared: Prepared, varied: tuple[str, ...] = ()) -> Candidates:
        """Candidates on these data.

        Args:
            settings: As the person gave them.
            prepared: The data.
            varied: What varies.
        """
        about = network.facts(prepared)
        common = network.with_defaults(
            settings, about, watched=prepared.validation is not None, own_test=prepared.own_test
        )
        penalties = bool(common.l1 or common.l2 or {"l1", "l2"} & set(varied))
        return cls(settings, common, prepared, about, penalties)

    def settings(self, chosen: Mapping[str, Any], seed: int | None = None) -> Settings:
        """The complete settings of a candidate.

        Epochs and schedule are those of all: a default of `fallline train` for a rate that was given is a rate that stays,
        as it stands for a person's plan; here it is drawn.

        Args:
            chosen: Axis -> value.
            seed: Of its weights and the order of its rows; None for that of all. The division of the rows stays.
        """
        common = self.common
        base = dataclasses.replace(self.given, epochs=common.epochs, schedule=common.schedule)
        if seed is not None and seed != self.given.seed:
            base = dataclasses.replace(base, seed=seed, split_seed=self.given.division_seed)
        return network.with_defaults(
            applied(base, chosen, common.layers or ()),
            self.about,
            watched=self.prepared.validation is not None,
            own_test=self.prepared.own_test,
        )

    @property
    def monitor(self) -> str:
        """By what candidates are compared: what ends their training; the loss without penalties where there may be some."""
        if self.common.monitor != "loss":
            return f"val_{self.common.monitor}"
        if not self.plain_score:
            return "val_loss"
        return f"val_{network.LOSSES[self.prepared.task]}"

    @property
    def build(self) -> Callable[..., Sequential]:
        """`build(**settings, seed) -> Sequential`, compiled; a batch size goes to `fit`."""

        def build(*, seed: int = 0, **chosen: Any) -> Sequential:
            return network.build(self.settings(chosen, seed), self.prepared, plain_score=self.plain_score)

        return _taking(build, (*(name for name in AXES if name != "batch_size"), "seed"))

    @property
    def rules(self) -> Callable[..., list[Rule]]:
        """`rules(**settings)`: what acts inside the training of a candidate."""

        def rules(**chosen: Any) -> list[Rule]:
            return network.rules(self.settings(chosen), watched=self.prepared.validation is not None)

        return _taking(rules, ("learning_rate", "optimizer", "schedule", "patience"))


def _taking(function: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    """The function, with the names of what it takes for who asks; each may be left out."""
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, kind, default=None) for name in names]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return function
