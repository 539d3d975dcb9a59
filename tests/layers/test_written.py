"""Layers written as in Keras give what the same layers of Fallline give, and are as pure."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import layers, ops
from fallline.engine import Program
from fallline.errors import ShapeError, UsageError
from fallline.layers import Dense, Dropout, Layer

X = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Linear(Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], self.units), regularizer="l2", constraint="max_norm"
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        super().build(input_shape)
        self.built = True

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel) + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Total(Layer):
    def __init__(self, size):
        super().__init__()
        self.total = self.add_weight(shape=(size,), initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        if training:
            self.total.assign_add(ops.sum(inputs, axis=0))
        return inputs


class Block(Layer):
    def __init__(self, rate=0.0, **kwargs):
        super().__init__(**kwargs)
        self.first = Dense(4, "tanh", kernel_regularizer="l2", kernel_constraint="non_neg")
        self.rest = [layers.BatchNormalization(), Dropout(rate), Linear(2)]

    def call(self, x, training=None):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x


def trained(*parts, **arguments):
    model = fl.Sequential([fl.Input((6,)), *parts], seed=0)
    model.compile(fl.optimizers.SGD(0.05, momentum=0.5), "mse")
    model.fit(X, Y, epochs=3, seed=1, verbose=0, **arguments)
    return model


def test_it_trains_as_the_layer_of_the_same_equation():
    ours = trained(Linear(3, name="a"), Dense(1, name="b"))
    theirs = trained(
        Dense(3, name="a", kernel_regularizer="l2", kernel_constraint="max_norm"), Dense(1, name="b")
    )
    assert ours.history.history == theirs.history.history
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_alone():
    layer = Linear(3)
    assert not layer.built
    with pytest.raises(AttributeError, match="not built yet"):
        _ = layer.kernel
    np.testing.assert_allclose(layer(X), X @ layer.kernel + layer.bias, rtol=1e-5)
    assert [weight.shape for weight in layer.weights] == [(6, 3), (3,)]
    assert layer.compute_output_shape((None, 6)) == (None, 3)
    layer.set_weights([np.ones((6, 3)), np.ones(3)])
    np.testing.assert_allclose(layer(X)[:, 0], X.sum(1) + 1, rtol=1e-4, atol=1e-5)
    layer.units = 7  # its own numbers are its own business
    other = Linear(2)
    other.build((None, 6))
    assert other.count_params() == 14


def test_a_variable_moves_in_training_and_stays_at_inference():
    layer = Total(6)
    layer(X)
    np.testing.assert_array_equal(layer.total, np.zeros(6))
    layer(X[:10], training=True)
    layer(X[10:], training=True)
    np.testing.assert_allclose(layer.total, X.sum(0), rtol=1e-5, atol=1e-5)
    assert (layer.trainable_weights, len(layer.non_trainable_weights)) == ([], 1)
    model = trained(Total(6), Dense(1), batch_size=8)
    np.testing.assert_allclose(model.layers[0].total, 3 * X.sum(0), rtol=1e-4, atol=1e-4)


def test_layers_within_a_layer():
    model = trained(Block(), Dense(1))
    block = model.layers[0]
    assert [weight.shape for weight in block.weights] == [
        (6, 4), (4,), (4,), (4,), (4,), (4,), (4, 2), (2,)
    ]  # fmt: skip
    assert len(block.trainable_weights) == 6
    first = block.weights[0]
    assert float(first.min()) >= 0, "the constraint of a layer within"
    x = np.tanh(X @ first + block.weights[1])
    gamma, beta, mean, variance, kernel, bias = block.weights[2:]
    x = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    out = model.layers[1]
    np.testing.assert_allclose(
        model.predict(X), (x @ kernel + bias) @ out.kernel + out.bias, rtol=1e-3, atol=1e-4
    )
    penalties = model.objective().network.penalties(model.run_variables.params)
    assert float(sum(penalties)) == pytest.approx(
        0.01 * float((first**2).sum() + (kernel**2).sum()), rel=1e-5
    )


def test_a_random_layer_within_is_on_in_training_alone():
    block = Block(0.5)
    np.testing.assert_array_equal(block(X), block(X))
    assert not np.array_equal(block(X, training=True), block(X, training=True))
    assert fl.Sequential([fl.Input((6,)), block]).network.layers[0].draws


def test_a_frozen_layer_within_is_not_trained():
    class Frozen(Layer):
        def __init__(self):
            super().__init__()
            self.fixed = Dense(4, trainable=False)

        def call(self, x):
            return self.fixed(x)

    layer = Frozen()
    model = fl.Sequential([fl.Input((6,)), layer, Dense(1)], seed=0)
    model.compile("adam", "mse")
    before = [np.asarray(weight) for weight in layer.weights]
    model.fit(X, Y, epochs=2, verbose=0)
    for one, other in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (0, 2)


def test_several_inputs():
    class Weighted(Layer):
        def build(self, input_shape):
            assert [tuple(shape) for shape in input_shape] == [(None, 6), (None, 6)]
            self.share = self.add_weight(initializer="ones")

        def call(self, inputs):
            first, second = inputs
            return self.share * first - second

    layer = Weighted()
    np.testing.assert_allclose(layer([X, 2 * X]), -X, rtol=1e-6)
    a, b = fl.Input((6,)), fl.Input((6,))
    model = fl.Model([a, b], Weighted()([a, b]))
    np.testing.assert_allclose(model.predict([X, 2 * X]), -X, rtol=1e-6)


def test_shared_and_cloned(tmp_path):
    shared = Linear(6)
    a = fl.Input((6,))
    model = fl.Model(a, Dense(1)(shared(shared(a))))
    assert model.count_params() == 42 + 7
    twin = fl.models.clone_model(model)
    assert twin.count_params() == model.count_params()
    assert not np.array_equal(twin.get_weights()[0], model.get_weights()[0])
    model.save(tmp_path / "m")
    loaded = fl.load_model(tmp_path / "m", custom_objects={"Linear": Linear})
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_its_functions_are_pure():
    layer = Block(0.5)
    params, state = layer.init(jax.random.key(0), (6,))
    compiled = Program(lambda p, s, x: layer.apply(p, s, x, key=jax.random.key(1), training=True), "block")
    once = compiled(params, state, X)
    again = layer.apply(params, state, jnp.asarray(X), key=jax.random.key(1), training=True)
    for one, other in zip(jax.tree.leaves(once), jax.tree.leaves(again), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_mistakes():
    class Reduces(Layer):
        def call(self, x):
            return ops.sum(x, axis=0)

    with pytest.raises(ShapeError, match=r"call gave \(6,\) for .* rows; the first axis is the batch"):
        Reduces()(X)

    class Penalised(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Dense(2, activity_regularizer="l2")

        def call(self, x):
            return self.inner(x)

    with pytest.raises(UsageError, match="inner, has an activity_regularizer, which is not counted there"):
        Penalised()(X)
    with pytest.raises(UsageError, match="add_weight: shape must hold positive whole numbers"):
        Linear(-3)(X)

    class Wrong(Layer):
        def call(self, x):
            return ops.matmul(x, np.ones((7, 2), np.float32))

    with pytest.raises(UsageError, match=r"Wrong: its call fails on rows of shape \(6,\): "):
        fl.Sequential([fl.Input((6,)), Wrong()])


def compiled(*parts):
    model = fl.Sequential([fl.Input((6,)), *parts], seed=0)
    model.compile(fl.optimizers.SGD(0.05), "mse")
    return model


class Holds(Layer):
    """A layer that holds another, frozen or not."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return self.inner(x)


