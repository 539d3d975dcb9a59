"""Learning in parts: single batches, new data, copies of models, files of weights."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, NotReadyError, SavedFileError, ShapeError, UsageError
from fallline.layers import Add, BatchNormalization, Concatenate, Dense, Dropout, Embedding, Flatten, Subtract
from fallline.models import clone_model, load_model
from fallline.optimizers import SGD, Adam

RNG = np.random.default_rng(5)
X = RNG.normal(size=(40, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5]).astype(np.float32)[:, None]


def linear(optimizer=None, **arguments):
    layers = [fl.Input((3,)), Dense(4, activation="tanh"), BatchNormalization(), Dense(1)]
    model = fl.Sequential(layers, seed=0)
    model.compile(optimizer or Adam(0.01), "mse", **arguments)
    return model


def assert_same(one, two):
    for a, b in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


class TestOnBatch:
    @pytest.mark.shipped  # a run and a single step are two programs, which agree to the bit where XLA optimises
    def test_training_on_batches_is_fit_on_the_same_rows(self):
        """Adam's moments and step count go on from call to call."""
        whole, parts = linear(), linear()
        history = whole.fit(X, Y, batch_size=10, epochs=2, shuffle=False, verbose=0).history
        losses = [
            parts.train_on_batch(X[first : first + 10], Y[first : first + 10])
            for _ in range(2)
            for first in range(0, 40, 10)
        ]
        assert_same(whole, parts)
        np.testing.assert_allclose(history["loss"], np.reshape(losses, (2, 4)).mean(1), rtol=1e-6)

    def test_what_it_returns(self):
        model = linear(SGD(0.0), metrics=["mae"])
        loss, mae = model.train_on_batch(X, Y)
        named = model.train_on_batch(X, Y, return_dict=True)
        assert named == pytest.approx({"loss": loss, "mae": mae}, rel=1e-5)
        assert isinstance(linear().train_on_batch(X, Y), float)

    def test_weights_count(self):
        weight = RNG.uniform(0, 2, 40)
        by_fit, by_batch = linear(), linear()
        by_fit.fit(X, Y, batch_size=40, shuffle=False, verbose=0, sample_weight=weight)
        by_batch.train_on_batch(X, Y, sample_weight=weight)
        assert_same(by_fit, by_batch)
        labels = (Y[:, 0] > 0).astype(np.int32)
        by_class, by_row = (fl.Sequential([fl.Input((3,)), Dense(1, "sigmoid")], seed=0) for _ in range(2))
        for model in (by_class, by_row):
            model.compile("sgd", "binary_crossentropy")
        by_class.train_on_batch(X, labels, class_weight={1: 3.0})
        by_row.train_on_batch(X, labels, np.where(labels == 1, 3.0, 1.0))
        assert_same(by_class, by_row)

    def test_dropout_differs_from_call_to_call_and_repeats_with_the_seed(self):
        def losses():
            model = fl.Sequential([fl.Input((3,)), Dropout(0.5), Dense(1)], seed=3)
            model.compile(SGD(0.0), "mse")
            return [model.train_on_batch(X, Y) for _ in range(5)]

        assert losses() == losses()
        assert len(set(losses())) == 5

    def test_testing_and_predicting(self):
        model = linear(metrics=["mae"])
        assert model.test_on_batch(X, Y) == model.evaluate(X, Y)
        assert model.test_on_batch(X, Y, return_dict=True) == model.evaluate(X, Y, return_dict=True)
        weight = RNG.uniform(0, 2, 40)
        assert model.test_on_batch(X, Y, weight) == model.evaluate(X, Y, sample_weight=weight)
        np.testing.assert_array_equal(model.predict_on_batch(X), model.predict(X))

    def test_a_batch_is_one_batch_for_losses_that_are_no_mean(self):
        model = fl.Sequential([fl.Input((3,)), Dense(1)], seed=0)
        model.compile(SGD(0.0), fl.losses.MeanSquaredError(reduction="sum"))
        expected = np.sum((model.predict(X) - Y) ** 2)
        assert model.train_on_batch(X, Y) == pytest.approx(expected, rel=1e-5)
        assert model.test_on_batch(X, Y) == pytest.approx(expected, rel=1e-5)

    def test_more_batches_do_not_compile(self):
        model = linear()
        for _ in range(2):  # to begin and to go on are two programs
            model.train_on_batch(X, Y)
        before = len(fl.compilation_report().programs)
        for _ in range(3):
            model.train_on_batch(X, Y)
        assert len(fl.compilation_report().programs) == before

    def test_it_learns_the_input_shape(self):
        model = fl.Sequential([Dense(1)], seed=0)
        model.compile("sgd", "mse")
        model.train_on_batch(X, Y)
        assert model.input_shape == (None, 3)

    def test_mistakes(self):
        with pytest.raises(DataError, match="y is missing"):
            linear().train_on_batch(X)
        with pytest.raises(ShapeError, match=r"takes rows of shape \(3,\)"):
            linear().train_on_batch(X[:, :2], Y)
        with pytest.raises(NotReadyError, match="is not compiled"):
            fl.Sequential([fl.Input((3,)), Dense(1)]).train_on_batch(X, Y)
        model = linear()

        class Nested(fl.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.train_on_batch(X, Y)

        with pytest.raises(UsageError, match="train_on_batch: the model is in training"):
            model.fit(X, Y, verbose=0, callbacks=[Nested()])


class TestNewData:
    def test_partial_fit_goes_on(self):
        """Two parts of the data one after the other, against the same steps taken by hand."""
        parts, by_hand = linear(), linear()
        for rows in (slice(0, 20), slice(20, 40)):
            assert parts.partial_fit(X[rows], Y[rows], batch_size=20) is parts
            by_hand.train_on_batch(X[rows], Y[rows])
        assert_same(parts, by_hand)

    def test_a_second_fit_goes_on_as_well(self):
        one, two = linear(), linear()
        one.fit(X, Y, batch_size=40, epochs=2, verbose=0, shuffle=False)
        for _ in range(2):
            two.partial_fit(X, Y, batch_size=40)
        assert_same(one, two)

    def test_weights_and_epochs(self):
        model = linear()
        model.partial_fit(X, Y, np.ones(40), epochs=3)
        assert model.history is not None
        assert len(model.history.epoch) == 3


def chain():
    return fl.Sequential([fl.Input((3,)), Dense(4, "relu"), Dropout(0.5), Dense(1)], name="chain", seed=1)


def deferred():
    model = fl.Sequential([Dense(4, "relu", input_dim=3), Dense(1)], seed=1)
    model.predict(X)
    return model


def branches():
    x = fl.Input((3,), name="in")
    hidden = Dense(3, activation="tanh", kernel_regularizer="l2")(x)
    return fl.Model(x, Dense(1, name="out")(Concatenate()([Add()([hidden, x]), x])), name="net", seed=1)


def shared():
    one, layer = fl.Input((3,)), Dense(3, activation="tanh")
    return fl.Model(one, Subtract()([layer(layer(one)), one * 2 - 1]), seed=1)


def nested():
    inner = fl.Sequential([fl.Input((3,)), Dense(4), BatchNormalization(), Dense(3)], name="inner", seed=1)
    x = fl.Input((3,))
    middle = fl.Model(x, Add()([inner(inner(x)), x]), name="middle")
    z = fl.Input((3,))
    return fl.Sequential([fl.Input((3,)), fl.Model(z, Dense(2)(middle(z, training=False))), Dense(1)], seed=1)


def frozen():
    model = fl.Sequential([fl.Input((3,)), Dense(4), BatchNormalization(), Dense(1)], seed=1)
    model.layers[0].trainable = model.layers[1].trainable = False
    model.compile("sgd", "mse")
    return model


def several():
    a, b = fl.Input((3,), name="a"), fl.Input((1,), dtype="int32", name="b")
    joined = Concatenate()([a, Flatten()(Embedding(5, 2)(b))])
    return fl.Model({"x": a, "kind": b}, {"z": Dense(1)(joined), "y": Dense(2)(joined), "w": a}, seed=1)


def twins():
    """A layer that is an output twice, and an output that is an input."""
    x = fl.Input((3,))
    out = Dense(2)(x)
    return fl.Model([x], [out, x, out], seed=1)


TOPOLOGIES = [chain, deferred, branches, shared, nested, frozen, several, twins]
DATA = {several: {"x": X, "kind": RNG.integers(0, 5, (40, 1))}}


def outputs(model, make):
    return jax.tree.leaves(model.predict(DATA.get(make, X)))


@pytest.fixture(params=TOPOLOGIES, ids=lambda make: make.__name__)
def make(request):
    return request.param


class TestCopies:
    def test_a_file_holds_everything(self, make, tmp_path):
        model = make()
        model.save(tmp_path / "m")
        loaded = load_model(tmp_path / "m")
        assert (type(loaded), loaded.name) == (type(model), model.name)
        assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
        assert [type(layer) for layer in loaded.layers] == [type(layer) for layer in model.layers]
        assert (loaded.input_shape, loaded.output_shape) == (model.input_shape, model.output_shape)
        for one, two in zip(outputs(model, make), outputs(loaded, make), strict=True):
            np.testing.assert_array_equal(one, two)
        loaded.save(tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == (tmp_path / "m").read_bytes()

    def test_weights_are_named_in_the_file(self, tmp_path):
        from safetensors import safe_open

        nested().save(tmp_path / "m")
        with safe_open(tmp_path / "m", framework="numpy") as file:
            names = set(file.keys())
        assert "dense/kernel" in names
        assert "model/middle/inner/batch_normalization/moving_mean" in names

    def test_a_configuration_makes_the_same_model_with_weights_of_its_own(self, make):
        model = make()
        config = json.loads(json.dumps(model.get_config()))
        for copy in (fl.Model.from_config(config), clone_model(model)):
            assert copy.get_config() == config
            assert [w.shape for w in copy.get_weights()] == [w.shape for w in model.get_weights()]
            before = model.get_weights()
            kernels = [index for index, array in enumerate(before) if np.ptp(array) > 0]
            assert any(not np.array_equal(copy.get_weights()[index], before[index]) for index in kernels)
            copy.set_weights(before)
            for one, two in zip(outputs(model, make), outputs(copy, make), strict=True):
                np.testing.assert_array_equal(one, two)
            copy.set_weights([np.zeros_like(array) for array in before])
            for one, two in zip(model.get_weights(), before, strict=True):
                np.testing.assert_array_equal(one, two)

    def test_weights_alone(self, make, tmp_path):
        model, other = make(), make()
        other.set_weights([array + 1 for array in model.get_weights()])
        model.save_weights(tmp_path / "w")
        other.load_weights(tmp_path / "w")
        assert_same(model, other)
        with pytest.raises(SavedFileError, match="It holds weights alone: make the model, then load_weights"):
            load_model(tmp_path / "w")
        model.save(tmp_path / "m")
        other.set_weights([array + 1 for array in model.get_weights()])
        other.load_weights(tmp_path / "m")
        assert_same(model, other)

    def test_weights_of_another_model(self, tmp_path):
        chain().save_weights(tmp_path / "w")
        with pytest.raises(SavedFileError, match="the weights do not fit the layers .out/kernel"):
            fl.Sequential([fl.Input((3,)), Dense(4), Dense(1, name="out")]).load_weights(tmp_path / "w")
        with pytest.raises(UsageError, match="exists; pass overwrite=True"):
            chain().save_weights(tmp_path / "w", overwrite=False)

    def test_weights_that_fit_in_part(self, tmp_path):
        def chain_of(units, outputs):
            layers = [Dense(units, name="first"), Dense(4, name="middle"), Dense(outputs, name="out")]
            return fl.Sequential([fl.Input((3,)), *layers])

        first, other = chain_of(5, 2), chain_of(5, 7)
        first.save_weights(tmp_path / "w")
        before = other.get_weights()
        with pytest.warns(UserWarning, match="fits out/kernel, out/bias: they stay as they are") as caught:
            other.load_weights(tmp_path / "w", skip_mismatch=True)
        assert Path(caught[0].filename).name == Path(__file__).name
        for one, two in zip(other.get_weights(), [*first.get_weights()[:4], *before[4:]], strict=True):
            np.testing.assert_array_equal(one, two)
        same = chain_of(5, 2)
        same.load_weights(tmp_path / "w", skip_mismatch=True)
        assert_same_weights = zip(same.get_weights(), first.get_weights(), strict=True)
        assert all(np.array_equal(one, two) for one, two in assert_same_weights)
        with pytest.raises(
            UsageError, match='no argument "by_name": arrays are found by the names of their layers'
        ):
            other.load_weights(tmp_path / "w", by_name=True)
        with pytest.warns(FutureWarning, match="write path="):
            same.load_weights(filepath=tmp_path / "w")

    def test_loaded_weights_reach_every_model_that_shares_them(self, tmp_path):
        model = chain()
        part = fl.Model(model.inputs, model.layers[0].output)
        model.save_weights(tmp_path / "w")
        before = part.predict(X)
        model.set_weights([array * 0 for array in model.get_weights()])
        assert not part.predict(X).any()
        model.load_weights(tmp_path / "w")
        np.testing.assert_array_equal(part.predict(X), before)

    def test_a_layer_that_two_parts_share_cannot_be_written(self):
        layer = Dense(3)
        inner = fl.Sequential([fl.Input((3,)), layer], name="inner")
        outer = fl.Sequential([fl.Input((3,)), layer, inner])
        with pytest.raises(
            UsageError, match='layer "dense" lies both in .* Share the whole inner model instead'
        ):
            outer.get_config()
        np.testing.assert_allclose(outer.predict(X), inner.predict(inner.predict(X)), rtol=1e-5, atol=1e-6)

    def test_other_layers_in_a_clone(self):
        inner = fl.Sequential([fl.Input((3,)), Dense(3, "tanh")], name="inner")
        given = fl.Input((3,))
        model = fl.Model(given, Dense(2, name="out")(inner(Dense(3, "tanh", name="first")(given))))
        asked = []

        def linear(layer):
            asked.append(layer.name)
            if not isinstance(layer, Dense):
                return layer
            return Dense.from_config({**layer.get_config(), "activation": "linear"})

        clone = clone_model(model, clone_function=linear)
        assert asked == ["first", "inner", "out"]
        assert [layer.name for layer in clone.layers] == [layer.name for layer in model.layers]
        assert clone.get_layer("inner") is inner
        assert clone.get_layer("first") is not model.get_layer("first")
        clone.set_weights(model.get_weights())
        first, middle, out = (
            np.asarray(layer.kernel) for layer in (model.layers[1], inner.layers[0], model.layers[3])
        )
        np.testing.assert_allclose(clone.predict(X), np.tanh(X @ first @ middle) @ out, rtol=1e-5, atol=1e-6)

        asked.clear()
        clone = clone_model(model, clone_function=linear, recursive=True)
        assert asked == ["first", "dense", "out"]
        assert clone.get_layer("inner") is not inner
        clone.set_weights(model.get_weights())
        np.testing.assert_allclose(clone.predict(X), X @ first @ middle @ out, rtol=1e-5, atol=1e-6)
        shared = clone_model(model, clone_function=lambda layer: layer)
        np.testing.assert_array_equal(shared.predict(X), model.predict(X))
        for arguments, message in (
            ({"clone_function": lambda layer: None}, 'must give a layer for "first", got NoneType'),
            ({"input_tensors": given}, "call the clone on the tensors"),
            ({"call_function": linear}, "no call_function"),
        ):
            with pytest.raises(UsageError, match=message):
                clone_model(model, **arguments)

    def test_what_is_no_configuration(self):
        with pytest.raises(SavedFileError, match="no model is described here"):
            fl.Model.from_config({"layers": []})
