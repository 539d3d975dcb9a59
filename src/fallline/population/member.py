"""One network of a population: who it is, how far it came, and what it left."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.engine import Outcome
from fallline.history import History
from fallline.models import Model
from fallline.own.shown import fields_shown

ENDED = ("completed", "early_stopped", "diverged", "pruned", "lost")
"""Statuses that do not change any more."""


@dataclasses.dataclass(frozen=True)
class Saved:
    """Everything that a network in training held at the end of an epoch, on the host.

    Attributes:
        arrays: The leaves of its `TrainingState`, by their path.
        trace: What each epoch recorded so far (epochs, ...), by name.
    """

    arrays: Mapping[str, NDArray[Any]]
    trace: Mapping[str, NDArray[Any]]

    __repr__ = fields_shown

    @property
    def epochs(self) -> int:
        """Epochs completed."""
        return int(self.arrays["epoch"])


@dataclasses.dataclass
class Member:
    """One network of a population.

    Attributes:
        number: Its number in the population, from 0.
        candidate: The number of its settings; members of one candidate differ in seed and fold.
        settings: What was varied: name -> value.
        seed: Decides its initial weights, dropout and the order of its rows.
        fold: Which fold of the rows it has, or None.
        status: "waiting", "running", "paused", "completed", "early_stopped", "diverged", "pruned", "stopped" (the
            budget was spent), "interrupted" or "lost" (each worker that had it died).
        epochs: Epochs completed.
        values: What it recorded: name -> (epochs,).
        outcome: How its training ended; None before.
        score: The monitored value of the epoch whose weights it has; NaN before the first, and where it diverged.
        seconds: Its share of the time spent in training.
        lineage: Where it went on from another's weights: (epoch, number of that member), in their order.
        changes: Its settings over time: (epoch from which they hold, settings).
        params: Sizes of its training, as in `History.params`.
        saved: Where its training goes on; None where it never will.
        read: Reads its arrays from where they are kept.
        revive: Makes an ordinary model of it.
    """

    number: int
    candidate: int
    settings: dict[str, Any]
    seed: int
    fold: int | None = None
    status: str = "waiting"
    epochs: int = 0
    values: dict[str, NDArray[Any]] = dataclasses.field(default_factory=dict)
    outcome: Outcome | None = None
    score: float = float("nan")
    seconds: float = 0.0
    lineage: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    changes: list[tuple[int, dict[str, Any]]] = dataclasses.field(default_factory=list)
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    saved: Saved | None = dataclasses.field(default=None, repr=False)
    read: Callable[[], Mapping[str, NDArray[Any]]] | None = dataclasses.field(
        default=None, repr=False, compare=False
    )
    _arrays: Mapping[str, NDArray[Any]] | None = dataclasses.field(default=None, repr=False)
    revive: Callable[[Member], Model] | None = dataclasses.field(default=None, repr=False, compare=False)
    _model: Model | None = dataclasses.field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings.items())
        fold = "" if self.fold is None else f", fold {self.fold}"
        return f"<Member {self.number}: {settings}, seed {self.seed}{fold}; {self.status} after {self.epochs} epochs, score {self.score:.4g}>"

    @property
    def arrays(self) -> Mapping[str, NDArray[Any]] | None:
        """The weights that it has, and its optimizer's state, by their paths; None before it was trained."""
        return self.read() if self._arrays is None and self.read is not None else self._arrays

    @arrays.setter
    def arrays(self, arrays: Mapping[str, NDArray[Any]] | None) -> None:
        self._arrays = arrays

    @property
    def held(self) -> int:
        """Bytes of its arrays that lie in memory."""
        return sum(array.nbytes for array in (self._arrays or {}).values())

    @property
    def ended(self) -> bool:
        """Whether it is trained to its end."""
        return self.status in ENDED

    @property
    def diverged(self) -> bool:
        """Whether its loss or weights stopped being finite."""
        return self.status == "diverged"

    @property
    def best_epoch(self) -> int | None:
        """The epoch, counted from 0, whose weights it has; None before the first."""
        if self.outcome is not None and self.outcome.best_epoch is not None:
            return self.outcome.best_epoch
        return self.epochs - 1 if self.epochs else None

    @property
    def history(self) -> History | None:
        """What it recorded, as `fit` of the model alone leaves it; None before it began."""
        if self.outcome is None:
            return None
        epochs = list(range(self.params.get("initial_epoch", 0), self.epochs))
        params = {"epochs": self.epochs, **self.params}
        return History(self.values, epochs, self.outcome, self.seconds, 0.0, params)

    @property
    def model(self) -> Model:
        """The network as an ordinary model, with its weights, its optimizer's state and its history."""
        if self._model is None:
            assert self.revive is not None
            self._model = self.revive(self)
        return self._model

    def value(self, name: str) -> float:
        """A recorded value of the epoch whose weights it has, or of the last before that was validated; NaN: there is none."""
        values, epoch = self.values.get(name), self.best_epoch
        if values is None or epoch is None or self.diverged or self.status == "lost":
            return float("nan")
        first = int(self.params.get("initial_epoch", 0))
        seen = np.asarray(values, np.float64).reshape(len(values), -1)[: epoch + 1 - first, 0]
        known = seen[np.isfinite(seen)]
        return float(known[-1]) if known.size else float("nan")
