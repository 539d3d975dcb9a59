"""What a person gives to a population, refused before anything is trained where it cannot be meant."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fallline import config
from fallline._ranges import whole
from fallline.errors import DataError, ShapeError, UsageError, suggestion
from fallline.models import Model
from fallline.models.arguments import NOT_THERE
from fallline.models.planned import planned
from fallline.population.search.base import Search

OF_FIT = tuple(
    name for name in inspect.signature(planned).parameters if name not in ("model", "x", "y", "seed")
)
"""Arguments of `Model.fit` that a population passes on."""


def check_build(build: Any) -> None:
    """Refuses what makes no models.

    Raises:
        UsageError: it is a model, or cannot be called.
    """
    if isinstance(build, Model):
        raise UsageError(
            "Population: build is a model; give a function that makes one, e.g. lambda learning_rate: make(learning_rate)."
        )
    if not callable(build):
        raise UsageError(
            f"Population: build must be a function of settings that gives a compiled model, got {type(build).__name__}."
        )


def check_axes(names: Iterable[str]) -> None:
    """Refuses axes that a population has another word for.

    Raises:
        UsageError: "seed" is an axis.
    """
    if "seed" in names:
        raise UsageError(
            'Population: "seed" is no axis: each candidate is trained with every seed. Say seeds=[1, 2].'
        )


def check_search(search: Any) -> None:
    """Refuses what is no search.

    Raises:
        UsageError: it is the class of one, its name, or something else.
    """
    if isinstance(search, type) and issubclass(search, Search):
        raise UsageError(
            f"Population: search is the class {search.__name__}; write {search.__name__}() to make one."
        )
    if not isinstance(search, Search):
        kinds = sorted(_kinds(Search))
        near = f" {suggestion(search, kinds)}" if isinstance(search, str) else f" Known: {', '.join(kinds)}."
        raise UsageError(f"Population: search must be one such as Hyperband(), got {search!r:.60}.{near}")


def check_budget(**bounds: Any) -> None:
    """Refuses bounds that are no positive numbers.

    Raises:
        UsageError: one is none.
    """
    for name, value in bounds.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and value > 0 and not math.isnan(value)):
            raise UsageError(f"Population.fit: {name} must be a positive number, got {value!r:.60}.")


def check_arguments(arguments: Mapping[str, Any], own: Callable[..., Any]) -> None:
    """Refuses arguments that `Model.fit` doesn't have.

    Args:
        arguments: Further arguments of `Population.fit`.
        own: That function: its own arguments may be meant too.

    Raises:
        UsageError: one is unknown; the message suggests the nearest.
    """
    for name in arguments:
        if name == "seed":
            raise UsageError(
                "Population.fit: seeds belong to the population: Population(..., seeds=4, seed=7)."
            )
        if name in NOT_THERE:
            raise UsageError(f'Population.fit: no argument "{name}": {NOT_THERE[name]}.')
        if name not in OF_FIT:
            known = {*inspect.signature(own).parameters, *OF_FIT} - {"self", "arguments"}
            raise UsageError(f'Population.fit: no argument "{name}". {suggestion(name, sorted(known))}')


def check_rows(x: Any, y: Any) -> None:
    """Refuses rows that cannot be divided into folds.

    Raises:
        DataError: there are no targets.
        ShapeError: there are not as many targets as inputs.
    """
    if y is None:
        raise DataError("y is missing: give inputs and targets, x and y.")
    counts = [
        {len(part) for part in given.values()} if isinstance(given, Mapping) else {len(given)}
        for given in (x, y)
        if not isinstance(given, list | tuple)
    ]
    if len(counts) == 2 and counts[0] != counts[1]:
        (rows, *_), (targets, *_) = counts
        raise ShapeError(f"x has {rows} rows and y has {targets}; they must be equal.")


def require_settings(what: str, wanted: Iterable[str], axes: Sequence[str]) -> None:
    """Refuses a function that wants what is no axis.

    Raises:
        UsageError: it does.
    """
    if missing := sorted(set(wanted) - set(axes)):
        near = f" {suggestion(missing[0], sorted(axes))}" if axes else ""
        raise UsageError(
            f'Population: {what} wants "{missing[0]}", which is no axis.{near} Name it among the axes, or give it a default.'
        )


def _kinds(kind: type) -> set[str]:
    """The names of all searches that can be made."""
    below: list[type] = kind.__subclasses__()
    own = set() if inspect.isabstract(kind) else {kind.__name__}
    return own.union(*map(_kinds, below))


def checked_seeds(given: Any, first: int) -> tuple[int, ...]:
    """The seeds of each candidate: those given, or so many counted from the first.

    Raises:
        UsageError: they are no seeds, or one comes twice.
    """
    if isinstance(given, Sequence | np.ndarray) and not isinstance(given, str):
        seeds = tuple(config.checked_seed(seed, "Population: seeds") for seed in given)
        if not seeds or len(set(seeds)) < len(seeds):
            raise UsageError(
                f"Population: seeds must be different whole numbers, at least one; got {list(given)!r:.60}."
            )
        return seeds
    return tuple(range(first, first + whole("Population: seeds", given, least=1)))
