"""Settings of the whole package: seeds and number types."""

from __future__ import annotations

import numpy as np
import pytest

from fallline import Input, Sequential, config
from fallline.errors import UnknownNameError, UsageError
from fallline.layers import Dense


@pytest.fixture(autouse=True)
def _settings():
    """Leaves the package as it was."""
    policy = config.dtype_policy()
    yield
    config.set_dtype_policy(policy)
    config.SETTINGS.seeds = None


def test_the_seed_decides_all_that_follows():
    config.set_random_seed(5)
    first = [config.next_seed() for _ in range(3)]
    config.set_random_seed(5)
    assert [config.next_seed() for _ in range(3)] == first
    assert len(set(first)) == 3
    config.set_random_seed(6)
    assert config.next_seed() != first[0]


def test_models_without_a_seed_draw_theirs():
    def kernels() -> list[np.ndarray]:
        config.set_random_seed(3)
        return [Sequential([Input((4,)), Dense(2)]).get_weights()[0] for _ in range(2)]

    one, two = kernels(), kernels()
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one[0], one[1])


def test_without_a_seed_nothing_repeats():
    assert config.next_seed() != config.next_seed()


@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True])
def test_a_seed_that_is_none(seed):
    with pytest.raises(
        UsageError, match="set_random_seed: the seed must be a whole number of at least 0, got"
    ):
        config.set_random_seed(seed)


@pytest.mark.parametrize("seed", [0, 2**31 - 1, np.int64(7), np.uint8(7)])
def test_seeds_that_the_program_takes(seed):
    assert config.checked_seed(seed, "fit") == seed
    assert type(config.checked_seed(seed, "fit")) is int


@pytest.mark.parametrize("seed", [-1, 2**31, 2**70, 1.0, "7", True, np.array([1]), None])
def test_seeds_that_it_does_not(seed):
    with pytest.raises(UsageError, match="fit: the seed must be a whole number from 0 to 2147483647, got"):
        config.checked_seed(seed, "fit")


def test_the_dtype_policy_holds_for_models_built_from_then_on():
    before = Sequential([Input((4,)), Dense(2)])
    config.set_dtype_policy("mixed_bfloat16")
    assert config.dtype_policy() == "mixed_bfloat16"
    assert before.network.precision == "float32"
    assert Sequential([Input((4,)), Dense(2)]).network.precision == "mixed_bfloat16"
    assert Sequential([Input((4,)), Dense(2)], dtype_policy="float32").network.precision == "float32"


def test_a_policy_that_is_none():
    with pytest.raises(UnknownNameError, match='"float23". Did you mean "float32"'):
        config.set_dtype_policy("float23")
    with pytest.raises(UsageError, match="jax_enable_x64"):
        config.set_dtype_policy("float64")
