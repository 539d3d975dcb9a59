"""Functional models against Keras 3: order of layers and weights, losses of training, results and their names."""

from __future__ import annotations

import random
import warnings

import jax
import numpy as np
import pytest

import fallline as fl
from fallline.models.structure import RESERVED

ROWS, STEPS = 32, 20
RNG = np.random.default_rng(20200202)
A = RNG.normal(size=(ROWS, 4)).astype(np.float32)
B = RNG.normal(size=(ROWS, 3)).astype(np.float32)
KINDS = A[:, :3].argmax(axis=1)
SIZES = (A[:, :1] - B[:, 2:] + 0.1 * RNG.normal(size=(ROWS, 1))).astype(np.float32)
WEIGHT = RNG.uniform(0, 2, ROWS).astype(np.float32)


@pytest.fixture(autouse=True)
def lenient():
    """Keras mixes number types, and its own calls warn under NumPy 2."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Lenient:
    """Keras, whose every call runs under JAX's usual promotion."""

    def __init__(self, keras):
        self.keras = keras

    def __enter__(self):
        self.context = jax.numpy_dtype_promotion("standard")
        self.context.__enter__()
        return self.keras

    def __exit__(self, *error):
        self.context.__exit__(*error)


def weights_of(model):
    if isinstance(model, fl.Model):
        return model.get_weights()
    return [np.asarray(variable.value) for variable in model.weights]


# Topologies, written once for either library.


def mixed(library):
    """Two inputs, two outputs of different kinds, a skip connection, batch normalisation, all in one."""
    layers = library.layers
    a, b = library.Input((4,), name="a"), library.Input((3,), name="b")
    # No bias before a batch normalisation: its gradient is rounding error, which Adam blows up.
    left, right = layers.Dense(5, activation="tanh")(a), layers.Dense(5, use_bias=False)(b)
    joined = layers.BatchNormalization(momentum=0.8)(layers.Add()([left, right]))
    hidden = layers.Dense(6, activation="relu")(layers.Concatenate()([joined, left, b]))
    kind = layers.Dense(3, activation="softmax", name="kind")(hidden)
    size = layers.Dense(1, name="size")(layers.Concatenate()([hidden, a]))
    return library.Model([a, b], [kind, size])


def siamese(library):
    """A shared layer and a shared model."""
    layers = library.layers
    a, b = library.Input((4,)), library.Input((3,))
    tower = library.Sequential([library.Input((5,)), layers.Dense(4, activation="tanh"), layers.Dense(2)])
    shared = layers.Dense(5, activation="elu")
    one, two = shared(a), shared(layers.Dense(4)(b))
    both = [tower(one), tower(two)]
    parts = [
        layers.Subtract()(both),
        layers.Multiply()(both),
        layers.Average()(both),
        layers.Maximum()(both),
        layers.Minimum()(both),
        layers.Dot(axes=1)(both),
    ]
    return library.Model([a, b], layers.Dense(1, name="size")(layers.Concatenate()(parts)))


def nested(library):
    """A model in a model in a model, one of them frozen, one with an activity penalty."""
    layers = library.layers
    regularizer = library.regularizers.L2(0.02)
    inner = library.Sequential(
        [
            library.Input((4,)),
            layers.Dense(4, use_bias=False, kernel_regularizer=regularizer),
            layers.BatchNormalization(),
            layers.Dense(4, activation="tanh", activity_regularizer=library.regularizers.L1(0.01)),
        ]
    )
    x = library.Input((4,))
    middle = library.Model(x, layers.Add()([inner(x), x]))
    a, b = library.Input((4,)), library.Input((3,))
    frozen = layers.Dense(4, name="ice", kernel_regularizer=regularizer)
    frozen.trainable = False
    joined = layers.Concatenate()([middle(a), frozen(b)])
    return library.Model([a, b], layers.Dense(1, name="size")(joined))


