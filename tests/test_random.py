"""Named keys and coin flips."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from fallline._random import coin_flips, named_key, root_key

ONE = jnp.float32(1)


def flips(seed: int, probability: float, shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(coin_flips(root_key(seed), jnp.float32(probability), shape))


def test_names_make_different_keys_and_the_same_name_the_same() -> None:
    key = root_key(3)
    words = {name: tuple(jax.random.key_data(named_key(key, name)).tolist()) for name in ("a", "b", "ab")}
    assert len(set(words.values())) == 3
    assert words["a"] == tuple(jax.random.key_data(named_key(root_key(3), "a")).tolist())


@pytest.mark.parametrize("probability", [0.001, 0.1, 0.5, 0.9])
def test_flips_have_their_probability(probability: float) -> None:
    count = 1_000_000
    seen = flips(0, probability, (count,)).sum()
    assert stats.binomtest(int(seen), count, probability).pvalue > 1e-4


def test_probabilities_zero_and_one_are_exact() -> None:
    assert not flips(1, 0.0, (100_000,)).any()
    assert flips(1, 1.0, (100_000,)).all()


def test_flips_are_independent_of_neighbours_rows_and_keys() -> None:
    """Correlations of a million fair flips stay within 4.5 standard deviations, at every lag and key tried."""
    count = 1_000_000
    limit = 4.5 / np.sqrt(count)
    here = flips(0, 0.5, (count,)) * 2.0 - 1
    for lag in (1, 2, 3, 7, 8, 16, 31, 32, 64, 100, 128, 256, 1024, 4096, 65536):
        assert abs(np.mean(here[lag:] * here[:-lag])) < limit, f"lag {lag}"
    for seed in range(1, 20):
        other = flips(seed, 0.5, (count,)) * 2.0 - 1
        assert abs(np.mean(here * other)) < limit, f"seed {seed}"
    key = root_key(0)
    steps = jax.vmap(lambda k: coin_flips(jax.random.fold_in(key, k), ONE / 2, (64,)))(jnp.arange(4096))
    per_place = np.mean(np.asarray(steps), axis=0)
    assert stats.kstest((per_place - 0.5) * 2 * np.sqrt(4096), "norm").pvalue > 1e-4


def test_bytes_of_flips_are_uniform() -> None:
    """256 patterns of eight neighbouring flips, equally often (chi-square)."""
    packed = np.packbits(flips(5, 0.5, (8 * 200_000,)))
    assert stats.chisquare(np.bincount(packed, minlength=256)).pvalue > 1e-4


def test_members_draw_what_they_draw_alone() -> None:
    seeds = jnp.arange(5)
    stacked = jax.vmap(lambda seed: coin_flips(root_key(seed), jnp.float32(0.3), (7, 9)))(seeds)
    for seed in range(5):
        np.testing.assert_array_equal(stacked[seed], flips(seed, 0.3, (7, 9)))
