"""Layers against Keras 3 and PyTorch: outputs, gradients, the statistics that training keeps, signatures."""

from __future__ import annotations

import inspect
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import layers

RNG = np.random.default_rng(20140615)
ROWS, FEATURES, UNITS = 11, 5, 4


def normal(*shape):
    return RNG.normal(size=shape).astype(np.float32)


INPUTS = {"rows": normal(ROWS, FEATURES), "rows of sequences": normal(ROWS, 3, FEATURES)}


def with_gradients(apply, params, x, slopes):
    """Outputs and other results of `apply(params, x)`, and the gradients of sum(slopes * outputs)."""

    def total(params, x):
        outputs, rest = apply(params, x)
        return jnp.sum(outputs * slopes), (outputs, rest)

    gradients, (outputs, rest) = jax.grad(total, argnums=(0, 1), has_aux=True)(params, jnp.asarray(x))
    return outputs, rest, *gradients


def in_keras(layer, values, x, slopes, training):
    """The same through a Keras layer with the given values of its weights, in Keras's order."""
    with jax.numpy_dtype_promotion("standard"):
        layer.build(x.shape)
        layer.set_weights(values)
        trained = [variable.value for variable in layer.trainable_variables]
        kept = [variable.value for variable in layer.non_trainable_variables]
        options = {} if training is None else {"training": training}
        return with_gradients(lambda p, x: layer.stateless_call(p, kept, x, **options), trained, x, slopes)


def assert_close(ours, theirs, tolerance=2e-6):
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        scale = float(np.max(np.abs(other)))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize(
    "name",
    [
        "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average", "BatchNormalization",
        "CategoryEncoding", "Concatenate", "Dense", "Discretization", "Dot", "Dropout", "Embedding", "Flatten",
        "GaussianDropout", "GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization", "Maximum",
        "Minimum", "Multiply", "Normalization", "Permute", "RMSNormalization", "RepeatVector", "Rescaling", "Reshape",
        "Subtract", "UnitNormalization",
    ],
)  # fmt: skip
def test_keras_has_the_same_arguments_in_the_same_order(keras, name):
    theirs = inspect.signature(getattr(keras.layers, name)).parameters
    ours = inspect.signature(getattr(layers, name)).parameters
    # What every layer has, Keras takes among **kwargs.
    own = [argument for argument in ours if ours[argument].kind is not inspect.Parameter.KEYWORD_ONLY]
    assert [argument for argument in theirs if argument in own] == own
    for argument in own:
        default, expected = ours[argument].default, theirs[argument].default
        # Rescaling's factor has a default here; Keras's Rescaling must be told.
        assert default == expected or (name, argument) == ("Rescaling", "scale")


@pytest.mark.references("layers.Dense")
@pytest.mark.parametrize("activation", [None, "tanh", "elu", "softmax"])
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("x", INPUTS.values(), ids=INPUTS.keys())
def test_dense(keras, x, use_bias, activation):
    kernel, bias = normal(FEATURES, UNITS), normal(UNITS)
    params = {"kernel": kernel} | ({"bias": bias} if use_bias else {})
    slopes = normal(*x.shape[:-1], UNITS)
    layer = layers.Dense(UNITS, activation, use_bias)

    def apply(params, x):
        return layer.apply(params, {}, x, key=None, training=True)

    outputs, _, gradients, slope = with_gradients(apply, jax.tree.map(jnp.asarray, params), x, slopes)
    other = keras.layers.Dense(UNITS, activation, use_bias)
    expected, _, their_gradients, their_slope = in_keras(other, list(params.values()), x, slopes, None)
    assert_close(outputs, expected)
    assert_close([gradients[name] for name in params], their_gradients)
    assert_close(slope, their_slope)
    assert layer.output_shape(x.shape[1:]) == other.compute_output_shape(x.shape)[1:]