def test_a_model_within_a_layer_is_refused():
    with pytest.raises(UsageError, match="the model within, inner, would not be trained"):
        Holds(fl.Sequential([fl.Input((6,)), Dense(2)]))(X)


@pytest.mark.parametrize("before", [True, False])
def test_freezing_within_after_the_arrays_are_drawn_is_refused(before):
    inner = Dense(3, trainable=before)
    model = compiled(Holds(inner), Dense(1))
    model.fit(X, Y, verbose=0)
    inner.trainable = not before
    with pytest.raises(UsageError, match=f"inner, had trainable={before} when its arrays were drawn"):
        model.compile("sgd", "mse")


def test_a_frozen_layer_runs_normalisations_within_as_at_inference():
    layer = Holds(layers.BatchNormalization())
    model = compiled(layer, Dense(1))
    model.fit(X + 3, Y, verbose=0)
    layer.trainable = False
    model.compile("sgd", "mse")
    before = layer.get_weights()
    model.fit(X + 9, Y, verbose=0)
    for one, other in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_layer_in_two_places_has_one_set_of_weights():
    class Tied(Layer):
        def __init__(self):
            super().__init__()
            self.first = Dense(6, "tanh")
            self.second = self.first
            self.all = [self.first]

        def call(self, x):
            return self.all[0](self.second(self.first(x)))

    layer = Tied()
    outputs = layer(X)
    assert layer.count_params() == 42
    kernel, bias = layer.weights
    expected = X
    for _ in range(3):
        expected = np.tanh(expected @ kernel + bias)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_layers_made_in_build():
    class Late(Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.blocks = []

        def build(self, input_shape):
            self.blocks.append(Dense(self.units))
            self.blocks[0].build(input_shape)
            self.own = self.add_weight(shape=(self.units,))

        def call(self, x):
            return self.blocks[0](x) * self.own

    class Later(Late):
        def build(self, input_shape):
            super().build(input_shape)
            self.shift = self.add_weight(shape=(self.units,), initializer="ones")

        def call(self, x):
            return super().call(x) + self.shift

    late, later = Late(2), Later(2)
    model = compiled(late, later)
    model.fit(X, np.ones((40, 2)), verbose=0)
    assert (late.count_params(), later.count_params()) == (16, 10)
    assert [block.kernel.shape for block in late.blocks] == [(6, 2)]
    assert float(np.abs(late.own).min()) > 0, "glorot_uniform, as in Keras"


def test_weights_stand_in_the_order_in_which_they_were_asked_for():
    class Ordered(Layer):
        def __init__(self):
            super().__init__()
            self.z = self.add_weight(shape=(1,))
            self.many = [self.add_weight(shape=(2,)), self.add_weight(shape=(3,))]
            self.a = self.add_weight(shape=(4,))

        def call(self, x):
            return x * self.z + self.many[0][0] + self.many[1][0] + self.a[0]

    layer = Ordered()
    layer(X)
    assert [weight.shape for weight in layer.weights] == [(1,), (2,), (3,), (4,)]


def test_variables_in_arithmetic_and_ops():
    class Counts(Layer):
        def __init__(self):
            super().__init__()
            self.n = self.add_weight(initializer="zeros", trainable=False)

        def call(self, x):
            fresh = ops.where(self.n == 0, 1.0, 0.0)
            checks = [
                self.n < 1,
                self.n + 1 > self.n,
                2.0**self.n == 1,
                ops.equal(ops.maximum(self.n, 3.0), 3),
            ]
            for check in checks:
                fresh = fresh * ops.cast(check, "float32")
            return x * fresh + ops.abs(self.n) + self.n % 2 + abs(self.n)

    np.testing.assert_array_equal(Counts()(X), X)


def test_number_types(monkeypatch):
    seen = []

    class Notes(Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.inner = Dense(6, dtype="float32")

        def call(self, x):
            seen.append((str(x.dtype), str(self.inner(x).dtype)))
            return x

    fl.Sequential([fl.Input((6,)), Notes()], dtype_policy="mixed_bfloat16").predict(X)
    assert seen[-1] == ("bfloat16", "float32")
    fl.Sequential([fl.Input((6,)), Notes(dtype="bfloat16")]).predict(X)
    assert seen[-1][0] == "bfloat16"


def test_its_model_is_a_part_of_another(tmp_path):
    inner = compiled(Linear(3), Dense(2))
    outer = fl.Sequential([fl.Input((6,)), inner, Dense(1)])
    outer.compile("sgd", "mse")
    outer.fit(X, Y, verbose=0)
    assert outer.count_params() == inner.count_params() + 3
    outer.save(tmp_path / "m")
    loaded = fl.load_model(tmp_path / "m", custom_objects={"Linear": Linear})
    np.testing.assert_array_equal(loaded.predict(X), outer.predict(X))


def test_a_layer_that_does_not_say_its_arguments_is_not_saved(tmp_path):
    class Hides(Layer):
        def __init__(self, factor):
            super().__init__()
            self.times = factor

        def call(self, x):
            return x * self.times

    with pytest.raises(
        UsageError, match="cannot save Hides: .* Keep each on self under its own name, or give it"
    ):
        compiled(Hides(3.0), Dense(1)).save(tmp_path / "m")


def test_a_layer_that_was_given_a_layer_is_saved_with_it(tmp_path):
    model = compiled(Holds(Dense(3, "tanh")), Dense(1))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m")
    loaded = fl.load_model(tmp_path / "m", custom_objects={"Holds": Holds})
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    np.testing.assert_array_equal(loaded.layers[0].inner.kernel, model.layers[0].inner.kernel)


def test_layers_within_show_and_take_their_arrays():
    block = Block()
    model = fl.Sequential([fl.Input((6,)), block, Dense(1)], seed=0)
    assert [weight.shape for weight in block.first.weights] == [(6, 4), (4,)]
    np.testing.assert_array_equal(block.first.kernel, block.weights[0])
    assert block.rest[2].count_params() == 4 * 2 + 2
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=2, verbose=0)
    np.testing.assert_array_equal(block.first.kernel, model.get_weights()[0])
    np.testing.assert_array_equal(block.rest[0].moving_mean, model.get_layer(block.name).weights[4])
    block.first.set_weights([np.zeros((6, 4)), np.ones(4)])
    np.testing.assert_array_equal(model.get_weights()[0], np.zeros((6, 4)))
    assert len(np.unique(model.predict(X))) == 1
    np.testing.assert_allclose(block.first(X), np.tanh(np.ones((40, 4))), rtol=1e-6)


def test_a_frozen_layer_within_takes_its_arrays():
    block = Block()
    block.first.trainable = False
    model = fl.Sequential([fl.Input((6,)), block, Dense(1)], seed=0)
    block.first.set_weights([np.ones((6, 4)), np.zeros(4)])
    assert block.first.trainable_weights == []
    np.testing.assert_array_equal(block.first.non_trainable_weights[0], np.ones((6, 4)))
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((6, 4)))


