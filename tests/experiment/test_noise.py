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
    assert noise_share(rows, y.astype(np.float32), classes=False) == pytest.approx(share, abs=0.12)


def test_classes_drawn_without_the_rows_are_all_noise_however_rare(rows):
    for positives in (0.5, 0.1):
        y = (np.random.default_rng(2).random(len(rows)) < positives).astype(np.int32)
        assert noise_share(rows, y, classes=True) == pytest.approx(1.0, abs=0.2)


def test_classes_that_the_rows_decide(rows):
    y = (rows[:, 0] > 0).astype(np.int32) + 2 * (rows[:, 1] > 0).astype(np.int32)
    assert noise_share(rows, y, classes=True) < 0.1


@pytest.mark.parametrize("classes", [True, False])
def test_the_formula_on_neighbours_that_scikit_learn_finds(rows, classes):
    y = np.random.default_rng(3).integers(0, 3, 300)
    few = rows[:300] + 1000.0  # far from the origin, where products of float32 would be coarse
    order = np.random.default_rng(7).permutation(300)
    few, y = few[order], y[order]
    found = (
        NearestNeighbors(n_neighbors=2).fit(few.astype(np.float64)).kneighbors(return_distance=False)[:, 0]
    )
    if classes:
        expected = (y != y[found]).mean() / (1 - (np.bincount(y) / 300) ** 2 @ np.ones(3))
    else:
        expected = ((y - y[found]) ** 2).mean() / (2 * y.var())
    given = y.astype(np.int32) if classes else y.astype(np.float32)
    assert noise_share(few, given, classes=classes) == pytest.approx(expected, rel=1e-5)


def test_only_so_many_rows_are_looked_at(rows, monkeypatch):
    monkeypatch.setattr(noise, "REFERENCES", 100)
    y = np.arange(len(rows), dtype=np.float32)
    chosen = np.random.default_rng(5).permutation(len(rows))[:100]
    whole = noise_share(rows[chosen], y[chosen], classes=False)
    assert noise_share(rows, y, classes=False, seed=5) == pytest.approx(whole)


def test_images_and_what_cannot_be_estimated():
    generator = np.random.default_rng(4)
    images = generator.integers(0, 255, (40, 3, 3, 1), dtype=np.uint8)
    codes = np.arange(40, dtype=np.int32) % 2
    assert noise_share(images, codes, classes=True) == noise_share(images.reshape(40, 9), codes, classes=True)
    assert noise_share(images, np.zeros(40, np.int32), classes=True) == 0.0
    assert noise_share(images[:1], codes[:1], classes=True) == 0.0
