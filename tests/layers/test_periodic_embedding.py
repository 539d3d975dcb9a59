"""Periodic embeddings: what they take, what they refuse, what they learn."""

from __future__ import annotations

import numpy as np
import pytest

import fallline as fl
from fallline import layers
from fallline.errors import ShapeError, UsageError


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
