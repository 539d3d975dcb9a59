"""The share of a target that like rows leave open, against what is known of it."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from fallline.experiment import noise
from fallline.experiment.noise import noise_share


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(0).normal(size=(4000, 2)).astype(np.float32)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_numbers_of_known_noise(rows, share):
    signal = (rows[:, 0] + rows[:, 1]) / np.sqrt(2)
    y = np.sqrt(1 - share) * signal + np.sqrt(share) * np.random.default_rng(1).normal(size=len(rows))
    assert noise_share(rows, y.astype(np.float32)) == pytest.approx(share, abs=0.12)


def test_the_formula_on_neighbours_that_scikit_learn_finds(rows):
    y = np.random.default_rng(3).integers(0, 3, 300).astype(np.float32)
    few = rows[:300] + 1000.0  # far from the origin, where products of float32 would be coarse
    order = np.random.default_rng(7).permutation(300)
    few, y = few[order], y[order]
    found = (
        NearestNeighbors(n_neighbors=2).fit(few.astype(np.float64)).kneighbors(return_distance=False)[:, 0]
    )
    expected = ((y - y[found]) ** 2).mean() / (2 * y.var())
    assert noise_share(few, y) == pytest.approx(expected, rel=1e-5)


def test_only_so_many_rows_are_looked_at(rows, monkeypatch):
    monkeypatch.setattr(noise, "REFERENCES", 100)
    y = np.arange(len(rows), dtype=np.float32)
    chosen = np.random.default_rng(5).permutation(len(rows))[:100]
    whole = noise_share(rows[chosen], y[chosen])
    assert noise_share(rows, y, seed=5) == pytest.approx(whole)


def test_images_and_what_cannot_be_estimated():
    generator = np.random.default_rng(4)
    images = generator.integers(0, 255, (40, 3, 3, 1), dtype=np.uint8)
    values = np.arange(40, dtype=np.float32) % 2
    assert noise_share(images, values) == noise_share(images.reshape(40, 9), values)
    assert noise_share(images, np.zeros(40, np.float32)) == 0.0
    assert noise_share(images[:1], values[:1]) == 0.0
