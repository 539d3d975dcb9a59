"""Models as classes with `call`: their network is made from the first data, and is a functional model from then on."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import ops
from fallline.errors import NotReadyError, ShapeError, UsageError
from fallline.layers import BatchNormalization, Dense, Dropout

X = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
Y = X.sum(1, keepdims=True)


class Plain(fl.Model):
    def __init__(self, units=8, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [Dense(units, "tanh"), BatchNormalization()]
        self.drop = Dropout(0.5)
        self.out = Dense(1)

    def call(self, inputs, training=None):
        x = inputs
        for layer in self.hidden:
            x = layer(x)
        return self.out(self.drop(x, training=training)) + ops.mean(inputs, axis=-1, keepdims=True)


class Pair(fl.Model):
    def __init__(self):
        super().__init__(seed=0)
        self.shared = Dense(3)
        self.out = Dense(1)

    def call(self, inputs):
        left, right = (inputs["a"], inputs["b"]) if isinstance(inputs, dict) else inputs
        return self.out(self.shared(left) + self.shared(right)), self.shared(left)


def the_same_by_hand():
    inputs = fl.Input((6,))
    x = BatchNormalization()(Dense(8, "tanh")(inputs))
    return fl.Model(inputs, Dense(1)(Dropout(0.5)(x)) + ops.mean(inputs, axis=-1, keepdims=True), seed=3)


def test_it_trains_as_the_functional_model_of_the_same_layers():
    written, functional = Plain(seed=3), the_same_by_hand()
    for model in (written, functional):
        model.compile("adam", "mse", metrics=["mae"])
    histories = [
        model.fit(X, Y, epochs=3, validation_split=0.2, verbose=0).history for model in (written, functional)
    ]
    assert histories[0] == histories[1]
    np.testing.assert_array_equal(written.predict(X), functional.predict(X))
    assert [layer.name for layer in written.layers] == ["dense", "batch_normalization", "dropout", "dense_1"]
    assert written.get_layer("dense_1") is written.out
    assert written.get_layer(index=1) is written.hidden[1]


@pytest.mark.parametrize(
    "begin",
    [
        lambda model: model.build((None, 6)),
        lambda model: model(X),
        lambda model: model(fl.Input((6,))),
        lambda model: model.predict(X),
    ],
)
def test_ways_to_learn_the_shape(begin):
    model = Plain()
    assert not model.built
    with pytest.raises(NotReadyError, match='model "plain" does not know its input shape yet'):
        model.count_params()
    begin(model)
    assert model.built
    assert model.count_params() == 6 * 8 + 8 + 4 * 8 + 8 + 1
    model.build()


@pytest.mark.parametrize("packed", [lambda a, b: [a, b], lambda a, b: (a, b), lambda a, b: {"a": a, "b": b}])
def test_several_inputs_and_outputs(packed):
    model, called, built = Pair(), Pair(), Pair()
    model.compile("sgd", ["mse", "mae"])
    model.fit(packed(X, 2 * X), [Y, X[:, :3]], verbose=0)
    first, second = model.predict(packed(X, 2 * X))
    assert (first.shape, second.shape) == ((40, 1), (40, 3))
    assert [output.shape for output in called(packed(X, X))] == [(40, 1), (40, 3)]
    built.build(packed((None, 6), (None, 6)))
    assert built.count_params() == 6 * 3 + 3 + 3 + 1


def test_it_is_saved_as_a_functional_model(tmp_path):
    model = Plain(seed=0)
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m")
    np.testing.assert_array_equal(fl.load_model(tmp_path / "m").predict(X), model.predict(X))


def test_it_is_a_part_of_a_larger_model():
    part = Plain(seed=0)
    inputs = fl.Input((6,))
    whole = fl.Model(inputs, Dense(1)(part(inputs)))
    whole.compile("sgd", "mse")
    before = part.out.kernel
    whole.fit(X, Y, verbose=0)
    assert not np.array_equal(before, part.out.kernel)


def test_data_that_cannot_be_used_do_not_decide_the_shape():
    model = Plain()
    model.compile("adam", "mse")
    with pytest.raises(ShapeError, match="x has 40 rows and y has 3"):
        model.fit(X[:, :2], Y[:3], verbose=0)
    with pytest.raises(ValueError, match="targets"):
        model.fit(X[:, :2], np.ones((40, 7)), verbose=0)
    model.fit(X, Y, verbose=0)
    assert model.input_shape == (None, 6)


def test_mistakes():
    class Empty(fl.Model):
        pass

    with pytest.raises(UsageError, match="Empty: write what the model computes, as a method call"):
        Empty().build((None, 3))
    with pytest.raises(UsageError, match="or derive a class with a method `call`"):
        fl.Model()
    with pytest.raises(UsageError, match='build: model "plain": expected a shape with the batch axis first'):
        Plain().build(6)
    with pytest.raises(UsageError, match='model "sequential" is a chain, which takes one input; got several'):
        fl.Sequential([Dense(1)]).build([(None, 3), (None, 3)])


def test_whether_it_trains_is_not_known_in_call():
    class Asks(fl.Model):
        def __init__(self):
            super().__init__()
            self.out = Dense(1)

        def call(self, inputs, training=False):
            return self.out(inputs) if training else inputs

    with pytest.raises(UsageError, match="call: whether the model trains is not known here.*Pass it on"):
        Asks().build((None, 3))


@pytest.mark.parametrize("method", ["train_step", "test_step", "compute_loss"])
def test_methods_that_would_never_be_called_are_refused(method):
    with pytest.raises(UsageError, match=f"Own: {method} would never be called"):
        type("Own", (fl.Model,), {method: lambda self, data: None})


def test_layers_in_a_dictionary_are_its_layers():
    class Named(fl.Model):
        def __init__(self):
            super().__init__()
            self.parts_by_name = {"a": Dense(3), "b": Dense(1)}

        def call(self, x):
            return self.parts_by_name["b"](self.parts_by_name["a"](x))

    model = Named()
    model.build((None, 6))
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]


class Rebuilds(fl.Model):
    """Makes a layer in `build`, as the shape of its inputs wants it."""

    def __init__(self, calls_super=True, **kwargs):
        super().__init__(seed=0, **kwargs)
        self.hidden = Dense(4, "tanh")
        self.calls_super = calls_super
        self.shapes = []

    def build(self, batch_input_shape):
        self.shapes.append(batch_input_shape)
        self.reconstruct = Dense(batch_input_shape[-1])
        if self.calls_super:
            super().build(batch_input_shape)

    def call(self, inputs):
        return self.reconstruct(self.hidden(inputs))


@pytest.mark.parametrize("calls_super", [True, False])
@pytest.mark.parametrize("explicitly", [True, False])
def test_a_build_of_ones_own_is_called_once_before_call(calls_super, explicitly):
    model = Rebuilds(calls_super)
    model.compile("adam", "mse")
    if explicitly:
        model.build((None, 6))
    model.fit(X, X, verbose=0)
    assert model.shapes == [(None, 6)]
    hidden = np.tanh(X @ model.hidden.kernel + model.hidden.bias)
    expected = hidden @ model.reconstruct.kernel + model.reconstruct.bias
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-6)


def test_build_is_told_the_shapes_as_the_data_come():
    class Joined(fl.Model):
        def build(self, shapes):
            self.widths = {name: shape[-1] for name, shape in shapes.items()}
            self.out = Dense(sum(self.widths.values()))

        def call(self, inputs):
            return self.out(inputs["a"]) + self.out(inputs["b"])

    model = Joined()
    model({"a": X, "b": X})
    assert model.widths == {"a": 6, "b": 6}
    assert model.out.kernel.shape == (6, 12)


def test_names_that_every_model_has():
    with pytest.raises(UsageError, match='Taken: every model has its own "network"; call yours otherwise'):

        class Taken(fl.Model):
            def network(self):
                return None

    class Assigns(fl.Model):
        def __init__(self):
            super().__init__()
            self.objective = "least squares"

    with pytest.raises(UsageError, match='Assigns: every model has its own "objective"'):
        Assigns()


def test_names_that_programs_give_to_attributes():
    class Heads(fl.Model):
        def __init__(self):
            super().__init__()
            self.heads, self.parts, self.rows, self.arrays = [Dense(1), Dense(1)], Dense(3), 2, 1
            self.order = self.hold = self.lend = self.prepared = None

        def call(self, inputs):
            return [head(self.parts(inputs)) for head in self.heads]

    model = Heads()
    model.compile("sgd", "mse")
    model.fit(X, [Y, Y], verbose=0)
    assert [output.shape for output in model.predict(X)] == [(40, 1), (40, 1)]


def test_a_call_that_reads_an_array_of_a_layer_is_refused():
    """It would be a constant of the compiled program, and not follow training."""

    class Tied(fl.Model):
        def __init__(self):
            super().__init__()
            self.code = Dense(3)
            self.code.build((None, 6))

        def call(self, x):
            return ops.matmul(self.code(x), ops.transpose(self.code.kernel))

    with pytest.raises(
        UsageError, match="arrays of .* are read where a program is made; they would be constants"
    ):
        Tied().predict(X)
