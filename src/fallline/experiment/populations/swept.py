"""What a sweep is told and remembers: which data, what varies, how many, who searches."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fallline
from fallline import population
from fallline._ranges import whole
from fallline.errors import SavedFileError, UsageError, suggestion
from fallline.experiment.kept import run_folder
from fallline.experiment.settings import Settings, moved_settings
from fallline.own.shown import fields_shown
from fallline.population.search.base import Search

SEARCHES = {
    "grid": "Grid",
    "random": "Random",
    "sobol": "Sobol",
    "halving": "SuccessiveHalving",
    "hyperband": "Hyperband",
    "asha": "ASHA",
    "pbt": "PopulationBasedTraining",
    "optuna": "Optuna",
}
"""Name of a search on the command line -> its class in `fallline.population`."""

OWN_COUNT = ("grid", "hyperband")
"""Searches that know themselves how many candidates there are."""

CANDIDATES = 32
"""Where a person does not say: the best sixteenth of a space is met in seven cases of eight, 1 - (15/16)^32."""

SEEDS = 3
"""The fewest whose interval says something: it reaches 4.3 standard errors to each side, of two seeds 12.7."""

MAY_CHANGE = ("budget", "minutes")
"""What may be otherwise where a sweep goes on: it is then asked for more, not for something else."""


@dataclass(frozen=True)
class Sweeping:
    """A sweep as a person wants it.

    Args:
        settings: The data, and what does not vary.
        space: What varies, as `NAME=VALUES`; empty: a default space.
        members: How many candidates; None: the whole grid, or `CANDIDATES`.
        seeds: Seeds of each candidate; None: `SEEDS`, and with folds 1.
        folds: Folds by which candidates are judged; None: the validation rows.
        search: A key of `SEARCHES`; None: the grid of values that can be counted, else random.
        budget: The most member-epochs; None: no bound.
        minutes: The time after which nothing new begins; None: no bound.

    Raises:
        UsageError: a number is out of its range, or there is no such search.
    """

    __repr__ = fields_shown

    settings: Settings
    space: tuple[str, ...] = ()
    members: int | None = None
    seeds: int | None = None
    folds: int | None = None
    search: str | None = None
    budget: float | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        for name, least in {"members": 1, "seeds": 1, "folds": 2}.items():
            if getattr(self, name) is not None:
                whole(f"--{name}", getattr(self, name), least=least)
        for name in MAY_CHANGE:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise UsageError(f"--{name} must be a number above 0; got {value:g}.")
        if self.search is not None and self.search not in SEARCHES:
            raise UsageError(f'unknown search "{self.search}". {suggestion(self.search, SEARCHES)}')
        if self.search in OWN_COUNT and self.members is not None:
            raise UsageError(
                f"--search {self.search} itself says how many candidates there are; leave out --members."
            )
        if self.settings.validation == 0 and self.folds is None:
            raise UsageError(
                "a sweep chooses by validation rows, and with validation 0 there are none. Keep some, or give --folds."
            )
        if self.settings.folds is not None or self.settings.ensemble is not None:
            raise UsageError(
                "a sweep looks for settings of one network; join several with `fallline train --ensemble`."
            )
        if self.folds is not None:
            dataclasses.replace(self.settings, folds=self.folds)  # what folds cannot be with

    @property
    def each_seeds(self) -> int:
        """How many seeds each candidate has."""
        return self.seeds or (1 if self.folds else SEEDS)

    def made_search(self) -> Search | None:
        """The search; None where the population chooses it.

        Raises:
            UsageError: there is no such search in this version.
        """
        if self.search is None:
            return None
        found: Search = getattr(population, SEARCHES[self.search])()
        return found

    def to_json(self, folder: Path) -> dict[str, Any]:
        """What is written beside a run, so that the sweep can go on."""
        return {
            "fallline": fallline.__version__,
            "relative_to": run_folder.where_paths_begin(folder),
            **{
                field.name: getattr(self, field.name)
                for field in dataclasses.fields(self)
                if field.name != "settings"
            },
            "settings": self.settings.to_json(),
        }

    @classmethod
    def resumed(cls, folder: Path, given: Mapping[str, Any], options: Mapping[str, Any]) -> Sweeping:
        """The sweep of a folder, to go on with.

        Args:
            folder: The run folder.
            given: What the person gave again, of the sweep: it must be as it was, but for `MAY_CHANGE`.
            options: And of the settings.

        Raises:
            SavedFileError: there is no sweep in the folder, or it is damaged.
            UsageError: something is otherwise than it was.
        """
        path = folder / run_folder.SWEEP
        if not path.is_file():
            raise SavedFileError(
                f'"{folder}" holds no {run_folder.SWEEP}: `fallline sweep` did not begin there.'
            )
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            settings = Settings.from_json(moved_settings(kept["settings"], folder / kept["relative_to"]))
            found = {
                name: kept[name] for name in (field.name for field in dataclasses.fields(cls)) if name in kept
            }
            found |= {"space": tuple(found["space"]), "settings": settings}
            before = cls(**found)
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise SavedFileError(f'"{path}" is damaged: {error}. Begin a new sweep.') from error
        for name, value in options.items():
            _same(name, getattr(settings, name), value)
        for name, value in given.items():
            if name not in MAY_CHANGE:
                _same(name, getattr(before, name), value)
        return dataclasses.replace(before, budget=given.get("budget"), minutes=given.get("minutes"))


def _same(name: str, before: Any, now: Any) -> None:
    if before != now:
        raise UsageError(
            f"the sweep had {name.replace('_', ' ')} {_words(before)}, and cannot go on with {_words(now)}. Leave it out, or "
            "begin a new sweep without --resume."
        )


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "of the default"
    return "as by default" if value is None else str(value)