def test_a_layer_within_belongs_to_one_layer():
    shared = Dense(6)
    outer = Holds(shared)
    outer(X)
    with pytest.raises(UsageError, match="is within .*Holds too; here it would have arrays of its own"):
        Holds(shared)(X)
    assert outer.inner is shared
    model = fl.Sequential([fl.Input((6,)), Dense(6)])
    with pytest.raises(UsageError, match="is a part of a model too"):
        Holds(model.layers[0])(X)
    built = Dense(6)
    built(X)
    with pytest.raises(UsageError, match="is built already"):
        Holds(built)(X)


def test_a_clone_has_layers_and_arrays_of_its_own():
    class Scaled(Layer):
        def __init__(self):
            super().__init__()
            self.scale = self.add_weight(shape=(6,), initializer="ones")
            self.dense = Dense(3)

        def call(self, x):
            return self.dense(x * self.scale)

    layer = Scaled()
    model = fl.Sequential([fl.Input((6,)), layer], seed=0)
    twin = fl.models.clone_model(model)
    assert twin.count_params() == model.count_params() == 6 + 21
    twin.layers[0].dense.set_weights([np.zeros((6, 3)), np.zeros(3)])
    assert not twin.predict(X).any()
    assert model.predict(X).all()


def test_monte_carlo_prediction_turns_on_dropout_within():
    """The mean of many samples is the prediction of a linear network, their spread is dropout's."""

    class Thinned(Layer):
        def __init__(self):
            super().__init__()
            self.inner = [layers.BatchNormalization(), Dropout(0.5)]

        def call(self, x, training=False):
            for layer in self.inner:
                x = layer(x, training=training)
            return x

    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.thinned = Thinned()

        def call(self, x):
            return self.thinned(x)

    for part in (Thinned(), Outer()):
        model = fl.Sequential([fl.Input((6,)), part, Dense(1, use_bias=False)], seed=0)
        samples = model.sample(X, 4000, seed=1)
        terms = X / np.sqrt(1 + 1e-3) * np.asarray(model.layers[-1].kernel).T
        np.testing.assert_allclose(samples.mean(0)[:, 0], model.predict(X)[:, 0], atol=0.1)
        np.testing.assert_allclose(samples.var(0)[:, 0], (terms**2).sum(1), rtol=0.15)
    with pytest.raises(UsageError, match="no layer of model"):
        fl.Sequential([fl.Input((6,)), Linear(2)]).sample(X, 3)


