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


class Residual(fl.layers.Layer):
    """A layer around another, or around a model, as Keras's guide to serialization writes one."""

    def __init__(self, inner, scale=None, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner
        self.scale = scale or []

    def call(self, x):
        return x + self.inner(x)

    def get_config(self):
        return {
            **super().get_config(),
            "inner": fl.saving.serialize_keras_object(self.inner),
            "scale": fl.saving.serialize_keras_object(self.scale),
        }

    @classmethod
    def from_config(cls, config):
        inner = fl.saving.deserialize_keras_object(config.pop("inner"))
        scale = fl.saving.deserialize_keras_object(config.pop("scale"))
        return cls(inner, scale, **config)


def test_a_layer_within_a_layer_is_saved(tmp_path):
    layer = Residual(fl.layers.Dense(3, "tanh"), [fl.layers.Dropout(0.5), "x"])
    model = fl.Sequential([fl.Input((3,)), layer])
    model.save(tmp_path / "m")
    again = fl.load_model(tmp_path / "m", custom_objects={"Residual": Residual})
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    drop, text = again.layers[0].scale
    assert (drop.rate, text) == (0.5, "x")


@pytest.mark.parametrize(
    "thing",
    [
        fl.layers.Dense(3, "relu", name="d"),
        fl.losses.Huber(0.3),
        fl.optimizers.Adam(0.01),
        [fl.regularizers.L2(0.5), {"a": fl.layers.Dropout(0.25), "b": 2}],
        None,
        "relu",
    ],
)
def test_objects_go_through_json(thing):
    described = json.loads(json.dumps(fl.saving.serialize_keras_object(thing)))
    again = fl.saving.deserialize_keras_object(described)
    assert (repr(again), fl.saving.serialize_keras_object(again)) == (repr(thing), described)


def test_models_and_functions_go_through_json():
    model = fl.Sequential([fl.Input((3,)), fl.layers.Dense(2)])
    described = json.loads(json.dumps(fl.saving.serialize_keras_object({"model": model, "f": mine})))
    copy = fl.saving.deserialize_keras_object(described, {"mine": mine})
    assert copy["model"].get_config() == model.get_config()
    assert copy["f"] is mine
    with pytest.raises(SavedFileError, match='"mine" is a function or class of your own'):
        fl.saving.deserialize_keras_object(described)
