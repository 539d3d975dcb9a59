"""A model from a list of layers."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, NotReadyError, ShapeError, UsageError
from fallline.layers import Activation, BatchNormalization, Dense, Flatten

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
Y = X.sum(1)


def compiled(layers=(), **arguments):
    model = fl.Sequential(layers, **arguments)
    model.compile("sgd", "mse")
    return model


def test_names_are_kerass():
    model = fl.Sequential(
        [fl.Input((3,)), Dense(4), Dense(4), BatchNormalization(), Dense(2, name="out"), Dense(1)]
    )
    assert [layer.name for layer in model.layers] == [
        "dense",
        "dense_1",
        "batch_normalization",
        "out",
        "dense_2",
    ]
    assert (model.name, fl.Sequential(name="mine").name) == ("sequential", "mine")
    assert (model.input_shape, model.output_shape) == ((None, 3), (None, 1))


def test_add_is_the_list():
    listed, added = fl.Sequential([fl.Input((3,)), Dense(4), Dense(1)], seed=3), fl.Sequential(seed=3)
    for layer in (fl.Input((3,)), Dense(4), Dense(1)):
        added.add(layer)
    for one, two in zip(listed.get_weights(), added.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_add_and_pop_keep_the_weights_of_the_others():
    model = compiled([fl.Input((3,)), Dense(2), Dense(1)], seed=0)
    model.fit(X, Y, verbose=0)
    trained = model.get_weights()
    last = model.pop()
    assert (last.name, model.output_shape) == ("dense_1", (None, 2))
    for new in (last, Dense(1)):
        model.add(new)
    assert [layer.name for layer in model.layers] == ["dense", "dense_1", "dense_2"]
    for one, two in zip(trained, model.get_weights()[:4], strict=True):
        np.testing.assert_array_equal(one, two)
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(trained[0], model.get_weights()[0])
    with pytest.raises(UsageError, match="pop: the model has no layers"):
        fl.Sequential().pop()


@pytest.mark.parametrize(
    "first", [lambda: Dense(4, input_shape=(3,)), lambda: Dense(4, input_dim=3)], ids=["shape", "dim"]
)
def test_older_kerass_input_shapes(first):
    old = fl.Sequential(seed=3)
    old.add(first())
    old.add(Dense(1))
    new = fl.Sequential([fl.Input((3,)), Dense(4), Dense(1)], seed=3)
    assert (old.input_shape, old.output_shape) == ((None, 3), (None, 1))
    np.testing.assert_array_equal(old.predict(X), new.predict(X))
    # Tensors of layers added before the last `add` still belong to the model.
    hidden = fl.Model(old.inputs, old.layers[0].output)
    np.testing.assert_array_equal(hidden.get_weights()[0], old.get_weights()[0])


def test_build_tells_the_input_shape():
    model = fl.Sequential([Dense(4), Dense(1)], seed=3)
    assert [layer.name for layer in model.layers] == [None, None]
    model.build((None, 3))
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]
    assert (model.count_params(), model.input_shape) == (3 * 4 + 4 + 4 + 1, (None, 3))


def test_a_chain_called_on_data_learns_its_input_shape():
    for given in (X, X.tolist(), fl.Input((3,))):
        model = fl.Sequential([Dense(4)], seed=3)
        assert tuple(model(given).shape) == ((None if isinstance(given, fl.layers.Tensor) else 40), 4)
        assert model.input_shape == (None, 3)


@pytest.mark.parametrize("verb", ["fit", "evaluate"])
def test_the_input_shape_is_learned_from_the_first_data(verb):
    known, deferred = compiled([fl.Input((3,)), Dense(1)], seed=4), compiled([Dense(1)], seed=4)
    arguments = {"verbose": 0, "seed": 1} if verb == "fit" else {}
    getattr(known, verb)(X, Y, **arguments)
    getattr(deferred, verb)(X, Y, **arguments)
    np.testing.assert_array_equal(known.predict(X), deferred.predict(X))
    assert deferred.input_shape == (None, 3)
    with pytest.raises(ShapeError, match=r"takes rows of shape \(3,\)"):
        deferred.fit(X[:, :2], Y, verbose=0)


def test_data_that_fail_do_not_decide_the_input_shape():
    model = compiled([Dense(1)])
    with pytest.raises(DataError):
        model.fit(X[:, :2], np.zeros((40, 2)), verbose=0)
    with pytest.raises(ShapeError, match="Reshape the inputs"):
        model.fit(X[:, 0], Y, verbose=0)
    model.fit(X, Y, verbose=0)
    assert model.input_shape == (None, 3)


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.get_weights(),
        lambda model: model.count_params(),
        lambda model: model.weights,
        lambda model: model.get_layer("dense"),
        lambda model: model.inputs,
        lambda model: model.output_shape,
        lambda model: model.input_shape,
        lambda model: model.save("model"),
    ],
)
def test_before_the_shape_is_known(use, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotReadyError, match=r"input shape (yet|is not known yet)"):
        use(fl.Sequential([Dense(1)]))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([Dense], UsageError, r"got the class Dense; write Dense\(...\)"),
        ([3], UsageError, r"expected layers such as Dense\(64\), got int"),
        (["relu"], UsageError, "got str"),
        ([fl.Input((3,)), Dense(1, name="a"), Dense(1, name="a")], UsageError, "two layers are named a"),
        ([fl.Input((3,)), Dense(1), fl.Input((3,))], UsageError, "Input must be the first layer"),
        ([fl.Input(()), Dense(1)], (ShapeError, UsageError), "(Reshape|shape)"),
    ],
)
def test_layers_that_cannot_be(layers, error, message):
    with pytest.raises(error, match=message):
        fl.Sequential(layers)
    if len(layers) == 1:
        with pytest.raises(error, match=message):
            fl.Sequential().add(layers[0])


def test_a_failed_add_leaves_the_model():
    model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
    with pytest.raises(UsageError):
        model.add("dense")
    assert len(model.layers) == 1


def test_a_model_without_weights_can_be_trained_and_scored():
    model = compiled([fl.Input((2, 2)), Flatten(), Activation("relu")])
    x = np.random.default_rng(0).normal(size=(10, 2, 2))
    history = model.fit(x, np.zeros((10, 4)), verbose=0)
    assert history.history["loss"] == pytest.approx([np.mean(np.maximum(x, 0) ** 2)], rel=1e-5)


def test_settings_that_can_be_assigned_and_those_that_cannot():
    model = compiled([fl.Input((3,)), Dense(1)], seed=0)
    with pytest.raises(AttributeError, match="momentum cannot be assigned; make a new SGD"):
        model.optimizer.momentum = 0.1
    with pytest.raises(AttributeError, match="units cannot be assigned; make a new Dense"):
        model.layers[0].units = 3
    before = model.get_weights()
    model.optimizer.learning_rate = 0.0
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_get_layer():
    model = fl.Sequential([fl.Input((3,)), Dense(4, name="hidden"), Dense(1)])
    assert model.get_layer("hidden") is model.layers[0]
    assert model.get_layer(index=-1) is model.get_layer("dense") is model.layers[1]
    with pytest.raises(UsageError, match='get_layer: no layer "hiden". Did you mean "hidden"'):
        model.get_layer("hiden")
    with pytest.raises(UsageError, match="index 2 of 2 layers"):
        model.get_layer(index=2)
    with pytest.raises(UsageError, match="give the name of a layer, or index="):
        model.get_layer()