class AlwaysThins(Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


class Scaled(Dense):
    def build(self, input_shape):
        super().build(input_shape)
        self.scale = self.add_weight(shape=(self.units,), initializer="ones")

    def call(self, x):
        return super().call(x) * self.scale


class Doubled(Dense):
    def call(self, x):
        return 2 * ops.matmul(x, self.kernel)


def test_a_class_derived_from_a_layer_computes_with_it():
    layer = Scaled(4, "tanh", kernel_regularizer=fl.regularizers.L2(0.5), kernel_constraint="non_neg")
    model = fl.Sequential([fl.Input((6,)), layer, Doubled(1, use_bias=False)], seed=0)
    assert [weight.shape for weight in model.get_weights()] == [(6, 4), (4,), (4,), (4, 1)]
    layer.set_weights([layer.kernel, np.ones(4), np.full(4, 3.0)])
    hidden = 3 * np.tanh(X @ np.asarray(layer.kernel) + 1)
    np.testing.assert_allclose(layer(X), hidden, rtol=1e-4, atol=1e-5)
    expected = 2 * hidden @ np.asarray(model.layers[1].kernel)
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-5)
    model.compile(fl.optimizers.SGD(0.01), "mse")
    penalty = 0.5 * np.sum(np.square(layer.kernel, dtype=np.float64))
    assert model.evaluate(X, Y) == pytest.approx(np.mean((expected - Y) ** 2) + penalty, rel=1e-4)
    before = np.asarray(layer.scale)
    model.fit(X, Y, epochs=2, verbose=0)
    assert np.asarray(layer.kernel).min() >= 0
    assert not np.array_equal(before, layer.scale)


