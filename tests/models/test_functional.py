"""Models between symbolic tensors: merging, skipping, sharing, models as layers, parts of models, freezing."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline.errors import DataError, ShapeError, UsageError
from fallline.layers import BatchNormalization, Dense, Dropout
from fallline.layers.merging import Add, Average, Concatenate, Multiply, Subtract
from fallline.optimizers import SGD, Adam

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 3)).astype(np.float32)
PAIR = RNG.normal(size=(40, 3)).astype(np.float32)
Y = (X @ [1.0, -2.0, 0.5]).astype(np.float32)[:, None]


def compiled(model, optimizer=None, loss="mse"):
    model.compile(optimizer or SGD(0.05), loss)
    return model


def step(model, x, y, rate=0.1):
    """The gradients of one full-batch step of plain descent, array by array."""
    compiled(model, SGD(rate))
    before = model.get_weights()
    model.fit(x, y, batch_size=len(y), verbose=0)
    return [(old - new) / rate for old, new in zip(before, model.get_weights(), strict=True)]


class TestWhatIsComputed:
    def test_merging_and_skipping_by_hand(self):
        """A network with a skip connection, a product and a concatenation, repeated in NumPy."""
        x = fl.Input((3,))
        hidden = Dense(3, activation="tanh")(x)
        skipped = Add()([hidden, x])
        joined = Concatenate()([skipped, Multiply()([hidden, x]), Average()([x, hidden])])
        model = fl.Model(x, Dense(1)(joined), seed=0)
        kernel, bias, last, offset = model.get_weights()
        h = np.tanh(X @ kernel + bias)
        expected = np.concatenate([h + X, h * X, (h + X) / 2], axis=1) @ last + offset
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)
        assert model.output_shape == (None, 1)

    def test_tensors_are_combined_by_operators(self):
        x, z = fl.Input((3,)), fl.Input((3,))
        tensor = -((2 * x + 1 - z / 4) * z - (3 - x)) + np.float32(0.5)
        model = fl.Model([x, z], tensor)
        expected = -((2 * X + 1 - PAIR / 4) * PAIR - (3 - X)) + 0.5
        np.testing.assert_allclose(model.predict([X, PAIR]), expected, rtol=1e-5, atol=1e-6)
        assert tensor.shape == (None, 3)

    @pytest.mark.parametrize(
        "combine", [lambda x: x + X, lambda x: X * x, lambda x: x - "a", lambda x: x / True]
    )
    def test_what_a_tensor_cannot_be_combined_with(self, combine):
        with pytest.raises(
            UsageError, match="combined with numbers and tensors, got .* layer such as Lambda"
        ):
            combine(fl.Input((3,)))

    def test_the_outputs_of_a_model_may_be_its_inputs(self):
        x = fl.Input((3,))
        np.testing.assert_array_equal(fl.Model(x, x).predict(X), X)
        both = fl.Model(x, [x, Dense(2)(x), x])
        assert [array.shape[1] for array in both.predict(X)] == [3, 2, 3]

    def test_calling_a_model_on_arrays(self):
        model = fl.Sequential([fl.Input((3,)), Dense(4), BatchNormalization(), Dropout(0.5)], seed=0)
        outputs = model(X)
        assert isinstance(outputs, jax.Array)
        np.testing.assert_allclose(outputs, model.predict(X), rtol=1e-6)
        moving = model.get_weights()[4]
        trained = np.asarray(model(X, training=True))
        assert 0.3 < np.mean(trained == 0) < 0.7, "dropout is on"
        expected = 0.99 * moving + 0.01 * (X @ model.get_weights()[0]).mean(0)
        np.testing.assert_allclose(model.get_weights()[4], expected, rtol=1e-4, atol=1e-7)

    def test_a_chain_longer_than_pythons_stack(self):
        tensor = fl.Input((1,))
        first = tensor
        for _ in range(1500):
            tensor = tensor + 1
        assert len(fl.Model(first, tensor).layers) == 1501


class TestSharing:
    def siamese(self):
        one, two, shared = fl.Input((3,)), fl.Input((3,)), Dense(4, activation="tanh")
        apart = Subtract()([shared(one), shared(two)])
        return fl.Model([one, two], Dense(1, use_bias=False)(apart), seed=1), shared

    def test_one_set_of_weights(self):
        model, shared = self.siamese()
        assert [array.shape for array in model.get_weights()] == [(3, 4), (4,), (4, 1)]
        assert model.count_params() == 20
        assert [layer.name for layer in model.layers if layer is shared] == ["dense"]
        np.testing.assert_array_equal(model.predict([X, X]), 0)
        assert np.abs(model.predict([X, PAIR])).max() > 0.01

    def test_the_gradient_is_the_sum_over_the_uses(self):
        model, _ = self.siamese()
        kernel, bias, last = map(jnp.asarray, model.get_weights())
        target = jnp.asarray(Y)

        def error(first, second, b1, b2, w):
            """Each use with arrays of its own."""
            apart = jnp.tanh(X @ first + b1) - jnp.tanh(PAIR @ second + b2)
            return jnp.mean((apart @ w - target) ** 2)

        parts = jax.grad(error, argnums=(0, 1, 2, 3, 4))(kernel, kernel, bias, bias, last)
        expected = parts[0] + parts[1], parts[2] + parts[3], parts[4]
        for ours, by_hand in zip(step(model, [X, PAIR], Y), expected, strict=True):
            np.testing.assert_allclose(ours, by_hand, rtol=2e-4, atol=2e-6)
        assert float(jnp.abs(parts[0] - parts[1]).max()) > 0.1, "the uses differ"

    def test_one_layer_twice_in_a_chain(self):
        layer = Dense(3, activation="tanh")
        model = fl.Sequential([fl.Input((3,)), layer, layer], seed=0)
        kernel, bias = model.get_weights()
        expected = np.tanh(np.tanh(X @ kernel + bias) @ kernel + bias)
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)
        assert len(model.layers) == 2

    def test_a_layer_in_two_models_has_one_set_of_weights(self):
        shared = Dense(4, activation="tanh")
        one = compiled(fl.Sequential([fl.Input((3,)), shared, Dense(1)], seed=0))
        two = compiled(fl.Sequential([fl.Input((3,)), shared, Dense(2)], seed=5))
        one.fit(X, Y, verbose=0)
        np.testing.assert_array_equal(one.get_weights()[0], two.get_weights()[0])
        two.fit(X, np.hstack([Y, Y]), verbose=0)
        np.testing.assert_array_equal(one.get_weights()[0], two.get_weights()[0])
        np.testing.assert_array_equal(one.get_weights()[0], shared.kernel)

    def test_a_penalty_of_a_shared_layer_counts_once(self):
        layer = Dense(3, kernel_regularizer=fl.regularizers.L2(0.5), use_bias=False)
        model = compiled(fl.Sequential([fl.Input((3,)), layer, layer], seed=0))
        error = np.mean((model.predict(X) - X) ** 2)
        penalty = 0.5 * np.sum(model.get_weights()[0].astype(np.float64) ** 2)
        assert model.evaluate(X, X) == pytest.approx(error + penalty, rel=1e-5)

    def test_a_layer_built_for_other_inputs(self):
        layer = Dense(4)
        layer(fl.Input((3,)))
        fl.Sequential([fl.Input((3,)), layer], seed=0).get_weights()
        with pytest.raises(
            ShapeError, match=r'layer "dense" \(Dense\) was built with an array of shape \(3, 4\)'
        ):
            layer(fl.Input((5,)))


class TestModelsAsLayers:
    def inner(self):
        layers = [fl.Input((3,)), Dense(4, activation="relu"), Dropout(0.5), BatchNormalization(), Dense(3)]
        return fl.Sequential(layers, name="inner", seed=1)

    def nested(self):
        """A chain called twice within a model that is called in another."""
        inner = self.inner()
        x = fl.Input((3,))
        middle = fl.Model(x, Add()([inner(inner(x)), x]), name="middle")
        z = fl.Input((3,))
        return fl.Model(z, Dense(1)(middle(z)), seed=0), middle, inner

    def test_called_twice_and_nested_twice(self):
        model, _, inner = self.nested()
        assert [layer.name for layer in model.layers] == ["input_layer", "middle", "dense"]
        assert [layer.name for layer in model.network.layers] == [
            "middle/inner/dense",
            "middle/inner/dropout",
            "middle/inner/batch_normalization",
            "middle/inner/dense_1",
            "middle/add",
            "dense",
        ]
        assert len(model.get_weights()) == 10
        last, offset = model.get_weights()[-2:]
        expected = (inner.predict(inner.predict(X)) + X) @ last + offset
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-5)
        assert model.get_layer("middle").get_layer("inner") is inner

    def test_training_the_outer_model_trains_the_inner_one(self):
        model, _, inner = self.nested()
        before = inner.get_weights()
        compiled(model, Adam(0.01)).fit(X, Y, epochs=2, verbose=0)
        after = inner.get_weights()
        assert all(not np.array_equal(one, two) for one, two in zip(before, after, strict=True))
        np.testing.assert_array_equal(inner.layers[0].kernel, after[0])
        last, offset = model.get_weights()[-2:]
        expected = (inner.predict(inner.predict(X)) + X) @ last + offset
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-5)

    def test_called_with_training_false_it_stays_as_at_inference(self):
        inner = self.inner()
        x = fl.Input((3,))
        model = compiled(fl.Model(x, Dense(1)(inner(x, training=False)), seed=0), SGD(0.0))
        history = model.fit(X, Y, epochs=3, verbose=0, batch_size=40)
        assert len(set(history.history["loss"])) == 1, "no dropout"
        assert history.history["loss"][0] == pytest.approx(model.evaluate(X, Y), rel=1e-6)
        np.testing.assert_array_equal(inner.get_weights()[4], np.zeros(4))
        # Without it: dropout is on, and moving averages move.
        z = fl.Input((3,))
        other = compiled(fl.Model(z, Dense(1)(inner(z)), seed=0), SGD(0.0))
        assert len(set(other.fit(X, Y, epochs=3, verbose=0, batch_size=40).history["loss"])) == 3
        assert np.abs(inner.get_weights()[4]).max() > 0

    def test_a_functional_model_of_several_inputs_and_outputs_as_a_layer(self):
        one, two = fl.Input((3,)), fl.Input((3,))
        pair = fl.Model([one, two], [Add()([one, two]), Subtract()([one, two])])
        x = fl.Input((3,))
        total, difference = pair([x, x * 2])
        assert fl.Model(x, total).output_shape == (None, 3)
        both = fl.Model(x, [total, difference]).predict(X)
        np.testing.assert_allclose(both[0], 3 * X, rtol=1e-6)
        np.testing.assert_allclose(both[1], -X, rtol=1e-6)

    def test_a_model_of_dictionaries_as_a_layer(self):
        a, b = fl.Input((3,), name="a"), fl.Input((3,), name="b")
        inner = fl.Model({"x": a, "z": b}, {"sum": Add()([a, b]), "gap": Subtract()([a, b])})
        p, q = fl.Input((3,)), fl.Input((3,))
        found = inner({"z": q, "x": p})
        assert set(found) == {"sum", "gap"}
        outer = fl.Model([p, q], found["gap"])
        np.testing.assert_allclose(outer.predict([X, PAIR]), X - PAIR, rtol=1e-5, atol=1e-6)

    def test_a_model_in_a_chain(self):
        inner = self.inner()
        for chain in (fl.Sequential([fl.Input((3,)), inner, Dense(1)]), fl.Sequential([inner, Dense(1)])):
            assert chain.layers[0].name == "inner"
            last, offset = chain.get_weights()[-2:]
            np.testing.assert_allclose(
                chain.predict(X), inner.predict(X) @ last + offset, rtol=1e-4, atol=1e-6
            )


class TestPartsOfModels:
    def trained(self):
        model = fl.Sequential([fl.Input((3,)), Dense(4, activation="tanh"), Dense(2), Dense(1)], seed=0)
        compiled(model).fit(X, Y, verbose=0)
        return model

    def test_a_feature_extractor_shares_the_weights(self):
        model = self.trained()
        features = fl.Model(model.inputs, model.layers[1].output)
        kernel, bias, last, offset = model.get_weights()[:4]
        expected = np.tanh(X @ kernel + bias) @ last + offset
        np.testing.assert_allclose(features.predict(X), expected, rtol=1e-5, atol=1e-6)
        assert [layer.name for layer in features.layers] == ["input_layer", "dense", "dense_1"]
        model.fit(X, Y, verbose=0)
        for one, two in zip(features.get_weights(), model.get_weights(), strict=False):
            np.testing.assert_array_equal(one, two)
        assert not np.array_equal(features.get_weights()[0], kernel)

    def test_all_outputs_at_once(self):
        model = self.trained()
        outputs = fl.Model(model.input, [layer.output for layer in model.layers]).predict(X)
        assert [array.shape for array in outputs] == [(40, 4), (40, 2), (40, 1)]
        np.testing.assert_array_equal(outputs[-1], model.predict(X))

    def test_a_model_that_begins_in_the_middle_of_another(self, tmp_path):
        model = self.trained()
        rest = fl.Model(model.layers[1].input, model.output)
        hidden = RNG.normal(size=(5, 4)).astype(np.float32)
        (kernel, bias), (last, offset) = (layer.get_weights() for layer in model.layers[1:])
        expected = (hidden @ kernel + bias) @ last + offset
        np.testing.assert_allclose(rest.predict(hidden), expected, rtol=1e-5, atol=1e-6)
        assert [type(layer).__name__ for layer in rest.layers] == ["InputLayer", "Dense", "Dense"]
        rest.save(tmp_path / "m")
        np.testing.assert_array_equal(fl.load_model(tmp_path / "m").predict(hidden), rest.predict(hidden))

    def test_new_layers_on_a_trained_part(self):
        model = self.trained()
        before = model.layers[0].get_weights()
        other = fl.Model(model.inputs, Dense(5, name="head")(model.layers[0].output), seed=7)
        np.testing.assert_array_equal(other.get_weights()[0], before[0])
        compiled(other).fit(X, np.tile(Y, 5), verbose=0)
        assert not np.array_equal(model.layers[0].get_weights()[0], before[0])

    def test_input_and_output_are_packed_as_given(self):
        x, z = fl.Input((3,), name="x"), fl.Input((2,), name="z")
        model = fl.Model({"x": x, "z": z}, [Dense(1)(x)])
        assert list(model.input) == ["x", "z"]
        assert model.output == model.outputs
        assert (model.input_shape, model.output_shape) == ([(None, 3), (None, 2)], (None, 1))


def test_the_summary_shows_connections():
    x = fl.Input((3,), name="x")
    hidden = Dense(3, name="hidden")(x)
    fl_model = fl.Model(x, Dense(1, name="top")(Add(name="skip")([hidden, x])), name="net")
    printed = []
    fl_model.summary(print_fn=printed.append)
    rows = {line.split("│")[1].split()[0]: line for line in printed[0].splitlines() if "│" in line}
    assert "hidden, x" in rows["skip"]
    assert rows["top"].split("│")[4].strip() == "skip"
    assert "Connected to" in printed[0]
    assert max(map(len, printed[0].splitlines())) <= 80


X3 = fl.Input((3,), name="x3")


class TestMistakes:
    @pytest.mark.parametrize(
        ("make", "error", "message"),
        [
            (
                lambda: fl.Model(X3, Dense(1)(fl.Input((4,), name="other"))),
                UsageError,
                r'depend on the input "other" of shape \(None, 4\), which is not among the model\'s inputs. Add it',
            ),
            (
                lambda: fl.Model(X3, Dense(1)(fl.Input((4,)))),
                UsageError,
                'the input "without a name" of shape',
            ),
            (lambda: fl.Model(X, Dense(1)(X3)), UsageError, r"symbolic tensors, got ndarray. Begin with"),
            (lambda: fl.Model(X3, Dense(1)), UsageError, "symbolic tensors, got Dense"),
            (lambda: fl.Model(X3), UsageError, "give both inputs and outputs"),
            (lambda: fl.Model(outputs=X3), UsageError, "give both inputs and outputs"),
            (lambda: fl.Model(), UsageError, "give inputs and outputs, e.g. Model"),
            (lambda: fl.Model([X3, X3], Dense(1)(X3)), UsageError, "as an input twice"),
            (
                lambda: fl.Model(X3, Add()([Dense(3, name="a")(X3), Dense(3, name="a")(X3)])),
                UsageError,
                "two layers are named a; names must differ",
            ),
            (lambda: np.asarray(X3), UsageError, "has no values yet: it describes a network"),
            (lambda: bool(X3 is None or X3), UsageError, "neither true nor false"),
            (lambda: Dense(3)([X3, X3]), UsageError, "Dense: takes one input, got 2. Join them first"),
            (lambda: Add()(X3), UsageError, "Add: takes a list of inputs, got Tensor"),
            (lambda: Add()([X3, X]), UsageError, "mixture of symbolic tensors and ndarray"),
            (lambda: Add()([X3, fl.Input((4,))]), ShapeError, r"\(3,\) and \(4,\) do not fit together"),
            (lambda: Concatenate()([X3, fl.Input((4, 2))]), ShapeError, "cannot be joined along axis -1"),
            (lambda: fl.Input(), UsageError, "the shape of one row is needed"),
            (lambda: fl.Input((None, 3)), UsageError, "positive whole numbers without the batch axis"),
            (lambda: fl.Input((3,), dtype="text"), UsageError, 'dtype must be one of .*, got "text"'),
            (lambda: fl.Input((3,), name="a/b"), UsageError, 'without "/"'),
        ],
        ids=lambda value: None,
    )
    def test_in_the_network(self, make, error, message):
        with pytest.raises(error, match=message):
            make()

    @pytest.mark.parametrize("given", ["abc", ["a", "b", "c"], None, 3.0, {"x4": X}, [], [[1.0, 2.0], [3.0]]])
    @pytest.mark.parametrize("name", ["functional", "sequential", "deferred"])
    def test_what_a_model_cannot_be_called_on(self, name, given):
        model = {
            "functional": lambda: fl.Model(X3, Dense(1)(X3)),
            "sequential": lambda: fl.Sequential([fl.Input((3,)), Dense(1)]),
            "deferred": lambda: fl.Sequential([Dense(1)]),
        }[name]()
        with pytest.raises((DataError, ShapeError, UsageError), match="model"):
            model(given)

    def test_calls_with_other_inputs(self):
        one = fl.Sequential([fl.Input((3,)), Dense(1)], name="one")
        two = fl.Model([X3, fl.Input((2,), name="z")], Dense(1)(X3), name="two")
        with pytest.raises(ShapeError, match=r'input "input_layer.*" takes rows of shape \(3,\), got \(2,\)'):
            one(X[:, :2])
        with pytest.raises(
            UsageError, match=r'model "one" takes an input of shape \(None, 3\), got \(None, 5\)'
        ):
            one(fl.Input((5,)))
        for given in (X, [X], [X, X, X]):
            with pytest.raises(UsageError, match=r'model "two" takes 2 inputs \(x3, z\)'):
                two(given)
        with pytest.raises(UsageError, match=r'model "two": the inputs lack z'):
            two({"x3": X})
        with pytest.raises(UsageError, match="takes an input of shape"):
            two([X3, X])

    def test_a_symbolic_tensor_is_no_data(self):
        model = compiled(fl.Sequential([fl.Input((3,)), Dense(1)]))
        for verb in (lambda: model.predict(X3), lambda: model.fit(X3, Y), lambda: model.fit(X, X3)):
            with pytest.raises(UsageError, match="has no values yet"):
                verb()

    def test_no_output_yet(self):
        with pytest.raises(UsageError, match="Dense: it is in no network yet; call it on an Input first"):
            _ = Dense(3).output
