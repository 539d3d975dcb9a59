"""Initializers against Keras, both drawing from the same key; against PyTorch's limits; against SciPy's distributions."""

from __future__ import annotations

import math

import jax
import numpy as np
import pytest

from fallline import initializers
from fallline.registry.configuration import to_config

stats = pytest.importorskip("scipy.stats")

KEY = jax.random.key(7)
SHAPES = [(), (6,), (3, 4), (3, 2, 4, 5)]

CASES = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": 0.25},
    "RandomNormal": {"mean": 0.5, "stddev": 0.2},
    "TruncatedNormal": {"mean": 0.5, "stddev": 0.2},
    "RandomUniform": {"minval": -0.3, "maxval": 0.7},
    "GlorotNormal": {},
    "GlorotUniform": {},
    "HeNormal": {},
    "HeUniform": {},
    "LecunNormal": {},
    "LecunUniform": {},
    "Orthogonal": {"gain": 1.5},
    "Identity": {"gain": 1.5},
}
AXES = {"Orthogonal": (2, 3, 4), "Identity": (2,)}  # The numbers of axes that not every shape has.
# Beside them: PyTorch's function, what it is called with.
RULES = {
    "SigmoidUniform": ("xavier_uniform_", {"gain": 4.0}),
    "ReluUniform": ("xavier_uniform_", {"gain": math.sqrt(2.0)}),
    "ReluNormal": ("xavier_normal_", {"gain": math.sqrt(2.0)}),
}


def _compare(keras, name, options, shape):
    ours = getattr(initializers, name)(**options)
    theirs = getattr(keras.initializers, name)(**options)
    theirs.seed = KEY
    # The scale is computed in another order, so the last bit may differ.
    np.testing.assert_allclose(ours.sample(KEY, shape, "float32"), theirs(shape, dtype="float32"), rtol=5e-7)


@pytest.mark.references(*[f"initializers.{name}" for name in CASES])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_same_key_gives_keras_values(keras, name, shape):
    if len(shape) in AXES.get(name, (len(shape),)):
        _compare(keras, name, CASES[name], shape)
    else:
        with pytest.raises(ValueError, match="least two-dimensional|only be used for 2D"):
            getattr(keras.initializers, name)()(shape)
        with pytest.raises(ValueError, match="the parameter"):
            getattr(initializers, name)()(shape)


@pytest.mark.references("initializers.VarianceScaling")
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["truncated_normal", "untruncated_normal", "uniform", "normal"])
def test_variance_scaling_is_that_of_keras(keras, mode, distribution):
    _compare(keras, "VarianceScaling", {"scale": 1.7, "mode": mode, "distribution": distribution}, (5, 3, 7))


@pytest.mark.parametrize("name", ["GlorotNormal", "HeUniform", "VarianceScaling"])
def test_axes_given_by_hand_count_as_in_keras(keras, name):
    _compare(keras, name, {"input_axes": (0,), "output_axes": (1, 2)}, (5, 3, 7))


@pytest.mark.parametrize("name", [*CASES, "VarianceScaling"])
def test_a_configuration_of_keras_is_understood(keras, name):
    options = dict(CASES.get(name, {"scale": 1.7, "mode": "fan_avg", "distribution": "uniform"}))
    if name not in ("Zeros", "Ones", "Constant", "Identity"):
        options["seed"] = 3
    if name == "Identity":
        del options["gain"]  # Keras leaves it out of the configuration.
    described = keras.initializers.serialize(getattr(keras.initializers, name)(**options))
    assert to_config(initializers.get(described)) == to_config(getattr(initializers, name)(**options))


def test_every_name_of_keras_is_here(keras):
    # The kernels of a Fourier transform belong to no feedforward network.
    others = {"STFT", "STFTInitializer", "stft", "get", "serialize", "deserialize"}
    names = {name for name in dir(keras.initializers) if not name.startswith("_")} - others
    assert len(names) >= 30
    for name in names:
        assert getattr(initializers, name).__name__ == getattr(keras.initializers, name).__name__
        if name != "Initializer":
            assert type(initializers.get(name)).__name__ == getattr(keras.initializers, name).__name__


