"""Every object is described by a dictionary for JSON, from which an equal one is made; Keras's own too."""

from __future__ import annotations

import dataclasses
import json
import warnings
from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest

from fallline import optimizers
from fallline._tree import replace
from fallline.constraints import MaxNorm
from fallline.errors import SavedFileError, UsageError
from fallline.initializers import RandomNormal
from fallline.layers import Dense, Lambda, layers
from fallline.optimizers import Adam
from fallline.optimizers.schedules import CosineDecay
from fallline.registry.configuration import from_config, to_config
from fallline.registry.described import Described
from fallline.registry.tables import TABLES
from fallline.regularizers import L1L2
from fallline.utils import custom_object_scope

from .entry import Entry
from .table import TABLE_OF_ALL

SAVABLE = [line for line in TABLE_OF_ALL if line.name != "layers.Lambda"]
"""All but the layer of a plain function, of which a file holds the name alone."""


def equal(one: Any, other: Any) -> bool:
    """Whether two objects describe the same: one structure, the same numbers."""
    if jax.tree.structure(one) != jax.tree.structure(other):
        return False
    return all(map(np.array_equal, jax.tree.leaves(one), jax.tree.leaves(other)))


@pytest.mark.parametrize("line", SAVABLE, ids=str)
def test_a_configuration_makes_an_equal_object(line: Entry) -> None:
    made = line.made()
    config = json.loads(json.dumps(made.get_config(), allow_nan=False))
    again = line.cls.from_config(config)
    assert type(again) is line.cls
    assert equal(again, made)
    assert again.get_config() == made.get_config()
    if line.numbers:
        assert not equal(line.other(), made), "two objects of other numbers count as equal"
        assert line.other().get_config() != made.get_config()


@pytest.mark.parametrize("line", SAVABLE, ids=str)
def test_the_table_of_names_takes_object_and_configuration(line: Entry) -> None:
    made, table = line.made(), TABLES[line.module]
    assert table.get(made) is made
    described = json.loads(json.dumps(to_config(made)))
    assert described["class_name"] == line.name
    assert equal(table.get(described), made)
    assert equal(from_config(described), made)