def late(library):
    """Inputs that come in at different depths, one that nothing uses, and an output on the way."""
    layers = library.layers
    unused, a, b = library.Input((2,)), library.Input((4,)), library.Input((3,))
    first = layers.Dense(4, name="first")(layers.Dense(4)(a))
    last = layers.Concatenate()([layers.Dense(2)(first), b])
    return library.Model([b, unused, a], [layers.Dense(1)(last), first])


def named(library):
    """Dictionaries, whose keys decide the order."""
    layers = library.layers
    a, b = library.Input((4,), name="a"), library.Input((3,), name="b")
    outputs = {"z": layers.Dense(1)(a), "k": layers.Dense(2)(layers.Concatenate()([b, a]))}
    return library.Model({"y": a, "x": b}, outputs)


TOPOLOGIES = [mixed, siamese, nested, late, named]


def described(model):
    """Layers as a person sees them, models within opened."""
    return [
        (
            type(layer).__name__,
            described(layer) if hasattr(layer, "layers") else getattr(layer, "units", None),
        )
        for layer in model.layers
    ]


def plain(description):
    """Keras calls a functional model Functional."""
    return [("Model" if kind == "Functional" else kind, inner) for kind, inner in description]


def pair(keras, make):
    """The model in both libraries, with equal weights."""
    ours = make(fl)
    with Lenient(keras) as library:
        theirs = make(library)
        values = [np.asarray(0.5 * RNG.normal(size=array.shape), np.float32) for array in ours.get_weights()]
        # Variances must be positive.
        names = [variable.path for variable in theirs.variables]
        values = [np.abs(v) if "variance" in name else v for v, name in zip(values, names, strict=True)]
        theirs.set_weights(values)
    ours.set_weights(values)
    return ours, theirs


@pytest.mark.parametrize("make", TOPOLOGIES)
def test_layers_and_weights_come_in_kerass_order(keras, make):
    ours, theirs = pair(keras, make)

    def flat(description):
        return [
            (kind, flat(inner) if isinstance(inner, list) else inner) for kind, inner in plain(description)
        ]

    assert flat(described(ours)) == flat(described(theirs))
    assert [array.shape for array in ours.get_weights()] == [array.shape for array in weights_of(theirs)]
    assert ours.count_params() == theirs.count_params()
    for attribute in ("trainable_weights", "non_trainable_weights"):
        shapes = [tuple(array.shape) for array in getattr(ours, attribute)]
        assert shapes == [tuple(array.shape) for array in getattr(theirs, attribute)], attribute


def tower(library, index):
    """A chain, or a model with a skip connection, of shapes that tell it from all else."""
    dense, width = library.layers.Dense, 5 + index
    if index:
        return library.Sequential([library.Input((4,)), dense(width), dense(4)], name=f"tower_{index}")
    x = library.Input((4,))
    outputs = dense(4)(library.layers.Concatenate()([dense(width)(x), x]))
    return library.Model(x, outputs, name=f"tower_{index}")


@pytest.mark.parametrize("seed", range(80))
def test_random_graphs_have_kerass_order(keras, seed):
    """Layers and models at random places, shared ones among them, in up to three inputs and outputs."""

    def build(library):
        draw = random.Random(seed)
        inputs = [library.Input((4,), name=f"input_{index}") for index in range(draw.randint(1, 3))]
        shared = [library.layers.Dense(4, name=f"shared_{index}") for index in range(2)]
        shared += [tower(library, index) for index in range(2)]
        tensors = list(inputs)
        for index in range(draw.randint(3, 9)):
            chance = draw.random()
            if chance < 0.5:
                layer, source = library.layers.Dense(4, name=f"dense_{index}"), draw.choice(tensors)
            elif chance < 0.7:
                layer, source = draw.choice(shared), draw.choice(tensors)
            else:
                layer = library.layers.Add(name=f"add_{index}")
                source = [draw.choice(tensors), draw.choice(tensors)]
            tensors.append(layer(source))
        outputs = [tensors[-1], *draw.sample(tensors[len(inputs) :], draw.randint(0, 2))]
        return library.Model(inputs, list({id(tensor): tensor for tensor in outputs}.values()))

    ours = build(fl)
    with Lenient(keras) as library:
        theirs = build(library)
    names = [layer.name for layer in theirs.layers]
    assert [layer.name for layer in ours.layers] == names
    assert [array.shape for array in ours.get_weights()] == [array.shape for array in weights_of(theirs)]
    if seed >= 8:
        return  # Keras compiles for seconds
    x = [A] * len(ours.inputs)
    ours.set_weights([0.3 * RNG.normal(size=array.shape) for array in ours.get_weights()])
    with Lenient(keras):
        theirs.set_weights(ours.get_weights())
        expected = theirs.predict(x, verbose=0)
    found = ours.predict(x)
    for one, two in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


