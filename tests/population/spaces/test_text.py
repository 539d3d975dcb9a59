"""Axes as text, as the command line takes them."""

import pytest

from fallline.errors import UsageError
from fallline.population.spaces import Axes, choice, integer, log_uniform, uniform, when
from fallline.population.spaces.text import axes_of, axis_of, space_of


@pytest.mark.parametrize(
    ("text", "space"),
    [
        ("log:1e-4:1e-1", log_uniform(1e-4, 1e-1)),
        ("uniform:0:0.5", uniform(0, 0.5)),
        ("uniform:0:0.5:0.1", uniform(0, 0.5, 0.1)),
        ("int:16:256", integer(16, 256)),
        ("intlog:16:256", integer(16, 256, log=True)),
        ("0,0.2,0.5", choice(0.0, 0.2, 0.5)),
        (" 32, 64 ,128", choice(32, 64, 128)),
        ("relu,tanh", choice("relu", "tanh")),
        ("true,False,none,-1,1e-3,x", choice(True, False, None, -1, 1e-3, "x")),
        ("0.1", choice(0.1)),
    ],
)
def test_texts(text, space):
    made = space_of(text)
    assert made == space
    assert [type(each) for each in made.options or ()] == [type(each) for each in space.options or ()]
    # What a space says of itself is its text.
    assert space_of(str(space)) == space


def test_axes_with_conditions():
    made = axes_of(
        [
            "optimizer=sgd,adam,rmsprop",
            "momentum=uniform:0:0.99 if optimizer=sgd,rmsprop",
            "nesterov=true,false if optimizer=sgd and momentum=0",
        ]
    )
    assert made == Axes.of(
        {
            "optimizer": ["sgd", "adam", "rmsprop"],
            "momentum": when(uniform(0, 0.99), optimizer=["sgd", "rmsprop"]),
            "nesterov": when([True, False], optimizer=["sgd"], momentum=[0]),
        }
    )
    assert axis_of(str(made.axes["nesterov"])) == made.axes["nesterov"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units", "written NAME=VALUES"),
        ("=1,2", "written NAME=VALUES"),
        ("units=", "written NAME=VALUES"),
        ("units=32,,64", 'axis "units": a value is missing in "32,,64"'),
        ("units=32,32", 'axis "units": the options hold 32 twice'),
        ("rate=lg:1:2", 'unknown space "lg".*Did you mean "log"'),
        ("rate=log:1e-4", 'log is written log:LOW:HIGH; got "log:1e-4"'),
        ("rate=log:a:1", '"a" in "log:a:1" is no number'),
        ("rate=log:0:1", 'axis "rate": log_uniform'),
        ("units=int:2:1", 'axis "units": .*Exchange'),
        ("units=1 if optimizer", '"if NAME=VALUE"; got "if optimizer"'),
        ("units=1 if optimizer=sgd", "no such axis"),
    ],
)
def test_wrong_texts(text, message):
    with pytest.raises(UsageError, match=message):
        axes_of([text])


def test_an_axis_given_twice():
    with pytest.raises(UsageError, match='axis "units" is given twice'):
        axes_of(["units=1", "units=2"])
