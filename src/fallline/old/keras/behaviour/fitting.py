"""`fit`, `evaluate` and `predict` of other years: their arguments by today's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fallline.old import age
from fallline.old.keras.behaviour.batches import Joined, comes_in_batches, joined
from fallline.old.notices import say_once

RENAMED: dict[str, str] = {
    "X": "x",
    "nb_epoch": "epochs",
    "nb_batch_size": "batch_size",
    "samples": "rows",
    "samples_per_epoch": "rows_per_epoch",
    "val_samples": "validation_rows",
    "nb_val_samples": "validation_rows",
    "generator": "x",
    "show_metrics": "show_accuracy",
}
"""Older names of arguments of the verbs -> today's; those of rows are counted in rows, not in batches."""

NOTHING_HERE = frozenset(
    [
        "workers",
        "use_multiprocessing",
        "max_queue_size",
        "max_q_size",
        "nb_worker",
        "nb_val_worker",
        "pickle_safe",
    ]
)
"""Arguments that say how batches are fetched: nothing depends on them."""

ORDER = (
    "x",
    "y",
    "batch_size",
    "epochs",
    "verbose",
    "callbacks",
    "validation_split",
    "validation_data",
    "shuffle",
    "class_weight",
    "sample_weight",
    "initial_epoch",
    "steps_per_epoch",
    "validation_steps",
    "validation_batch_size",
    "validation_freq",
)
"""The order of `fit` from Keras 1 on; Keras 0 had `show_accuracy` after `shuffle`."""

EPOCHS_BEFORE: tuple[tuple[tuple[int, int], int], ...] = (((1, 0), 100), ((2, 0), 10))
"""A version of Keras -> the epochs of `fit` before it, where nobody said how many.

Source: Keras 0.3.3, keras/models.py (`nb_epoch=100`, `batch_size=128`); Keras 1.2.2, keras/models.py (`nb_epoch=10`,
`batch_size=32`); 1 since Keras 2.0.
"""
ROWS_BEFORE = ((1, 0), 128)
"""The version of Keras since which a batch has 32 rows, and what it had before. Source: as above."""


def named(order: tuple[str, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by their names of today."""
    given = dict(zip(order, args, strict=False))
    for name, value in kwargs.items():
        if name not in NOTHING_HERE:
            given[RENAMED.get(name, name)] = value
    if "verbose" in given:
        given["verbose"] = verbosity(given["verbose"])
    return given


def verbosity(verbose: Any) -> Any:
    """`verbose` as one of those that Keras has: it takes any number from 2 on for a line an epoch."""
    if isinstance(verbose, bool | np.bool_):
        return int(verbose)
    if isinstance(verbose, int | float | np.number):
        return min(max(int(verbose), 0), 2)
    return verbose if verbose is not None else 0


def fit_arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `fit` by their names of today, with the defaults of the program's years."""
    order: tuple[str, ...] = ORDER
    if len(args) > 9 and isinstance(args[9], bool):
        order = (*ORDER[:9], "show_accuracy", *ORDER[9:])
    given = named(order, args, kwargs)
    for version, epochs in EPOCHS_BEFORE:
        if "epochs" not in given and age.current().before(version):
            given["epochs"] = epochs
            say_once(
                f"fit without nb_epoch trained {epochs} epochs before Keras {version[0]}: so it does here."
            )
    if given.get("batch_size") is None and age.current().before(ROWS_BEFORE[0]):
        given["batch_size"] = ROWS_BEFORE[1]
        say_once("a batch had 128 rows before Keras 1: so it has here.")
    given["class_weight"] = class_weight(given.get("class_weight"))
    if not given.get("validation_split"):
        given.pop("validation_split", None)
    return given


def class_weight(given: Any) -> Any:
    """Weights of classes as a dictionary; Keras took no notice of a text such as "auto"."""
    if isinstance(given, str):
        say_once(f'class_weight="{given}" does nothing, as in Keras: give a dictionary.')
        return None
    if given is None or isinstance(given, Mapping):
        return given or None
    return dict(enumerate(np.asarray(given).tolist()))


def with_batches(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `fit` with arrays where generators stand."""
    given = dict(given)
    rows = given.pop("rows_per_epoch", None)
    validation_rows = given.pop("validation_rows", None)
    validation = given.get("validation_data")
    if comes_in_batches(validation):
        found = joined(validation, 1, given.pop("validation_steps", None), validation_rows)
        given["validation_data"] = tuple(
            item for item in (found.x, found.y, found.weight) if item is not None
        )
    if not comes_in_batches(given.get("x")):
        return given
    epochs = int(given.get("epochs", 1)) - int(given.get("initial_epoch") or 0)
    found = joined(given["x"], max(epochs, 1), given.get("steps_per_epoch"), rows)
    given |= {"x": found.x, "y": found.y, "batch_size": found.batch_size}
    if found.weight is not None:
        given["sample_weight"] = found.weight
    return given | _going_on(found)


def _going_on(found: Joined) -> dict[str, Any]:
    """In which order the run takes the rows: that of the batches, each epoch where the one before ended."""
    if found.steps_at_once == found.steps:
        return {"steps_per_epoch": None, "shuffle": found.shuffled}
    return {"steps_per_epoch": found.steps, "shuffle": False}


def test_arguments(
    order: tuple[str, ...], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of `evaluate` and `predict`, with arrays where generators stand."""
    given = named(order, args, kwargs)
    given.pop("callbacks", None)
    rows = given.pop("rows", None)
    if comes_in_batches(given.get("x")):
        found = joined(given["x"], 1, given.pop("steps", None), rows)
        given |= {"x": found.x, "batch_size": found.batch_size}
        if "y" in order:
            given["y"] = found.y
            if found.weight is not None:
                given["sample_weight"] = found.weight
    return given


def counted(kwargs: Mapping[str, Any], steps: Any) -> dict[str, Any]:
    """The second argument of `evaluate_generator` and its like: batches since Keras 2, rows before."""
    kwargs = dict(kwargs)
    rows = kwargs.pop("val_samples", None)
    if rows is None and steps is not None and age.current().before((2, 0)):
        rows, steps = steps, None
    if rows is not None:
        kwargs["rows"] = rows
    if steps is not None:
        kwargs["steps"] = steps
    return kwargs


GENERATOR_2 = (
    "x",
    "steps_per_epoch",
    "epochs",
    "verbose",
    "callbacks",
    "validation_data",
    "validation_steps",
    "validation_freq",
    "class_weight",
)
GENERATOR_1 = (
    "x",
    "samples_per_epoch",
    "epochs",
    "verbose",
    "callbacks",
    "validation_data",
    "nb_val_samples",
    "class_weight",
)
"""The order of `fit_generator` in Keras 2 and in Keras 1."""


def generator_arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `fit_generator` as those of `fit`."""
    first = {"samples_per_epoch", "nb_epoch", "nb_val_samples"} & kwargs.keys()
    order = GENERATOR_1 if first or age.current().before((2, 0)) else GENERATOR_2
    return {**dict(zip(order, args, strict=False)), **kwargs}
