"""The names that real programs use of Keras are there: those of `census`, but for a list with reasons."""

from __future__ import annotations

import re

import pytest

from fallline.old.checking.arguments import refused
from fallline.old.checking.rooms import Absent, resolve

from . import census

PROGRAMS = 328
"""How many were counted."""

NOT_OFFERED: dict[str, str] = {}
"""Name -> why it is not there."""

MODULES = (
    "layers", "models", "callbacks", "optimizers", "optimizers.schedules", "losses", "metrics", "regularizers",
    "initializers", "utils", "backend", "preprocessing.text", "preprocessing.sequence", "wrappers.scikit_learn",
    "datasets.imdb", "utils.visualize_util",
)  # fmt: skip
OBJECTS = {
    "model": "keras.models.Sequential()",
    "layer": "keras.layers.Dense()",
    "history": "keras.models.Sequential().fit()",
    "optimizer": "keras.optimizers.Adam()",
}
OTHER = {
    "layer.adapt": "keras.layers.Normalization().adapt",
    "layer.vocabulary_size": "keras.layers.StringLookup().vocabulary_size",
    "layer.rate": "keras.layers.Dropout().rate",
    "add_input": "keras.models.Graph().add_input",
    "add_node": "keras.models.Graph().add_node",
    "add_output": "keras.models.Graph().add_output",
}


def counted(text: str) -> list[tuple[str, int]]:
    return [(name, int(count)) for name, count in re.findall(r"(\S+) (\d+)", text)]


def missing(names: list[tuple[str, int]]) -> dict[str, int]:
    return {name: count for name, count in names if isinstance(resolve(origin_of(name), "eager"), Absent)}


def origin_of(name: str) -> str:
    if name.startswith(("keras.", "tf.")):
        return re.sub(r"^tf\.", "tensorflow.", name)
    if name in OTHER:
        return OTHER[name]
    kind, dot, attribute = name.partition(".")
    return f"{OBJECTS[kind]}.{attribute}" if dot else f"{OBJECTS['model']}.{name}"


def test_names_of_modules():
    lacking = missing(counted(census.NAMES))
    assert lacking.keys() == {name for name in NOT_OFFERED if name.startswith("keras.") and "(" not in name}
    # Had each its own programs, as many would still use none of them.
    assert sum(lacking.values()) < 0.05 * PROGRAMS


def test_methods_and_attributes():
    lacking = missing(counted(census.METHODS))
    assert lacking.keys() == {name for name in NOT_OFFERED if not name.startswith(("keras.", "tf.")) and "(" not in name}


def test_names_of_tensorflow_beside_keras():
    lacking = missing(counted(census.TENSORFLOW))
    assert lacking.keys() == {name for name in NOT_OFFERED if name.startswith("tf.")}


def called(name: str) -> str | None:
    if name.startswith("model."):
        return OBJECTS["model"] + name.removeprefix("model")
    if name == "load_data":
        return "keras.datasets.imdb.load_data"
    for module in MODULES:
        origin = f"keras.{module}.{name}"
        if not isinstance(resolve(origin, "eager"), Absent):
            return origin
    return None


def test_arguments():
    lacking = set()
    for each, _ in counted(census.ARGUMENTS):
        name, argument = re.fullmatch(r"(.*)\((\w+)=\)", each).groups()
        origin = called(name)
        if origin is None or list(refused(resolve(origin, "eager"), (argument,))):
            lacking.add(each)
    assert lacking == {name for name in NOT_OFFERED if "(" in name}


@pytest.mark.parametrize("name", sorted(NOT_OFFERED))
def test_what_is_not_there_has_a_reason(name):
    assert NOT_OFFERED[name]