def test_a_derived_layer_is_frozen_saved_and_loaded(tmp_path):
    layer = Scaled(4, "tanh")
    layer.trainable = False
    model = fl.Sequential([fl.Input((6,)), layer, AlwaysThins(0.0), Dense(1)], seed=0)
    model.compile("adam", "mse")
    before = layer.get_weights()
    model.fit(X, Y, epochs=2, verbose=0)
    for one, other in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    layer.trainable = True
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(before[0], layer.kernel)
    model.save(tmp_path / "m")
    own = {"Scaled": Scaled, "AlwaysThins": AlwaysThins}
    loaded = fl.load_model(tmp_path / "m", custom_objects=own)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert fl.models.clone_model(model).count_params() == model.count_params()


def test_dropout_that_is_always_on_draws_at_prediction():
    """Monte-Carlo dropout as programs write it: the spread of predictions is dropout's, as of a layer told so."""

    class Within(Layer):
        def __init__(self):
            super().__init__()
            self.thin = Dropout(0.5)

        def call(self, x):
            return self.thin(x, training=True)

    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Within()

        def call(self, x):
            return self.inner(x)

    fl.utils.set_random_seed(0)
    for part in (AlwaysThins(0.5), Within(), Outer()):
        model = fl.Sequential([fl.Input((6,)), part, Dense(1, use_bias=False)], seed=0)
        model.compile("sgd", "mse")
        terms = X * np.asarray(model.layers[1].kernel).T
        drawn = np.stack([model.predict(X)[:, 0] for _ in range(500)])
        np.testing.assert_allclose(drawn.var(0), (terms**2).sum(1), rtol=0.45)
        np.testing.assert_allclose(drawn.mean(0), terms.sum(1), atol=0.4)
        expected = np.mean((terms.sum(1) - Y[:, 0]) ** 2) + np.mean((terms**2).sum(1))
        assert model.evaluate(X, Y) == pytest.approx(expected, rel=0.5)
        model.fit(X, Y, validation_split=0.5, verbose=0)
        assert not np.array_equal(part(X), part(X))