# The settings of a run: topology, targets, and what compile is given.
RUNS = {
    "mixed": (mixed, [KINDS, SIZES], {"loss": ["sparse_categorical_crossentropy", "mse"]}),
    "loss weights": (
        mixed,
        [KINDS, SIZES],
        {
            "loss": {"kind": "sparse_categorical_crossentropy", "size": "log_cosh"},
            "loss_weights": {"kind": 0.3, "size": 2.0},
            "metrics": {"kind": ["accuracy"], "size": ["mae", "mse"]},
        },
    ),
    "one loss": (mixed, [KINDS, SIZES], {"loss": ["sparse_categorical_crossentropy", None]}),
    "siamese": (siamese, SIZES, {"loss": "mse", "metrics": ["mae"]}),
    "nested": (nested, SIZES, {"loss": "huber"}),
}
OPTIMIZERS = {
    "sgd": ("SGD", {"learning_rate": 0.01}),
    "nesterov": ("SGD", {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01}),
    # Keras averages with the float32 number 0.999 but corrects with the double one: a short memory hides it.
    "adam": ("Adam", {"learning_rate": 0.02, "beta_2": 0.7}),
}
TABLE = [
    ("mixed", "sgd"),
    ("mixed", "adam"),
    ("loss weights", "nesterov"),
    ("one loss", "adam"),
    ("siamese", "sgd"),
    ("siamese", "rmsprop"),
    ("nested", "sgd"),
    ("nested", "adam"),
]


def compiled_pair(keras, run, optimizer):
    make, _, arguments = RUNS[run]
    kind, settings = OPTIMIZERS[optimizer]
    ours, theirs = pair(keras, make)
    ours.compile(getattr(fl.optimizers, kind)(**settings), **arguments)
    with Lenient(keras) as library:
        theirs.compile(getattr(library.optimizers, kind)(**settings), **arguments)
    return ours, theirs


@pytest.mark.parametrize(("run", "optimizer"), TABLE)
def test_training_is_kerass(keras, run, optimizer):
    """20 steps on all rows: losses within 5e-6, then the same weights, predictions and results by name."""
    y = RUNS[run][1]
    ours, theirs = compiled_pair(keras, run, optimizer)
    start = ours.get_weights()
    x = [A, B]
    history = ours.fit(x, y, batch_size=ROWS, epochs=STEPS, shuffle=False, verbose=0).history
    with Lenient(keras):
        expected = theirs.fit(x, y, batch_size=ROWS, epochs=STEPS, shuffle=False, verbose=0).history
    assert set(history) == set(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=5e-6, atol=1e-7, err_msg=name)
    found, wanted = ours.get_weights(), weights_of(theirs)
    moved = max(np.abs(one - two).max() for one, two in zip(start, wanted, strict=True))
    assert moved > 0.05, "the reference did not train"
    for one, two in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=2e-5 * np.abs(two).max())
    with Lenient(keras):
        results = theirs.evaluate(x, y, batch_size=ROWS, verbose=0, return_dict=True)
        values = theirs.evaluate(x, y, batch_size=ROWS, verbose=0)
        outputs = theirs.predict(x, verbose=0)
    assert ours.evaluate(x, y, return_dict=True) == pytest.approx(results, rel=2e-5)
    # The list is in Keras's order too.
    assert ours.evaluate(x, y) == pytest.approx(values, rel=2e-5)
    for one, two in zip(jax.tree.leaves(ours.predict(x)), jax.tree.leaves(outputs), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)


