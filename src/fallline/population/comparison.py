"""Several ways to train, each tuned over its own small grid, compared over the same seeds."""

from __future__ import annotations

import dataclasses
import inspect
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int64

from fallline import config
from fallline._ranges import whole
from fallline._tree import replace
from fallline.data.splits import split_rows
from fallline.engine.monitoring import direction
from fallline.errors import NotReadyError, TrainingWarning, UsageError, suggestion
from fallline.losses import Loss
from fallline.models import Model
from fallline.models.cloning import clone_model
from fallline.own.shown import fields_shown
from fallline.population.builder import Build, Builder, described, names_of
from fallline.population.compared import Comparison, Tried
from fallline.population.folds.preparing import rows_of
from fallline.population.member import Member
from fallline.population.population import Population
from fallline.population.rows import classes_of, row_count
from fallline.population.spaces import Axes

RATE = "learning_rate"
FACTORS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""A choice's own rate times these is its grid: three decades around what its builder says, half a decade apart, since a rate
that is off by less than twice costs nearly nothing. All rates of a choice share a program."""


def compare(
    choices: Mapping[str, Build | Model],
    x: Any,
    y: Any,
    *,
    seeds: int = 20,
    tune: Any = "auto",
    tuning_seeds: int = 3,
    validation: Any = 0.2,
    test: Any = 0.2,
    score: str | None = None,
    epochs: int = 1,
    callbacks: Any = None,
    seed: int = 0,
    verbose: Any = "auto",
    **fit: Any,
) -> Comparison:
    """Compares optimizers, initialisations, activations or whatever a builder may differ in, fairly.

        found = fl.compare({"sgd": with_sgd, "adam": with_adam}, x, y, seeds=20, epochs=30)
        print(found)
        found.plot("comparison.png")

    The rows are divided into training, validation and test rows. First each choice is tuned: each value of its grid is
    trained with a few seeds, and the value with the best mean validation score is taken. Then each choice is trained with
    its value and `seeds` others, the same for all, and judged by the test rows, which had no part in the tuning. So a
    choice is neither helped nor hurt by the rate that another one likes.

    Args:
        choices: Name -> a function that gives a compiled model, or a compiled model, of which clones are trained.
        x: Inputs.
        y: Targets.
        seeds: How many networks of each choice are compared.
        tune: "auto": the learning rate, over `FACTORS` times that of each choice; name -> values, for all choices that
            take it; or choice -> such a dictionary; None: nothing.
        tuning_seeds: How many seeds each value of a grid is tried with; none of them is one of those compared.
        validation: The share of rows that choose, or such rows (x, y).
        test: The share of rows that judge, or such rows (x, y).
        score: The metric of the models by which they are judged; None: the loss, without penalties.
        epochs: Epochs of each network.
        callbacks: Rules for all, or a function of settings that gives them, which may ask for `choice` and what is tuned.
        seed: Of the division of the rows, and the first seed that is compared.
        verbose: See `Population.fit`.
        **fit: Further arguments of `Population.fit`: `batch_size`, `class_weight`, ...

    Raises:
        UsageError: fewer than two choices, an empty grid, a value that a choice does not take, or a wrong number.
        NotReadyError: all networks of a choice diverged in the tuning.

    Source: Choi et al., On empirical comparisons of optimizers for deep learning (2019), for tuning each on its own;
        Bouthillier et al., Accounting for variance in machine learning benchmarks (2021), for seeds and paired tests.
    """
    made = _choices(choices)
    seed = config.checked_seed(seed, "compare")
    whole("compare: seeds", seeds, least=2)
    whole("compare: tuning_seeds", tuning_seeds, least=1)
    grids = {name: choice.grid(tune, made) for name, choice in made.items()}
    parts = _divided(made, x, y, validation, test, seed)
    given = {
        "x": parts["train"][0],
        "y": parts["train"][1],
        "validation_data": parts["validation"],
        "epochs": epochs,
        "verbose": verbose,
        **fit,
    }
    apart = range(seed + seeds, seed + seeds + tuning_seeds)
    tried, tuning = _tuned(made, grids, apart, callbacks, given)
    best = {name: _best(name, grids[name], tried.get(name, ()), tuning) for name in made}
    judged = _trained(
        made, {name: [own] for name, own in best.items()}, range(seed, seed + seeds), callbacks, given
    )
    label, minimise, judge = _judge(judged, score)
    names = list(made)
    scores: dict[str, Float[np.ndarray, " seeds"]] = {
        name: np.array(
            [judge(member, parts["test"]) for member in judged.members if member.candidate == place]
        )
        for place, name in enumerate(names)
    }
    return Comparison(
        scores=scores,
        settings=best,
        tried=tried,
        score=label,
        minimise=minimise,
        seeds=tuple(range(seed, seed + seeds)),
        tuning_seeds=tuning_seeds if tuning is not None else 0,
        rows={name: len(part[1]) for name, part in parts.items()},
        population=judged,
        tuning=tuning,
    )


@dataclasses.dataclass(frozen=True)
class _Choice:
    """One of what is compared.

    Args:
        name: What it is called.
        build: Gives a compiled model.
        takes: What it can be built with; None: anything.
        rate: Its learning rate; None where it has none that could be set.
    """

    __repr__ = fields_shown

    name: str
    build: Callable[..., Model]
    takes: frozenset[str] | None
    rate: float | None

    def accepts(self, axis: str) -> bool:
        """Whether it can be built with this."""
        return self.takes is None or axis in self.takes

    def grid(self, tune: Any, choices: Mapping[str, _Choice]) -> list[dict[str, Any]]:
        """What is tried of it: settings."""
        if tune is None:
            return [{}]
        if tune == "auto":
            if self.rate is None:
                return [{}]
            return [{RATE: float(f"{self.rate * factor:.3g}")} for factor in FACTORS]
        if not isinstance(tune, Mapping):
            raise UsageError(
                f'compare: tune is "auto", None, or a dictionary such as {{"learning_rate": [0.01, 0.1]}}; got {tune!r:.60}.'
            )
        by_choice = bool(tune) and all(isinstance(values, Mapping) for values in tune.values())
        if by_choice:
            for other in tune:
                if other not in choices:
                    raise UsageError(f'compare: tune: no choice "{other}". {suggestion(other, choices)}')
            own = tune.get(self.name, {})
        else:
            for axis in tune:
                if not any(choice.accepts(axis) for choice in choices.values()):
                    raise UsageError(
                        f'compare: tune: no choice can be built with "{axis}"{self._known(axis)}'
                    )
            own = {axis: values for axis, values in tune.items() if self.accepts(axis)}
        for axis in own:
            if not self.accepts(axis):
                raise UsageError(
                    f'compare: tune: "{self.name}" cannot be built with "{axis}"{self._known(axis)}'
                )
        return Axes.of(own).grid()

    def _known(self, axis: str) -> str:
        known = sorted(self.takes or ())
        return f". {suggestion(axis, known)}" if known else ", nor with anything else."


def _choices(choices: Mapping[str, Build | Model]) -> dict[str, _Choice]:
    """What is compared, checked."""
    if not isinstance(choices, Mapping) or not all(isinstance(name, str) and name for name in choices):
        raise UsageError(
            f'compare: choices is a dictionary such as {{"sgd": build_sgd, "adam": build_adam}}; got {choices!r:.60}.'
        )
    if len(choices) < 2:
        raise UsageError(f"compare: there must be two choices at least; got {', '.join(choices) or 'none'}.")
    return {name: _choice(name, choice) for name, choice in choices.items()}


def _choice(name: str, choice: Any) -> _Choice:
    if isinstance(choice, Model):
        if choice.optimizer is None:
            raise UsageError(f'compare: the model "{name}" is not compiled. Call model.compile(...) first.')
        optimizer, arguments = choice.optimizer, choice.compile_arguments()

        def build(learning_rate: float | None = None) -> Model:
            clone = clone_model(choice)
            rated = optimizer if learning_rate is None else replace(optimizer, learning_rate=learning_rate)
            clone.compile(**{**arguments, "optimizer": rated})
            return clone

        return _Choice(name, build, frozenset({RATE}), _rate(choice))
    if not callable(choice):
        raise UsageError(
            f'compare: "{name}" must be a function that gives a compiled model, or a compiled model; got {type(choice).__name__}.'
        )
    builder = Builder(choice, ())
    takes = names_of(choice)
    rate = _rate(builder.model({}, 0)) if takes is None or RATE in takes else None
    return _Choice(name, choice, takes if takes is None else frozenset(takes - {"seed"}), rate)


def _rate(model: Model) -> float | None:
    """The learning rate of a model; None where it is none that could be set."""
    rate = getattr(model.optimizer, RATE, None)
    return float(rate) if isinstance(rate, int | float | np.floating) else None


def _divided(
    choices: Mapping[str, _Choice], x: Any, y: Any, validation: Any, test: Any, seed: int
) -> dict[str, tuple[Any, Any]]:
    """Training, validation and test rows (x, y)."""
    shares, own = {}, {}
    for name, part in {"validation": validation, "test": test}.items():
        if isinstance(part, tuple) and len(part) == 2:
            shares[name], own[name] = 0.0, part
        elif isinstance(part, int | float) and not isinstance(part, bool) and 0 < part < 1:
            shares[name] = float(part)
        else:
            raise UsageError(
                f"compare: {name} is a share of the rows between 0 and 1, or (x, y); got {part!r:.60}."
            )
    first = next(iter(choices.values()))
    model = Builder(first.build, ()).model({}, seed)
    split = split_rows(
        row_count(x, y),
        validation=shares["validation"],
        test=shares["test"],
        seed=seed,
        strata=_strata(classes_of(model, y)),
    )
    drawn = {"train": split.training, "validation": split.validation, "test": split.test}
    return {
        name: (rows_of(x, rows), rows_of(y, rows)) for name, rows in drawn.items() if name not in own
    } | own


def _strata(codes: Int64[np.ndarray, " rows"] | None) -> Any:
    return None if codes is None else codes.astype(np.int32)


def _trained(
    choices: Mapping[str, _Choice],
    grids: Mapping[str, Sequence[Mapping[str, Any]]],
    seeds: range,
    callbacks: Any,
    given: Mapping[str, Any],
) -> Population:
    """All settings of all choices with some seeds, as one population."""
    table = {
        _label(name, settings): (choices[name], settings) for name, grid in grids.items() for settings in grid
    }

    def build(choice: str, seed: int) -> Model:
        own, settings = table[choice]
        return Builder(own.build, tuple(settings)).model(settings, seed)

    wanted = names_of(callbacks) if inspect.isroutine(callbacks) else set()

    def rules(choice: str) -> Any:
        own, settings = table[choice]
        known = {"choice": own.name, **settings}
        return callbacks(**{name: value for name, value in known.items() if wanted is None or name in wanted})

    population = Population(build, {"choice": list(table)}, seeds=list(seeds))
    return population.fit(callbacks=rules if inspect.isroutine(callbacks) else callbacks, **given)


def _label(name: str, settings: Mapping[str, Any]) -> str:
    return f"{name}, {described(settings)}" if settings else name


def _tuned(
    choices: Mapping[str, _Choice],
    grids: Mapping[str, Sequence[Mapping[str, Any]]],
    seeds: range,
    callbacks: Any,
    given: Mapping[str, Any],
) -> tuple[dict[str, tuple[Tried, ...]], Population | None]:
    """What the tuning showed of each choice, and its networks; nothing where there is nothing to choose from."""
    if all(len(grid) == 1 for grid in grids.values()):
        return {}, None
    # A rate at which networks diverge is one that was tried, no mishap: `tried` has it.
    with warnings.catch_warnings(action="ignore", category=TrainingWarning):
        tuning = _trained(choices, grids, seeds, callbacks, given)
    return _tried(grids, tuning), tuning


def _tried(
    grids: Mapping[str, Sequence[Mapping[str, Any]]], tuning: Population
) -> dict[str, tuple[Tried, ...]]:
    """What the tuning showed of each choice."""
    scores: dict[str, list[float]] = {}
    for member in tuning.members:
        scores.setdefault(member.settings["choice"], []).append(member.score)
    return {
        name: tuple(Tried(settings, float(np.mean(scores[_label(name, settings)]))) for settings in grid)
        for name, grid in grids.items()
    }


def _best(
    name: str, grid: Sequence[dict[str, Any]], tried: Sequence[Tried], tuning: Population | None
) -> dict[str, Any]:
    """The settings with which a choice is compared."""
    if len(grid) == 1 or tuning is None:
        return dict(grid[0])
    known = [one for one in tried if math.isfinite(one.score)]
    if not known:
        raise NotReadyError(
            f'compare: all networks of "{name}" diverged in the tuning, with {described(grid[0])} to {described(grid[-1])}. '
            "Give it a grid of smaller learning rates: tune={"
            f'"{name}": {{"learning_rate": [...]}}}}.'
        )
    sign = 1 if tuning.minimise else -1
    return dict(min(known, key=lambda one: sign * one.score).settings)


def _judge(
    population: Population, score: str | None
) -> tuple[str, bool, Callable[[Member, tuple[Any, Any]], float]]:
    """Name of the score, whether less is better, and how it is taken of a network on the test rows."""
    first = population.members[0].model
    if score is None and isinstance(first.loss, Loss):

        def plain(member: Member, rows: tuple[Any, Any]) -> float:
            if member.diverged:
                return math.nan
            loss = member.model.loss
            assert isinstance(loss, Loss)
            said = jnp.asarray(member.model.predict(rows[0], verbose=0))
            return float(loss(jnp.asarray(np.asarray(rows[1])), said))

        return "loss", True, plain
    name = "loss" if score is None else score

    def evaluated(member: Member, rows: tuple[Any, Any]) -> float:
        if member.diverged:
            return math.nan
        found = member.model.evaluate(rows[0], rows[1], verbose=0, return_dict=True)
        if name not in found:
            raise UsageError(
                f'compare: score: nothing called "{name}" is recorded. {suggestion(name, found)}'
            )
        return float(found[name])

    ways = first.objective().directions
    return name, direction("compare", name, "auto", ways) != "max", evaluated