@pytest.mark.parametrize(
    ("name", "initialise"),
    [("GlorotUniform", "xavier_uniform_"), ("HeUniform", "kaiming_uniform_")],
)
def test_uniform_limits_are_those_of_pytorch(torch, name, initialise):
    shape = (300, 200)
    weight = torch.empty(shape[::-1])  # PyTorch keeps (units, features).
    options = {"nonlinearity": "relu"} if name == "HeUniform" else {}
    getattr(torch.nn.init, initialise)(weight, **options)
    ours = getattr(initializers, name)(seed=1)(shape)
    # The largest of 60,000 uniform values misses the limit by more than 1 in 1,000 with probability e^-60.
    np.testing.assert_allclose(np.abs(ours).max(), weight.abs().max(), rtol=1e-3)


@pytest.mark.references(*[f"initializers.{name}" for name in RULES])
@pytest.mark.parametrize("name", RULES)
def test_rules_of_the_textbooks_are_pytorch_s_with_a_gain(torch, name):
    initialise, options = RULES[name]
    torch.manual_seed(11)
    weight = getattr(torch.nn.init, initialise)(torch.empty(200, 300), **options)
    ours = np.asarray(getattr(initializers, name)(seed=1)((300, 200)), np.float64).ravel()
    theirs = weight.numpy().astype(np.float64).ravel()
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-3
    # A hundredth more width is told apart at the limits (uniform) or by the variance.
    assert ours.std() == pytest.approx(theirs.std(), rel=0.01)
    if name != "ReluNormal":
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=1e-3)


def _distributions():
    """What each draws for a kernel (300, 200), from its paper's formula."""

    def within(limit):
        return stats.uniform(-limit, 2 * limit)

    def cut(variance):
        # A standard normal cut at +-2 has the variance 1 - 4 phi(2) / (2 Phi(2) - 1).
        unit = stats.truncnorm(-2, 2)
        return stats.truncnorm(-2, 2, scale=math.sqrt(variance / unit.var()))

    return {
        "random_normal": stats.norm(0, 0.05),
        "truncated_normal": stats.truncnorm(-2, 2, scale=0.05),
        "random_uniform": within(0.05),
        "glorot_uniform": within(math.sqrt(6 / 500)),
        "glorot_normal": cut(2 / 500),
        "he_uniform": within(math.sqrt(6 / 300)),
        "he_normal": cut(2 / 300),
        "he_init": cut(2 / 300),
        "lecun_uniform": within(math.sqrt(3 / 300)),
        "lecun_normal": cut(1 / 300),
        "variance_scaling": cut(1 / 300),
        "tanh_uniform": within(math.sqrt(6 / 500)),
        "sigmoid_uniform": within(4 * math.sqrt(6 / 500)),
        "relu_uniform": within(math.sqrt(2) * math.sqrt(6 / 500)),
        "relu_normal": stats.norm(0, math.sqrt(2) * math.sqrt(2 / 500)),
    }


@pytest.mark.parametrize("name", _distributions())
def test_draws_follow_the_distribution(name):
    values = np.asarray(initializers.get(name).sample(KEY, (300, 200), "float32"), np.float64)
    distribution = _distributions()[name]
    # Kolmogorov and Smirnov's distance of 60,000 draws stays under 1.95 / sqrt(60,000) = 0.008 in 999 of 1,000
    # cases; the variance of a distribution that is 3 % too wide is told apart by five standard errors.
    assert stats.kstest(values.ravel(), distribution.cdf).pvalue > 1e-3
    assert values.var() == pytest.approx(distribution.var(), rel=5 * math.sqrt(2 / values.size))


def test_orthogonal_matrices_are_uniform():
    # A coordinate of a random direction in three dimensions is U(-1, 1) (Archimedes).
    draw = jax.vmap(lambda key: initializers.Orthogonal().sample(key, (3, 3), "float32"))
    matrices = np.asarray(draw(jax.random.split(KEY, 3000)), np.float64)
    for row, column in [(0, 0), (2, 0), (1, 1), (2, 2)]:
        assert stats.kstest(matrices[:, row, column], stats.uniform(-1, 2).cdf).pvalue > 1e-3