def test_batches_one_by_one(keras):
    ours, theirs = compiled_pair(keras, "loss weights", "adam")
    for part in (slice(0, 8), slice(8, 16), slice(16, 32)):
        x, y = [A[part], B[part]], [KINDS[part], SIZES[part]]
        found = ours.train_on_batch(x, y, return_dict=True)
        with Lenient(keras):
            theirs.reset_metrics()
            expected = theirs.train_on_batch(x, y, return_dict=True)
        assert found == pytest.approx({name: float(value) for name, value in expected.items()}, rel=1e-5)
    found = ours.test_on_batch(x, y, return_dict=True)
    with Lenient(keras):
        theirs.reset_metrics()
        expected = theirs.test_on_batch(x, y, return_dict=True)
    assert found == pytest.approx({name: float(value) for name, value in expected.items()}, rel=1e-5)


def test_sample_weights_of_single_outputs(keras):
    ours, theirs = compiled_pair(keras, "mixed", "sgd")
    options = {"batch_size": ROWS, "epochs": 3, "shuffle": False, "verbose": 0}
    weights = [WEIGHT, np.ones(ROWS, np.float32)]
    history = ours.fit([A, B], [KINDS, SIZES], sample_weight=weights, **options).history
    with Lenient(keras):
        expected = theirs.fit([A, B], [KINDS, SIZES], sample_weight=weights, **options).history
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=5e-6)