@pytest.mark.references("layers.Identity")
@pytest.mark.parametrize("x", INPUTS.values(), ids=INPUTS.keys())
def test_identity(keras, x):
    slopes = normal(*x.shape)
    layer = layers.Identity()

    def apply(params, x):
        return layer.apply(params, {}, x, key=None, training=True)

    outputs, _, _, slope = with_gradients(apply, {}, x, slopes)
    expected, _, _, their_slope = in_keras(keras.layers.Identity(), [], x, slopes, None)
    np.testing.assert_array_equal(outputs, expected)
    np.testing.assert_array_equal(slope, their_slope)
    assert layer.output_shape(x.shape[1:]) == x.shape[1:]


@pytest.mark.references("layers.Flatten")
@pytest.mark.parametrize("shape", [(3, 2), (2, 3, 4), (5,), ()])
def test_flatten(keras, shape):
    x = normal(ROWS, *shape)
    layer, other = layers.Flatten(), keras.layers.Flatten()
    with jax.numpy_dtype_promotion("standard"):
        expected = np.asarray(other(x))
    outputs, _ = layer.apply({}, {}, jnp.asarray(x), key=None, training=True)
    np.testing.assert_array_equal(outputs, expected)
    assert (ROWS, *layer.output_shape(shape)) == expected.shape


@pytest.mark.references("layers.Activation")
@pytest.mark.parametrize("name", ["linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softmax"])
def test_activation(keras, name):
    x, slopes = 3 * normal(ROWS, FEATURES), normal(ROWS, FEATURES)
    layer = layers.Activation(name)

    def apply(params, x):
        return layer.apply(params, {}, x, key=None, training=True)

    outputs, _, _, slope = with_gradients(apply, {}, x, slopes)
    expected, _, _, their_slope = in_keras(keras.layers.Activation(name), [], x, slopes, None)
    assert_close(outputs, expected)
    assert_close(slope, their_slope)


@pytest.mark.references("layers.Rescaling")
def test_rescaling(keras):
    x = RNG.integers(0, 256, size=(ROWS, 3, 2)).astype(np.uint8)
    model = fl.Sequential([fl.Input((3, 2)), layers.Rescaling(1 / 255, -0.5)])
    outputs = model.predict(x)
    with jax.numpy_dtype_promotion("standard"):
        expected = keras.layers.Rescaling(1 / 255, -0.5)(x)
    assert_close(outputs, np.asarray(expected))


# Batch normalisation

GAMMA, BETA = np.abs(normal(FEATURES)) + 0.5, normal(FEATURES)
MEAN, VARIANCE = normal(FEATURES), np.abs(normal(FEATURES)) + 0.5


def normalisation(settings):
    params = {"gamma": GAMMA, "beta": BETA}
    unused = [
        name for name, switch in (("gamma", "scale"), ("beta", "center")) if not settings.get(switch, True)
    ]
    params = {name: jnp.asarray(value) for name, value in params.items() if name not in unused}
    return params, {"moving_mean": jnp.asarray(MEAN), "moving_variance": jnp.asarray(VARIANCE)}


@pytest.mark.references("layers.BatchNormalization")
@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"scale": False}, {"center": False}, {"momentum": 0.7, "epsilon": 0.1}],
    ids=["defaults", "no gamma", "no beta", "numbers"],
)
@pytest.mark.parametrize("x", INPUTS.values(), ids=INPUTS.keys())
def test_batch_normalisation(keras, x, settings, training):
    params, state = normalisation(settings)
    x, slopes = 3 * x + 2, normal(*x.shape)
    layer = layers.BatchNormalization(**settings)

    def apply(params, x):
        return layer.apply(params, state, x, key=None, training=training)

    outputs, new, gradients, slope = with_gradients(apply, params, x, slopes)
    other = keras.layers.BatchNormalization(**settings)
    values = [*params.values(), MEAN, VARIANCE]
    expected, their_new, their_gradients, their_slope = in_keras(other, values, x, slopes, training)
    assert_close(outputs, expected)
    assert_close([new["moving_mean"], new["moving_variance"]], their_new)
    assert_close([gradients[name] for name in params], their_gradients, 5e-6)
    assert_close(slope, their_slope, 1e-5)


