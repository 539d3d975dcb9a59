"""Names, objects, configurations and functions where an object is expected; configurations there and back."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline._ranges import FRACTION, number
from fallline._tree import static, tree
from fallline.errors import SavedFileError, UnknownNameError, UsageError
from fallline.registry.configuration import from_config, to_config
from fallline.registry.described import Described
from fallline.registry.table import Registry
from fallline.registry.tables import TABLES


@tree
class Red(Described):
    depth: float = 1.0
    name: str | None = static(default=None)

    renamed = {"d": "depth", "colour": "name"}  # noqa: RUF012 - as nouns write it


@tree
class Custom(Described):
    function: Callable[..., Any] = static()


@tree
class Mine(Described):
    depth: float = 1.0


class Silent(Described):
    def __init__(self, size=1):
        self.size = size


class Plain:
    def __init__(self, size):
        self.size = size

    def get_config(self):
        return {"size": self.size}


def half(x, by=2):
    return x / by


@pytest.fixture
def colours():
    registry: Registry[Any] = Registry("colour", "colours", wrap=Custom)
    registry.register("red", "dark_red")(Red)
    registry.register()(Custom)
    yield registry
    del TABLES["colours"]


def test_names_resolve(colours):
    known = ("red", "Red", "RED", "r_e_d", "dark_red", "DarkRed", "darkred")
    assert [colours.get(name).depth for name in known] == [1] * len(known)
    assert colours.names() == ["Custom", "Red", "dark_red", "red"]
    assert colours.classes() == {"Red": Red, "Custom": Custom}


def test_an_object_is_itself_and_a_function_is_wrapped(colours):
    red = Red(3.0)
    assert colours.get(red) is red
    assert colours.get(len).function is len


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ("rad", UnknownNameError, 'unknown colour "rad". Did you mean "red"?'),
        ("RAD", UnknownNameError, 'Did you mean "(red|Red)"?'),
        ("", UnknownNameError, 'unknown colour "". Known: Custom, Red, dark_red, red.'),
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


def test_functions_and_classes_of_ones_own_are_written_by_name(colours):
    config = to_config([Custom(half), Custom(functools.partial(half, by=4)), Mine(2.0), Plain(3)])
    assert json.loads(json.dumps(config)) == [
        {"class_name": "colours.Custom", "config": {"function": {"custom": "half"}}},
        {"class_name": "colours.Custom", "config": {"function": {"custom": "half", "arguments": {"by": 4}}}},
        {"custom": "Mine", "config": {"depth": 2.0}},
        {"custom": "Plain", "config": {"size": 3}},
    ]
    with pytest.raises(SavedFileError, match=r'"half" is a function or class of your own.*{"half": half}'):
        from_config(config)
    with fl.utils.custom_object_scope({"half": half, "Mine": Mine, "Plain": Plain}):
        whole, quarter, mine, plain = from_config(config)
        assert colours.get("half").function is half
    assert (whole.function, quarter.function(8)) == (half, 2)
    assert (type(mine), mine.depth, type(plain), plain.size) == (Mine, 2.0, Plain, 3)
    assert fl.utils.get_custom_objects() == {}


def test_a_registered_name_is_known_without_saying_so(colours):
    try:
        fl.utils.register_keras_serializable("mine", "one_half")(half)
        config = to_config(Custom(half))
        assert config["config"]["function"] == {"custom": "mine>one_half"}
        assert from_config(config).function is half
        assert fl.utils.get_custom_objects() == {"mine>one_half": half}
    finally:
        fl.utils.get_custom_objects().clear()


def test_what_has_no_name_cannot_be_written(colours):
    with pytest.raises(UsageError, match="cannot save <function.*it is a function or object of your own"):
        to_config(Custom(lambda x: x))
    with pytest.raises(UsageError, match="without a name"):
        fl.utils.register_keras_serializable()(functools.partial(half))
    with pytest.raises(UsageError, match="cannot save Silent: give it a get_config"):
        to_config(Silent())
    with pytest.raises(
        UsageError, match="cannot save <object object.*: it is a function or object of your own"
    ):
        to_config({"thing": object()})
    with (
        pytest.raises(UsageError, match="custom_objects must be a dictionary"),
        fl.utils.custom_object_scope([half]),
    ):
        pass


def test_settings_that_a_class_of_ones_own_does_not_take(colours):
    with (
        fl.utils.custom_object_scope({"Mine": Mine, "Plain": Plain}),
        pytest.raises(SavedFileError, match="Plain does not take the saved settings"),
    ):
        from_config({"custom": "Plain", "config": {"weight": 3}})


def alike(one: Any, two: Any) -> bool:
    return jax.tree.structure(one) == jax.tree.structure(two) and jax.tree.leaves(one) == jax.tree.leaves(two)


@pytest.mark.parametrize(
    "noun",
    [
        fl.activations,
        fl.constraints,
        fl.initializers,
        fl.layers,
        fl.losses,
        fl.metrics,
        fl.optimizers,
        fl.regularizers,
    ],
    ids=lambda m: m.__name__,
)
def test_every_name_survives_a_configuration(noun):
    """Each name of each noun gives an object that is written and read back as its equal."""
    [registry] = [table for table in TABLES.values() if table.module == noun.__name__.rpartition(".")[2]]
    tried = 0
    for name in registry.names():
        try:
            one = registry.get(name)
        except (TypeError, UsageError):
            continue  # wrappers of functions, and what needs an argument, have no name that stands alone
        assert alike(from_config(json.loads(json.dumps(to_config(one)))), one), name
        tried += 1
    assert tried >= 4


# Described: configurations of one object, and argument names of older days


def test_get_config_and_from_config():
    layer = fl.layers.Dense(3, "relu", kernel_regularizer=fl.regularizers.L2(0.5), name="mine")
    config = json.loads(json.dumps(layer.get_config()))
    assert (config["units"], config["name"], config["kernel_regularizer"]["config"]) == (
        3,
        "mine",
        {"l2": 0.5},
    )
    back = fl.layers.Dense.from_config(config)
    assert back.get_config() == layer.get_config()
    assert back.name == "mine"
    with pytest.raises(UsageError, match='Dense: no argument "unit". Did you mean "units"'):
        fl.layers.Dense.from_config({"unit": 3})


def test_a_configuration_of_kerass():
    """As Keras 3 writes it: modules apart from class names, and entries that mean nothing here."""
    config = {
        "name": "d",
        "trainable": False,
        "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}},
        "units": 4,
        "activation": "relu",
        "kernel_initializer": {
            "module": "keras.initializers",
            "class_name": "HeNormal",
            "config": {"seed": None},
            "registered_name": None,
        },
    }
    layer = fl.layers.Dense.from_config(config)
    assert (layer.units, layer.name, layer.trainable) == (4, "d", False)
    assert isinstance(layer.kernel_initializer, fl.initializers.HeNormal)


def test_old_argument_names_work_and_show_the_new_line(colours):
    with pytest.warns(
        FutureWarning, match=r"Red\(d=2.0\) is an older spelling; write Red\(depth=2.0\)"
    ) as seen:
        assert Red(d=2.0).depth == 2.0
    assert seen[0].filename == __file__, "the line that has to change"
    with pytest.warns(FutureWarning, match=r"write Red\(depth=3.0, name='x'\)"):
        assert Red(d=3.0, colour="x").name == "x"


def test_unknown_argument_names_suggest_the_near_one(colours):
    with pytest.raises(UsageError, match='Red: no argument "deph". Did you mean "depth"'):
        Red(deph=3)
    with pytest.raises(UsageError, match='SGD: no argument "learning_rates". Did you mean "learning_rate"'):
        fl.optimizers.SGD(learning_rates=0.1)


def test_a_class_of_ones_own_keeps_its_own_arguments(colours):
    @tree
    class Deep(Red):
        width: int = static(default=2)

    assert Deep(depth=3.0, width=4).width == 4
    with pytest.raises(TypeError, match="deph"):
        Deep(deph=3)


def test_a_field_declared_anew_keeps_its_check(colours):
    @tree
    class Checked(Described):
        depth: float = number(1.0, FRACTION)
        name: str = static(default="")

    @tree
    class Deeper(Checked):
        depth: float = 0.5

    assert Deeper(1).depth == 1.0
    assert type(Deeper(1).depth) is float
    with pytest.raises(UsageError, match="Deeper: depth must be a finite number between 0 and 1, got 2"):
        Deeper(2)
