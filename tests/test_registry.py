"""Names, objects, configurations and functions where an object is expected; configurations there and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline._registry import Registry, from_config, to_config
from fallline._tree import static, tree
from fallline.errors import SavedFileError, UnknownNameError, UsageError


@tree
class Red:
    depth: float = 1.0
    name: str | None = static(default=None)


@tree
class Custom:
    function: Callable[..., Any] = static()


@pytest.fixture
def colours():
    registry: Registry[Any] = Registry("colour", "colours", wrap=Custom)
    registry.register("red", "r")(Red)
    registry.register()(Custom)
    yield registry
    del Registry.tables["colours"]


def test_names_resolve(colours):
    assert [colours.get(name).depth for name in ("red", "r", "Red")] == [1, 1, 1]
    assert colours.names() == ["Custom", "Red", "r", "red"]
    assert colours.classes() == {"Red": Red, "Custom": Custom}


def test_an_object_is_itself_and_a_function_is_wrapped(colours):
    red = Red(3.0)
    assert colours.get(red) is red
    assert colours.get(len).function is len


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("rad", UnknownNameError, 'unknown colour "rad". Did you mean "red"?'),
        ("RED", UnknownNameError, 'Did you mean "(red|Red)"?'),
        ("", UnknownNameError, 'unknown colour "". Known: Custom, Red, r, red.'),
        (Red, UsageError, r"colour: got the class Red; write Red\(\) to make one."),
        (3, UsageError, "colour: expected a name, an object or a function, got int 3."),
        (None, UsageError, "got NoneType"),
        ({"depth": 1}, UsageError, "got dict"),
        (
            {"class_name": "losses.MeanSquaredError"},
            UsageError,
            "the configuration describes a MeanSquaredError",
        ),
        ({"class_name": "colours.Blue"}, SavedFileError, "no colours.Blue"),
        ({"class_name": "os.system"}, SavedFileError, "no os.system"),
        ({"class_name": 3}, SavedFileError, "this version of fallline has no"),
        ({"class_name": "colours.Red", "config": {"width": 1}}, SavedFileError, "colours.Red does not take"),
    ],
)
def test_what_is_no_colour(colours, given, error, message):
    assert fl.losses.losses.names(), "the table of losses is there to confuse"
    with pytest.raises(error, match=message):
        colours.get(given)


def test_a_registry_without_functions_refuses_them():
    with pytest.raises(UsageError, match="optimizer: expected a name, an object, got function"):
        fl.optimizers.get(lambda gradients: gradients)


def test_configurations_go_through_json_and_back(colours):
    red = Red(np.float32(0.5), name="mine")
    config = json.loads(json.dumps(to_config({"list": [red, 1, None, True, "x"], "array": np.arange(3)})))
    assert config["list"][0] == {"class_name": "colours.Red", "config": {"depth": 0.5, "name": "mine"}}
    back = from_config(config)
    assert (back["list"][0].depth, back["list"][0].name, back["list"][1:]) == (
        0.5,
        "mine",
        (1, None, True, "x"),
    )
    assert back["array"] == (0, 1, 2)
    assert colours.get(config["list"][0]).depth == 0.5


def test_jax_numbers_become_plain_ones(colours):
    assert to_config(Red(jnp.asarray(0.25)))["config"]["depth"] == 0.25


def test_functions_and_classes_of_ones_own_cannot_be_written(colours):
    @tree
    class Mine:
        pass

    with pytest.raises(UsageError, match="cannot save <function.*it is a function or object of your own"):
        to_config(Custom(lambda x: x))
    with pytest.raises(UsageError, match="cannot save Mine: it is a function or object of your own"):
        to_config(Mine())


def alike(one: Any, two: Any) -> bool:
    return jax.tree.structure(one) == jax.tree.structure(two) and jax.tree.leaves(one) == jax.tree.leaves(two)


@pytest.mark.parametrize(
    "noun",
    [fl.activations, fl.initializers, fl.regularizers, fl.losses, fl.metrics, fl.optimizers],
    ids=lambda m: m.__name__,
)
def test_every_name_survives_a_configuration(noun):
    """Each name of each noun gives an object that is written and read back as its equal."""
    [registry] = [
        table for table in Registry.tables.values() if table.module == noun.__name__.rpartition(".")[2]
    ]
    tried = 0
    for name in registry.names():
        try:
            one = noun.get(name)
        except TypeError:
            continue  # wrappers of functions have no name that stands alone
        assert alike(from_config(json.loads(json.dumps(to_config(one)))), one), name
        tried += 1
    assert tried >= 4