def test_batch_normalisation_of_pytorch(torch):
    """Its momentum is the share of the new value, and its moving variance is divided by n - 1."""
    params, state = normalisation({})
    layer = layers.BatchNormalization(momentum=0.8)
    module = torch.nn.BatchNorm1d(FEATURES, eps=1e-3, momentum=0.2)
    with torch.no_grad():
        for array, value in zip(
            (module.weight, module.bias, module.running_mean, module.running_var),
            (GAMMA, BETA, MEAN, VARIANCE),
            strict=True,
        ):
            array.copy_(torch.tensor(value))
    unbiased = VARIANCE
    for _ in range(5):
        x, slopes = 2 * normal(ROWS, FEATURES) + 1, normal(ROWS, FEATURES)

        def apply(params, x, state=state):
            return layer.apply(params, state, x, key=None, training=True)

        outputs, new, gradients, slope = with_gradients(apply, params, x, slopes)
        inputs = torch.tensor(x, requires_grad=True)
        module.zero_grad()
        expected = module(inputs)
        (expected * torch.tensor(slopes)).sum().backward()
        assert_close(outputs, expected.detach().numpy())
        theirs = [module.weight.grad.numpy(), module.bias.grad.numpy(), inputs.grad.numpy()]
        assert_close([gradients["gamma"], gradients["beta"], slope], theirs, 1e-5)

        added = np.asarray(new["moving_variance"]) - 0.8 * np.asarray(state["moving_variance"])
        unbiased = 0.8 * unbiased + added * ROWS / (ROWS - 1)
        state = new
        assert_close(new["moving_mean"], module.running_mean.numpy())
        assert_close(unbiased, module.running_var.numpy())

    module.eval()
    with torch.no_grad():
        module.running_var.copy_(torch.tensor(np.asarray(state["moving_variance"])))
        expected = module(torch.tensor(x)).numpy()
    outputs, same = layer.apply(params, state, jnp.asarray(x), key=None, training=False)
    assert_close(outputs, expected)
    assert same is state


def test_batch_normalisation_of_16_bits(keras):
    """Statistics of bfloat16 inputs are those of Keras, which also computes them in 32 bits."""
    params, state = normalisation({})
    x = (100 + INPUTS["rows"]).astype(np.float32)
    params = jax.tree.map(lambda value: value.astype(jnp.bfloat16), params)
    outputs, new = layers.BatchNormalization().apply(
        params, state, jnp.asarray(x, jnp.bfloat16), key=None, training=True
    )
    other = keras.layers.BatchNormalization(dtype="mixed_bfloat16")
    with jax.numpy_dtype_promotion("standard"):
        other.build(x.shape)
        other.set_weights([GAMMA, BETA, MEAN, VARIANCE])
        expected = other(x, training=True)
        moved = [np.asarray(other.moving_mean.value), np.asarray(other.moving_variance.value)]
    assert outputs.dtype == jnp.bfloat16
    assert_close([new["moving_mean"], new["moving_variance"]], moved)
    np.testing.assert_allclose(outputs.astype(jnp.float32), np.asarray(expected, np.float32), atol=0.02)


# Dropout: the numbers drawn differ, what is done with them must not.


@pytest.mark.references("layers.Dropout")
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.75])
def test_dropout_keeps_and_scales_as_keras_and_pytorch_do(keras, torch, rate):
    x = np.abs(normal(200, 50)) + 0.1
    layer = layers.Dropout(rate)
    ours, _ = layer.apply({}, {}, jnp.asarray(x), key=jax.random.key(3), training=True)
    with jax.numpy_dtype_promotion("standard"):
        other = keras.layers.Dropout(rate, seed=1)
        theirs = np.asarray(other(x, training=True))
        same = np.asarray(other(x, training=False))
    torch.manual_seed(2)
    torchs = torch.nn.functional.dropout(torch.tensor(x), rate).numpy()
    for result in (np.asarray(ours), theirs, torchs):
        kept = result != 0
        np.testing.assert_allclose(result[kept], x[kept] / (1 - rate), rtol=1e-6)
        # Five standard deviations of a binomial fraction of 10,000.
        assert abs(kept.mean() - (1 - rate)) <= 5 * np.sqrt(rate * (1 - rate) / x.size)
    np.testing.assert_array_equal(layer.apply({}, {}, jnp.asarray(x), key=None, training=False)[0], same)