@pytest.mark.parametrize("name", sorted({line.name for line in SAVABLE}))
def test_the_table_of_names_takes_the_name(name: str) -> None:
    module, _, own = name.partition(".")
    table = TABLES[module]
    cls = table.classes()[own]
    required = [
        field.name
        for field in dataclasses.fields(cls)
        if field.init
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if required:
        # The name alone says too little; which argument it lacks is said, by the class's name.
        with pytest.raises((UsageError, TypeError), match=f"{own}.*{required[0]}"):
            table.get(own)
        return
    try:
        plain = cls()
    except UsageError:
        with pytest.raises(UsageError, match=own.removesuffix("Layer")):
            table.get(own)
        return
    for spelling in (own, own.casefold(), own.swapcase()):
        assert equal(table.get(spelling), plain), spelling


def test_the_layer_of_a_function_without_a_name_says_why_it_has_none() -> None:
    with pytest.raises(UsageError, match="function or object of your own without a name"):
        Lambda(lambda x: 2 * x).get_config()


def test_the_layer_of_a_named_function_is_read_by_whoever_knows_the_name() -> None:
    (line,) = (line for line in TABLE_OF_ALL if line.name == "layers.Lambda")
    described = json.loads(json.dumps(to_config(line.made())))
    with pytest.raises(SavedFileError, match='"abs" is a function or class of your own'):
        from_config(described)
    with custom_object_scope({"abs": abs}):
        assert equal(from_config(described), line.made())


MODULES = {
    "schedules": "optimizers.schedules",
    **{
        name: name
        for name in (
            "layers",
            "losses",
            "metrics",
            "optimizers",
            "regularizers",
            "constraints",
            "initializers",
        )
    },
}
"""Nouns that Keras has as classes -> its module."""

A_PAIR = "Keras writes the pair that one number stands for"

WRITTEN_OTHERWISE = {
    "layers.RandomBrightness": {"factor": A_PAIR},
    "layers.RandomContrast": {"factor": A_PAIR},
    "layers.RandomErasing": {"factor": A_PAIR},
    "layers.RandomRotation": {"factor": A_PAIR},
    "layers.RandomCrop": {"seed": "Keras writes the seed that it drew where none was given"},
    "layers.Discretization": {"dtype": "Keras writes the type of the outputs"},
    "layers.Normalization": {"axis": "Keras writes a list"},
    "metrics.AUC": {
        "num_thresholds": "Keras writes the number of the thresholds given; beside them it says nothing"
    },
}
"""Entries of Keras's configurations that say the same in other words."""

NOT_TAKEN = {
    "metrics.AUC(num_thresholds=20,multi_label=True,num_labels=3)": "Keras writes label_weights as a tensor",
}
"""Configurations of Keras that are refused, and what is in them."""


def keras_object(keras: ModuleType, line: Entry) -> Any:
    """The object of Keras's class of the same name and arguments; skips where there is none."""
    home: Any = keras
    for part in MODULES.get(line.module, "nowhere").split("."):
        home = getattr(home, part, None)
    theirs = getattr(home, line.name.partition(".")[2], None)
    if theirs is None:
        pytest.skip("Keras has no such class")
    if any(isinstance(value, Described) for value in line.settings.values()):
        pytest.skip("an object within it; see the tests of nested objects")
    try:
        return theirs(**line.settings, **{name: number.one for name, number in line.numbers.items()})
    except (TypeError, ValueError) as error:
        pytest.skip(f"Keras's class does not take these arguments: {error!s:.80}")


def described_by(keras: ModuleType, made: Any) -> Any:
    """An object of Keras as it stands in Keras's files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Keras's own, about NumPy
        return json.loads(json.dumps(keras.saving.serialize_keras_object(made)))


def differing(got: Any, wanted: Any) -> set[str]:
    """The entries of two configurations that differ by more than float32's rounding, which Keras writes."""
    return {
        name
        for name in got.keys() | wanted.keys()
        if not (
            got[name] == pytest.approx(wanted[name], rel=1e-6)
            if isinstance(got.get(name), float)
            else got.get(name) == wanted.get(name)
        )
    }


@pytest.mark.parametrize("line", SAVABLE, ids=str)
def test_keras_own_configuration_makes_ours(line: Entry, keras: ModuleType) -> None:
    described = described_by(keras, keras_object(keras, line))
    if str(line) in NOT_TAKEN:
        with pytest.raises(SavedFileError):
            TABLES[line.module].get(described)
        return
    ours = TABLES[line.module].get(described)
    assert type(ours) is line.cls
    # A name of Keras's own making, such as "dropout_3"; here None until a model gives one.
    found = differing(ours.get_config(), line.made().get_config()) - {"name"}
    assert found <= set(WRITTEN_OTHERWISE.get(line.name, ()))


def test_objects_within_keras_objects(keras: ModuleType) -> None:
    dense = keras.layers.Dense(
        3,
        activation="relu",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.5),
        kernel_regularizer=keras.regularizers.L1L2(0.25, 0.5),
        kernel_constraint=keras.constraints.MaxNorm(1.5),
        activity_regularizer="l2",
    )
    ours = layers.get(described_by(keras, dense))
    wanted = Dense(
        3,
        activation="relu",
        kernel_initializer=RandomNormal(stddev=0.5),
        kernel_regularizer=L1L2(0.25, 0.5),
        kernel_constraint=MaxNorm(1.5),
        activity_regularizer="l2",
    )
    assert differing(ours.get_config(), wanted.get_config()) == {"name"}
    schedule = keras.optimizers.schedules.CosineDecay(0.5, 100, warmup_target=1.0, warmup_steps=10)
    adam = optimizers.get(described_by(keras, keras.optimizers.Adam(schedule, beta_1=0.5)))
    assert equal(
        replace(adam, name=None), Adam(CosineDecay(0.5, 100, warmup_target=1.0, warmup_steps=10), beta_1=0.5)
    )
