"""`serialize` and `deserialize` of the modules that Keras has them in."""

import json

import jax
import numpy as np
import pytest

import fallline as fl
from fallline.errors import SavedFileError, UsageError

X = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)


def mine(x, dtype=None):
    return x


class Mine(fl.layers.Layer):
    def call(self, x):
        return x


class Slower(fl.optimizers.schedules.LearningRateSchedule):
    def __init__(self, first):
        self.first = first

    def __call__(self, step):
        return self.first / (step + 1)

    def get_config(self):
        return {"first": self.first}


@pytest.mark.parametrize(
    ("module", "thing"),
    [
        (fl.activations, fl.activations.ELU(0.3)),
        (fl.initializers, fl.initializers.RandomNormal(0.1, 0.2, seed=3)),
        (fl.regularizers, fl.regularizers.L1L2(0.1, 0.2)),
        (fl.constraints, fl.constraints.MaxNorm(3.0, axis=1)),
        (fl.optimizers, fl.optimizers.SGD(0.3, momentum=0.5)),
        (fl.optimizers.schedules, fl.optimizers.schedules.CosineDecay(0.3, 40)),
        (fl.layers, fl.layers.Dense(3, "relu", kernel_regularizer="l2", name="d")),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_what_is_described_is_made_again(module, thing):
    copy = module.deserialize(json.loads(json.dumps(module.serialize(thing))))
    assert jax.tree.structure(copy) == jax.tree.structure(thing)
    assert jax.tree.leaves(copy) == jax.tree.leaves(thing)


@pytest.mark.parametrize("module", [fl.activations, fl.initializers, fl.regularizers, fl.constraints])
def test_a_function_goes_by_its_name(module):
    described = json.loads(json.dumps(module.serialize(mine)))
    assert module.deserialize(described, {"mine": mine}).function is mine
    with pytest.raises(SavedFileError, match='"mine" is a function or class of your own'):
        module.deserialize(described)
    with pytest.raises(UsageError, match="cannot save"):
        module.serialize(lambda *a: a[0])


def test_classes_written_as_in_keras_go_by_their_names():
    layer = fl.layers.deserialize(fl.layers.serialize(Mine(name="m")), {"Mine": Mine})
    assert (type(layer), layer.name) == (Mine, "m")
    optimizer = fl.optimizers.SGD(Slower(0.5))
    again = fl.optimizers.deserialize(fl.optimizers.serialize(optimizer), {"Slower": Slower})
    assert float(again.learning_rate(1)) == 0.25


@pytest.mark.parametrize("module", [fl.layers, fl.optimizers.schedules])
def test_a_description_of_something_else_is_refused(module):
    with pytest.raises(SavedFileError, match="the configuration describes a ELU"):
        module.deserialize(fl.activations.serialize(fl.activations.ELU()))
