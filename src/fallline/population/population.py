"""The population: many networks trained as one program, compared, and each of them an ordinary model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fallline import config
from fallline._ranges import whole
from fallline.compilation.cores import idle_cores
from fallline.engine.interrupts import interrupts
from fallline.engine.monitoring import direction
from fallline.errors import NotReadyError, TrainingWarning, UsageError, warn
from fallline.models import Model
from fallline.population.budget import Budget
from fallline.population.builder import Build, Builder, fixed_axes
from fallline.population.checks import (
    check_arguments,
    check_axes,
    check_budget,
    check_build,
    check_search,
    checked_seeds,
)
from fallline.population.display import displays
from fallline.population.drafting import Drafting
from fallline.population.endings import require_best, warn_of_divergence
from fallline.population.folds import FoldedRows
from fallline.population.joined import HeldOut, joined
from fallline.population.member import Member
from fallline.population.results import Results
from fallline.population.rows import Rows, rows_of_fit
from fallline.population.search import Grid, Random
from fallline.population.search.base import Facts, Search
from fallline.population.spaces import Axes
from fallline.population.stored import Store, fill, members_of, read, row_like
from fallline.population.sweep import Sweep
from fallline.population.watching import Watcher
from fallline.training.fitting import verbosity

SIMPLE = (bool, int, float, str, type(None))


class Population:
    """Many networks as one run: settings, seeds and folds vary, and what can share a program does.

        def build(learning_rate, dropout):
            model = fl.Sequential([fl.Input((20,)), fl.layers.Dense(64, activation="relu"),
                                   fl.layers.Dropout(dropout), fl.layers.Dense(3, activation="softmax")])
            model.compile(fl.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
            return model

        population = fl.Population(
            build, {"learning_rate": fl.population.log_uniform(1e-4, 1e-1), "dropout": [0, 0.2, 0.5]}, members=32, seeds=4
        )
        population.fit(x, y, epochs=50, validation_split=0.2)
        model = population.best.model

    A candidate is one choice of settings; it has a member for each seed and fold. Numbers (rates, penalties, patience),
    seeds and rows vary within a program; what changes the structure (units, depth, activation, optimizer, batch size) makes
    a group of its own, compiled once. Each member is what it is alone, `build(**settings)` with its seed and `fit` with
    it, within rounding.

    Args:
        build: `build(**settings) -> Model`, compiled. It is given the settings that it takes; `batch_size` and others of
            `fit` go there where it doesn't take them, and those that `callbacks` takes, where that is a function.
        axes: Name -> what it varies over: a list, or a space such as `fl.population.log_uniform(1e-4, 1e-1)`.
        members: How many candidates to draw; None: the whole grid of lists. Times the seeds and folds it is the number
            of networks.
        seeds: How many seeds each candidate has, counted from `seed`; or the seeds.
        search: Who is trained how far, such as `fl.population.Hyperband()`; None: everybody to the end.
        seed: Decides what is drawn, and is the first seed.

    Attributes:
        members: The networks, in the order of their numbers.

    Raises:
        UsageError: an axis is empty or nobody takes it, the builder wants what is no axis, or a number is wrong.
    """

    def __init__(
        self,
        build: Build,
        axes: Mapping[str, Any] | None = None,
        members: int | None = None,
        seeds: int | Sequence[int] = 1,
        search: Search | None = None,
        *,
        seed: int = 0,
    ) -> None:
        check_build(build)
        self.axes = Axes.of({} if axes is None else axes)
        check_axes(self.axes.names)
        self.seed = config.checked_seed(seed, "Population")
        self.seeds = checked_seeds(seeds, self.seed)
        self._build = build
        self._candidates = None if members is None else whole("Population: members", members, least=1)
        self._search = self._plain() if search is None else search
        check_search(self._search)
        self._told = self._search.description()
        self._sweep: Sweep | None = None
        self.folded: FoldedRows | None = None
        self.monitor: str | None = None
        self.minimise = True

    @property
    def members(self) -> tuple[Member, ...]:
        """The networks, in the order of their numbers; none before `fit`."""
        return () if self._sweep is None else tuple(self._sweep.members)

    @property
    def best(self) -> Member:
        """The member with the best score.

        Raises:
            NotReadyError: nothing is trained yet, or every member diverged.
        """
        return require_best(self.members, minimise=self.minimise)

    @property
    def results(self) -> Results:
        """What it found so far: `frame()`, `rank()`, `effect(axis)`, `findings()`, of the members there are."""
        folds = () if self.folded is None else self.folded.folds
        rows = sum(len(fold.train) for fold in folds)
        return Results(
            self.members,
            {name: self.axes[name] for name in self.axes.names},
            self.monitor or "val_loss",
            self.minimise,
            overlap=sum(len(fold.validation) for fold in folds) / rows if rows else None,
        )

    def fit(
        self,
        x: Any,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        *,
        monitor: str | None = None,
        mode: str = "auto",
        folds: Any = None,
        groups: Any = None,
        preprocess: Any = None,
        budget: float | None = None,
        seconds: float | None = None,
        folder: str | Path | None = None,
        resume: bool = False,
        watchers: Sequence[Watcher] = (),
        **arguments: Any,
    ) -> Population:
        """Trains the population. Further arguments are those of `Model.fit`.

        Args:
            x: Inputs.
            y: Targets.
            batch_size: Rows per step.
            epochs: The most epochs of a member.
            verbose: "auto" or 1: a display once it lasts over a second, and a summary at its end; 2: a line for each member
                that is at its end, and the summary; 0: nothing.
            callbacks: Rules and probes for all members, or a function of settings that gives them.
            monitor: The recorded value by which members are compared; None: "val_loss" where there is validation, else
                "loss".
            mode: "min", "max", or "auto": as the value says itself.
            folds: Divisions of the rows, of which each candidate has a member each: a number, a splitter of scikit-learn, or
                pairs of row numbers; in place of validation data.
            groups: The group of each row, for folds that keep groups together.
            preprocess: What each fold fits to its training rows alone: a transformer of scikit-learn, or a function
                `f(x, y)` that gives a function of rows.
            budget: The most member-epochs that are begun; None: no bound.
            seconds: The time after which nothing is begun; None: no bound.
            folder: Where the population is kept as it trains; None: nowhere.
            resume: Whether the population in the folder goes on where it was cut off, with the same results as if it never
                was; it has to be fitted as then.
            watchers: Those who look.
            **arguments: `validation_data`, `validation_split`, `class_weight`, `sample_weight`, `shuffle`, ...

        Returns:
            The population.

        Raises:
            UsageError, DataError, ShapeError: as `Model.fit`, with the settings of the member in a note.
            KeyboardInterrupt: after Ctrl-C; what is trained is kept, and those in training are "interrupted".

        Warns:
            TrainingWarning: members diverged; once, with what their settings share. Or cores are idle, since JAX began first.
        """
        shown = displays(verbosity(verbose, "Population.fit"))
        check_arguments(arguments, Population.fit)
        check_budget(budget=budget, seconds=seconds)
        if (idle := idle_cores()) is not None:
            warn(f"Population: {idle}", TrainingWarning)
        builder = Builder(self._build, self.axes.names, callbacks)
        arguments = {"batch_size": batch_size, "epochs": epochs, **arguments}
        rows, self.folded = rows_of_fit(
            builder, self._first(), x, y, arguments, folds, groups, preprocess, self.seed
        )
        drafting = Drafting(builder, rows)
        example = drafting.example(self._first(), self.seeds[0])
        self.monitor = monitor or ("val_loss" if example.watched else "loss")
        example.require_recorded(self.monitor, mode)
        self.minimise = direction("Population.fit", self.monitor, mode, example.directions) != "max"
        self._search.begin(
            Facts(
                axes=self.axes,
                epochs=epochs,
                candidates=self._candidates,
                generator=np.random.default_rng(self.seed),
                minimise=self.minimise,
                fixed=fixed_axes(builder, self.axes, self.seeds[0]),
                sweep="" if folder is None else str(Path(folder).resolve()),
                resumed=resume and folder is not None and Store(folder, {}).taken(),
            )
        )
        self._sweep = Sweep(
            self._search,
            drafting,
            self.seeds,
            len(rows.shares),
            self.monitor,
            minimise=self.minimise,
            epochs=epochs,
            budget=Budget(budget, seconds),
            watchers=[*shown, *watchers],
        )
        store = self._store(folder, drafting, arguments, resume=resume)
        try:
            with interrupts() as interrupt:
                for _ in self._sweep.run(interrupt):
                    if store is not None:
                        store.write_if_due(self._sweep)
                if store is not None:
                    store.write(self._sweep)
        finally:
            self._search.close()
            for display in shown:
                display.close(self._sweep)
        if self._sweep.interrupted:
            raise KeyboardInterrupt(
                "The population was interrupted; population.members holds what was trained."
            )
        warn_of_divergence(self.members)
        return self

    def ensemble(
        self,
        top: int | None = None,
        select: str = "best",
        average: str = "predictions",
        *,
        x: Any = None,
        y: Any = None,
        sample_weight: Any = None,
        loss: Any = None,
        statistics: Any = None,
    ) -> Model:
        """One model of the members: `fl.Population(build, seeds=8).fit(x, y, epochs=50).ensemble()`.

        Members that diverged are left out. Where there are folds, a candidate comes or goes with all its members.

        Args:
            top: How many of the best; None: all members of the best candidate, its seeds and folds. For a greedy choice: how
                many there are at most, repetitions counted; None: 50.
            select: "best": those of the best scores; "greedy": one by one, each time the one that makes the averaged
                prediction best on rows that trained nobody, with replacement; "all": every one.
            average: "predictions": an `models.Ensemble`; "weights": one network whose weights are the mean (a soup), for
                members that began with the same weights.
            x: Inputs that trained nobody, for a greedy choice; None: the validation rows, of folds each row by those who have
                not seen it.
            y: Their targets.
            sample_weight: One weight per row, or None.
            loss: What a greedy choice makes small; None: the loss of the models.
            statistics: Training inputs, of which batch normalisation takes its averages again where weights are averaged.

        Raises:
            UsageError: an argument is wrong, `top` is more than there are, or the members cannot be joined.
            NotReadyError: nothing is trained, or every member diverged.

        Source: see `models.Ensemble`, `models.greedy_selection` and `models.greedy_soup`.
        """
        held_out = None if x is None else HeldOut(x, y, sample_weight)
        if x is None and self.folded is None and self._sweep is not None:
            held_out = HeldOut.of(self._sweep.validation)
        return joined(
            self.members,
            minimise=self.minimise,
            top=top,
            select=select,
            average=average,
            held_out=held_out,
            folded=self.folded,
            loss=loss,
            statistics=statistics,
        )

    def save(self, folder: str | Path) -> None:
        """Writes the population into a folder; `load` reads it again.

        Raises:
            NotReadyError: nothing is trained yet.
            UsageError: a population lies there already.
        """
        if self._sweep is None:
            raise NotReadyError("Population: nothing is trained yet. Call fit(x, y, epochs=...) first.")
        store = Store(folder, {})
        if store.taken():
            raise UsageError(f"Population: {folder} holds a population already; choose another folder.")
        store.write(self._sweep)

    @staticmethod
    def load(folder: str | Path, build: Build, axes: Mapping[str, Any] | None = None) -> Population:
        """A population that was saved, or kept by `fit(folder=...)`.

        Args:
            folder: Where it lies.
            build: The builder that it was made with: code is not stored.
            axes: The axes that it was made with, for figures; None: the values that there are.

        Raises:
            SavedFileError: there is none, or it is damaged.
        """
        content = read(folder)
        members = members_of(content)
        names = dict.fromkeys(name for member in members for name in member.settings)
        found = {
            name: list(
                {repr(own[name]): own[name] for own in (m.settings for m in members) if name in own}.values()
            )
            for name in names
        }
        population = Population(build, found if axes is None else axes)
        builder = Builder(build, tuple(names), lambda **_: None)
        drafting = Drafting(builder, Rows(None, None, {}))
        drafting.like = row_like(content)
        sweep = Sweep(
            population._search,
            drafting,
            (),
            0,
            content["monitor"],
            minimise=content["minimise"],
            epochs=max((member.epochs for member in members), default=0),
        )
        for member in members:
            member.revive = drafting.revived
        fill(Path(folder), content["members"], members)
        sweep.members, sweep.seconds = members, content["seconds"]
        population._sweep = sweep
        population.monitor, population.minimise = sweep.monitor, sweep.minimise
        population.seeds = tuple(dict.fromkeys(member.seed for member in members))
        return population

    def _store(
        self, folder: str | Path | None, drafting: Drafting, arguments: Mapping[str, Any], *, resume: bool
    ) -> Store | None:
        """Where the population is kept; the sweep stands where the one that is resumed stood."""
        if folder is None:
            if resume:
                raise UsageError(
                    "Population: resume=True goes on with the population of a folder; give folder=."
                )
            return None
        facts = {
            "axes": {name: str(axis) for name, axis in self.axes.axes.items()},
            "members": self._candidates,
            "seeds": self.seeds,
            "seed": self.seed,
            "search": self._told,
            "data": drafting.digest(),
            **_simple(arguments),
        }
        store = Store(folder, facts)
        assert self._sweep is not None
        if store.taken():
            if not resume:
                raise UsageError(
                    f"Population: {folder} holds a population already. resume=True goes on with it; or choose another folder."
                )
            store.restore(self._sweep)
        return store

    def _first(self) -> dict[str, Any]:
        """Some settings that there can be."""
        return self.axes.settings([0.0] * self.axes.dimensions)

    def _plain(self) -> Search:
        """The search where none is given: the grid of lists, or so many drawn at random."""
        return Grid() if self._candidates is None else Random()


def _simple(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of them that are plain: numbers, words and the like."""
    return {name: value for name, value in values.items() if isinstance(value, SIMPLE)}
