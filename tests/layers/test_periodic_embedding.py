"""Periodic embeddings: what they take, what they refuse, what they learn."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import fallline as fl
from fallline import layers
from fallline.errors import ShapeError, UsageError
from fallline.layers.periodic_embedding import cosine_of_turns


def test_what_passes_on_comes_first():
    layer = layers.PeriodicEmbedding(4, 2, columns=(1,), passed=(2, 0))
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    y = np.asarray(layer(x))
    assert y.shape == (2, 4)
    np.testing.assert_array_equal(y[:, :2], x[:, [2, 0]])


def test_a_wave_that_one_kink_cannot_follow_is_learned():
    x = np.random.default_rng(0).uniform(-2, 2, size=(512, 1)).astype(np.float32)
    y = np.sin(6 * x)
    losses = {}
    for name, first in {
        "waves": [layers.PeriodicEmbedding(16, 8, stddev=0.5)],
        "a kink each": [layers.Dense(8, "relu")],
    }.items():
        model = fl.Sequential([layers.Input((1,)), *first, layers.Dense(1)], seed=0)
        model.compile(fl.optimizers.Adam(1e-2), "mse")
        losses[name] = model.fit(x, y, epochs=60, batch_size=64, verbose=0, seed=0).history["loss"][-1]
    assert losses["waves"] < 0.05 < 0.2 < losses["a kink each"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": ()}, "columns is empty"),
        ({"columns": (1, 1)}, "names an input twice"),
        ({"columns": "age"}, "must be positions of inputs"),
        ({"passed": (-1,)}, "passed"),
        ({"units": 0}, "units"),
        ({"stddev": -0.1}, "stddev"),
    ],
)
def test_bad_arguments_say_what_is_wrong(arguments, message):
    with pytest.raises(UsageError, match=message):
        layers.PeriodicEmbedding(**arguments)


def test_rows_that_lack_an_input_or_are_no_rows():
    with pytest.raises(ShapeError, match=r"columns names the input 7; there are 0\.\.2"):
        layers.PeriodicEmbedding(columns=(7,))(np.zeros((2, 3), np.float32))
    with pytest.raises(ShapeError, match="takes rows of numbers"):
        layers.PeriodicEmbedding()(np.zeros((2, 3, 3), np.float32))


@pytest.mark.parametrize("far", [1.0, 40.0, 1e4])
def test_the_cosine_and_its_derivatives_are_exact_to_rounding(far):
    turns = jnp.asarray(np.random.default_rng(1).uniform(-far, far, 4000), jnp.float32)
    angle = 2 * np.pi * np.asarray(turns, np.float64)
    np.testing.assert_allclose(cosine_of_turns(turns), np.cos(angle), atol=1.5e-6)
    slope, curvature = jax.grad(cosine_of_turns), jax.grad(jax.grad(cosine_of_turns))
    # The quarter of a turn is added where float32 has steps of far * 2^-24.
    rounding = 2e-6 + far * 2.0**-22
    np.testing.assert_allclose(
        jax.vmap(slope)(turns) / (2 * np.pi), -np.sin(angle), atol=2 * np.pi * rounding
    )
    np.testing.assert_allclose(
        jax.vmap(curvature)(turns) / (2 * np.pi) ** 2, -np.cos(angle), atol=4 * np.pi * rounding
    )


def test_special_turns():
    np.testing.assert_allclose(
        cosine_of_turns(jnp.asarray([0, 0.25, -0.25, 0.5, 1, -7.75, 2**20])),
        [1, 0, 0, -1, 1, 0, 1],
        atol=2e-7,
    )
    assert not np.isfinite(cosine_of_turns(jnp.asarray([np.inf, -np.inf, np.nan]))).any()


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float32])
@pytest.mark.parametrize("use_phases", [True, False])
def test_outputs_keep_the_type_of_the_inputs(dtype, use_phases):
    layer = layers.PeriodicEmbedding(4, 2, 0.5, use_phases=use_phases)
    x = jnp.asarray([[0.5, -1.0], [2.0, 0.25]], dtype)
    y = layer(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y.astype(jnp.float32), layer(x.astype(jnp.float32)), atol=0.02)


def test_an_activation_that_halves_is_counted():
    layer = layers.PeriodicEmbedding(4, 6, activation="glu", passed=())
    assert layer.compute_output_shape((None, 5)) == (None, 15)
    assert layer(np.zeros((2, 5), np.float32)).shape == (2, 15)


@pytest.mark.parametrize("use_phases", [True, False])
def test_a_file_keeps_it(tmp_path, use_phases):
    layer = layers.PeriodicEmbedding(4, 2, 0.5, "relu", columns=(2, 0), passed=(1,), use_phases=use_phases)
    model = fl.Sequential([fl.Input((3,)), layer], seed=2)
    x = np.random.default_rng(3).normal(size=(5, 3)).astype(np.float32)
    model.save(tmp_path / "waves.fallline")
    again = fl.load_model(tmp_path / "waves.fallline")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert again.layers[0].get_config() == model.layers[0].get_config()
