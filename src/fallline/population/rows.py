"""The rows of a population: what `fit` was given, and the folds of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fallline.engine import Share
from fallline.errors import UsageError
from fallline.losses.targets import BITS, CLASS_NUMBERS, CLASS_ROWS, SIGNS
from fallline.models import Model
from fallline.own.shown import fields_shown
from fallline.population.builder import Builder
from fallline.population.checks import check_rows
from fallline.population.folds import FoldedRows, class_codes, draw_folds, folded, several_inputs


@dataclasses.dataclass(frozen=True)
class Rows:
    """What `fit` was given: rows, and whatever else is the same for all members.

    Attributes:
        x: Inputs.
        y: Targets.
        arguments: Further arguments of `Model.fit` by name.
        shares: The rows of each fold; empty: all rows for everybody.
    """

    __repr__ = fields_shown

    x: Any
    y: Any
    arguments: Mapping[str, Any]
    shares: Sequence[Share] = ()


def rows_of_fit(
    builder: Builder,
    settings: Mapping[str, Any],
    x: Any,
    y: Any,
    arguments: Mapping[str, Any],
    folds: Any,
    groups: Any,
    preprocess: Any,
    seed: int,
) -> tuple[Rows, FoldedRows | None]:
    """The rows of a population, divided into folds where there are some.

    Args:
        builder: Makes the models; what they are trained for says whether targets are classes.
        settings: Settings of one of them.
        x: Inputs.
        y: Targets.
        arguments: Further arguments of `Model.fit`.
        folds: See `Population.fit`.
        groups: Likewise.
        preprocess: Likewise.
        seed: Of random splitters without a seed of their own.

    Raises:
        UsageError: folds are given beside other validation rows, or what goes with folds without them.
        DataError, ShapeError: see `draw_folds` and `folded`.
    """
    if folds is None:
        for name, value in {"groups": groups, "preprocess": preprocess}.items():
            if value is not None:
                raise UsageError(f"Population: {name} goes with folds, e.g. folds=5.")
        return Rows(x, y, arguments), None
    for name in ("validation_data", "validation_split"):
        if arguments.get(name):
            raise UsageError(
                f"Population: each fold is validated by its own rows; leave {name} out, or folds."
            )
    check_rows(x, y)
    codes = classes_of(builder.model(settings, 0), y)
    count = row_count(x, y)
    drawn = draw_folds(folds, count, x=x, y=y, classes=codes, groups=groups, seed=seed)
    made = folded(drawn, x, y, arguments.get("sample_weight"), preprocess)
    arguments = {**arguments, "sample_weight": made.sample_weight}
    return Rows(made.x, made.y, arguments, made.shares), made


def row_count(x: Any, y: Any = None) -> int:
    """How many rows there are; several inputs or outputs: of the first."""
    given = x if y is None else y
    if isinstance(given, Mapping):
        return len(next(iter(given.values())))
    inputs = several_inputs(given)
    return len(given if inputs is None else inputs[0])


def classes_of(model: Model, y: Any) -> NDArray[np.int64] | None:
    """The class of each row; None where targets are no classes, or there are several outputs."""
    loss = model.loss
    if isinstance(y, Mapping) or isinstance(loss, tuple | dict) or loss is None:
        return None
    if not (loss.integer_targets or loss.targets in (BITS, SIGNS, CLASS_ROWS, CLASS_NUMBERS)):
        return None  # each value of a number would be a class
    targets = np.asarray(y)
    shape = model.network.output_shapes[0] if model.built else targets.shape[1:] or (1,)
    return class_codes(targets, loss.classes(targets, shape))