@pytest.mark.parametrize("noise_shape", [(None, 1, 6), (None, 5, 1), (1, None, None), (None, 1, 1)])
def test_dropout_shares_its_mask_along_the_axes_keras_shares_it(keras, noise_shape):
    x = np.ones((40, 5, 6), np.float32)
    ours, _ = layers.Dropout(0.5, noise_shape).apply(
        {}, {}, jnp.asarray(x), key=jax.random.key(5), training=True
    )
    with jax.numpy_dtype_promotion("standard"):
        theirs = keras.layers.Dropout(0.5, noise_shape, seed=1)(x, training=True)
    for result in (np.asarray(ours), np.asarray(theirs)):
        for axis, size in enumerate(noise_shape):
            differs = bool(np.any(result != np.take(result, [0], axis)))
            assert differs == (size != 1), f"axis {axis}"


@pytest.mark.references("layers.InputLayer")
@pytest.mark.parametrize("shape", [(6,), (4, 3, 2), ()])
@pytest.mark.parametrize("dtype", [None, "int32", "bfloat16"])
def test_an_input_layer_is_that_of_keras(keras, shape, dtype):
    given = {} if dtype is None else {"dtype": dtype}
    ours = layers.InputLayer(shape, name="rows", **given)
    theirs = keras.layers.InputLayer(shape, name="rows", **given)
    assert (None, *ours.shape) == theirs.batch_shape
    assert ours.dtype == theirs.dtype
    tensor, symbolic = ours.tensor(), theirs.output
    assert tensor.shape == symbolic.shape
    assert tensor.dtype == symbolic.dtype
    config, expected = ours.get_config(), theirs.get_config()
    assert {name: config[name] for name in ("name", "dtype")} == {k: expected[k] for k in ("name", "dtype")}
    assert [None, *config["shape"]] == list(expected["batch_shape"])
    x = np.arange(2 * math.prod(shape)).reshape(2, *shape).astype(theirs.dtype)
    passed, _ = ours.apply({}, {}, jnp.asarray(x), key=None, training=True)
    assert passed.dtype == x.dtype
    np.testing.assert_array_equal(passed, x)


def test_fresh_weights_and_their_order_are_those_of_keras(keras):
    def stack(library):
        names = library.layers
        return library.Sequential(
            [
                library.Input((3, 4)),
                names.Flatten(),
                names.Dense(6, "relu"),
                names.BatchNormalization(),
                names.Dropout(0.1),
                names.Dense(2, use_bias=False),
                names.Activation("softmax"),
            ]
        )

    ours = stack(fl)
    with jax.numpy_dtype_promotion("standard"):
        theirs = stack(keras)
        expected = [np.asarray(variable.value) for variable in theirs.weights]
        names = [variable.name for variable in theirs.weights]
    assert names == ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "kernel"]
    for name, mine, other in zip(names, ours.get_weights(), expected, strict=True):
        assert mine.shape == other.shape
        if name == "kernel":
            limit = np.sqrt(6 / sum(other.shape))
            assert np.max(np.abs(mine)) <= limit
            assert np.max(np.abs(other)) <= limit
            assert np.max(np.abs(mine)) > 0.5 * limit
        else:
            np.testing.assert_array_equal(mine, other)
    assert ours.count_params() == theirs.count_params()
    assert ours.output_shape == theirs.output_shape
    assert [layer.name for layer in ours.layers] == [
        "flatten", "dense", "batch_normalization", "dropout", "dense_1", "activation",
    ]  # fmt: skip


def test_layers_that_keras_serialized_are_read(keras):
    theirs = keras.layers.Dense(3, activation="tanh", kernel_regularizer="l2", name="d")
    described = keras.saving.serialize_keras_object({"inner": theirs, "others": [theirs, 2]})
    given = fl.saving.deserialize_keras_object(described)
    for layer in (given["inner"], given["others"][0]):
        assert (layer.units, layer.name) == (theirs.units, theirs.name)
        assert layer.kernel_regularizer.l2 == pytest.approx(theirs.kernel_regularizer.l2)