def test_a_class_may_use_names_of_the_pure_functions():
    class Projects(Layer):
        def __init__(self, units):
            super().__init__()
            self.project = Dense(units)
            self.init = 0.5

        def sample(self, x):
            return self.project(x) * self.init

        def call(self, x):
            return self.sample(x)

    layer = Projects(3)
    model = fl.Sequential([fl.Input((6,)), layer], seed=0)
    model.compile("sgd", "mse")
    model.fit(X, X[:, :3], verbose=0)
    expected = (X @ layer.project.kernel + layer.project.bias) / 2
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer(X), expected, rtol=1e-4, atol=1e-6)


def test_a_class_may_use_names_that_every_layer_has():
    class Own(Layer):
        def __init__(self):
            super().__init__()
            self.title, self.hold, self.within = "mine", Dense(3), [1, 2]
            self.regularizers = self.constrained = self._built = None

        def held(self):
            return "nothing"

        def drawn(self, x):
            return self.hold(x)

        def call(self, x):
            return self.drawn(x) if self.held() and self.title == "mine" else x

    layer = Own()
    model = fl.Sequential([fl.Input((6,)), layer], seed=0)
    model.compile("sgd", "mse")
    model.fit(X, X[:, :3], verbose=0)
    assert [weight.shape for weight in layer.get_weights()] == [(6, 3), (3,)]
    np.testing.assert_allclose(
        model.predict(X), X @ layer.hold.kernel + layer.hold.bias, rtol=1e-4, atol=1e-5
    )
    layer.trainable = False
    np.testing.assert_allclose(layer(X), model.predict(X), rtol=1e-5, atol=1e-6)
    with pytest.raises(ShapeError, match=r'layer "own" \(Own\): expected 2 arrays'):
        layer.set_weights([])


def test_what_a_call_takes_and_gives():
    class Adds(Layer):
        def call(self, pair):
            one, other = pair
            return one + other

    class Outer(Layer):
        def __init__(self):
            super().__init__()
            self.adds = Adds()

        def call(self, x):
            return self.adds((x, x))

    np.testing.assert_array_equal(Outer()(X), 2 * X)

    class Two(Layer):
        def call(self, x):
            return x, x

    with pytest.raises(UsageError, match="call gave a tuple of 2, but a layer gives one array"):
        Two()(X)
    with pytest.raises(UsageError, match="takes one input or a list, got a dictionary with a"):
        Linear(2)({"a": X})

    class Misspelt(Layer):
        def call(self, x):
            return self.dens(x)

    with pytest.raises(UsageError, match='has no attribute "dens"'):
        fl.Sequential([fl.Input((6,)), Misspelt()])