def test_early_batches_of_a_called_model_move_kerass_averages(keras):
    """`model(x, training=True)` on arrays."""
    ours, theirs = pair(keras, nested)
    found = np.asarray(ours([A, B], training=True))
    with Lenient(keras):
        expected = np.asarray(theirs([A, B], training=True))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    for one, two in zip(ours.get_weights(), weights_of(theirs), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("make", [siamese, nested])
def test_summaries_count_alike(keras, make):
    ours, theirs = pair(keras, make)
    printed: list[str] = []
    ours.summary(print_fn=printed.append)
    lines: list[str] = []
    with Lenient(keras):
        theirs.summary(print_fn=lambda line, **_: lines.append(line))
    text = "".join(lines)
    trained = text.partition("Trainable params: ")[2].partition(" ")[0].replace(",", "")
    total = text.partition("Total params: ")[2].partition(" ")[0].replace(",", "")
    assert f"Parameters: {int(total):,} " in printed[0]
    assert f"trained {int(trained):,}," in printed[0]


def written(library):
    """A class whose attributes are not in the order in which `call` uses them, with a list, a dictionary and a model."""
    dense = library.layers.Dense

    class MyNet(library.Model):
        def __init__(self):
            super().__init__()
            self.last = dense(2, name="last")
            self.some = [dense(6, name="some_0"), library.layers.BatchNormalization(name="some_1")]
            self.first = dense(5, name="first")
            self.by_name = {"z": dense(7, name="z"), "a": dense(8, name="a")}
            self.chain = library.Sequential([dense(9, name="inner")])

        def call(self, x):
            x = self.first(x)
            for layer in self.some:
                x = layer(x)
            return self.last(self.chain(self.by_name["z"](self.by_name["a"](x))))

    model = MyNet()
    model(np.zeros((1, 4), np.float32))
    return model


def test_weights_of_a_class_stand_in_keras_order(keras):
    ours = written(fl)
    with Lenient(keras):
        theirs = written(keras)
        expected = np.asarray(theirs(A))
        values = weights_of(theirs)
    assert ours.name == theirs.name == "my_net"
    assert [weight.shape for weight in ours.get_weights()] == [value.shape for value in values]
    assert [layer.name for layer in ours.layers[:-1]] == [layer.name for layer in theirs.layers[:-1]]
    shapes = [weight.shape for weight in ours.trainable_weights]
    assert shapes == [tuple(variable.shape) for variable in theirs.trainable_weights]
    ours.set_weights(values)
    np.testing.assert_allclose(ours.predict(A), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["PReLU", "RMSNormalization", "LeakyReLU", "ELU", "LayerNormalization"])
def test_layers_are_named_as_in_keras(keras, name):
    ours = fl.Sequential([fl.Input((6,)), getattr(fl.layers, name)()]).layers[0]
    theirs = getattr(keras.layers, name)()
    assert theirs.name in (ours.name, f"{ours.name}_{theirs.name.rpartition('_')[2]}")


def test_names_that_keras_lacks_are_free_in_a_layer_and_refused_in_a_model(keras):
    """A name that is neither would be shadowed by a user's class without a word."""

    def only_here(ours, theirs):
        return {name for name in dir(ours) if not name.startswith("_")} - set(dir(theirs))

    fields = {"activity_regularizer", "built", "dtype", "input_shape", "name", "trainable"}
    flags = {
        "base_class", "draws", "draws_always", "frozen_is_inference", "modernised", "not_read", "renamed", "sampled",
        "settable", "several_inputs", "takes_integers", "writes_repr",
    }  # fmt: skip
    # All else of a layer is asked through `pure`, so that a class may mean by it what it likes.
    free = only_here(fl.layers.Layer, keras.layers.Layer) - fields - flags - {"pure", "itself"}
    kind = type("Own", (fl.layers.Layer,), {**dict.fromkeys(free - {"apply"}), "call": lambda self, x: 2 * x})
    layer = kind()
    for name in free:
        setattr(layer, name, name)
    model = fl.Sequential([fl.Input((4,)), layer, fl.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(A, A[:, :1], verbose=0)
    np.testing.assert_array_equal(layer(A), 2 * A)
    assert layer.get_config()["name"] == layer.name
    public = {"loss", "optimizer", "optimizer_state", "output_names", "partial_fit", "sample"}
    shapes = {"built", "input_shape", "inputs", "output_shape", "outputs"}
    assert only_here(fl.Model, keras.Model) - public - shapes == RESERVED


def composite(library):
    """A layer with arrays of its own, trained and not, and layers within that have both."""
    layers = library.layers

    class Composite(layers.Layer):
        def __init__(self):
            super().__init__()
            self.one, self.other = layers.BatchNormalization(), layers.BatchNormalization()
            self.dense = layers.Dense(4)

        def build(self, shape):
            self.count = self.add_weight(shape=(1,), initializer="ones", trainable=False, name="count")
            self.scale = self.add_weight(shape=(4,), initializer="ones", name="scale")
            # Keras builds what is within when it is called.

        def call(self, x):
            return self.dense(self.other(self.one(x))) * self.scale * self.count

    inputs = library.Input((4,))
    return library.Model(inputs, library.layers.Dense(2)(Composite()(inputs)))


def test_weights_of_a_composite_layer_stand_in_keras_order(keras):
    ours = composite(fl)
    rng = np.random.default_rng(3)
    with Lenient(keras):
        theirs = composite(keras)
        theirs.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in theirs.weights])
        expected, values = np.asarray(theirs(A)), weights_of(theirs)
    ours.set_weights(values)
    np.testing.assert_allclose(ours.predict(A), expected, rtol=1e-4, atol=1e-5)
    shapes = [tuple(variable.shape) for variable in theirs.trainable_weights]
    assert [weight.shape for weight in ours.trainable_weights] == shapes
    shapes = [tuple(variable.shape) for variable in theirs.non_trainable_weights]
    assert [weight.shape for weight in ours.non_trainable_weights] == shapes
