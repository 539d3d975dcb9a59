"""Objects in a line or two: no repr prints an array, a long list, or pages."""

import dataclasses
import inspect
import pkgutil
from importlib import import_module

import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline._tree import DECLARED
from fallline.own.shown import LONGEST, fields_shown, shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros((1000, 20), np.float32), "float32(1000, 20)"),
        (jnp.zeros((3, 4)), "float32(3, 4)"),
        (np.array([0.5, 1.0]), "float64[0.5, 1.0]"),
        (np.int32(3), "3"),
        (jnp.asarray(0.25), "0.25"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, ... 100 in all]"),
        ((1,), "(1,)"),
        ({"a": np.zeros(9), "b": [1, "c"]}, "{'a': float64(9,), 'b': [1, 'c']}"),
        ([[[[[1]]]]], "[[[[[...]]]]]"),
        ("short", "'short'"),
        (None, "None"),
    ],
)
def test_a_value_in_few_words(value, expected):
    assert shown(value) == expected


def test_long_texts_are_cut():
    assert len(shown("x" * 10**6)) < LONGEST
    assert len(shown({f"{key}" * 90: "y" * 10**4 for key in range(9)})) < 10 * LONGEST


def modules():
    yield fl
    for found in pkgutil.walk_packages(fl.__path__, "fallline."):
        if not found.name.endswith("__main__"):
            yield import_module(found.name)


HUGE = np.arange(900.0)  # of more NumPy itself shows the ends alone


def test_no_dataclass_shows_arrays():
    """Every dataclass that may hold an array says so in its annotations, or is a tree, and shows it in few words."""
    classes = {
        thing
        for module in modules()
        for thing in vars(module).values()
        if inspect.isclass(thing)
        and dataclasses.is_dataclass(thing)
        and thing.__module__.startswith("fallline")
    }
    assert len(classes) > 200
    long = []
    for kind in classes:
        fields = dataclasses.fields(kind)
        holds = DECLARED in vars(kind) or any(
            word in str(field.type)
            for field in fields
            for word in ("NDArray", "ndarray", "Array", "PyTree", "Batch")
        )
        if not holds or inspect.isabstract(kind):
            continue
        thing = object.__new__(kind)
        for field in fields:
            object.__setattr__(thing, field.name, HUGE)
        try:
            text = repr(thing)
        except Exception:  # a repr of its own, which such a thing of nothing but arrays does not suit
            continue
        if len(text) > 2000:
            long.append(f"{kind.__module__}.{kind.__qualname__}: {len(text)}")
    assert not long


@pytest.fixture(scope="module")
def fitted():
    x = np.random.default_rng(0).normal(size=(200, 40)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    scale = fl.layers.Normalization()
    scale.adapt(x)
    model = fl.Sequential(
        [
            fl.Input((40,)),
            scale,
            fl.layers.Dense(64, activation="relu"),
            fl.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", "auc"])
    model.fit(x, y, epochs=200, batch_size=200, verbose=0)
    metric = fl.metrics.AUC()
    metric.update_state(y, x[:, 0])
    return {
        "history": model.history,
        "model": model,
        "layer": model.layers[1],
        "layer that was adapted": scale,
        "optimizer": model.optimizer,
        "state of an optimizer": model.optimizer_state,
        "variables": model.run_variables,
        "network": model.network,
        "objective": model.objective(),
        "metric": metric,
        "statistic": metric.seen(),
        "symbolic tensor": model.inputs,
        "compilation report": fl.compilation_report(),
        "initializer": fl.initializers.Constant(np.zeros((100, 100))),
        "schedule": fl.optimizers.schedules.PiecewiseConstantDecay(list(range(999)), [0.1] * 1000),
        "boundaries": fl.layers.Discretization(bin_boundaries=list(range(500))),
        "sampling": fl.data.WeightedRows(np.ones(1000)),
    }


def test_what_a_person_meets_is_short(fitted):
    lengths = {name: len(repr(thing)) for name, thing in fitted.items()}
    assert max(lengths.values()) <= 1000, lengths
    assert {name for name, thing in fitted.items() if str(thing) != repr(thing)} <= {"compilation report"}


def test_a_subclass_keeps_its_own_repr():
    @fl.tree
    class Own(fl.layers.Layer):
        def __repr__(self):
            return "mine"

    @dataclasses.dataclass
    class Plain:
        __repr__ = fields_shown
        values: object
        hidden: int = dataclasses.field(default=0, repr=False)

    assert repr(Own()) == "mine"
    assert repr(Plain(HUGE)).endswith("Plain(values=float64(900,))")