def test_weights_are_at_hand_in_call():
    class Penalised(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Dense(6, kernel_initializer="ones")

        def build(self, shape):
            self.scale = self.add_weight(shape=(6,), initializer="ones")

        def call(self, x):
            x = self.inner(x) * self.scale
            own = sum(ops.sum(weight) for weight in self.trainable_weights)
            return x + own + sum(ops.sum(weight) for weight in self.inner.trainable_weights)

    layer = Penalised()
    model = fl.Sequential([fl.Input((6,)), layer])
    # Own: 6 of scale and 36 of the kernel within; the kernel once more.
    np.testing.assert_allclose(model.predict(X), np.repeat(Y, 6, 1) + 6 + 36 + 36, rtol=1e-4, atol=1e-4)


def test_arrays_read_where_they_would_be_constants_are_refused():
    outside = Dense(1)
    model = fl.Sequential([fl.Input((6,)), outside])

    def loss(y_true, y_pred):
        return ops.mean((y_true - y_pred) ** 2, axis=-1) + ops.sum(outside.kernel**2)

    model.compile("sgd", loss)
    with pytest.raises(UsageError, match="they would be constants of it and not follow training"):
        model.evaluate(X, Y)

    class Reads(fl.Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(1)
            self.dense.build((None, 6))

        def call(self, x):
            return self.dense(x) + float(self.dense.get_weights()[0].sum())

    with pytest.raises(UsageError, match="they would be constants"):
        Reads().predict(X)


def test_what_is_assigned_to_a_derived_layer_counts():
    class Derived(layers.LeakyReLU):
        def call(self, x):
            return super().call(x)

    layer = Derived(0.5)
    model = fl.Sequential([fl.Input((6,)), layer])
    np.testing.assert_allclose(model.predict(-np.ones((1, 6))), np.full((1, 6), -0.5))
    layer.negative_slope = 0.1
    np.testing.assert_allclose(model.predict(-np.ones((1, 6))), np.full((1, 6), -0.1), rtol=1e-6)
    np.testing.assert_allclose(layer(-np.ones((1, 6))), np.full((1, 6), -0.1), rtol=1e-6)


def test_another_base_may_bring_call():
    class Tenfold:
        def call(self, x):
            return 10 * super().call(x)

    class Mixed(Tenfold, Dense):
        pass

    layer = Mixed(2, kernel_initializer="ones")
    np.testing.assert_allclose(layer(X), 10 * np.repeat(Y, 2, 1), rtol=1e-4, atol=1e-4)

    class Further(Mixed):
        def call(self, x):
            return super().call(x) + 1

    layer = Further(2, kernel_initializer="ones")
    np.testing.assert_allclose(layer(X), 10 * np.repeat(Y, 2, 1) + 1, rtol=1e-4, atol=1e-4)
    with pytest.raises(UsageError, match="either init and apply, or build and call"):

        class Both(Linear):
            def apply(self, params, state, x, *, key, training):
                return x, state


def test_build_may_read_the_arrays_of_the_layer_that_it_derives_from():
    class Counts(Dense):
        def build(self, shape):
            super().build(shape)
            self.size = self.kernel.shape[0]

        def call(self, x):
            return super().call(x) * self.size

    layer = Counts(2, kernel_initializer="ones")
    np.testing.assert_allclose(layer(X), 6 * np.repeat(Y, 2, 1), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", [layers.Normalization, layers.Discretization])
def test_deriving_from_what_adapts_is_refused(kind):
    with pytest.raises(UsageError, match="which learns by adapt, has no call of its own"):
        type("Own", (kind,), {"call": lambda self, x: x})
